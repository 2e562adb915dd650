/// The large members of tokenizer files, read straight into byte tables, without a value for each entry.
extension JSONScanner {
    /// An object from spellings to ids.
    mutating func vocabulary() throws -> (spellings: ByteStrings, ids: [Int]) {
        var spellings = ByteStrings()
        var ids: [Int] = []
        try beginObject()
        while try next(close: UInt8(ascii: "}")) {
            try spellings.append { try string(appendingTo: &$0) }
            try expect(UInt8(ascii: ":"))
            ids.append(try id())
        }
        return (spellings, ids)
    }

    /// A list of merges, each `"left right"` or `["left", "right"]`, as pairs of strings one after another.
    mutating func merges() throws -> ByteStrings {
        var parts = ByteStrings()
        var line: [UInt8] = []
        try beginArray()
        while try nextElement() {
            if try peek() == UInt8(ascii: "\"") {
                line.removeAll(keepingCapacity: true)
                try string(appendingTo: &line)
                guard parts.append(mergeLine: line) else { throw error("not a pair of tokens") }
                continue
            }
            try expect(UInt8(ascii: "["))
            try parts.append { try string(appendingTo: &$0) }
            try expect(UInt8(ascii: ","))
            try parts.append { try string(appendingTo: &$0) }
            try expect(UInt8(ascii: "]"))
        }
        return parts
    }

    private mutating func id() throws -> Int {
        _ = try peek()
        let start = position
        guard let id = try? integer(), (0..<1_000_000_000_000).contains(id) else {
            throw JSONError(byte: start, reason: "expected an id")
        }
        return id
    }
}

extension ByteStrings {
    /// Appends both tokens of `"left right"`; false if it is not a pair.
    mutating func append(mergeLine line: some BidirectionalCollection<UInt8>) -> Bool {
        guard let space = line.firstIndex(of: 0x20), line.lastIndex(of: 0x20) == space else { return false }
        let right = line[line.index(after: space)...]
        guard space > line.startIndex, !right.isEmpty else { return false }
        append(line[..<space])
        append(right)
        return true
    }
}
