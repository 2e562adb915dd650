import Compute
import Foundation

/// A GPT-like transformer in terms that all families share.
///
/// Letters: D hidden size, V vocabulary size, L blocks, F inner size of the feed-forward, H query heads.
package struct TransformerConfiguration: Sendable, Equatable {
    /// How a row is normalised before attention, before the feed-forward and before the head.
    package enum Norm: Sendable, Equatable {
        /// Mean and variance, gain and bias.
        case layer(epsilon: Float)
        /// Root of the mean square, gain only.
        case rootMeanSquare(epsilon: Float)
    }

    /// How a token's position enters.
    package enum Positions: Sendable, Equatable {
        /// A learned vector is added to the token's embedding.
        case learned
        /// Queries and keys are rotated.
        case rotary(Rotary)
        /// Each block rotates its own way, [L]; nil: it does not rotate, and knows the order of its tokens by
        /// the mask alone.
        case rotaryPerBlock([Rotary?])
    }

    /// Which norm queries and keys pass before they are rotated; always a root-mean-square norm.
    package enum QueryKeyNorm: Sendable, Equatable {
        /// Every head by itself, with one gain [head size] for all.
        case perHead(epsilon: Float)
        /// All heads together, gains [H · head size] and [key heads · head size].
        case wholeProjection(epsilon: Float)
    }

    /// How a block adds its two halves to the residual stream.
    package enum Residual: Sendable, Equatable {
        /// x += attention(norm₁(x)); x += feedForward(norm₂(x)).  A family may lack these norms, or have others
        /// between each half and the addition.
        case sequential
        /// x += attention(norm₁(x)) + feedForward(norm₂(x)).
        case parallel
        /// x += attention(norm₁(x)) + feedForward(norm₁(x)).
        case parallelSharedNorm
    }

    package struct Rotary: Sendable, Equatable {
        /// Leading elements of each head that are rotated; even.
        package var rotated: Int
        package var pairing: RotaryShape.Pairing
        package var base: Double
        package var scaling: RotaryScaling
    }

    package struct Attention: Sendable, Equatable {
        package var heads: Int
        package var keyValueHeads: Int
        package var headSize: Int
        /// One projection whose outputs go head by head: query, key, value.
        package var isInterleaved = false
        /// The factor of the scores, per block [L].
        package var scales: [Float]
        /// How many positions a token sees, itself included, per block [L]; nil: all before it.
        package var windows: [Int?]
        package var queryKeyNorm: QueryKeyNorm?
        package var hasInputBias: Bool
        package var hasOutputBias: Bool
        /// In half precision queries, keys and scores stay float32 up to the softmax, as transformers has it.
        package var widensScores = false
    }

    package struct FeedForward: Sendable, Equatable {
        /// F.
        package var innerSize: Int
        package var activation: Activation
        /// down(f(gate(x)) · up(x)) instead of down(f(up(x))).
        package var isGated: Bool
        package var hasBias: Bool
    }

    package struct Head: Sendable, Equatable {
        /// The head is the token embedding.
        package var isTied: Bool
        package var hasBias = false
        /// In half precision logits are widened to float32, and so is the loss, as transformers has it.
        package var widensLogits = false
    }

    package var modelType: String
    package var hiddenSize: Int
    package var blocks: Int
    package var vocabularySize: Int
    package var contextLength: Int
    package var norm: Norm
    /// Added to the stored gain of every norm.
    package var gainOffset: Float = 0
    /// The factor of the embeddings of tokens.
    package var embeddingScale: Float = 1
    package var positions: Positions
    package var attention: Attention
    package var feedForward: FeedForward
    package var residual: Residual
    /// Whether a norm stands between each half of a block and its addition.
    package var hasBranchNorms = false
    package var head: Head
    /// Tokens that end a text, as the configuration says.
    package var endTokens: [Int]
}

/// The scaling of rotary angles for texts longer than those first trained on.
package enum RotaryScaling: Sendable, Equatable {
    case none
    /// All frequencies are divided by `factor`.
    case linear(factor: Double)
    /// Llama 3.1: long wavelengths are divided by `factor`, short ones stay, those between are blended.
    case llama3(factor: Double, lowFactor: Double, highFactor: Double, originalContext: Int)
}

extension TransformerConfiguration.Rotary {
    /// The angle between two neighbouring positions of every pair, [rotated / 2], rounded step by step to
    /// float32 as `transformers` does.
    package var frequencies: [Float] {
        let plain = (0..<rotated / 2).map { pair in
            1 / Float(pow(Float(base), Float(2 * pair) / Float(rotated)))
        }
        switch scaling {
        case .none: return plain
        case .linear(let factor): return plain.map { $0 / Float(factor) }
        case .llama3(let factor, let low, let high, let context):
            return plain.map { frequency in
                let wavelength = 2 * Float.pi / frequency
                if wavelength > Float(Double(context) / low) { return frequency / Float(factor) }
                if wavelength < Float(Double(context) / high) { return frequency }
                let smooth = (Float(context) / wavelength - Float(low)) / Float(high - low)
                return (1 - smooth) * frequency / Float(factor) + smooth * frequency
            }
        }
    }
}
