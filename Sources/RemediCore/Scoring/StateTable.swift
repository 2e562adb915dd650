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
    /// Slots that are read together; each such pass ends above the highest of its blocks.
    private let passes: [Range<Int>]
    private let model: LanguageModel
    private let journal: CaseJournal

    /// - Parameters:
    ///   - file: where the states are kept.
    ///   - split: the first slot of a second pass; nil: one pass reads all.
    ///   - part: the texts' part of the journal, which says how far the pass came.
    init(
        _ file: StateFile, split: Int? = nil, model: LanguageModel, journal: CaseJournal, part: String
    ) {
        self.file = file
        let split = split ?? file.slots
        passes = [0..<split, split..<file.slots].filter { !$0.isEmpty }
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
            let sequences = texts.flatMap(\.sequences)
            return try passes.flatMap { slots in
                try model.backend.read(
                    model.states(of: sequences, reading: readings[slots].flatMap { $0 }, shifts: shifts))
            }
        }
    }
}
