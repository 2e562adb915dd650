/// Where the `occurrence`-th (from 0) occurrence of `substring` lies in `text`, in Unicode scalars; each
/// search starts one scalar after the last hit.  With `wholeWords`, a hit must not touch a letter or digit.
///
/// Texts are compared scalar by scalar: canonically equivalent spellings differ.  Nil if it does not occur
/// that often, and for an empty `substring`.
package func mention(
    _ occurrence: Int, of substring: String, in text: String, wholeWords: Bool = false
) -> Range<Int>? {
    let needle = Array(substring.unicodeScalars)
    let hay = Array(text.unicodeScalars)
    guard occurrence >= 0, !needle.isEmpty, needle.count <= hay.count else { return nil }
    var left = occurrence
    for start in 0...hay.count - needle.count
    where hay[start] == needle[0] && hay[start..<start + needle.count].elementsEqual(needle) {
        let end = start + needle.count
        if wholeWords, !isWholeWord(start..<end, of: hay) { continue }
        if left == 0 { return start..<end }
        left -= 1
    }
    return nil
}

/// All mentions of `needle` as whole words from the left, none overlapping the one before.
package func wholeWordMentions(of needle: [Unicode.Scalar], in text: [Unicode.Scalar]) -> [Range<Int>] {
    guard let first = needle.first, needle.count <= text.count else { return [] }
    var found: [Range<Int>] = []
    var start = 0
    while start <= text.count - needle.count {
        let place = start..<start + needle.count
        if text[start] == first, text[place].elementsEqual(needle), isWholeWord(place, of: text) {
            found.append(place)
            start = place.upperBound
        } else {
            start += 1
        }
    }
    return found
}

/// Whether neither a letter nor a digit touches `place`.
private func isWholeWord(_ place: Range<Int>, of text: [Unicode.Scalar]) -> Bool {
    let touchesLeft = place.lowerBound > 0 && ScalarClasses.isWordPart(text[place.lowerBound - 1])
    let touchesRight = place.upperBound < text.count && ScalarClasses.isWordPart(text[place.upperBound])
    return !touchesLeft && !touchesRight
}
