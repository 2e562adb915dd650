/// The operations that a language model and an editor need from a device.
///
/// Letters: N rows (tokens of a packed batch), D hidden size, V vocabulary size, K inputs and N outputs of
/// a weight, R rows of logits, E edits.  All activations are float32.  Operations are queued in
/// order and may return before they ran; `read` waits.  A failure inside an operation is kept and thrown by
/// the next `read`, `synchronize` or `throwFailure`.  Every output element is computed in an order that
/// depends on its own row alone: neither the number of threads nor the other rows of the batch change a bit
/// of it.  The one exception is products by cuBLAS, which may choose another order for another number of rows.
/// Outputs must not overlap inputs unless an operation says so.
///
/// Callers use the operations of the extension in `ComputeBackend+Checks.swift`, which say what is computed and
/// check shapes; a device implements their `unchecked` twins, which can rely on that.
package protocol ComputeBackend: AnyObject, Sendable {
    /// The name that users read: `cpu (AVX-512, 2 threads)`.
    var deviceDescription: String { get }

    // MARK: Memory

    /// The device's memory now.  Blocks that were allocated and freed count as free.
    func deviceMemory() throws -> DeviceMemory
    /// The memory that the operations themselves take, at most.
    var workspaceBytes: Int { get }
    /// An uninitialised matrix.
    func makeMatrix(rows: Int, columns: Int) throws -> Matrix
    /// Uploads indices.
    func makeIndices(_ values: [Int32]) throws -> IndexVector
    /// Makes the sequences of a packed attention known to the device.
    func makeSpans(_ spans: [AttentionSpan]) throws -> AttentionSpans
    /// Makes a stored weight usable on the device.  The CPU keeps the caller's (mapped) memory.
    func makeWeight(_ stored: Weight) throws -> Weight
    func uncheckedWrite(_ values: [Float], into matrix: Matrix)
    func uncheckedWrite(_ values: [Int32], into indices: IndexVector)
    /// The memory of `old`, now with `spans`, which have the same numbers of queries.
    func rewrite(_ old: AttentionSpans, with spans: [AttentionSpan]) -> AttentionSpans
    /// Waits, then returns rows · columns values, row by row.
    func read(_ matrix: Matrix) throws -> [Float]
    /// Waits, then returns the indices.
    func read(_ indices: IndexVector) throws -> [Int32]
    /// Waits for everything queued.
    func synchronize() throws
    /// Throws what is known to have failed, a lack of memory always, without waiting for the device.
    func throwFailure() throws
    /// Runs `operations` and, on a device that can, records them, so that `replay` runs them again without the
    /// host's work, with whatever their matrices, indices and spans then hold.  `operations` is called up to
    /// twice, asks for the same memory each time and neither reads nor writes from the host.
    /// - Returns: nil where the device cannot record; `operations` ran all the same.
    func record(_ operations: () throws -> Void) throws -> (any RecordedOperations)?
    func fill(_ matrix: Matrix, with value: Float)
    func uncheckedCopy(_ source: Matrix, into destination: Matrix)

    // MARK: Rows

    func uncheckedEmbed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool)
    func uncheckedGatherRows(_ x: Matrix, _ rows: IndexVector, into y: Matrix)
    func uncheckedScatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool)
    func uncheckedMeanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix)
    func uncheckedAdd(_ x: Matrix, scale: Float, into y: Matrix)
    func uncheckedScaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool)
    func uncheckedRowDots(_ a: Matrix, _ b: Matrix, into y: Matrix)
    func uncheckedColumnSums(_ x: Matrix, into y: Matrix, accumulate: Bool)

    // MARK: Matrix products

    func uncheckedLinear(_ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool)
    func uncheckedLinearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool)
    func uncheckedOuterProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool)

    // MARK: Norms and activations

    func uncheckedLayerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?)
    func uncheckedLayerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool)
    func uncheckedRmsNorm(_ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?)
    func uncheckedRmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool)
    func uncheckedActivation(_ kind: Activation, _ x: Matrix, into y: Matrix)
    func uncheckedActivationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix)
    func uncheckedGatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix)
    func uncheckedGatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix)

    // MARK: Attention

    func uncheckedRotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool)
    func uncheckedAttention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?)
    func uncheckedAttentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix,
        logSumExp: Matrix, spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix,
        dValues: Matrix)

    // MARK: Edits

    func uncheckedEdit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float)
    func uncheckedEditBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float)

    // MARK: Distributions

    func uncheckedLogSumExp(_ logits: Matrix, into y: Matrix)
    func uncheckedLogProbabilities(_ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix)
    func uncheckedTopK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix)
    func uncheckedDistributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool)

    // MARK: Training

    func uncheckedAdamW(
        parameters: Matrix, gradients: Matrix, firstMoments: Matrix, secondMoments: Matrix, step: Int,
        options: AdamWOptions)
}

