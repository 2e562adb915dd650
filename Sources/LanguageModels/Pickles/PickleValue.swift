/// The content of a Python pickle, as inert data.
///
/// Nothing that a pickle names is ever looked up or called: a name stays a name, a call stays a name with
/// arguments.
package enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    /// An integer beyond 64 bits: two's complement, little-endian.
    case long([UInt8])
    case float(Double)
    case string(String)
    case bytes([UInt8])
    case list(PickleList)
    case tuple(PickleTuple)
    case dictionary(PickleDictionary)
    /// A class or function that the reader was told to expect.
    case name(PickleName)
    /// An expected class or function with the arguments it would have been called with.
    case call(PickleCall)
    /// Something that lies outside the pickle, by its id.
    case persistent(PickleTuple)
}

/// A class or function by its module and name.
package struct PickleName: Hashable, Sendable, CustomStringConvertible {
    package let module: String
    package let name: String

    package init(_ module: String, _ name: String) {
        self.module = module
        self.name = name
    }

    package var description: String { module.isEmpty ? name : "\(module).\(name)" }
}

/// A Python list; the pickle may refer to it from several places.
package final class PickleList {
    package internal(set) var items: [PickleValue] = []
    var height = PickleHeight.unknown
}

/// A Python dict (or OrderedDict) in its order; of a repeated key the last value counts.
package final class PickleDictionary {
    package internal(set) var items: [(key: PickleValue, value: PickleValue)] = []
    var height = PickleHeight.unknown

    /// The value of a string key.
    package subscript(key: String) -> PickleValue? { items.last { $0.key.string == key }?.value }
}

/// A Python tuple.
package final class PickleTuple {
    package let items: [PickleValue]
    /// How deep tuples and calls are nested in this one; lists and dicts count nothing, as they can grow.
    let ownDepth: Int
    var height = PickleHeight.unknown

    init(_ items: [PickleValue]) {
        self.items = items
        ownDepth = 1 + (items.lazy.map(\.ownDepth).max() ?? 0)
    }
}

/// A class or function with arguments, never carried out.
package final class PickleCall {
    package let function: PickleName
    package let arguments: PickleTuple

    init(_ function: PickleName, _ arguments: PickleTuple) {
        self.function = function
        self.arguments = arguments
    }
}

/// How many containers are nested in one, as far as it is known.
enum PickleHeight {
    case unknown
    /// Its members are being looked at.
    case open
    case known(Int)
}

extension PickleValue {
    package var isNone: Bool { if case .none = self { true } else { false } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var name: PickleName? { if case .name(let value) = self { value } else { nil } }
    package var call: PickleCall? { if case .call(let value) = self { value } else { nil } }
    package var dictionary: PickleDictionary? { if case .dictionary(let value) = self { value } else { nil } }

    /// A float, or an integer as one.
    package var double: Double? {
        switch self {
        case .float(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    /// The items of a list or tuple.
    package var items: [PickleValue]? {
        switch self {
        case .list(let list): list.items
        case .tuple(let tuple): tuple.items
        default: nil
        }
    }

    /// See `PickleTuple.ownDepth`.
    var ownDepth: Int {
        switch self {
        case .tuple(let tuple), .persistent(let tuple): tuple.ownDepth
        case .call(let call): call.arguments.ownDepth + 1
        default: 0
        }
    }
}
