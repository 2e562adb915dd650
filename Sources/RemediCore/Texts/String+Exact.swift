import Foundation

/// Searching and trimming by Unicode scalars, as Python does.  `String`'s own methods work on grapheme
/// clusters and hold canonically equivalent texts for equal, which moves offsets.
extension String {
    /// The byte offset of every occurrence of `needle`, overlapping ones included.
    private func offsets(of needle: String) -> [Int] {
        guard !needle.isEmpty, !isEmpty else { return [] }
        var text = self
        var needle = needle
        return text.withUTF8 { text in
            needle.withUTF8 { needle in
                let (start, pattern) = (text.baseAddress!, needle.baseAddress!)
                let first = Int32(pattern[0])
                var offsets: [Int] = []
                var next = 0
                while text.count - next >= needle.count,
                    let found = memchr(start + next, first, text.count - next - needle.count + 1)
                {
                    next = UnsafeRawPointer(found) - UnsafeRawPointer(start)
                    if memcmp(found, pattern, needle.count) == 0 { offsets.append(next) }
                    next += 1
                }
                return offsets
            }
        }
    }

    private func range(at offset: Int, of needle: String) -> Range<String.Index> {
        let start = utf8.index(startIndex, offsetBy: offset)
        return start..<utf8.index(start, offsetBy: needle.utf8.count)
    }

    func containsExactly(_ needle: String) -> Bool { needle.isEmpty || !offsets(of: needle).isEmpty }

    func firstRange(ofExactly needle: String) -> Range<String.Index>? {
        offsets(of: needle).first.map { range(at: $0, of: needle) }
    }

    func lastRange(ofExactly needle: String) -> Range<String.Index>? {
        offsets(of: needle).last.map { range(at: $0, of: needle) }
    }

    /// How often `needle` occurs without overlap, from the left.
    func countOfExactly(_ needle: String) -> Int {
        var count = 0
        var next = 0
        for offset in offsets(of: needle) where offset >= next {
            count += 1
            next = offset + needle.utf8.count
        }
        return count
    }

    /// Every occurrence of `needle` replaced, from the left.
    func replacingExactly(_ needle: String, with replacement: String) -> String {
        var result = ""
        var rest = startIndex
        for offset in offsets(of: needle) {
            let found = range(at: offset, of: needle)
            guard found.lowerBound >= rest else { continue }
            result += self[rest..<found.lowerBound] + replacement
            rest = found.upperBound
        }
        return result + self[rest...]
    }

    func hasExactSuffix(_ suffix: String) -> Bool { utf8.reversed().starts(with: suffix.utf8.reversed()) }

    /// Without the scalars of `set` at either end.
    func trimming(_ set: String) -> String { trimmed { set.unicodeScalars.contains($0) } }

    /// Without the scalars of `set` at the end.
    func trimmingEnd(of set: String) -> String {
        var view = unicodeScalars[...]
        while let last = view.last, set.unicodeScalars.contains(last) { view.removeLast() }
        return String(view)
    }

    /// Without white space at either end.
    func trimmingSpace() -> String { trimmed(\.isSpaceScalar) }

    private func trimmed(_ isDropped: (Unicode.Scalar) -> Bool) -> String {
        var view = unicodeScalars[...]
        while let first = view.first, isDropped(first) { view.removeFirst() }
        while let last = view.last, isDropped(last) { view.removeLast() }
        return String(view)
    }
}
