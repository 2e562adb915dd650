import Compute
import Foundation

/// The content of a torch file: plain data, in which calls that rebuild tensors stand for tensors.
package struct TorchContent {
    /// The saved object.
    package let root: PickleValue
    let file: MappedFile
    /// Where a storage's bytes lie in the file; nil if they are not there.
    let offset: (TorchStorage) throws -> Int?

    /// Keys under which training programs put a state dict beside other things, the likeliest first.
    private static let wrappers = [
        "state_dict", "model_state_dict", "model_state", "model", "module", "net", "network", "weights",
        "params",
    ]
    /// Wrappers in wrappers that are looked into: `{"model": {"state_dict": …}}`.
    private static let wrapperLimit = 4
    /// More dimensions than torch's tensors have are refused.
    private static let maximumDimensions = 64

    /// The tensors of the saved dict, or of the state dict inside it and after them those beside it, where
    /// the names differ.  Other entries (of an optimizer, of settings) are passed over.
    ///
    /// - Throws: `LanguageModelError.malformed`.
    func stateDict() throws -> [TensorRecord] {
        guard let dictionary = root.dictionary else { throw malformed("what was saved is not a state dict") }
        var levels = [dictionary]
        while levels.count <= Self.wrapperLimit, let inner = try wrapped(in: levels[0]) {
            levels.insert(inner, at: 0)
        }
        var gathered = GatheredTensors(limit: 4 * file.byteCount + (64 << 20))
        var records: [TensorRecord] = []
        var names: Set<ExactString> = []
        for level in levels {
            let found = try tensors(of: level, &gathered).filter { !names.contains(ExactString($0.name)) }
            names.formUnion(found.map { ExactString($0.name) })
            records += found
        }
        guard !records.isEmpty || dictionary.items.isEmpty else {
            throw malformed("what was saved holds no tensors")
        }
        return records
    }

    /// The state dict that `dictionary` wraps, nil if it wraps none.
    ///
    /// - Throws: `LanguageModelError.malformed` where it wraps several that differ in a tensor.
    private func wrapped(in dictionary: PickleDictionary) throws -> PickleDictionary? {
        let candidates = Self.wrappers.compactMap { key in
            dictionary[key]?.dictionary.map { (key: key, content: $0) }
        }
        let filled = candidates.filter { $0.content.items.contains { $0.value.call != nil } }
        guard let first = filled.first else { return candidates.first?.content }
        for other in filled.dropFirst() where try Self.differ(first.content, other.content, tensorView) {
            throw malformed("it holds two state dicts, \"\(first.key)\" and \"\(other.key)\"")
        }
        return first.content
    }

    /// Whether both hold a tensor of one name, but not the same elements of one storage.
    private static func differ(
        _ a: PickleDictionary, _ b: PickleDictionary,
        _ view: (PickleValue, String) throws -> TorchTensorView?
    ) throws -> Bool {
        var known: [ExactString: PickleValue] = [:]
        for (key, value) in a.items where value.call != nil {
            if let name = key.string { known[ExactString(name)] = value }
        }
        for (key, value) in b.items where value.call != nil {
            guard let name = key.string, let other = known[ExactString(name)] else { continue }
            if try view(other, name) != view(value, name) { return true }
        }
        return false
    }

    /// The tensors among a dict's values; other values are passed over.
    private func tensors(
        of dictionary: PickleDictionary, _ gathered: inout GatheredTensors
    ) throws -> [TensorRecord] {
        var names: Set<ExactString> = []
        var records: [TensorRecord] = []
        for (key, value) in dictionary.items {
            guard let name = key.string, let view = try tensorView(value, name: name) else { continue }
            guard names.insert(ExactString(name)).inserted else { throw malformed("two tensors \"\(name)\"") }
            guard let record = try gathered.record(of: view, name: name, file: file) else {
                throw malformed("tensor \"\(name)\" repeats the same elements too often")
            }
            records.append(record)
        }
        return records
    }

    /// The tensor that `value` stands for, nil if it stands for none.
    ///
    /// - Throws: `LanguageModelError.malformed`.
    package func tensor(_ value: PickleValue, name: String) throws -> TensorRecord? {
        guard let view = try tensorView(value, name: name) else { return nil }
        var gathered = GatheredTensors(limit: 4 * file.byteCount + (64 << 20))
        guard let record = try gathered.record(of: view, name: name, file: file) else {
            throw malformed("tensor \"\(name)\" repeats the same elements too often")
        }
        return record
    }

    private func malformed(_ reason: String) -> LanguageModelError {
        .malformed(path: file.path, reason: reason)
    }

    private func tensorView(_ value: PickleValue, name: String) throws -> TorchTensorView? {
        guard let call = value.call else { return nil }
        let arguments = call.arguments.items
        switch call.function {
        case TorchNames.parameter, TorchNames.parameterWithState:
            guard let data = arguments.first else { throw malformed("parameter \"\(name)\" without data") }
            return try tensorView(data, name: name)
        case TorchNames.tensor, TorchNames.tensor2: break
        default: return nil
        }
        guard arguments.count >= 4, case .persistent(let id) = arguments[0],
            let storage = TorchStorage(id: id)
        else { throw malformed("tensor \"\(name)\" has no storage that can be read") }
        guard let offset = arguments[1].integer, let shape = Self.sizes(arguments[2]),
            let strides = Self.sizes(arguments[3])
        else { throw malformed("tensor \"\(name)\" has no shape and strides of whole numbers") }
        guard let base = try self.offset(storage) else {
            throw malformed("storage \(storage.key) of tensor \"\(name)\" is not in the file")
        }
        guard
            let view = TorchTensorView(
                storage: storage, storageOffset: base, offset: offset, shape: shape, strides: strides)
        else {
            throw malformed(
                "tensor \"\(name)\" of shape \(shape), strides \(strides), offset \(offset) is not "
                    + "within the \(storage.view.count) elements of its storage")
        }
        return view
    }

    private static func sizes(_ value: PickleValue) -> [Int]? {
        let value = value.call?.arguments.items.first ?? value
        guard let items = value.items, items.count <= maximumDimensions else { return nil }
        let sizes = items.compactMap(\.integer)
        return sizes.count == items.count ? sizes : nil
    }
}
