import Compute
import LanguageModels

/// The parts of every example that no edit at one block can change, kept for as many examples as a budget
/// allows and computed anew for the others.  What is kept changes no bit of any result.
final class FrozenStore {
    private let model: LanguageModel
    private let block: Int
    private let examples: [TrainingExample]
    private let needsBase: Bool
    /// In device bytes; halved with the model's allowance.
    private var budget: Int
    private var isHalved = false
    /// Examples before this index keep their sequences.
    private var keptSequences = 0
    /// Examples before this index keep their unedited logits.
    private var keptLogits = 0
    private var sequences: [[FrozenSequence]?]
    /// For each of an example's sequences, [read positions, V].
    private var logits: [[Matrix]?]
    /// Of the device.
    private var heldBytes = 0 {
        didSet { model.allowance.note(.frozen, bytes: heldBytes) }
    }

    /// `budget` is in device bytes.  Sequences come first; unedited logits are kept only if all sequences fit.
    init(
        _ examples: [TrainingExample], block: Int, model: LanguageModel, needsBase: Bool, budget: Int
    ) {
        self.examples = examples
        self.block = block
        self.model = model
        self.needsBase = needsBase
        self.budget = budget
        sequences = Array(repeating: nil, count: examples.count)
        logits = Array(repeating: nil, count: examples.count)
        chooseWhatToKeep()
    }

    deinit { model.allowance.note(.frozen, bytes: 0) }

    private func chooseWhatToKeep() {
        var left = budget
        func fitting(_ byteCount: (TrainingExample) -> Int) -> Int {
            for (index, example) in examples.enumerated() {
                let bytes = byteCount(example)
                guard bytes <= left else { return index }
                left -= bytes
            }
            return examples.count
        }
        keptSequences = fitting { example in
            example.requests.reduce(0) {
                $0 + model.frozenByteCount($1, block: block, keepingBase: needsBase)
            }
        }
        let rowBytes = model.vocabularySize * MemoryLayout<Float>.stride
        keptLogits =
            needsBase && keptSequences == examples.count
            ? fitting { example in
                example.requests.reduce(0) { $0 + $1.readPositions.count * rowBytes }
            } : 0
    }

    /// Keeps half as much from now on, if memory ran out since this was last asked.
    private func followAllowance() {
        if isHalved || !model.allowance.isHalved { return }
        isHalved = true
        budget /= 2
        chooseWhatToKeep()
        for index in keptSequences..<examples.count { sequences[index] = nil }
        for index in keptLogits..<examples.count { logits[index] = nil }
        heldBytes =
            sequences.compactMap { $0 }.reduce(0) { $0 + Self.byteCount($1) }
            + logits.compactMap { $0 }.reduce(0) { $0 + Self.byteCount($1) }
    }

    private static func byteCount(_ sequences: [FrozenSequence]) -> Int {
        sequences.reduce(0) { $0 + $1.byteCount }
    }

    private static func byteCount(_ matrices: [Matrix]) -> Int {
        matrices.reduce(0) { $0 + $1.storage.byteCount }
    }

    /// The frozen prompts of the examples `indices`, then their essence prompts, and the unedited logits of
    /// all of them, [R, V], if a term needs those.
    func batch(_ indices: [Int]) throws -> (sequences: [FrozenSequence], base: Matrix?) {
        followAllowance()
        let frozen = try frozenSequences(indices)
        let ordered = Self.ordered(frozen)
        guard needsBase else { return (ordered, nil) }
        let missing = indices.indices.filter { logits[indices[$0]] == nil }
        if missing.count == indices.count, indices.allSatisfy({ $0 >= keptLogits }) {
            return (ordered, try model.baseLogits(of: ordered))
        }
        return (ordered, try joinedLogits(indices, frozen: frozen, missing: missing))
    }

    /// First sequences of all examples, then second ones.
    private static func ordered<Element>(_ lists: [[Element]]) -> [Element] {
        lists.compactMap(\.first) + lists.flatMap { $0.dropFirst() }
    }

    private func frozenSequences(_ indices: [Int]) throws -> [[FrozenSequence]] {
        let missing = indices.filter { sequences[$0] == nil }
        var made = try model.freeze(
            missing.flatMap { examples[$0].requests }, block: block, keepingBase: needsBase)[...]
        var fresh: [Int: [FrozenSequence]] = [:]
        for index in missing {
            let count = examples[index].requests.count
            fresh[index] = Array(made.prefix(count))
            made = made.dropFirst(count)
            if index < keptSequences, let kept = fresh[index] {
                sequences[index] = kept
                heldBytes += Self.byteCount(kept)
            }
        }
        return indices.map { fresh[$0] ?? sequences[$0] ?? [] }
    }

    /// Kept logits and those of the `missing` (positions in `indices`) in the order of the batch.
    private func joinedLogits(
        _ indices: [Int], frozen: [[FrozenSequence]], missing: [Int]
    ) throws -> Matrix {
        let backend = model.backend
        var parts = indices.map { logits[$0] ?? [] }
        if !missing.isEmpty {
            let computed = try model.baseLogits(of: missing.flatMap { frozen[$0] })
            // A failed result must not be kept.
            try backend.throwFailure()
            var row = 0
            for position in missing {
                let views = frozen[position].map { sequence in
                    let view = computed.rows(row..<row + sequence.readPositions.count)
                    row += view.rows
                    return view
                }
                parts[position] = views
                guard indices[position] < keptLogits else { continue }
                let copies = try views.map { view in
                    let copy = try backend.makeMatrix(rows: view.rows, columns: view.columns)
                    backend.copy(view, into: copy)
                    return copy
                }
                logits[indices[position]] = copies
                heldBytes += Self.byteCount(copies)
            }
        }
        let ordered = Self.ordered(parts)
        let result = try backend.makeMatrix(
            rows: ordered.reduce(0) { $0 + $1.rows }, columns: model.vocabularySize)
        var row = 0
        for part in ordered {
            backend.copy(part, into: result.rows(row..<row + part.rows))
            row += part.rows
        }
        return result
    }
}
