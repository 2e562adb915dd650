/// The operations that a language model and an editor need from a device.
///
/// Letters: N rows (tokens of a packed batch), D hidden size, V vocabulary size, K inputs and N outputs of
/// a weight, R rows of logits, E edits.  All activations are float32.  Operations are queued in
/// order and may return before they ran; `read` waits.  A failure inside an operation is kept and thrown by
/// the next `read`, `synchronize` or `throwFailure`.  Every output element is computed in an order that
/// depends on its own row alone: neither the number of threads nor the other rows of the batch change a bit
/// of it.  The one exception is products by cuBLAS, which may choose another order for another number of rows.
/// Outputs must not overlap inputs unless an operation says so.
package protocol ComputeBackend: AnyObject, Sendable {
    /// What the user reads: `cpu (AVX-512, 2 threads)`.
    var deviceDescription: String { get }

    // MARK: Memory

    /// What the device has now.  Memory that was asked for and given back counts as free.
    func deviceMemory() throws -> DeviceMemory
    /// What the device's memory holds for the operations themselves, at most.
    var workspaceBytes: Int { get }
    /// An uninitialised matrix.
    func makeMatrix(rows: Int, columns: Int) throws -> Matrix
    /// Uploads indices.
    func makeIndices(_ values: [Int32]) throws -> IndexVector
    /// Makes the sequences of a packed attention known to the device.
    func makeSpans(_ spans: [AttentionSpan]) throws -> AttentionSpans
    /// Makes a stored weight usable on the device.  The CPU keeps the caller's (mapped) memory.
    func makeWeight(_ stored: Weight) throws -> Weight
    /// Copies host values, row by row, into `matrix`; `values.count` is rows · columns.
    func write(_ values: [Float], into matrix: Matrix)
    /// Copies indices into `indices`, which has as many.
    func write(_ values: [Int32], into indices: IndexVector)
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
    func copy(_ source: Matrix, into destination: Matrix)

    // MARK: Rows

    /// x[n] (+)= table[ids[n]].  ids [N], table [V, D] (`.outputsByInputs`), x [N, D].
    func embed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool)
    /// y[i] = x[rows[i]].
    func gatherRows(_ x: Matrix, _ rows: IndexVector, into y: Matrix)
    /// x[rows[i]] (+)= y[i]; `rows` are distinct.
    func scatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool)
    /// y[i] = mean of the rows `spans[i]` of x.  x [N, D], y [spans, D]; spans are not empty.
    func meanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix)
    /// y += scale · x.
    func add(_ x: Matrix, scale: Float, into y: Matrix)
    /// y[i] (+)= x[i] · factors[i].  factors [N, 1].
    func scaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool)
    /// y[i] = a[i] · b[i] (dot product).  y [N, 1].
    func rowDots(_ a: Matrix, _ b: Matrix, into y: Matrix)
    /// y (+)= sum over the rows of x.  x [N, D], y [1, D].
    func columnSums(_ x: Matrix, into y: Matrix, accumulate: Bool)

    // MARK: Matrix products

    /// y (+)= x · Wᵀ + bias.  x [N, K], weight K → O, bias [1, O] or nil, y [N, O].
    func linear(_ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool)
    /// dx (+)= dy · W.  dy [N, O], weight K → O, dx [N, K].
    func linearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool)
    /// c (+)= aᵀ · b.  a [N, O], b [N, K], c [O, K].  With dy and x, the gradient of a trainable weight.
    func outerProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool)

    // MARK: Norms and activations

    /// y = (x − mean) / sqrt(variance + ε) · gain + bias.  gain, bias [1, D]; `statistics` [N, 2] receives
    /// mean and 1 / sqrt(variance + ε).  y may be x.
    func layerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?)
    func layerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool)
    /// y = x / sqrt(mean(x²) + ε) · gain; `statistics` [N, 1] receives 1 / sqrt(mean(x²) + ε).  y may be x.
    func rmsNorm(_ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?)
    func rmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool)
    /// y = f(x), elementwise.  y may be x.
    func activation(_ kind: Activation, _ x: Matrix, into y: Matrix)
    /// dx = dy · f′(x).  dx may be dy.
    func activationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix)
    /// y = f(gate) · up.
    func gatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix)
    /// dGate = dy · up · f′(gate), dUp = dy · f(gate).
    func gatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix)

    // MARK: Attention

    /// Rotates every head of x in place by the angles of its row's position; `inverse` rotates back, which
    /// is also the gradient.  x [N, …] with head h at column h · `rotary.headStride`; `positions` [N];
    /// `cosines`, `sines` [positions, rotated / 2].
    func rotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool)
    /// Causal softmax attention of packed sequences.  queries [N, …] and output [N, heads · headSize],
    /// keys and values [M, …]; `spans` say which rows belong together.  `logSumExp` [N, heads] receives
    /// log Σ exp(scaled scores), which the backward pass needs.
    func attention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?)
    /// Gradients of `attention`.  dOutput, dQueries have the queries' rows; dKeys, dValues have the
    /// queries' rows too and receive the gradients of each span's last `queryCount` keys: older keys are
    /// constants.  All three are overwritten and have the head strides of their undifferentiated twins.
    func attentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix,
        logSumExp: Matrix, spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix,
        dValues: Matrix)

    // MARK: Edits

    /// x[rows[e]] = β · x[rows[e]] + α · directions[directionOf[e]].  rows are distinct.
    func edit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float)
    /// dDirections[directionOf[e]] += α · dx[rows[e]], in the order of e, then dx[rows[e]] *= β.
    func editBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float)

    // MARK: Distributions

    /// y[r] = log Σ exp(logits[r]).  logits [R, V], y [R, 1].
    func logSumExp(_ logits: Matrix, into y: Matrix)
    /// y[i] = log-softmax(logits[rows[i]])[ids[i]].  y [rows, 1].
    func logProbabilities(_ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix)
    /// The k most likely tokens of every row, likeliest first (ties: the lower id first; NaN last), and
    /// their log-probabilities.  ids [R · k], values [R, k].
    func topK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix)
    /// The terms of the loss (Semantics.md §6.1) and their gradient.  See `DistributionTerms`.  `values` [R, 3] receives
    /// per row log p(target), log(1 − p(comparator)) and KL(p⁰ ‖ p), 0 where a row has no such term.  With
    /// `gradient`, logits are overwritten by d loss / d logits, where loss = Σ_r −targetWeight[r] ·
    /// values[r, 0] − comparatorWeight[r] · values[r, 1] + divergenceWeight[r] · values[r, 2].
    /// 1 − p(comparator) is the sum of the other probabilities, so that it is exact near p = 1, and not less
    /// than 2⁻¹²⁶ (log: −87.3).  The floor is for the value only: the gradient is that of the unfloored term,
    /// which is bounded by the weight.  A weight of 0 switches a term's gradient off.
    func distributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool)

    // MARK: Training

    /// One AdamW step (decoupled weight decay), t = `step` counted from 1, on matrices of one shape.
    func adamW(
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
    /// What the device needs to know of them; its contents are the backend's own.
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

/// What the loss asks of each row of logits; all vectors have R elements.
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
