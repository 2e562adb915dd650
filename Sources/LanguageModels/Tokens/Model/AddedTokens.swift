/// A token that is found in the text before anything else.
struct AddedToken: Sendable, Equatable {
    var id: Int
    var content: String
    /// Its text when decoded.
    var spelling: [UInt8]
    /// Dropped when decoding.
    var special = false
    /// Found only where no word character stands beside it.
    var singleWord = false
    /// Takes the white space before it.
    var stripsLeft = false
    /// Takes the white space after it.
    var stripsRight = false
    /// Looked for in the normalised text instead of the original.
    var normalized = false
}

/// A set of added tokens that are looked for together: of those that begin first the longest counts.
struct AddedTokenFinder: Sendable {
    private struct Node: Sendable {
        var child: Int32 = -1
        var sibling: Int32 = -1
        var byte: UInt8 = 0
        /// Index of the token that ends here, or -1.
        var token: Int32 = -1
    }

    private(set) var tokens: [AddedToken] = []
    private var nodes: [Node] = []
    /// The node of each first byte, or -1.
    private var roots = [Int32](repeating: -1, count: 256)

    var isEmpty: Bool { tokens.isEmpty }

    /// Adds `token`, found where `pattern` stands.
    mutating func add(_ token: AddedToken, pattern: [UInt8]) {
        guard let first = pattern.first else { return }
        if roots[Int(first)] < 0 { roots[Int(first)] = makeNode(first) }
        var node = Int(roots[Int(first)])
        for byte in pattern.dropFirst() {
            if let child = child(of: node, byte) {
                node = child
            } else {
                let child = makeNode(byte)
                nodes[Int(child)].sibling = nodes[node].child
                nodes[node].child = child
                node = Int(child)
            }
        }
        nodes[node].token = Int32(tokens.count)
        tokens.append(token)
    }

    private mutating func makeNode(_ byte: UInt8) -> Int32 {
        nodes.append(Node(byte: byte))
        return Int32(nodes.count - 1)
    }

    private func child(of node: Int, _ byte: UInt8) -> Int? {
        var child = nodes[node].child
        while child >= 0 {
            if nodes[Int(child)].byte == byte { return Int(child) }
            child = nodes[Int(child)].sibling
        }
        return nil
    }

    /// The longest token at `position`, as its index and end.
    private func longest(_ text: TextView, at position: Int, end: Int) -> (token: Int, end: Int)? {
        var node = Int(roots[Int(text.bytes[position])])
        guard node >= 0 else { return nil }
        var found: (Int, Int)?
        var position = position + 1
        while true {
            if nodes[node].token >= 0 { found = (Int(nodes[node].token), position) }
            guard position < end, let child = child(of: node, text.bytes[position]) else { return found }
            node = child
            position += 1
        }
    }

    /// Calls `visit` for every stretch of `range` in turn, with the token or nil.
    func split(
        _ text: TextView, _ range: Range<Int>, visit: (_ stretch: Range<Int>, _ token: AddedToken?) -> Void
    ) {
        var done = range.lowerBound
        var position = range.lowerBound
        while position < range.upperBound {
            guard let match = longest(text, at: position, end: range.upperBound) else {
                position += 1
                continue
            }
            let token = tokens[match.token]
            var (start, stop) = (position, match.end)
            position = match.end
            if token.singleWord, touchesWord(text, start..<stop, in: range) { continue }
            if token.stripsLeft { start = max(done, spaceStart(text, start, from: range.lowerBound)) }
            if token.stripsRight { stop = spaceEnd(text, stop, end: range.upperBound) }
            if done < start { visit(done..<start, nil) }
            visit(start..<stop, token)
            done = stop
        }
        if done < range.upperBound { visit(done..<range.upperBound, nil) }
    }

    private func touchesWord(_ text: TextView, _ match: Range<Int>, in range: Range<Int>) -> Bool {
        if match.lowerBound > range.lowerBound,
            isWord(text, previousScalar(text, match.lowerBound))
        {
            return true
        }
        return match.upperBound < range.upperBound && isWord(text, match.upperBound)
    }

    private func isWord(_ text: TextView, _ position: Int) -> Bool {
        ScalarClasses.isRegexWord(Unicode.Scalar(decodeScalar(text.bytes, position).value)!)
    }

    private func previousScalar(_ text: TextView, _ position: Int) -> Int {
        var position = position - 1
        while text.bytes[position] & 0xC0 == 0x80 { position -= 1 }
        return position
    }

    private func spaceStart(_ text: TextView, _ position: Int, from start: Int) -> Int {
        var position = position
        while position > start {
            let previous = previousScalar(text, position)
            let value = decodeScalar(text.bytes, previous).value
            guard ScalarClasses.shared.kind(value) == ScalarClasses.space else { break }
            position = previous
        }
        return position
    }

    private func spaceEnd(_ text: TextView, _ position: Int, end: Int) -> Int {
        ScalarScanner(bytes: text.bytes, end: end, classes: .shared)
            .runEnd(ScalarClasses.space, from: position)
    }
}
