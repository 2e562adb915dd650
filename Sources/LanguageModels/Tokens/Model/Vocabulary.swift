import Foundation

/// A model's tokens by id and by spelling.
///
/// Immutable after its making; the tables are raw memory so that the inner loops carry no checks.
final class Vocabulary: @unchecked Sendable {
    /// One more than the largest id.
    let size: Int
    private let spellings: ByteStrings
    /// The id of each spelling.
    private let ids: [Int32]
    /// For each id the index of its spelling, or -1.
    private let indices: [Int32]
    private let slots: UnsafeMutablePointer<Int32>
    private let mask: Int

    /// An id larger than this is taken for a damaged file.
    static let largestID = 1 << 23

    /// Tokens `spellings[i]` with ids `ids[i]`; of a spelling given twice the last id counts.
    ///
    /// - Throws: `VocabularyFault`.
    init(spellings: ByteStrings, ids: [Int]) throws {
        precondition(spellings.count == ids.count)
        for (index, id) in ids.enumerated() where id < 0 || id > Self.largestID {
            throw VocabularyFault.badID(token: spellings.text(index), id: id)
        }
        size = (ids.max() ?? -1) + 1
        self.spellings = spellings
        var capacity = 16
        while capacity < 2 * ids.count { capacity *= 2 }
        mask = capacity - 1
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: -1, count: capacity)
        var indices = [Int32](repeating: -1, count: size)
        let (mask, slots) = (mask, slots)
        let fault: VocabularyFault? = spellings.bytes.withUnsafeBufferPointer { bytes in
            // An empty buffer may have no address.
            guard let base = bytes.baseAddress ?? UnsafePointer(bitPattern: 1) else { return nil }
            for (index, id) in ids.enumerated() {
                let range = spellings.range(index)
                var slot = Int(truncatingIfNeeded: ByteHash.of(base + range.lowerBound, range.count)) & mask
                while slots[slot] >= 0 {
                    let other = spellings.range(Int(slots[slot]))
                    if other.count == range.count,
                        memcmp(base + other.lowerBound, base + range.lowerBound, range.count) == 0
                    {
                        indices[ids[Int(slots[slot])]] = -1
                        break
                    }
                    slot = (slot + 1) & mask
                }
                slots[slot] = Int32(index)
                if indices[id] >= 0 {
                    return .sharedID(spellings.text(Int(indices[id])), spellings.text(index), id: id)
                }
                indices[id] = Int32(index)
            }
            return nil
        }
        self.indices = indices
        self.ids = ids.map { Int32($0) }
        if let fault { throw fault }
    }

    deinit { slots.deallocate() }

    /// The id spelled by `count` bytes at `bytes`, or -1.
    func id(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var slot = Int(truncatingIfNeeded: ByteHash.of(bytes, count)) & mask
        return spellings.bytes.withUnsafeBufferPointer { all in
            while slots[slot] >= 0 {
                let index = Int(slots[slot])
                let range = spellings.range(index)
                if range.count == count,
                    count == 0 || memcmp(all.baseAddress! + range.lowerBound, bytes, count) == 0
                {
                    return Int(ids[index])
                }
                slot = (slot + 1) & mask
            }
            return -1
        }
    }

    /// The id of a spelling, nil if there is none.
    func id(of spelling: some Collection<UInt8>) -> Int? {
        let found = Array(spelling).withUnsafeBufferPointer { buffer in
            id(buffer.baseAddress ?? UnsafePointer(bitPattern: 1)!, buffer.count)
        }
        return found < 0 ? nil : found
    }

    /// The spelling of an id, nil if no token has it.
    func spelling(_ id: Int) -> ArraySlice<UInt8>? {
        guard id >= 0, id < size, indices[id] >= 0 else { return nil }
        return spellings[Int(indices[id])]
    }

    /// The ids of single scalars of the basic plane, or -1.
    func scalarTokens() -> [Int32] {
        var tokens = [Int32](repeating: -1, count: 0x10000)
        for id in 0..<size {
            guard let spelling = spelling(id), let first = spelling.first, spelling.count <= 3,
                first < 0x80 ? spelling.count == 1 : spelling.count == (first < 0xE0 ? 2 : 3)
            else { continue }
            let scalars = String(decoding: spelling, as: UTF8.self).unicodeScalars
            tokens[Int(scalars[scalars.startIndex].value)] = Int32(id)
        }
        return tokens
    }
}

/// Errors of a vocabulary or its merges.
enum VocabularyFault: Error, Equatable {
    case badID(token: String, id: Int)
    case sharedID(String, String, id: Int)
    case unknownMerge(rank: Int, token: String)
}

extension ByteStrings {
    func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}
