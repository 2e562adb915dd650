import Foundation

/// The effect of each opcode on the stack.
extension PickleReader {
    /// False for an opcode that plain data does not need.
    ///
    /// - Throws: `PickleError`.
    mutating func carryOut(_ opcode: PickleOpcode) throws -> Bool {
        if let scalar = try scalar(opcode) {
            stack.append(scalar)
            return true
        }
        if try fillContainer(opcode) { return true }
        switch opcode {
        case .proto: try checkProtocol()
        case .frame: _ = try input.integer(UInt64.self)
        case .mark: marks.append(stack.count)
        case .pop: _ = try pop()
        case .popMark: _ = try popToMark()
        case .dup: stack.append(try top())
        case .binget: try recall(Int(try input.byte()))
        case .longBinget: try recall(Int(try input.integer(UInt32.self)))
        case .binput: memo[Int(try input.byte())] = try top()
        case .longBinput: memo[Int(try input.integer(UInt32.self))] = try top()
        case .memoize: memo[memo.count] = try top()
        case .global: try name(module: try input.line(), name: try input.line())
        case .stackGlobal:
            guard let name = try pop().string, let module = try pop().string else {
                throw failure("a name that is not text")
            }
            try self.name(module: module, name: name)
        case .inst: try name(module: try input.line(), name: try input.line(), isCalled: true)
        case .reduce, .newobj: try call()
        case .build: try build()
        case .binpersid: stack.append(try checked(.persistent(try persistentId())))
        default: return false
        }
        return true
    }

    // MARK: - Values without parts

    private mutating func scalar(_ opcode: PickleOpcode) throws -> PickleValue? {
        switch opcode {
        case .none: return PickleValue.none
        case .newtrue: return .bool(true)
        case .newfalse: return .bool(false)
        case .binint: return .integer(Int(try input.integer(Int32.self)))
        case .binint1: return .integer(Int(try input.byte()))
        case .binint2: return .integer(Int(try input.integer(UInt16.self)))
        case .long1: return try long(byteCount: Int(try input.byte()))
        case .long4: return try long(byteCount: Int(try input.integer(Int32.self)))
        case .binfloat: return .float(try input.double())
        case .shortBinunicode, .shortBinstring: return .string(try input.text(try input.byte()))
        case .binunicode: return .string(try input.text(try input.integer(UInt32.self)))
        case .binunicode8: return .string(try input.text(try input.integer(UInt64.self)))
        case .binstring: return .string(try input.text(try input.integer(Int32.self)))
        case .shortBinbytes: return .bytes(Array(try input.take(try input.byte())))
        case .binbytes: return .bytes(Array(try input.take(try input.integer(UInt32.self))))
        case .binbytes8: return .bytes(Array(try input.take(try input.integer(UInt64.self))))
        default: return nil
        }
    }

    private mutating func long(byteCount: Int) throws -> PickleValue {
        guard byteCount <= Self.maximumLongByteCount else {
            throw failure("an integer of \(byteCount) bytes")
        }
        let bytes = Array(try input.take(byteCount))
        guard byteCount <= 8 else { return .long(bytes) }
        let fill: UInt8 = (bytes.last ?? 0) >= 0x80 ? 0xFF : 0
        var bits: UInt64 = 0
        for index in 0..<8 {
            bits |= UInt64(index < byteCount ? bytes[index] : fill) << UInt64(8 * index)
        }
        return .integer(Int(Int64(bitPattern: bits)))
    }

    private mutating func checkProtocol() throws {
        let version = try input.byte()
        guard (2...5).contains(version) else { throw failure("pickle protocol \(version)") }
    }

    // MARK: - Containers

