@testable import Compute

/// A shape of attention to test.
struct AttentionExample {
    var name: String
    var spans: [AttentionSpan]
    var heads = 2
    var keyValueHeads = 2
    var headSize = 16
    var window: Int?

    /// Sequences of the given (queries, keys) lengths, one after the other.
    static func packed(_ lengths: [(Int, Int)]) -> [AttentionSpan] {
        var query = 0, key = 0
        return lengths.map { queries, keys in
            defer {
                query += queries
                key += keys
            }
            return AttentionSpan(queries: query..<query + queries, keys: key..<key + keys)
        }
    }

    static let all: [AttentionExample] = [
        AttentionExample(name: "one token", spans: packed([(1, 1)])),
        AttentionExample(name: "empty", spans: packed([(0, 0)])),
        AttentionExample(name: "short, packed", spans: packed([(5, 5), (1, 1), (20, 20), (31, 31)])),
        AttentionExample(name: "no queries in a span", spans: packed([(0, 4), (3, 3)])),
        AttentionExample(
            name: "grouped, odd size", spans: packed([(33, 33), (7, 7)]), heads: 6, keyValueHeads: 2,
            headSize: 8),
        AttentionExample(
            name: "size 80", spans: packed([(17, 17)]), heads: 3, keyValueHeads: 1, headSize: 80),
        AttentionExample(name: "cached keys", spans: packed([(1, 70), (3, 64), (6, 130), (9, 9)])),
        AttentionExample(name: "several tiles", spans: packed([(150, 150)]), headSize: 40),
        AttentionExample(name: "window", spans: packed([(5, 5), (140, 140), (3, 150)]), window: 9),
        AttentionExample(name: "window of a tile", spans: packed([(200, 201)]), window: 64),
        AttentionExample(name: "window of one", spans: packed([(70, 80)]), window: 1),
    ]
}
