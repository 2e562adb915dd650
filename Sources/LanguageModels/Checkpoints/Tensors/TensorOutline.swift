/// A tensor whose elements are still to come.
package struct TensorOutline: Sendable, Equatable {
    package let name: String
    /// As safetensors names it.
    package let typeName: String
    package let shape: [Int]
    package let byteCount: Int

    package init(name: String, typeName: String, shape: [Int], byteCount: Int) {
        self.name = name
        self.typeName = typeName
        self.shape = shape
        self.byteCount = byteCount
    }
}