    /// False for an opcode that makes or fills no list, tuple or dict.
    private mutating func fillContainer(_ opcode: PickleOpcode) throws -> Bool {
        switch opcode {
        case .emptyList: stack.append(newList([]))
        case .list: stack.append(newList(try popToMark()))
        case .append:
            let item = try pop()
            try append([item])
        case .appends:
            let items = try popToMark()
            try append(items)
        case .emptyTuple: stack.append(.tuple(PickleTuple([])))
        case .tuple: stack.append(try checked(.tuple(PickleTuple(try popToMark()))))
        case .tuple1: try makeTuple(of: 1)
        case .tuple2: try makeTuple(of: 2)
        case .tuple3: try makeTuple(of: 3)
        case .emptyDict: stack.append(.dictionary(newDictionary()))
        case .dict:
            let items = try popToMark()
            stack.append(.dictionary(newDictionary()))
            try setItems(items)
        case .setitem:
            let value = try pop()
            let key = try pop()
            try setItems([key, value])
        case .setitems:
            let items = try popToMark()
            try setItems(items)
        default: return false
        }
        return true
    }

    private mutating func makeTuple(of count: Int) throws {
        guard stack.count - (marks.last ?? 0) >= count else { throw failure("a tuple lacks items") }
        let tuple = PickleTuple(Array(stack.suffix(count)))
        stack.removeLast(count)
        stack.append(try checked(.tuple(tuple)))
    }

    private func append(_ items: [PickleValue]) throws {
        guard case .list(let list) = try top() else { throw failure("items for what is not a list") }
        list.items.append(contentsOf: items)
    }

    private func setItems(_ items: [PickleValue]) throws {
        guard case .dictionary(let dictionary) = try top() else {
            throw failure("items for what is not a dict")
        }
        guard items.count % 2 == 0 else { throw failure("a key without a value") }
        for index in stride(from: 0, to: items.count, by: 2) {
            dictionary.items.append((items[index], items[index + 1]))
        }
    }

    // MARK: - Stack and memo

    /// Takes the topmost value; never one below the last mark.
    mutating func pop() throws -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
            throw failure("the stack is empty")
        }
        return value
    }

    private func top() throws -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.last else {
            throw failure("the stack is empty")
        }
        return value
    }

    private mutating func popToMark() throws -> [PickleValue] {
        guard let mark = marks.popLast() else { throw failure("no mark") }
        let items = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return items
    }

    private mutating func recall(_ number: Int) throws {
        guard let value = memo[number] else { throw failure("nothing was put aside as \(number)") }
        stack.append(value)
    }

    // MARK: - Names and what is done with them

    private static let orderedDict = PickleName("collections", "OrderedDict")

    private mutating func name(module: String, name: String, isCalled: Bool = false) throws {
        let found = PickleName(module, name)
        guard !isCalled, found == Self.orderedDict || expected.contains(found) else {
            throw failure("it names \(found), which is not plain data and was not executed")
        }
        stack.append(.name(found))
    }

    private mutating func call() throws {
        guard case .tuple(let arguments) = try pop() else { throw failure("arguments that are no tuple") }
        guard let function = try pop().name else { throw failure("a call of what is not a name") }
        guard function == Self.orderedDict else {
            stack.append(try checked(.call(PickleCall(function, arguments))))
            return
        }
        stack.append(.dictionary(newDictionary()))
        guard let pairs = arguments.items.first else { return }
        // Python 2 hands over a list of pairs.
        guard let pairs = pairs.items else { throw failure("an OrderedDict of no pairs") }
        try chargeCopies(pairs.count)
        for pair in pairs {
            guard let pair = pair.items, pair.count == 2 else { throw failure("an OrderedDict of no pairs") }
            try setItems(pair)
        }
    }

    /// Attributes of a dict (a state dict's `_metadata`) are dropped; nothing else has any.
    private mutating func build() throws {
        guard case .dictionary = try pop(), case .dictionary = try top() else {
            throw failure("attributes for what is not an OrderedDict")
        }
    }

    private mutating func persistentId() throws -> PickleTuple {
        let id = try pop()
        if case .tuple(let tuple) = id { return tuple }
        return PickleTuple([id])
    }
}
