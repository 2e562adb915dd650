/// The style sheet of a report: colours that the colour-blind can tell apart (Okabe and Ito's), light and dark,
/// from a phone's width to paper.
enum PageStyle {
    /// Okabe and Ito's, the grey first.
    private static let light = [
        "#5f6770", "#b87700", "#b3548b", "#0069a8", "#00815c", "#c24e00", "#2a8fc4", "#8a7a00",
    ]
    private static let dark = [
        "#a3acb5", "#e9a83a", "#dd94bf", "#5cb3ea", "#3cc79d", "#f08a4b", "#8fd0f5", "#e3d44a",
    ]
    /// Viridis, without its ends: for what has an order.
    private static let ramp = ["#5b4a9c", "#3d6fa3", "#2b8e94", "#30a878", "#79b93f", "#c0a21a"]
    private static let darkRamp = ["#a796f0", "#78abe6", "#58c6cb", "#5fd6a4", "#a5dd6a", "#f0d84e"]

    private static func variables(_ colors: [String], _ ramp: [String]) -> String {
        (colors.enumerated().map { ($0, $1) } + ramp.enumerated().map { ($0 + 10, $1) })
            .map { "--c\($0):\($1);" }.joined()
    }

    private static var classes: String {
        (Array(light.indices) + ramp.indices.map { $0 + 10 }).map { ".c\($0){--c:var(--c\($0))}" }.joined(
            separator: "\n")
    }

    private static var lightVariables: String {
        "--bg:#fff;--card:#f7f8fa;--fg:#1a1e23;--muted:#59626c;--rule:#d5dae0;--grid:#e7eaee;"
            + variables(light, ramp)
    }

    private static var darkVariables: String {
        "--bg:#13161a;--card:#1b2026;--fg:#e5e8ec;--muted:#9aa4af;--rule:#38404a;--grid:#272d35;"
            + variables(dark, darkRamp)
    }

    static var sheet: String {
        """
        :root{color-scheme:light dark;\(lightVariables)}
        @media (prefers-color-scheme:dark){:root{\(darkVariables)}}
        @media print{:root{color-scheme:light;\(lightVariables)}}
        \(classes)
        \(page)
        \(plots)
        \(examples)
        \(paper)
        """
    }

    private static let page = """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",\
        Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:1080px;margin:0 auto;padding:28px 20px 64px}
        h1{font-size:1.65rem;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
        h2{font-size:1.3rem;line-height:1.3;margin:52px 0 10px;padding-top:14px;border-top:2px solid var(--fg);\
        overflow-wrap:anywhere}
        h3{font-size:1.08rem;margin:38px 0 6px}
        h4{font-size:.92rem;margin:20px 0 6px}
        p{margin:0 0 12px}
        .lead,.caption{color:var(--muted);font-size:.9rem;max-width:76ch}
        nav{font-size:.92rem;margin:10px 0 0}
        nav a{margin-right:16px;color:var(--c3)}
        dl.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,150px),1fr));gap:8px 24px;\
        margin:16px 0;font-size:.88rem}
        dl.facts div{min-width:0}
        dl.facts .all{grid-column:1/-1}
        @media (min-width:700px){dl.facts{grid-template-columns:repeat(4,1fr)}}
        dt{color:var(--muted);font-size:.78rem}
        dd{margin:0;overflow-wrap:anywhere}
        .scroll{overflow-x:auto;margin:10px 0 18px}
        table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums;border-top:1.5px solid \
        var(--fg);border-bottom:1.5px solid var(--fg)}
        th,td{padding:5px 12px 5px 0;text-align:left;vertical-align:baseline;white-space:nowrap}
        th:last-child,td:last-child{padding-right:2px}
        thead th{border-bottom:1px solid var(--fg);font-weight:600;vertical-align:bottom;white-space:normal;\
        max-width:10em}
        tbody tr+tr td{border-top:1px solid var(--grid)}
        .n{text-align:right}
        .ci{color:var(--muted);font-size:.82em;display:block}
        td.best b{font-weight:700}
        details{margin:14px 0}
        summary{cursor:pointer;color:var(--c3)}
        bdi{unicode-bidi:isolate;overflow-wrap:anywhere}
        footer{margin-top:56px;padding-top:12px;border-top:1px solid var(--rule);color:var(--muted);font-size:.82rem}
        """

