import Foundation

/// Scratch memory for tokenising, and the words seen before with their tokens.  Used by one thread at a time.
final class TokenWorkspace: @unchecked Sendable {
    /// The symbols of the word at hand: ids and lengths in bytes.
    private(set) var ids: UnsafeMutablePointer<UInt32>
    private(set) var lengths: UnsafeMutablePointer<UInt32>
    /// For each symbol its merge with the next, as `MergeTable` packs it.
    private(set) var merges: UnsafeMutablePointer<UInt64>
    /// For long words: the symbols' neighbours, and the merges still to do.
    private(set) var next: UnsafeMutablePointer<Int32>
    private(set) var previous: UnsafeMutablePointer<Int32>
    var heap: [UInt64] = []
    private(set) var capacity = 0
    /// How many symbols there are.
    var count = 0
    /// Whether lengths count bytes of the word's spelling in the byte alphabet instead of the word's own.
    var countsSpelling = false

    private var cache = WordCache()

    init() {
        ids = .allocate(capacity: 1)
        lengths = .allocate(capacity: 1)
        merges = .allocate(capacity: 1)
        next = .allocate(capacity: 1)
        previous = .allocate(capacity: 1)
        reserve(256)
    }

    deinit { release() }

    private func release() {
        ids.deallocate()
        lengths.deallocate()
        merges.deallocate()
        next.deallocate()
        previous.deallocate()
    }

    /// Makes room for `symbols`; what was there is lost.
    func reserve(_ symbols: Int) {
        guard symbols > capacity else { return }
        release()
        capacity = max(symbols, 2 * capacity)
        ids = .allocate(capacity: capacity)
        lengths = .allocate(capacity: capacity)
        merges = .allocate(capacity: capacity)
        next = .allocate(capacity: capacity)
        previous = .allocate(capacity: capacity)
    }

    /// Takes a word's symbols from the cache, if it is there.
    @inline(__always)
    func recall(_ word: UnsafePointer<UInt8>, _ length: Int, hash: UInt64) -> Bool {
        cache.recall(word, length, hash: hash, into: self)
    }

    /// Keeps the symbols of a word for the next time.
    func remember(_ word: UnsafePointer<UInt8>, _ length: Int, hash: UInt64) {
        cache.remember(word, length, hash: hash, from: self)
    }
}

/// Words and their tokens in a table of fixed size that starts over when it is full.
struct WordCache: ~Copyable {
    /// Longer words are not kept.
    static let longestWord = 96
    private static let slotCount = 1 << 14
    private static let keyCapacity = 1 << 18
    private static let symbolCapacity = 1 << 16

    private struct Slot {
        var hash: UInt64 = 0
        var key: UInt32 = 0
        var symbols: UInt32 = 0
        var length: UInt16 = 0
        var count: UInt16 = 0
    }

    private let slots: UnsafeMutablePointer<Slot>
    private let keys: UnsafeMutablePointer<UInt8>
    private let symbols: UnsafeMutablePointer<UInt64>
    private var used = 0
    private var keyCount = 0
    private var symbolCount = 0

    init() {
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: Slot(), count: Self.slotCount)
        keys = .allocate(capacity: Self.keyCapacity)
        symbols = .allocate(capacity: Self.symbolCapacity)
    }

    deinit {
        slots.deallocate()
        keys.deallocate()
        symbols.deallocate()
    }

    @inline(__always)
    func recall(
        _ word: UnsafePointer<UInt8>, _ length: Int, hash: UInt64, into workspace: TokenWorkspace
    ) -> Bool {
        var index = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
        while slots[index].length != 0 {
            let slot = slots[index]
            if slot.hash == hash, Int(slot.length) == length,
                memcmp(keys + Int(slot.key), word, length) == 0
            {
                let count = Int(slot.count)
                for symbol in 0..<count {
                    let packed = symbols[Int(slot.symbols) + symbol]
                    workspace.ids[symbol] = UInt32(truncatingIfNeeded: packed)
                    workspace.lengths[symbol] = UInt32(truncatingIfNeeded: packed >> 32)
                }
                workspace.count = count
                return true
            }
            index = (index + 1) & (Self.slotCount - 1)
        }
        return false
    }

    mutating func remember(
        _ word: UnsafePointer<UInt8>, _ length: Int, hash: UInt64, from workspace: TokenWorkspace
    ) {
        precondition(length > 0 && length <= Self.longestWord && workspace.count <= length)
        let count = workspace.count
        if used >= Self.slotCount * 5 / 8 || keyCount + length > Self.keyCapacity
            || symbolCount + count > Self.symbolCapacity
        {
            slots.update(repeating: Slot(), count: Self.slotCount)
            (used, keyCount, symbolCount) = (0, 0, 0)
        }
        var index = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
        while slots[index].length != 0 { index = (index + 1) & (Self.slotCount - 1) }
        slots[index] = Slot(
            hash: hash, key: UInt32(keyCount), symbols: UInt32(symbolCount), length: UInt16(length),
            count: UInt16(count))
        memcpy(keys + keyCount, word, length)
        for symbol in 0..<count {
            symbols[symbolCount + symbol] =
                UInt64(workspace.lengths[symbol]) << 32 | UInt64(workspace.ids[symbol])
        }
        used += 1
        keyCount += length
        symbolCount += count
    }
}
