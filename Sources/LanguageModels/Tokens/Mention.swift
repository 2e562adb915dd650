/// Where the `occurrence`-th (from 0) occurrence of `substring` lies in `text`, in Unicode scalars; each
/// search starts one scalar behind the last hit.  With `wholeWords`, a hit must not touch a letter or digit.
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
        if wholeWords {
            let touchesLeft = start > 0 && ScalarClasses.isWordPart(hay[start - 1])
            let touchesRight = end < hay.count && ScalarClasses.isWordPart(hay[end])
            if touchesLeft || touchesRight { continue }
        }
        if left == 0 { return start..<end }
        left -= 1
    }
    return nil
}
