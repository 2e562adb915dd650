/// How a stored weight's elements are encoded.  Raw values are safetensors' names.
package enum ElementType: String, Sendable, CaseIterable {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"

    package var byteCount: Int { self == .float32 ? 4 : 2 }
}

/// A frozen weight matrix on a device in the element type it was stored with.
///
/// It maps K = `inputs` to N = `outputs`.  With `.outputsByInputs` (PyTorch's `nn.Linear`, embeddings)
/// element (n, k) lies at `n * leadingDimension + k`; with `.inputsByOutputs` (GPT-2's `Conv1D`) element
/// (k, n) lies at `k * leadingDimension + n`, counted in elements from `byteOffset`.  Elements in blocks lie
/// `.outputsByInputs`, in lines that are whole blocks.
package struct Weight: Sendable {
    package enum Layout: Sendable { case outputsByInputs, inputsByOutputs }

    package let storage: DeviceStorage
    package let byteOffset: Int
    /// As which elements are computed with; of blocks float32.
    package let elementType: ElementType
    /// The format of blocks that hold the elements; nil: none does.
    package let blocks: BlockFormat?
    package let layout: Layout
    package let outputs: Int
    package let inputs: Int
    package let leadingDimension: Int

    package init(
        storage: DeviceStorage, byteOffset: Int = 0, elementType: ElementType, blocks: BlockFormat? = nil,
        layout: Layout, outputs: Int, inputs: Int, leadingDimension: Int? = nil
    ) {
        let minimum = layout == .outputsByInputs ? inputs : outputs
        let lines = layout == .outputsByInputs ? outputs : inputs
        let leading = leadingDimension ?? minimum
        precondition(leading >= minimum, "a leading dimension covers its line")
        let elements = lines == 0 ? 0 : (lines - 1) * leading + minimum
        precondition(
            blocks.map {
                elementType == .float32 && layout == .outputsByInputs && leading % $0.blockCount == 0
                    && minimum % $0.blockCount == 0
            } ?? true, "lines are whole blocks")
        precondition(
            byteOffset + (blocks?.byteCount(of: elements) ?? elements * elementType.byteCount)
                <= storage.byteCount, "a weight must lie in its storage")
        self.storage = storage
        self.byteOffset = byteOffset
        self.elementType = elementType
        self.blocks = blocks
        self.layout = layout
        self.outputs = outputs
        self.inputs = inputs
        self.leadingDimension = leading
    }

    /// The weight of the outputs `range` alone, sharing storage.
    package func outputs(_ range: Range<Int>) -> Weight {
        precondition(range.lowerBound >= 0 && range.upperBound <= outputs, "output range outside the weight")
        let step = layout == .outputsByInputs ? lineBytes : elementType.byteCount
        return Weight(
            storage: storage, byteOffset: byteOffset + range.lowerBound * step, elementType: elementType,
            blocks: blocks, layout: layout, outputs: range.count, inputs: inputs,
            leadingDimension: leadingDimension)
    }

    /// The weight of the inputs `range` alone, sharing storage.
    package func inputs(_ range: Range<Int>) -> Weight {
        precondition(range.lowerBound >= 0 && range.upperBound <= inputs, "input range outside the weight")
        precondition(blocks == nil, "lines of blocks are not cut")
        let step = layout == .outputsByInputs ? 1 : leadingDimension
        return Weight(
            storage: storage, byteOffset: byteOffset + range.lowerBound * step * elementType.byteCount,
            elementType: elementType, layout: layout, outputs: outputs, inputs: range.count,
            leadingDimension: leadingDimension)
    }

    /// Bytes from one line to the next.
    package var lineBytes: Int {
        blocks?.byteCount(of: leadingDimension) ?? leadingDimension * elementType.byteCount
    }

    /// A trainable float32 matrix [N, K] seen as a weight; it follows the matrix's changes.
    package init(_ matrix: Matrix) {
        self.init(
            storage: matrix.storage, byteOffset: matrix.offset * MemoryLayout<Float>.stride,
            elementType: .float32, layout: .outputsByInputs, outputs: matrix.rows, inputs: matrix.columns,
            leadingDimension: matrix.stride)
    }

    /// The address of the first element, for backends; not necessarily aligned.
    package var address: UnsafeMutableRawPointer { storage.address + byteOffset }
}
