/// A changed text with, for every byte, the scalars of the original that it stands for.
struct AlignedText: Sendable, Equatable {
    private(set) var bytes: [UInt8]
    /// First scalar of the original, by byte.
    private(set) var starts: [Int32]
    /// One after the last scalar of the original, by byte.
    private(set) var ends: [Int32]

    init() { (bytes, starts, ends) = ([], [], []) }

    /// An unchanged text whose first scalar is number `firstScalar` of the original.
    init(_ text: UnsafeBufferPointer<UInt8>, firstScalar: Int) {
        bytes = Array(text)
        starts = []
        ends = []
        starts.reserveCapacity(text.count)
        ends.reserveCapacity(text.count)
        var scalar = Int32(firstScalar) - 1
        for byte in text {
            if byte & 0xC0 != 0x80 { scalar += 1 }
            starts.append(scalar)
            ends.append(scalar + 1)
        }
    }

    /// The part of `source` in `range`.
    init(_ source: TextView, _ range: Range<Int>) {
        let part = UnsafeBufferPointer(start: source.bytes + range.lowerBound, count: range.count)
        let (starts, ends): (UnsafePointer<Int32>, UnsafePointer<Int32>)
        switch source.alignment {
        case .original(let counter):
            self.init(part, firstScalar: counter.pointee.scalars(before: range.lowerBound, of: source.bytes))
            return
        case .aligned(let first, let last): (starts, ends) = (first, last)
        }
        self.init()
        bytes = Array(part)
        self.starts = Array(UnsafeBufferPointer(start: starts + range.lowerBound, count: range.count))
        self.ends = Array(UnsafeBufferPointer(start: ends + range.lowerBound, count: range.count))
    }

    var isEmpty: Bool { bytes.isEmpty }

    /// A scalar of this text and where it comes from.
    typealias Character = (value: UInt32, start: Int32, end: Int32)

    /// The text scalar by scalar.
    func characters() -> [Character] {
        bytes.withUnsafeBufferPointer { buffer in
            var result: [Character] = []
            var position = 0
            while let base = buffer.baseAddress, position < buffer.count {
                let (value, next) = decodeScalar(base, position)
                result.append((value, starts[position], ends[position]))
                position = next
            }
            return result
        }
    }

    /// Adds `content` that stands for original scalars `start..<end`.
    mutating func append(_ content: some Collection<UInt8>, _ start: Int32, _ end: Int32) {
        bytes.append(contentsOf: content)
        for _ in content {
            starts.append(start)
            ends.append(end)
        }
    }

    /// Puts `content` in front; it shares the place of the first character.  An empty text stays empty.
    mutating func prepend(_ content: [UInt8]) {
        guard !isEmpty else { return }
        bytes.insert(contentsOf: content, at: 0)
        starts.insert(contentsOf: repeatElement(starts[0], count: content.count), at: 0)
        ends.insert(contentsOf: repeatElement(ends[0], count: content.count), at: 0)
    }

    /// Replaces every occurrence of `pattern`; what comes in has the place of the pattern's last character.
    mutating func replace(_ pattern: [UInt8], with content: [UInt8]) {
        guard !pattern.isEmpty, bytes.count >= pattern.count else { return }
        var result = AlignedText()
        var position = 0
        while position < bytes.count {
            let stop = position + pattern.count
            if bytes[position] == pattern[0], stop <= bytes.count,
                bytes[position..<stop].elementsEqual(pattern)
            {
                result.append(content, starts[stop - 1], ends[stop - 1])
                position = stop
            } else {
                result.append(CollectionOfOne(bytes[position]), starts[position], ends[position])
                position += 1
            }
        }
        self = result
    }

    func starts(with prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }

    /// Runs `body` on a view of this text.
    func withView<Result>(_ body: (TextView) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBufferPointer { bytes in
            try starts.withUnsafeBufferPointer { starts in
                try ends.withUnsafeBufferPointer { ends in
                    guard let base = bytes.baseAddress, let first = starts.baseAddress,
                        let last = ends.baseAddress
                    else { preconditionFailure("a view of an empty text") }
                    return try body(
                        TextView(bytes: base, count: bytes.count, alignment: .aligned(first, last)))
                }
            }
        }
    }
}

/// Bytes to split and encode: the original text's own, or those of a changed one.
struct TextView {
    enum Alignment {
        /// The bytes are the original text's.
        case original(UnsafeMutablePointer<ScalarCounter>)
        /// First and end scalar of the original by byte.
        case aligned(UnsafePointer<Int32>, UnsafePointer<Int32>)
    }

    let bytes: UnsafePointer<UInt8>
    let count: Int
    let alignment: Alignment

    /// Whether `content` lies at `position`, inside `end`.
    func holds(_ content: [UInt8], at position: Int, end: Int) -> Bool {
        guard end - position >= content.count else { return false }
        for index in 0..<content.count where bytes[position + index] != content[index] { return false }
        return true
    }
}

/// Counts the scalars of one text, each time from where it stopped the last time.
struct ScalarCounter {
    private var bytes = 0
    private var scalars = 0

    /// How many scalars of `text` begin before byte `position`.
    @inline(__always)
    mutating func scalars(before position: Int, of text: UnsafePointer<UInt8>) -> Int {
        while bytes < position {
            if text[bytes] & 0xC0 != 0x80 { scalars += 1 }
            bytes += 1
        }
        while bytes > position {
            bytes -= 1
            if text[bytes] & 0xC0 != 0x80 { scalars -= 1 }
        }
        return scalars
    }
}
