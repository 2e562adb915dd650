/// The contents of a picture so far, and where the next thing comes.  Widths of texts are estimated, for nobody
/// knows the font that they will be drawn in.
struct PictureLayout {
    /// A text in one style.
    struct Run {
        var text: String
        var style: String

        init(_ text: String, _ style: String) {
            self.text = text
            self.style = style
        }
    }

    private(set) var parts: [Markup] = []
    /// Below everything so far.
    var y = Picture.margin - 4

    /// A letter's width, in parts of the font's size: that of wide fonts.
    private static let letter = 0.545

    private static var whole: Double { Picture.width - 2 * Picture.margin }

    mutating func space(_ height: Double) { y += height }

    mutating func paragraph(
        _ text: String, class style: String, size: Double, leading: Double, x: Double = Picture.margin,
        width: Double = PictureLayout.whole
    ) {
        paragraph([Run(text, style)], size: size, leading: leading, x: x, width: width)
    }

    /// A text in lines no wider than `width`.
    mutating func paragraph(_ runs: [Run], size: Double, leading: Double, x: Double, width: Double) {
        let limit = Int(width / (size * Self.letter))
        for line in Self.lines(of: runs, limit: limit) {
            y += leading
            let spans = line.map { Markup("tspan", ["class": $0.style], $0.text) }
            parts.append(
                Markup(
                    "text",
                    [
                        "x": coordinate(x), "y": coordinate(y - leading * 0.28),
                        "font-size": coordinate(size), "xml:space": "preserve",
                    ], spans))
        }
    }

    /// One line that takes no room.
    mutating func line(_ text: String, class style: String, x: Double) {
        parts.append(Markup("text", ["class": style, "x": coordinate(x), "y": coordinate(y + 4)], text))
    }

    mutating func rule(strong: Bool) {
        parts.append(
            Markup(
                "line",
                [
                    "class": strong ? "axis" : "rule", "x1": coordinate(Picture.margin), "y1": coordinate(y),
                    "x2": coordinate(Picture.width - Picture.margin), "y2": coordinate(y),
                ]))
    }

    mutating func place(_ drawing: Drawing, x: Double, scale: Double = 1) {
        parts.append(drawing.group(x: x, y: y, scale: scale))
    }

    mutating func legend(_ entries: [LegendEntry], x: Double, width: Double) {
        guard !entries.isEmpty else { return }
        let size = 12.5
        var place = x
        y += 14
        for entry in entries {
            let needed = LegendEntry.width + 6 + Double(entry.name.count) * size * Self.letter
            if place > x, place + needed > x + width {
                place = x
                y += 18
            }
            let drawing = Drawing(
                width: LegendEntry.width, height: LegendEntry.height, title: "", description: "",
                parts: entry.swatch)
            parts.append(drawing.group(x: place, y: y - 9))
            parts.append(
                Markup(
                    "text",
                    [
                        "class": "tick", "x": coordinate(place + LegendEntry.width + 5), "y": coordinate(y),
                    ], entry.name))
            place += needed + 14
        }
        y += 6
    }

    /// Broken at spaces; a longer word stands in a line of its own.
    private static func lines(of runs: [Run], limit: Int) -> [[Run]] {
        var lines: [[Run]] = [[]]
        var count = 0
        for run in runs {
            for (index, word) in run.text.split(separator: " ", omittingEmptySubsequences: false).enumerated()
            {
                // The space belongs to the word after it.
                let isJoined = index == 0
                let text = isJoined ? String(word) : " " + word
                if !isJoined, count + text.count > limit, count > 0 {
                    lines.append([Run(String(word), run.style)])
                    count = word.count
                    continue
                }
                let last = lines.count - 1
                if let style = lines[last].last?.style, style == run.style {
                    lines[last][lines[last].count - 1].text += text
                } else {
                    lines[last].append(Run(text, run.style))
                }
                count += text.count
            }
        }
        return lines
    }
}
