import Foundation
import LanguageModels

/// Hidden states of many texts, read in one pass and kept on disk while a run needs them; a pass that was
/// stopped goes on where it stood.
///
/// Letters: S slots (which state of a text), N texts, D hidden size.
struct StateTable {
    /// One text, or several that are read together.
    struct Text {
        var sequences: [[Int]]
        /// Positions before the first token of each; an empty list: none.
        var shifts: [Int]
        /// One a slot; sequences are counted from the text's first.
        var readings: [StateReading]
    }

    let file: StateFile
    private let part: String
    private let model: LanguageModel
    private let journal: CaseJournal

    /// - Parameters:
    ///   - url: where the states are kept.
    ///   - part: the texts' part of the journal, which says how far the pass came.
    init(
        _ url: URL, slots: Int, texts count: Int, model: LanguageModel, journal: CaseJournal, part: String
    ) throws {
        file = try StateFile(url, slots: slots, samples: count, hiddenSize: model.hiddenSize)
        self.part = part
        self.model = model
        self.journal = journal
    }

    /// Reads what has not been read yet, `batchSize` texts at a time.
    ///
    /// - Parameter id: what a text is called.
    /// - Throws: `RemediError.notFinite`, `.interrupted`; `LanguageModelError`, `ComputeError`.
    func read(
        batchSize: Int, stage: String, progress: any ProgressReporter, of id: (Int) -> String,
        _ text: (Int) -> Text
    ) throws {
        try file.read(
            part: part, of: id, in: journal, batchSize: batchSize, stage: stage, progress: progress
        ) { batch in
            let texts = batch.map(text)
            var first = 0
            var readings = texts[0].readings.map { _ in [StateReading]() }
            for text in texts {
                for (slot, reading) in text.readings.enumerated() {
                    var reading = reading
                    reading.sequence += first
                    readings[slot].append(reading)
                }
                first += text.sequences.count
            }
            let shifts = texts.flatMap { text in
                text.shifts.isEmpty ? text.sequences.map { _ in 0 } : text.shifts
            }
            let found = try model.states(
                of: texts.flatMap(\.sequences), reading: readings.flatMap { $0 }, shifts: shifts)
            return try model.backend.read(found)
        }
    }
}
