import Compute
import Foundation

/// Makes the pickle (protocol 2) of what `torch.save` may be given: lists, dicts, texts, whole numbers and tensors.
/// Values follow each other as Python's pickler would write them; nothing is shared but
/// storages.
package struct TorchPickle {
    private var bytes = Data([PickleOpcode.proto.rawValue, 2])

    package init() {}

    /// A list of what `body` adds.
    package mutating func list(_ body: (inout TorchPickle) throws -> Void) rethrows {
        put(.emptyList)
        put(.mark)
        try body(&self)
        put(.appends)
    }

    /// A dict of the keys and values, by turns, that `body` adds.
    package mutating func dictionary(_ body: (inout TorchPickle) throws -> Void) rethrows {
        put(.emptyDict)
        put(.mark)
        try body(&self)
        put(.setitems)
    }

    /// The same as an `OrderedDict`.
    mutating func orderedDictionary(_ body: (inout TorchPickle) throws -> Void) rethrows {
        emptyOrderedDictionary()
        put(.mark)
        try body(&self)
        put(.setitems)
    }

    package mutating func text(_ text: String) {
        put(.binunicode)
        bytes.appendLittleEndian(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    package mutating func integer(_ value: Int) {
        if let small = Int32(exactly: value) {
            put(.binint)
            bytes.appendLittleEndian(UInt32(bitPattern: small))
        } else {
            put(.long1)
            bytes.append(8)
            bytes.appendLittleEndian(UInt64(bitPattern: Int64(value)))
        }
    }

    /// A row-major tensor of `shape` that begins at element `offset` of storage number `storage`, which has
    /// `count` elements of `type`.
    package mutating func tensor(
        _ shape: [Int], type: ElementType = .float32, storage: Int, count: Int, offset: Int = 0
    ) {
        precondition(offset >= 0 && offset + shape.reduce(1, *) <= count, "a tensor lies in its storage")
        appendTensor(
            shape, type: type,
            strides: shape.indices.map { shape[($0 + 1)...].reduce(1) { $0 * max(1, $1) } },
            storage: storage, count: count, offset: offset)
    }

    /// The same with strides, all of it taken at its word.
    mutating func appendTensor(
        _ shape: [Int], type: ElementType = .float32, strides: [Int], storage: Int, count: Int, offset: Int
    ) {
        global(TorchNames.tensor2)
        put(.mark)
        put(.mark)
        text("storage")
        global(PickleName("torch", TorchNames.storage(of: type)))
        text(String(storage))
        text("cpu")
        integer(count)
        put(.tuple)
        put(.binpersid)
        integer(offset)
        tuple(shape)
        tuple(strides)
        put(.newfalse)
        emptyOrderedDictionary()
        put(.tuple)
        put(.reduce)
    }

    /// All of it.
    var data: Data { bytes + [PickleOpcode.stop.rawValue] }

    private mutating func put(_ opcode: PickleOpcode) { bytes.append(opcode.rawValue) }

    private mutating func emptyOrderedDictionary() {
        global(PickleName("collections", "OrderedDict"))
        put(.emptyTuple)
        put(.reduce)
    }

    private mutating func global(_ name: PickleName) {
        put(.global)
        bytes.append(contentsOf: "\(name.module)\n\(name.name)\n".utf8)
    }

    private mutating func tuple(_ values: [Int]) {
        put(.mark)
        values.forEach { integer($0) }
        put(.tuple)
    }
}