    private static let plots = """
        .panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:22px 28px;\
        margin:14px 0 10px}
        figure{margin:0;min-width:0}
        figcaption{font-weight:600;font-size:.9rem;margin:0 0 2px}
        svg.plot{display:block;width:100%;height:auto;max-width:560px;font-family:inherit}
        .grid{stroke:var(--grid);stroke-width:1}
        .axis{stroke:var(--fg);stroke-width:1}
        .mark{stroke:var(--fg);stroke-width:1;stroke-dasharray:3 3;opacity:.65}
        .tick{fill:var(--muted);font-size:11.5px}
        .name{fill:var(--fg);font-size:12px}
        .curve{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .dashed{stroke-dasharray:5 4;stroke-width:1.6}
        .dotted{stroke-dasharray:1.5 4.5}
        .band{fill:var(--c);opacity:.17;stroke:none}
        .area{fill:var(--c);fill-opacity:.2;stroke:var(--c);stroke-width:1.6;stroke-linejoin:round}
        .dot{fill:var(--c)}
        .open{fill:var(--bg);stroke:var(--c);stroke-width:1.4}
        .speck{fill:var(--c);opacity:.5}
        ul.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;margin:2px 0 0;padding:0;font-size:.82rem;\
        color:var(--muted)}
        ul.legend svg{width:24px;height:10px;margin-right:6px;vertical-align:baseline}
        """

    private static let examples = """
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,320px),1fr));gap:14px}
        .card{background:var(--card);border:1px solid var(--rule);border-radius:6px;padding:12px 14px;min-width:0;\
        font-size:.88rem}
        .card .prompt{font-family:Charter,Georgia,serif;font-size:1rem;margin:0 0 8px;overflow-wrap:anywhere}
        .card .id{float:right;color:var(--muted);font-size:.76rem;margin-left:8px}
        .answer{display:grid;grid-template-columns:minmax(64px,auto) 1fr;gap:2px 10px;margin-top:8px;align-items:center}
        .answer .who{grid-column:1/-1;font-size:.8rem;font-weight:600;color:var(--c)}
        .answer .what{font-size:.76rem;color:var(--muted)}
        .bar{display:flex;align-items:center;gap:8px;font-variant-numeric:tabular-nums;font-size:.8rem}
        .bar span{flex:1;height:9px;background:var(--grid);border-radius:2px;overflow:hidden}
        .bar i{display:block;height:100%;background:var(--c)}
        .bar i.other{opacity:.4}
        .bar b{font-weight:400;width:52px;text-align:right}
        .columns{clear:both;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,260px),1fr));gap:14px;margin:10px 0}
        .columns>div{min-width:0;border-top:3px solid var(--c);padding-top:6px}
        .columns .who{font-size:.8rem;font-weight:600;color:var(--c)}
        .columns p{margin:4px 0;font-family:Charter,Georgia,serif;overflow-wrap:anywhere;white-space:pre-wrap}
        .wide{margin-bottom:14px}
        .columns p.note{font-family:inherit;margin:2px 0 0}
        .card table{width:100%}
        .card td:first-child{white-space:normal}
        .note{color:var(--muted);font-size:.8rem}
        """

    private static let paper = """
        @media (max-width:480px){main{padding:18px 14px 48px}h1{font-size:1.35rem}h2{margin-top:40px}}
        @media print{body{font-size:10pt}main{max-width:none;padding:0}nav,summary{display:none}\
        figure,.card,.wide,tr{break-inside:avoid}h2,h3,h4{break-after:avoid}.scroll{overflow:visible}\
        .panels{grid-template-columns:1fr 1fr}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """
}
