import Foundation

/// Reads one pickle of plain data (protocols 2 to 5) without executing anything.
///
/// A table of opcodes builds dicts, lists, tuples, strings, bytes and numbers.  Classes and functions are
/// refused by name, but for those the caller expects, which stay inert names; `collections.OrderedDict` is a
/// dict.  Depth and lengths are checked before they are trusted.
package struct PickleReader {
    /// Deeper nesting is refused: it never occurs in honest files and would exhaust the stack.
    package static let maximumDepth = 256
    /// Longer integers are refused.
    static let maximumLongByteCount = 1024

    var input: PickleInput
    let expected: Set<PickleName>
    var stack: [PickleValue] = []
    /// The heights of the stack at the marks.
    var marks: [Int] = []
    var memo = PickleMemo()
    /// All lists and dicts made; see `release`.
    private var lists: [PickleList] = []
    private var dictionaries: [PickleDictionary] = []
    /// Where this pickle begins.
    private var start = 0
    /// Values that opcodes copied rather than took from the pickle's own bytes.
    private var copied = 0
    /// Copies that even the shortest pickle may make.
    private static let copyAllowance = 1024

    /// Starts at `position` of `bytes`; `expected` are the classes and functions that may be named.
    package init(bytes: UnsafeRawBufferPointer, position: Int = 0, expected: Set<PickleName> = []) {
        input = PickleInput(bytes: bytes, position: position)
        self.expected = expected
    }

    /// The byte after what has been read.
    package var position: Int { input.position }

    /// The next pickle, up to its end; a list of `itemLimit` items or more only until it holds so many.
    /// An opcode makes one value at most, but for those that copy: a pickle of more opcodes than
    /// `valueLimit`, or of more copies than bytes, is refused.
    ///
    /// - Throws: `PickleError`.
    package mutating func read(itemLimit: Int = .max, valueLimit: Int = .max) throws -> PickleValue {
        do {
            start = input.position
            copied = 0
            var made = 0
            while true {
                let start = input.position
                made += 1
                guard made <= valueLimit else { throw failure("more than \(valueLimit) values") }
                let byte = try input.byte()
                guard let opcode = PickleOpcode(rawValue: byte) else {
                    throw PickleError(byte: start, reason: "no opcode has the number \(byte)")
                }
                if opcode == .stop { break }
                guard try carryOut(opcode) else {
                    throw PickleError(
                        byte: start, reason: "the opcode \(opcode.pythonName) is not needed for plain data")
                }
                if itemLimit < .max, cutList(at: itemLimit) { break }
            }
            let value = try pop()
            // Values that were made and dropped count too: they must come apart as safely.
            for list in lists { _ = try measured(.list(list), depth: 0) }
            for dictionary in dictionaries { _ = try measured(.dictionary(dictionary), depth: 0) }
            _ = try measured(value, depth: 0)
            return finish(value)
        } catch {
            release()
            throw error
        }
    }

    /// Whether all that is on the stack is a list of `limit` items or more, which is cut to so many.
    private func cutList(at limit: Int) -> Bool {
        guard marks.isEmpty, stack.count == 1, case .list(let list) = stack[0], list.items.count >= limit
        else { return false }
        list.items.removeLast(list.items.count - limit)
        return true
    }

    /// Called before `count` values are copied, so that no pickle makes more of them than it has bytes.
    ///
    /// - Throws: `PickleError`.
    mutating func chargeCopies(_ count: Int) throws {
        copied += count
        let limit = input.position - start + Self.copyAllowance
        guard copied <= limit else { throw failure("more than \(limit) values") }
    }

    func failure(_ reason: String) -> PickleError { PickleError(byte: input.position, reason: reason) }

    private mutating func finish(_ value: PickleValue) -> PickleValue {
        stack = []
        marks = []
        memo = PickleMemo()
        lists = []
        dictionaries = []
        return value
    }

    /// Takes apart what was built, so that neither cycles nor long chains are left: freeing a chain frees
    /// its links one inside the other, which would exhaust the stack.
    private mutating func release() {
        for list in lists { list.items = [] }
        for dictionary in dictionaries { dictionary.items = [] }
        _ = finish(.none)
    }

    mutating func newList(_ items: [PickleValue]) -> PickleValue {
        let list = PickleList()
        list.items = items
        lists.append(list)
        return .list(list)
    }

    mutating func newDictionary() -> PickleDictionary {
        let dictionary = PickleDictionary()
        dictionaries.append(dictionary)
        return dictionary
    }

    /// Tuples and calls are made from their parts, so their depth is known at once.
    func checked(_ value: PickleValue) throws -> PickleValue {
        guard value.ownDepth <= Self.maximumDepth else { throw tooDeep }
        return value
    }

    private var tooDeep: PickleError { failure("nested deeper than \(Self.maximumDepth)") }

    /// How many containers are nested in `value`, which lies `depth` deep.
    ///
    /// - Throws: `PickleError` for a container inside itself, or too deep.
    private func measured(_ value: PickleValue, depth: Int) throws -> Int {
        func height(_ known: PickleHeight, _ set: (PickleHeight) -> Void, _ body: () throws -> Int) throws
            -> Int
        {
            switch known {
            case .open: throw failure("a container that holds itself")
            case .known(let height):
                guard depth + height <= Self.maximumDepth else { throw tooDeep }
                return height
            case .unknown:
                guard depth < Self.maximumDepth else { throw tooDeep }
                set(.open)
                let height = try body() + 1
                set(.known(height))
                return height
            }
        }
        func tallest(_ items: [PickleValue]) throws -> Int {
            try items.reduce(0) { max($0, try measured($1, depth: depth + 1)) }
        }
        switch value {
        case .list(let list): return try height(list.height, { list.height = $0 }) { try tallest(list.items) }
        case .tuple(let tuple), .persistent(let tuple):
            return try height(tuple.height, { tuple.height = $0 }) { try tallest(tuple.items) }
        case .call(let call): return try measured(.tuple(call.arguments), depth: depth)
        case .dictionary(let dictionary):
            return try height(dictionary.height, { dictionary.height = $0 }) {
                try dictionary.items.reduce(0) {
                    let key = try measured($1.key, depth: depth + 1)
                    return max($0, key, try measured($1.value, depth: depth + 1))
                }
            }
        default: return 0
        }
    }
}

/// An error of a pickle, and at which byte.
package struct PickleError: Error, Equatable, Sendable {
    package let byte: Int
    package let reason: String
}
