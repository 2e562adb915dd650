/// The trial of one operation: its inputs, and how near the devices must come to each other.
struct OperationCheck: Sendable {
    /// The name in `ComputeBackend`, and what of it is tried.
    let name: String
    let examples: [Example]
    /// Large enough to show what the device can do; only its time is of interest.
    let timed: Example?

    struct Example: Sendable {
        /// The shape in words.
        let name: String
        let prepare: @Sendable (inout Workbench) throws -> PreparedOperation
    }

    /// Tries `prepare` on every shape.
    init<Shape: CustomStringConvertible & Sendable>(
        _ name: String, on shapes: [Shape], timed: Shape? = nil,
        _ prepare: @escaping @Sendable (inout Workbench, Shape) throws -> PreparedOperation
    ) {
        func example(_ shape: Shape) -> Example {
            Example(name: shape.description) { try prepare(&$0, shape) }
        }
        self.name = name
        examples = shapes.map(example)
        self.timed = timed.map(example)
    }

    /// Every operation of `ComputeBackend`, in its order.
    static func all(_ sizes: SelfTestSizes) -> [OperationCheck] {
        memory(sizes) + rows(sizes) + products(sizes) + norms(sizes) + activations(sizes) + attention(sizes)
            + edits(sizes) + distributions(sizes) + training(sizes)
    }
}

/// An operation with its inputs on a device.
struct PreparedOperation {
    struct Output {
        var matrix: Matrix
        var tolerance: Tolerance
        /// The size of the terms that are added up in an element.
        var size = 1.0
    }

    var outputs: [Output]
    /// Outputs that must be the same.
    var indices: [IndexVector] = []
    /// Bytes that must be read and written at least.
    var bytes = 0
    /// Additions and multiplications; 0 where memory alone limits.
    var operations = 0
    /// Queues the operation.
    var run: () throws -> Void

    init(
        _ outputs: [(Matrix, Tolerance)], indices: [IndexVector] = [], size: Double = 1, bytes: Int = 0,
        operations: Int = 0, run: @escaping () throws -> Void
    ) {
        self.outputs = outputs.map { Output(matrix: $0, tolerance: $1, size: size) }
        self.indices = indices
        self.bytes = bytes
        self.operations = operations
        self.run = run
    }
}

/// Rows and columns of a matrix; with a margin it is a view into a wider one, at an odd address.
struct PlaneShape: Sendable, CustomStringConvertible {
    var rows: Int
    var columns: Int
    var margin: Int
    /// Whether the last element of the first row is no number; what is derived from the shape has none.
    var hasNaN: Bool

    init(_ rows: Int, _ columns: Int, margin: Int = 0, hasNaN: Bool = false) {
        self.rows = rows
        self.columns = columns
        self.margin = margin
        self.hasNaN = hasNaN
    }

    var description: String {
        "\(rows) × \(columns)" + (margin > 0 ? ", a view" : "") + (hasNaN ? ", a NaN" : "")
    }
    var count: Int { rows * columns }
    /// Of float32 elements.
    var byteCount: Int { 4 * count }
    var row: PlaneShape { PlaneShape(1, columns) }

    func withRows(_ rows: Int) -> PlaneShape { PlaneShape(rows, columns, margin: margin) }
    func withColumns(_ columns: Int) -> PlaneShape { PlaneShape(rows, columns, margin: margin) }
}

/// How large examples are.
package struct SelfTestSizes: Sendable {
    /// Rows and columns of what is timed.
    var tokens: Int
    var width: Int
    var vocabularyRows: Int
    var vocabulary: Int
    /// Sequences of so many tokens that attention is timed on.
    var sequences: Int
    var sequenceLength: Int
    var heads: Int
    /// Whether examples that take long on one core belong to it.
    var isThorough: Bool

    /// Beyond every cache of a GPU.
    package static let gpu = SelfTestSizes(
        tokens: 4096, width: 4096, vocabularyRows: 512, vocabulary: 50_257, sequences: 16,
        sequenceLength: 1024, heads: 16, isThorough: true)
    /// Beyond the caches of most processors.
    package static let processor = SelfTestSizes(
        tokens: 2048, width: 4096, vocabularyRows: 128, vocabulary: 50_257, sequences: 4,
        sequenceLength: 512, heads: 8, isThorough: true)
    /// For a first look, and for emulators.
    package static let quick = SelfTestSizes(
        tokens: 64, width: 256, vocabularyRows: 4, vocabulary: 5_003, sequences: 2, sequenceLength: 48,
        heads: 2, isThorough: false)

    var timedPlane: PlaneShape { PlaneShape(tokens, width) }

    /// No multiple of any tile, one row, one column, nothing, views, more rows than a grid has places in its
    /// second dimension, more columns than a block has threads.
    var planes: [PlaneShape] {
        [
            PlaneShape(1, 1), PlaneShape(0, 7), PlaneShape(1, 31), PlaneShape(31, 1), PlaneShape(33, 33),
            PlaneShape(7, 64), PlaneShape(9, 257, margin: 2), PlaneShape(3, 1000),
            PlaneShape(5, 1000, margin: 3),
            PlaneShape(3, 40, hasNaN: true),
        ] + (isThorough ? [PlaneShape(70_001, 3), PlaneShape(3, 50_257), PlaneShape(1000, 768)] : [])
    }

    /// The same without those that have no rows.
    var filledPlanes: [PlaneShape] { planes.filter { $0.rows > 0 } }
}
