import Compute
import Foundation

/// A checkpoint described by `config.json` and the shapes of its tensors alone: nothing is loaded.
package struct ModelSummary: Sendable {
    /// The share of one part of the model.
    package struct Part: Sendable, Equatable {
        package let part: ModelPart
        package var parameters: Int
        package var byteCount: Int
    }

    package let configuration: TransformerConfiguration
    /// As the checkpoint has them.
    let names: WeightNames
    /// In the order of `ModelPart`, parts without parameters left out.
    package let parts: [Part]
    package let notes: [WeightNote]
    /// How many parameters are stored in each element type.
    package let parametersByType: [ElementType: Int]
    /// How many are stored as F64 or in blocks, by the types' names, and read as float32.
    private let otherParameters: [String: Int]
    /// Bytes and parameters of matrices in blocks.
    private let blockBytes: Int
    private let blockParameters: Int
    /// The blocks in which matrices are stored.
    let matrixBlocks: [BlockFormat]
    /// Parameters of vectors: norms and biases, which are held as float32.
    private let vectorParameters: Int
    private let matrixParametersByType: [ElementType: Int]
    private let elementTypes: [String: ElementType]

    /// - Throws: `LanguageModelError`, as loading the model would.
    package init(_ checkpoint: Checkpoint) throws {
        try self.init(ModelTensors(checkpoint))
    }

    /// - Throws: `LanguageModelError`, as loading the model would.
    package init(_ tensors: ModelTensors) throws {
        try self.init(tensors.configuration, tensors.names, notes: tensors.notes) { need in
            let stored = try tensors.stored(need)
            return (
                stored.elementType, stored.blocks?.rawValue ?? (stored.isDouble ? "F64" : nil),
                stored.byteCount
            )
        }
    }

    /// Of a checkpoint that is not there, stored in the type that `config.json` names, else float32.
    ///
    /// - Throws: `LanguageModelError`, as loading the model would.
    package init(withoutWeights reader: ConfigurationReader) throws {
        let (configuration, names) = try ModelFamilies.read(reader)
        let stored = reader.object["dtype"]?.string ?? reader.object["torch_dtype"]?.string
        let type: ElementType =
            switch stored {
            case "float16": .float16
            case "bfloat16": .bfloat16
            default: .float32
            }
        self.init(configuration, names, notes: []) { need in
            (type, nil, need.shape.reduce(1, *) * type.byteCount)
        }
    }

    private init(
        _ configuration: TransformerConfiguration, _ names: WeightNames, notes: [WeightNote],
        stored: (TensorRequirement) throws -> (type: ElementType, other: String?, byteCount: Int)
    ) rethrows {
        var elementTypes: [String: ElementType] = [:]
        var sizes: [ModelPart: Part] = [:]
        var types: [ElementType: Int] = [:]
        var matrices: [ElementType: Int] = [:]
        var others: [String: Int] = [:]
        var blocks: Set<BlockFormat> = []
        var (vectors, blockBytes, blockParameters) = (0, 0, 0)
        for need in names.tensors(configuration) {
            let (type, other, bytes) = try stored(need)
            elementTypes[need.name] = type
            let count = need.shape.reduce(1, *)
            sizes[need.part, default: Part(part: need.part, parameters: 0, byteCount: 0)].parameters += count
            sizes[need.part]?.byteCount += bytes
            if let other {
                others[other, default: 0] += count
            } else {
                types[type, default: 0] += count
            }
            if need.shape.count == 1 {
                vectors += count
            } else {
                matrices[type, default: 0] += count
                if let format = other.flatMap(BlockFormat.init) {
                    blocks.insert(format)
                    blockBytes += bytes
                    blockParameters += count
                }
            }
        }
        self.configuration = configuration
        self.names = names
        self.elementTypes = elementTypes
        parts = ModelPart.allCases.compactMap { sizes[$0] }
        self.notes = notes
        parametersByType = types
        otherParameters = others
        self.blockBytes = blockBytes
        self.blockParameters = blockParameters
        matrixBlocks = BlockFormat.allCases.filter(blocks.contains)
        vectorParameters = vectors
        matrixParametersByType = matrices
    }

    /// How a tensor is stored.
    func elementType(of need: TensorRequirement) -> ElementType? { elementTypes[need.name] }

    /// How many parameters are stored in which type, by the types' names.
    package var storedTypes: [(name: String, parameters: Int)] {
        let known = ElementType.allCases.compactMap { type in
            parametersByType[type].map { (name: type.rawValue, parameters: $0) }
        }
        return known
            + (BlockFormat.allCases.map(\.rawValue) + ["F64"]).compactMap { name in
                otherParameters[name].map { (name: name, parameters: $0) }
            }
    }

    package var parameterCount: Int { parts.reduce(0) { $0 + $1.parameters } }
    /// Bytes in the files.
    package var storedBytes: Int { parts.reduce(0) { $0 + $1.byteCount } }

    /// Whether matrices are stored in elements of a type, not in blocks.
    func holdsMatrices(storedAs type: ElementType) -> Bool {
        (matrixParametersByType[type] ?? 0) > (type == .float32 ? blockParameters : 0)
    }

    /// Whether matrices are held as float32, once rounded to `elementType` where one is given.
    func holdsSinglePrecision(as elementType: ElementType?) -> Bool {
        matrixParametersByType.keys.contains { (elementType ?? $0) == .float32 }
    }

    /// Bytes that the loaded weights take, matrices rounded to `elementType` where one is given.
    package func weightBytes(as elementType: ElementType? = nil) -> Int {
        4 * vectorParameters + (elementType == nil ? blockBytes - 4 * blockParameters : 0)
            + matrixParametersByType.reduce(0) { $0 + $1.value * (elementType ?? $1.key).byteCount }
    }
}
