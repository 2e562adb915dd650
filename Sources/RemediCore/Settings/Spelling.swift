/// Guesses what somebody meant to write.
package enum Spelling {
    /// The candidate with the fewest changed, missing, added or swapped characters, if it is near enough to
    /// be meant: at most a third of the word's length, and at least one character in common.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let limit = max(1, word.count / 3)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let found = candidate.hasPrefix(word) && word.count > 2 ? 1 : distance(word, candidate)
            if found <= limit, found < max(word.count, candidate.count), found < best?.distance ?? .max {
                best = (candidate, found)
            }
        }
        return best?.candidate
    }

    /// The optimal-string-alignment distance: a swap of neighbours counts as one change.
    package static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a)
        let b = Array(b)
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1] + [Int](repeating: 0, count: b.count)
            for j in 0..<b.count {
                var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row[j + 1] = cost
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
