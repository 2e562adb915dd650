import Compute
import Foundation

/// The tensors of a checkpoint that its model reads, found under whatever names programs store them.
package struct ModelTensors: Sendable {
    /// As `config.json` has it, but for a head that is stored beside the embedding it is said to be.
    package let configuration: TransformerConfiguration
    package let notes: [WeightNote]
    /// As the checkpoint has them, without what wrappers add.
    let names: WeightNames
    /// As the family has them.
    private let family: WeightNames
    private let tensors: NamedTensors
    private let folder: URL

    /// Compares head and embedding if both are stored though they are said to be one; reads no other tensor.
    ///
    /// - Throws: `LanguageModelError`, as loading the model would.
    package init(_ checkpoint: Checkpoint) throws {
        var configuration: TransformerConfiguration
        (configuration, family) = try ModelFamilies.read(ConfigurationReader(checkpoint))
        if let ends = try GenerationSettings(folder: checkpoint.folder)?.endTokens {
            configuration.endTokens = ends
        }
        var tensors = NamedTensors(checkpoint)
        names = try tensors.resolved(family, configuration)
        var notes: [WeightNote] = []
        folder = checkpoint.folder
        let (embedding, head) = (names.tokenEmbedding(configuration), names.head + ".weight")
        if configuration.head.isTied {
            tensors.alias(embedding.name, for: head)
            if try Self.differ(tensors[embedding.name], tensors[head], shape: embedding.shape) {
                configuration.head.isTied = false
                notes.append(
                    .headDiffers(
                        head: tensors[head]?.name ?? head,
                        embedding: tensors[embedding.name]?.name ?? embedding.name))
            }
        }
        self.tensors = tensors
        self.configuration = configuration
        let used = names.tensors(configuration).compactMap { tensors[$0.name] }
        let doubles = used.count(where: \.isDouble)
        if doubles > 0 { notes.append(.rounded(count: doubles)) }
        let unused = Self.unused(in: checkpoint, used: used + [tensors[head]].compactMap { $0 })
        if !unused.isEmpty { notes.append(.unused(names: unused)) }
        self.notes = notes
    }

    /// Whether both are stored, with different values.
    ///
    /// - Throws: `LanguageModelError.tensorShape`, `.elementType`.
    private static func differ(_ a: TensorRecord?, _ b: TensorRecord?, shape: [Int]) throws -> Bool {
        guard let a, let b else { return false }
        let (first, second) = (try checked(a, shape: shape), try checked(b, shape: shape))
        if a.typeName == b.typeName {
            return a.bytes.baseAddress != b.bytes.baseAddress
                && memcmp(
                    first.storage.address + first.byteOffset, second.storage.address + second.byteOffset,
                    first.byteCount) != 0
        }
        let step = 1 << 20
        return stride(from: 0, to: first.elementCount, by: step).contains { start in
            let range = start..<min(first.elementCount, start + step)
            return first.elements(range).floats() != second.elements(range).floats()
        }
    }

    private static func checked(_ record: TensorRecord, shape: [Int]) throws -> StoredTensor {
        guard let tensor = record.stored else {
            throw LanguageModelError.elementType(name: record.name, found: record.typeName)
        }
        guard tensor.shape == shape else {
            throw LanguageModelError.tensorShape(name: record.name, expected: shape, found: tensor.shape)
        }
        return tensor
    }

    /// Tensors of the checkpoint that are neither used nor the same bytes as one that is, nor known buffers.
    private static func unused(in checkpoint: Checkpoint, used: [TensorRecord]) -> [String] {
        struct ByteRange: Hashable {
            let address: UnsafeMutableRawPointer
            let byteCount: Int

            init(_ record: TensorRecord) {
                address = record.storage.address + record.byteOffset
                byteCount = record.byteCount
            }
        }
        let ranges = Set(used.map(ByteRange.init))
        let names = Set(used.map { ExactString($0.name) })
        return checkpoint.tensorNames.filter { name in
            guard !names.contains(ExactString(name)), !WrapperNames.isBuffer(name),
                let record = checkpoint.record(name)
            else { return false }
            return record.byteCount == 0 || !ranges.contains(ByteRange(record))
        }
    }

    /// The tensor that serves a need, which is looked up but not read.
    ///
    /// - Throws: `LanguageModelError.tensorMissing`, `.tensorShape`, `.elementType`.
    func stored(_ need: TensorRequirement) throws -> StoredTensor {
        guard let record = tensors[need.name] else {
            throw LanguageModelError.tensorMissing(name: need.name, path: folder.path)
        }
        return try Self.checked(record, shape: need.shape)
    }

    /// Every tensor of the model under the name that its family gives it, each once.
    ///
    /// - Throws: `LanguageModelError.tensorMissing`, `.tensorShape`, `.elementType`.
    package func all() throws -> [(need: TensorRequirement, record: TensorRecord)] {
        try zip(family.tensors(configuration), names.tensors(configuration)).map { canonical, need in
            _ = try stored(need)
            guard let record = tensors[need.name] else {
                throw LanguageModelError.tensorMissing(name: need.name, path: folder.path)
            }
            return (canonical, record)
        }
    }
}

extension ModelTensors: WeightSource {
    func tensor(_ need: TensorRequirement) throws -> StoredTensor {
        let tensor = try stored(need)
        tensor.prefetch()
        return tensor
    }
}
