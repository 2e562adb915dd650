import Foundation

/// The words of the pronouncing dictionary that begin with a vowel sound, as hashes.
struct VowelWords: Sendable {
    static let all = VowelWords(base64: IndefiniteArticle.vowelWordBits)

    /// Ascending.
    private let hashes: [UInt32]

    private static let hashBits: UInt64 = 25
    private static let lowBits = 10

    /// - Parameter base64: gaps between ascending hashes as Rice codes; see `Scripts/tables/article_words.py`.
    init(base64: String) {
        let bytes = Data(base64Encoded: base64) ?? Data()
        var hashes: [UInt32] = []
        var next: UInt32 = 0
        var place = 0
        func bit() -> UInt32 {
            defer { place += 1 }
            return UInt32(bytes[place / 8] >> (7 - UInt8(place % 8))) & 1
        }
        while place + Self.lowBits < bytes.count * 8 {
            var gap: UInt32 = 0
            while place < bytes.count * 8, bit() == 1 { gap += 1 }
            guard place + Self.lowBits <= bytes.count * 8 else { break }
            for _ in 0..<Self.lowBits { gap = gap << 1 | bit() }
            next += gap
            hashes.append(next)
            next += 1
        }
        self.hashes = hashes
    }

    /// Whether a word, written as in the dictionary, is one of them; one of some thousand words that the
    /// dictionary lacks seems to be.
    func contain(_ word: String) -> Bool {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let wanted = UInt32(hash & (1 << Self.hashBits - 1))
        var range = hashes.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if hashes[middle] == wanted { return true }
            range =
                hashes[middle] < wanted
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return false
    }
}
