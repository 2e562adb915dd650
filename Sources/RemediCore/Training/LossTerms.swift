import Compute
import LanguageModels

/// The terms of the loss as they enter its sum, so with their λ.
package struct LossTerms: Sendable, Equatable {
    package var mediated = 0.0
    package var unmediated = 0.0
    package var divergence = 0.0
    package var norm = 0.0
    package var essence = 0.0
    /// The change of the loss by rounding its sums to half precision.
    var rounding = 0.0

    package init() {}

    package var loss: Double { sum + rounding }

    private var sum: Double { mediated + unmediated + divergence + norm + essence }

    /// self += scale · other.
    mutating func add(_ other: LossTerms, scale: Double) {
        mediated += scale * other.mediated
        unmediated += scale * other.unmediated
        divergence += scale * other.divergence
        norm += scale * other.norm
        essence += scale * other.essence
        rounding += scale * other.rounding
    }

    /// `loss` and every term that `weights` do not switch off.
    package func json(_ weights: LossWeights) -> JSONValue {
        var object: JSONObject = ["loss": .number(loss)]
        if weights.mediated != 0 { object["mediated"] = .number(mediated) }
        if weights.unmediated != 0 { object["unmediated"] = .number(unmediated) }
        if weights.divergence != 0 { object["kl"] = .number(divergence) }
        if weights.norm != 0 { object["norm"] = .number(norm) }
        if weights.essence != 0 { object["essence"] = .number(essence) }
        return .object(object)
    }

    /// Reads what `json` writes.
    init?(json: JSONValue) {
        guard let loss = json["loss"]?.double else { return nil }
        mediated = json["mediated"]?.double ?? 0
        unmediated = json["unmediated"]?.double ?? 0
        divergence = json["kl"]?.double ?? 0
        norm = json["norm"]?.double ?? 0
        essence = json["essence"]?.double ?? 0
        rounding = loss - sum
    }
}

/// The λ of every term of the loss (Semantics.md §6.1); 0 switches a term off.
package struct LossWeights: Sendable, Equatable {
    package var mediated: Double
    package var unmediated: Double
    package var divergence: Double
    package var norm: Double
    package var essence: Double
    package var form: TrainingOptions.Divergence

    package init(_ options: TrainingOptions, dataset: DatasetName) {
        mediated = options.mediatedWeight
        unmediated = options.unmediatedWeight(for: dataset)
        divergence = options.divergenceWeight
        norm = options.normWeight ?? 0
        essence = options.essenceWeight ?? 0
        form = options.divergence
    }

    /// Whether the unedited model's distributions are needed.
    var needsBase: Bool { divergence != 0 || essence != 0 }
}

extension TrainingOptions {
    /// λ_u, which is off by default where the data has no target_unmediated.
    package func unmediatedWeight(for dataset: DatasetName) -> Double {
        unmediatedWeight ?? (dataset.form.hasUnmediatedTargets ? 1 : 0)
    }
}

extension LossTerms {
    /// The same as half-precision tensors of a batch of `count` samples give it: every mean, every term and every
    /// sum of terms is rounded.
    func rounded(_ weights: LossWeights, count: Int) -> LossTerms {
        func half(_ value: Double) -> Double { Double(HalfPrecisionBackend.rounded(Float(value))) }
        func term(_ value: Double, weight: Double) -> Double {
            weight == 0 ? 0 : half(weight * half(value / weight))
        }
        func divergence(_ value: Double, weight: Double) -> Double {
            guard weight != 0 else { return 0 }
            let sum = half(value / weight * Double(count))
            return half(weight * half(sum / Double(count)))
        }
        var result = self
        result.mediated = term(mediated, weight: weights.mediated)
        result.unmediated = term(unmediated, weight: weights.unmediated)
        result.divergence = divergence(self.divergence, weight: weights.divergence)
        result.norm = term(norm, weight: weights.norm)
        result.essence = divergence(essence, weight: weights.essence)
        let terms = [result.mediated, result.unmediated, result.divergence, result.norm, result.essence]
        result.rounding = terms.reduce(0) { half($0 + $1) } - result.sum
        return result
    }
}

/// The mean of batches' losses: over samples, or over batches as in the reference (Semantics.md §6.2).
struct LossMean: Sendable, Equatable {
    var sum = LossTerms()
    var weight = 0.0

    mutating func add(_ terms: LossTerms, samples: Int, weighsSamples: Bool) {
        let share = weighsSamples ? Double(samples) : 1
        sum.add(terms, scale: share)
        weight += share
    }

    /// nil before the first batch.
    var mean: LossTerms? {
        guard weight > 0 else { return nil }
        var result = LossTerms()
        result.add(sum, scale: 1 / weight)
        return result
    }
}