extension ComputeBackend {
    /// The host's memory is not measured out.
    package var workspaceBytes: Int { 0 }
}

/// Elementwise functions.
package enum Activation: String, Sendable, CaseIterable {
    /// x · Φ(x), with the error function.
    case geluExact
    /// The tanh approximation of GELU (`gelu_new`, `gelu_pytorch_tanh`, `gelu_fast`).
    case geluTanh
    /// x · sigmoid(x).
    case silu
    case relu
    /// max(x, 0.01 · x).
    case leakyRelu
}

/// How the heads of a query or key row are rotated.
package struct RotaryShape: Sendable {
    /// Which two elements turn together.
    package enum Pairing: Sendable {
        /// (i, i + rotated/2): Llama, GPT-NeoX.
        case halves
        /// (2i, 2i + 1): GPT-J.
        case neighbours
    }
    package let heads: Int
    package let headStride: Int
    /// How many leading elements of each head are rotated; even.
    package let rotated: Int
    package let pairing: Pairing

    package init(heads: Int, headStride: Int, rotated: Int, pairing: Pairing) {
        precondition(rotated % 2 == 0 && rotated <= headStride)
        self.heads = heads
        self.headStride = headStride
        self.rotated = rotated
        self.pairing = pairing
    }
}

/// The heads of an attention: `heads` query heads share `keyValueHeads` key and value heads in groups.
package struct AttentionShape: Sendable {
    package let heads: Int
    package let keyValueHeads: Int
    package let headSize: Int
    /// Columns from one query head to the next.
    package let queryStride: Int
    /// Columns from one key or value head to the next.
    package let keyValueStride: Int
    package let scale: Float
    /// A query at position p sees positions p − window + 1 … p; nil sees all.
    package let window: Int?

    package init(
        heads: Int, keyValueHeads: Int, headSize: Int, queryStride: Int, keyValueStride: Int,
        scale: Float, window: Int? = nil
    ) {
        precondition(keyValueHeads > 0 && heads % keyValueHeads == 0)
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headSize = headSize
        self.queryStride = queryStride
        self.keyValueStride = keyValueStride
        self.scale = scale
        self.window = window
    }
}

/// One sequence of a packed attention: its queries are the last `queries.count` positions of its keys.
package struct AttentionSpan: Sendable, Equatable {
    /// Rows of the query matrix.
    package let queries: Range<Int>
    /// Rows of the key and value matrices, position 0 first.
    package let keys: Range<Int>

    package init(queries: Range<Int>, keys: Range<Int>) {
        precondition(queries.count <= keys.count, "a query needs its own key")
        self.queries = queries
        self.keys = keys
    }
}

/// The sequences of a packed attention, known to a device.
package struct AttentionSpans: Sendable {
    package let spans: [AttentionSpan]
    /// The device's form of them; its contents are the backend's own.
    package let table: IndexVector?

    package init(_ spans: [AttentionSpan], table: IndexVector? = nil) {
        self.spans = spans
        self.table = table
    }
}

/// Operations that a device can run again.
package protocol RecordedOperations: AnyObject, Sendable {
    /// Queues the operations.
    func replay()
}

/// The terms of the loss for each row of logits; all vectors have R elements.
package struct DistributionTerms: Sendable {
    /// Token ids of target_mediated, −1 for none.
    package let targets: IndexVector
    /// Token ids of target_unmediated, −1 for none.
    package let comparators: IndexVector
    /// [R, 1] weights; see `ComputeBackend.distributionTerms`.  Rows with divergence weight 0 skip the KL.
    package let targetWeights: Matrix
    package let comparatorWeights: Matrix
    package let divergenceWeights: Matrix

    package init(
        targets: IndexVector, comparators: IndexVector, targetWeights: Matrix, comparatorWeights: Matrix,
        divergenceWeights: Matrix
    ) {
        self.targets = targets
        self.comparators = comparators
        self.targetWeights = targetWeights
        self.comparatorWeights = comparatorWeights
        self.divergenceWeights = divergenceWeights
    }
}

/// AdamW's constants.
package struct AdamWOptions: Sendable, Equatable {
    package var learningRate: Float = 1e-3
    package var beta1: Float = 0.9
    package var beta2: Float = 0.999
    package var epsilon: Float = 1e-8
    package var weightDecay: Float = 0.01

    package init() {}
}
