import Foundation
import LanguageModels

/// The samples of a training run, split, in tokens.
struct TrainingData {
    let dataset: DatasetName
    /// SHA-256 of the data set's file, as the caller knows it.
    let fileHash: String
    /// SHA-256 of the samples themselves.
    let samplesHash: String
    /// Training samples in order, then validation samples.
    let examples: [TrainingExample]
    let trainingCount: Int
    /// The samples of the training examples.
    let trainingSamples: [Sample]
    /// The samples of the validation examples.
    let validationSamples: [Sample]
    /// Left out, by reason.
    let dropped: [LeftOut]

    /// Splits first and drops then, so that a dropped sample moves no other one to another side.
    ///
    /// - Throws: `RemediError.nothingToTrainOn`, `.noSamples` without validation.
    init(
        samples: [Sample], places: SamplePlaces, validation: [Sample]?, dataset: DatasetName,
        fileHash: String, model: LanguageModel, options: TrainingOptions
    ) throws {
        self.dataset = dataset
        self.fileHash = fileHash
        samplesHash = Self.hash(samples, places, validation)
        let split = TrainingSplit(
            places, holdOut: validation == nil ? options.holdOut : 0, seed: options.seed)
        let weights = LossWeights(options, dataset: dataset)
        var left: [(reason: String, ids: [String])] = [
            ("empty attribute", []), (SkipReason.entityNotInPrompt.rawValue, []),
            (SkipReason.attributeNotInContext.rawValue, []), ("text longer than the model can read", []),
        ]
        func usable(_ samples: [Sample]) throws -> [(Sample, TrainingExample)] {
            try samples.compactMap { sample in
                guard !sample.attribute.allSatisfy(\.isWhitespace) else {
                    left[0].ids.append(sample.id)
                    return nil
                }
                do {
                    let example = try TrainingExample(
                        sample, model: model, options: options.tokens, weights: weights)
                    if example.tokenCount <= model.contextLength { return (sample, example) }
                    left[3].ids.append(sample.id)
                } catch RemediError.entityNotInPrompt {
                    left[1].ids.append(sample.id)
                } catch RemediError.attributeNotInContext {
                    left[2].ids.append(sample.id)
                }
                return nil
            }
        }
        let training = try usable(split.training.map { samples[$0] })
        let held = try usable(validation ?? split.validation.map { samples[$0] })
        guard !training.isEmpty else {
            throw RemediError.nothingToTrainOn(
                samples: samples.count, heldOut: split.validation.count, leftOut: Self.leftOut(left))
        }
        if held.isEmpty, validation != nil || !split.validation.isEmpty {
            throw RemediError.noSamples(dataset: dataset.rawValue, split: "validation", count: 0)
        }
        examples =
            Self.readingWhatCounts(training.map(\.1), options)
            + Self.readingWhatCounts(held.map(\.1), options)
        trainingCount = training.count
        trainingSamples = training.map(\.0)
        validationSamples = held.map(\.0)
        dropped = Self.leftOut(left)
    }

    private static func leftOut(_ groups: [(reason: String, ids: [String])]) -> [LeftOut] {
        groups.filter { !$0.ids.isEmpty }.map { LeftOut(reason: $0.reason, ids: $0.ids) }
    }

    /// Where only a batch's last sample counts for the KL term and batches are always the same, the others
    /// need no logits for it.
    private static func readingWhatCounts(
        _ examples: [TrainingExample], _ options: TrainingOptions
    ) -> [TrainingExample] {
        guard options.divergence == .lastSample, !options.shuffle else { return examples }
        return TrainingSplit.batches(Array(examples.indices), size: options.batchSize).flatMap { batch in
            let counting = batch.last { LossRows.hasDivergence(examples[$0]) }
            return batch.map { $0 == counting ? examples[$0] : examples[$0].withoutDivergence() }
        }
    }

    static func hash(_ samples: [Sample], _ places: SamplePlaces, _ validation: [Sample]?) -> String {
        func line(_ sample: Sample) -> String {
            let fields: [String?] = [
                sample.id, sample.entity, sample.attribute, sample.context, sample.prompt,
                sample.targetMediated, sample.targetUnmediated,
            ]
            return JSONValue.array(fields.map { $0.map { .string($0) } ?? .null }).text() + "\n"
        }
        let positions =
            places == SamplePlaces(count: samples.count)
            ? "" : places.occupied.map(String.init).joined(separator: " ") + " of \(places.count)\n"
        let text = samples.map(line).joined() + "\n" + positions + (validation ?? []).map(line).joined()
        return SHA256.hash(Data(text.utf8))
    }
}
