import Compute
import LanguageModels

/// How a context moves an entity's state: the differences that the random editor imitates.
enum EntityDeltas {
    /// Mean and unbiased variance per dimension, each D values, over the samples of the difference between
    /// the entity's mean state at its mention in the prompt and that at its first mention in the context,
    /// both read at `block` in one text, the context followed by the prompt (Semantics.md §5.2).
    ///
    /// - Throws: `RemediError.entityNotInPrompt`; what the model throws.
    static func statistics(
        of samples: [Sample], block: Int, model: LanguageModel, options: TokenOptions,
        advanced: (Int) throws -> Void = { _ in }
    ) throws -> (mean: [Float], variance: [Float]) {
        precondition(!samples.isEmpty, "statistics need samples")
        let texts = try samples.map { try EntityDeltaText($0, model: model, options: options) }
        var moments = RunningMoments(dimensions: model.hiddenSize)
        for batch in LanguageModel.readingBatches(texts.map(\.tokens.count)) {
            let part = texts[batch]
            let readings = part.enumerated().flatMap { index, text in
                [text.first, text.second].map {
                    StateReading(sequence: index, block: block, tokens: $0)
                }
            }
            let states = try model.backend.read(try model.states(of: part.map(\.tokens), reading: readings))
            for sample in part.indices.map({ $0 - part.startIndex }) {
                moments.addDifference(states, rows: (2 * sample, 2 * sample + 1))
            }
            try advanced(batch.upperBound)
        }
        return (moments.means.map { Float($0) }, moments.variances.map { Float($0) })
    }
}

/// Mean and unbiased variance per dimension of vectors that come one by one (Welford's recurrence).
struct RunningMoments {
    private(set) var means: [Double]
    private var squares: [Double]
    private var count = 0.0

    init(dimensions: Int) {
        means = [Double](repeating: 0, count: dimensions)
        squares = means
    }

    var variances: [Double] { squares.map { $0 / max(count - 1, 1) } }

    /// Adds row `rows.1` minus row `rows.0` of a row-major matrix of `means.count` columns.
    mutating func addDifference(_ matrix: [Float], rows: (Int, Int)) {
        count += 1
        let size = means.count
        matrix.withUnsafeBufferPointer { values in
            for dimension in 0..<size {
                let value =
                    Double(values[rows.1 * size + dimension]) - Double(values[rows.0 * size + dimension])
                let distance = value - means[dimension]
                means[dimension] += distance / count
                squares[dimension] += distance * (value - means[dimension])
            }
        }
    }
}

/// A prompt in its context, and the entity's two mentions in it.
struct EntityDeltaText {
    let tokens: [Int]
    /// The entity's tokens in the context and in the prompt.
    let first: Range<Int>
    let second: Range<Int>

    init(_ sample: Sample, model: LanguageModel, options: TokenOptions) throws {
        var context = Substring(sample.context)
        while let last = context.last, last == "." || last == " " { context.removeLast() }
        let lead = String(context) + ". "
        let text = lead + sample.prompt
        let inPrompt = try model.locate(
            entity: sample.entity, in: text, searchStart: lead.unicodeScalars.count, occurrence: 1,
            options: options, sample: sample.id)
        tokens = inPrompt.promptTokens
        second = inPrompt.entityInPrompt
        first = try model.locate(
            entity: sample.entity, in: text, options: options, sample: sample.id
        ).entityInPrompt
    }
}
