import Compute

/// Tensors of the right shapes that hold nothing, for a model that is only planned.
struct PlannedWeights: WeightSource {
    private let summary: ModelSummary
    private let elementType: ElementType?
    /// Zeros for the longest vector, and an address for matrices, which nobody reads.
    private let zeros: DeviceStorage

    init(_ summary: ModelSummary, elementType: ElementType?) {
        self.summary = summary
        self.elementType = elementType
        let largest = summary.names.tensors(summary.configuration).map { $0.shape.reduce(1, *) }.max() ?? 0
        let longest =
            summary.names.tensors(summary.configuration).filter { $0.shape.count == 1 }
            .map { $0.shape[0] }.max() ?? 1
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * longest, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: 4 * longest)
        zeros = DeviceStorage(address: memory, byteCount: 4 * max(largest, longest)) { $0.deallocate() }
    }

    func tensor(_ need: TensorRequirement) -> StoredTensor {
        let isVector = need.shape.count == 1
        let type = isVector ? .float32 : elementType ?? summary.elementType(of: need) ?? .float32
        return StoredTensor(
            name: need.name, shape: need.shape, elementType: type, storage: zeros, byteOffset: 0)
    }
}
