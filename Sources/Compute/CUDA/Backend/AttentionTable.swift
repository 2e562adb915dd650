/// The device's table of the sequences of a packed attention: four numbers for each span (first query row,
/// queries, first key row, keys), then for every height of tiles a pair (span, first query) for each tile.
///
/// How many numbers there are depends on the numbers of queries alone, so that a recorded step can be given
/// longer sequences.
struct AttentionTable {
    /// How many queries a tile has at most.
    enum TileHeight: Int, CaseIterable {
        case short = 16
        case tall = 32
    }

    let spans: [AttentionSpan]

    static let spanEntries = 4
    static let tileEntries = 2

    /// Tiles come in the order of their work, most first, so that the last to be done are short.
    var entries: [Int32] {
        var entries: [Int32] = []
        for span in spans {
            entries += [span.queries.lowerBound, span.queries.count, span.keys.lowerBound, span.keys.count]
                .map { Int32($0) }
        }
        for height in TileHeight.allCases {
            for tile in tiles(height).sorted(by: { $0.keys > $1.keys }) {
                entries += [Int32(tile.span), Int32(tile.firstQuery)]
            }
        }
        return entries
    }

    private struct Tile {
        let span: Int
        let firstQuery: Int
        /// How many keys the last query sees, but for a window.
        let keys: Int
    }

    private func tiles(_ height: TileHeight) -> [Tile] {
        spans.enumerated().flatMap { index, span in
            stride(from: 0, to: span.queries.count, by: height.rawValue).map { first in
                let end = min(span.queries.count, first + height.rawValue)
                return Tile(
                    span: index, firstQuery: first, keys: span.keys.count - span.queries.count + end)
            }
        }
    }

    func tileCount(_ height: TileHeight) -> Int {
        spans.reduce(0) { $0 + ($1.queries.count + height.rawValue - 1) / height.rawValue }
    }

    /// Where the tiles start among the entries.
    func tileOffset(_ height: TileHeight) -> Int {
        let lower = TileHeight.allCases.prefix { $0 != height }
        return spans.count * Self.spanEntries + lower.reduce(0) { $0 + tileCount($1) * Self.tileEntries }
    }
}
