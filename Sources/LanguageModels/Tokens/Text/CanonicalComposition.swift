/// Normalisation form C, with the tables and the bookkeeping of the `tokenizers` library (Unicode 9).
///
/// Scalars that Unicode has named since then count as unassigned, as they do there.
struct CanonicalComposition: Sendable {
    static let shared = CanonicalComposition()

    /// Full decompositions, by scalar.
    private let decompositions: [UInt32: [UInt32]]
    /// Composed scalars by `first << 32 | second`.
    private let compositions: [UInt64: UInt32]
    /// A bit for every scalar of the basic plane that can change or make its neighbours change.
    private let unstable: [UInt64]
    /// The same beyond the basic plane, without marks.
    private let unstableBeyond: Set<UInt32>

    private init() {
        let entries = Self.parse(CanonicalDecompositions.text)
        var full: [UInt32: [UInt32]] = [:]
        var compositions: [UInt64: UInt32] = [:]
        var unstable = [UInt64](repeating: 0, count: 0x10000 / 64)
        var unstableBeyond: Set<UInt32> = []
        func mark(_ value: UInt32) {
            if value < 0x10000 {
                unstable[Int(value / 64)] |= 1 << UInt64(value % 64)
            } else {
                unstableBeyond.insert(value)
            }
        }
        for entry in entries {
            full[entry.scalar] = entry.parts
            if entry.composes {
                compositions[UInt64(entry.parts[0]) << 32 | UInt64(entry.parts[1])] = entry.scalar
                mark(entry.parts[1])
            } else {
                mark(entry.scalar)
            }
        }
        for entry in entries { full[entry.scalar] = Self.expand(entry.scalar, full) }
        for value in 0x300..<UInt32(0x10000) where Self.combiningClass(value) != 0 { mark(value) }
        for value in Hangul.vowels { mark(value) }
        for value in Hangul.finals { mark(value) }
        (decompositions, self.compositions) = (full, compositions)
        (self.unstable, self.unstableBeyond) = (unstable, unstableBeyond)
    }

    private static func parse(_ text: String) -> [(scalar: UInt32, parts: [UInt32], composes: Bool)] {
        var scalar: UInt32 = 0
        return text.split(separator: " ").map { item in
            let sides = item.split(separator: "=")
            scalar = sides.count == 2 ? UInt32(sides[0], radix: 16)! : scalar + 1
            let composes = item.contains("+")
            let parts = sides[sides.count - 1].split(separator: composes ? "+" : "-")
            return (scalar, parts.map { UInt32($0, radix: 16)! }, composes)
        }
    }

    private static func expand(_ scalar: UInt32, _ table: [UInt32: [UInt32]]) -> [UInt32] {
        guard let parts = table[scalar] else { return [scalar] }
        return parts.flatMap { expand($0, table) }
    }

    /// The class of a mark, 0 for all others and for scalars younger than the tables.
    private static func combiningClass(_ value: UInt32) -> UInt8 {
        guard value >= 0x300, let properties = Unicode.Scalar(value)?.properties else { return 0 }
        let order = properties.canonicalCombiningClass.rawValue
        guard order != 0, let age = properties.age else { return 0 }
        return (age.major, age.minor) <= (9, 0) ? order : 0
    }

    /// Whether no scalar of `text` can change; false when in doubt.
    func isComposed(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress else { return true }
        var position = 0
        while position < text.count {
            // Scalars below U+0300 never change.
            if base[position] < 0xCC {
                position += 1
                continue
            }
            let (value, next) = decodeScalar(base, position)
            if isUnstable(value) { return false }
            position = next
        }
        return true
    }

    private func isUnstable(_ value: UInt32) -> Bool {
        if value < 0x10000 { return unstable[Int(value / 64)] >> UInt64(value % 64) & 1 != 0 }
        return unstableBeyond.contains(value) || Self.combiningClass(value) != 0
    }

