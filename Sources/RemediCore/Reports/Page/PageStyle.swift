/// The style sheet of a report, light and dark, from a phone's width to paper.
enum PageStyle {
    static var sheet: String {
        """
        \(ChartStyle.variables)
        \(page)
        \(tables)
        \(ChartStyle.shapes)
        \(plots)
        \(examples)
        \(paper)
        """
    }

    private static let page = """
        :root{--serif:Charter,"Bitstream Charter","Iowan Old Style","Palatino Linotype",Palatino,"Noto Serif",\
        "Liberation Serif",Georgia,serif}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",\
        Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:1000px;margin:0 auto;padding:36px 24px 72px}
        h1,h2,h3,.lead,.caption,figcaption,footer{font-family:var(--serif)}
        h1{font-size:2rem;line-height:1.2;font-weight:600;margin:0 0 6px;overflow-wrap:anywhere}
        h2{font-size:1.5rem;line-height:1.25;font-weight:600;margin:64px 0 14px;padding-top:14px;\
        border-top:2px solid var(--fg);overflow-wrap:anywhere}
        h3{font-size:1.2rem;font-weight:600;margin:44px 0 8px}
        h4{font-size:.88rem;font-weight:600;margin:22px 0 8px}
        p{margin:0 0 12px}
        .lead{font-size:1.08rem;max-width:66ch}
        .caption,figcaption{font-size:.95rem;line-height:1.45;max-width:78ch}
        .caption b,figcaption b{font-weight:600}
        .context{color:var(--muted)}
        nav ol{margin:14px 0 0;padding-left:1.4em;font-size:.95rem}
        nav a,summary{color:var(--c3)}
        dl.facts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:8px 24px;margin:18px 0 26px;\
        font-size:.86rem;line-height:1.4}
        dl.facts div{min-width:0}
        dl.facts .all{grid-column:1/-1}
        @media (min-width:700px){dl.facts{grid-template-columns:repeat(4,minmax(0,1fr))}}
        dt{color:var(--muted);font-size:.78rem}
        dd{margin:0;overflow-wrap:anywhere}
        details{margin:18px 0}
        summary{cursor:pointer;font-size:.95rem}
        a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--c3);outline-offset:3px}
        bdi{unicode-bidi:isolate;overflow-wrap:anywhere}
        footer{margin-top:64px;padding-top:12px;border-top:1px solid var(--rule);color:var(--muted);font-size:.9rem}
        """

    private static let tables = """
        .scroll{overflow-x:auto;margin:8px 0 20px}
        table{border-collapse:collapse;font-size:.86rem;line-height:1.4;font-variant-numeric:tabular-nums;\
        border-top:1.5px solid var(--fg);border-bottom:1.5px solid var(--fg)}
        th,td{padding:6px 18px 6px 0;text-align:left;vertical-align:baseline;white-space:nowrap;font-weight:400}
        th:last-child,td:last-child{padding-right:2px}
        thead th{border-bottom:1px solid var(--fg);font-weight:600;vertical-align:bottom;white-space:normal;\
        max-width:10em}
        tbody tr+tr>*{border-top:1px solid var(--grid)}
        th.n,td.n{text-align:right}
        td b{font-weight:700}
        .ci{color:var(--muted);font-size:.84em;display:block}
        table.told td,table.told th{white-space:normal;vertical-align:top;min-width:9em;font-family:var(--serif);\
        font-size:1rem}
        table.told thead th{font-family:inherit;font-size:.86rem}
        table.told .before{color:var(--muted);font-weight:600}
        table.told .after{color:var(--c3);font-weight:600}
        """

    private static let plots = """
        figure{margin:0 0 10px}
        .panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:24px 32px;\
        margin:16px 0 14px}
        .panel{min-width:0}
        .panel h4{margin:0 0 2px}
        svg.plot{display:block;width:100%;height:auto;max-width:520px;font-family:inherit;overflow:visible}
        ul.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;margin:4px 0 0;padding:0;font-size:.82rem;\
        color:var(--muted)}
        ul.legend svg{width:26px;height:10px;margin-right:6px;vertical-align:baseline}
        """

    private static let examples = """
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr));gap:16px}
        .card{background:var(--card);border:1px solid var(--rule);border-radius:6px;padding:14px 16px;min-width:0;\
        font-size:.88rem}
        .card .prompt{font-family:var(--serif);font-size:1.02rem;line-height:1.35;margin:0 0 10px;\
        overflow-wrap:anywhere}
        .card .id{display:block;color:var(--muted);font-size:.76rem;margin:0 0 2px}
        .who{font-size:.8rem;font-weight:600}
        .answer{display:grid;grid-template-columns:minmax(64px,auto) 1fr;gap:2px 10px;margin-top:10px;align-items:center}
        .answer .who{grid-column:1/-1}
        .answer .who::before,.columns .who::before{content:"";display:inline-block;width:9px;height:9px;\
        border-radius:2px;background:var(--c);margin-right:7px}
        .answer .what{font-size:.78rem;color:var(--muted)}
        .bar{display:flex;align-items:center;gap:8px;font-variant-numeric:tabular-nums;font-size:.8rem}
        .bar span{flex:1;height:9px;background:var(--grid);border-radius:2px;overflow:hidden}
        .bar i{display:block;height:100%;background:var(--c)}
        .bar i.other{opacity:.45}
        .bar b{font-weight:400;width:52px;text-align:right}
        .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,250px),1fr));gap:16px 20px}
        .columns>div{min-width:0;border-top:2px solid var(--c);padding-top:8px}
        .columns p{margin:4px 0;font-family:var(--serif);font-size:1rem;line-height:1.4;overflow-wrap:anywhere;\
        white-space:pre-wrap}
        .wide{margin-bottom:14px}
        .columns p.note{font-family:inherit;font-size:.8rem;margin:2px 0 0}
        .card table{width:100%}
        .card thead th.n{white-space:nowrap}
        .card tbody th{white-space:normal}
        .note{color:var(--muted);font-size:.8rem}
        """

    private static let paper = """
        @media (max-width:560px){table.told,table.told tbody,table.told tr,table.told th,table.told td{display:block}        table.told thead{display:none}table.told tr+tr>*{border-top:0}table.told tr+tr{border-top:1px solid var(--grid)}        table.told th,table.told td{padding:4px 0 4px 3.8rem;text-indent:-3.8rem}table.told [data-label]::before        {content:attr(data-label);display:inline-block;width:3.8rem;text-indent:0;color:var(--muted);font-size:.86rem}}
        @media (max-width:480px){main{padding:20px 16px 48px}h1{font-size:1.55rem}h2{font-size:1.3rem;\
        margin-top:44px}h3{margin-top:34px}}
        @media print{body{font-size:9.5pt}main{max-width:none;padding:0}nav{display:none}details>summary{display:none}\
        figure,.card,.wide,.panel,table,tr{break-inside:avoid}h1,h2,h3,h4,.caption{break-after:avoid}\
        figcaption{break-before:avoid}details::details-content{display:block;content-visibility:visible}\
        .scroll{overflow:visible}.panels{grid-template-columns:1fr 1fr}.cards{grid-template-columns:repeat(3,1fr)}\
        .columns{grid-template-columns:repeat(auto-fit,minmax(140px,1fr))}th,td{padding-right:10px}\
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """
}
