import RemediCore

extension Dataset {
    /// A table of what was left out and why, with the first ids, or all of them below each other; empty if
    /// nothing was.
    func droppedText(all: Bool = false, width: Int = 80) -> String {
        guard !dropped.isEmpty else { return "" }
        if all {
            return dropped.map { reason, ids in
                "\n\(ids.count) left out, \(WrappedText.shown(reason)):\n"
                    + WrappedText.lines(
                        WrappedText.shown(ids.joined(separator: ", ")), indent: 2, width: width
                    )
                    .map { $0 + "\n" }.joined()
            }.joined()
        }
        var table = TextTable(columns: [.init("left out"), .init("records", .right), .init("ids")])
        for (reason, ids) in dropped {
            let shown = ids.prefix(3).joined(separator: ", ") + (ids.count > 3 ? ", …" : "")
            table.add([reason, "\(ids.count)", shown])
        }
        return "\n" + table.text()
    }
}