    /// Composes `text`, whose places follow as `tokenizers` has them: a composed character has the place of
    /// its first part, and one that came out of a decomposition that of the character before.
    func compose(_ text: inout AlignedText) {
        guard !text.bytes.withUnsafeBufferPointer(isComposed) else { return }
        let original = text.characters()
        let changed = recomposed(decomposed(original))
        var result = AlignedText()
        var used = 0
        for item in changed {
            // A character that was added shares the place of the one before.
            let place = item.change > 0 ? used - 1 : used
            let (start, end) =
                place < 0 ? (text.starts[0], text.starts[0]) : (original[place].start, original[place].end)
            result.append(UTF8.encode(Unicode.Scalar(item.value)!)!, start, end)
            if item.change <= 0 { used += 1 - item.change }
        }
        text = result
    }

    /// A scalar on its way, and by how many scalars the text grows with it.
    private struct Item {
        var value: UInt32
        var order: UInt8
        var change: Int
    }

    private func decomposed(_ characters: [AlignedText.Character]) -> [Item] {
        var items: [Item] = []
        items.reserveCapacity(characters.count)
        var marksStart = 0
        func sortMarks() {
            guard items.count - marksStart > 1 else { return }
            // Marks keep their order within a class.
            let sorted = items[marksStart...].enumerated().sorted {
                ($0.element.order, $0.offset) < ($1.element.order, $1.offset)
            }
            items.replaceSubrange(marksStart..., with: sorted.map(\.element))
        }
        for character in characters {
            let parts =
                Hangul.decomposition(character.value) ?? decompositions[character.value] ?? [character.value]
            for (index, part) in parts.enumerated() {
                let order = Self.combiningClass(part)
                if order == 0 { sortMarks() }
                items.append(Item(value: part, order: order, change: index == 0 ? 0 : 1))
                if order == 0 { marksStart = items.count }
            }
        }
        sortMarks()
        return items
    }

    private func recomposed(_ items: [Item]) -> [Item] {
        var result: [Item] = []
        result.reserveCapacity(items.count)
        var starter: Int?
        /// The class of the last mark that stayed after the starter.
        var lastOrder: UInt8?
        for item in items {
            guard let place = starter else {
                if item.order == 0 { starter = result.count }
                result.append(item)
                continue
            }
            let isBlocked = lastOrder.map { $0 >= item.order } ?? false
            if !isBlocked, let whole = composition(result[place].value, item.value) {
                result[place].value = whole
                result[place].change += item.change - 1
                continue
            }
            if item.order == 0 {
                (starter, lastOrder) = (result.count, nil)
            } else {
                lastOrder = item.order
            }
            result.append(item)
        }
        return result
    }

    private func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
        Hangul.composition(first, second) ?? compositions[UInt64(first) << 32 | UInt64(second)]
    }
}

/// The arithmetic of Korean syllables.
private enum Hangul {
    static let syllables: Range<UInt32> = 0xAC00..<0xD7A4
    static let initials: Range<UInt32> = 0x1100..<0x1113
    static let vowels: Range<UInt32> = 0x1161..<0x1176
    /// Final consonants; syllables without one count as the first of 28.
    static let finals: Range<UInt32> = 0x11A8..<0x11C3

    static func decomposition(_ value: UInt32) -> [UInt32]? {
        guard syllables.contains(value) else { return nil }
        let index = value - syllables.lowerBound
        let open = [
            initials.lowerBound + index / 588, vowels.lowerBound + index % 588 / 28,
        ]
        return index % 28 == 0 ? open : open + [finals.lowerBound + index % 28 - 1]
    }

    static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if initials.contains(first), vowels.contains(second) {
            let index = (first - initials.lowerBound) * 588 + (second - vowels.lowerBound) * 28
            return syllables.lowerBound + index
        }
        guard syllables.contains(first), finals.contains(second),
            (first - syllables.lowerBound) % 28 == 0
        else { return nil }
        return first + second - finals.lowerBound + 1
    }
}
