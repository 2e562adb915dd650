import Foundation
import LanguageModels

/// A data set as `Datasets.all` lists it: its files, how they are read, and what can be measured on it.
package struct DatasetForm: Sendable {
    /// How its samples are scored.
    package enum Scoring: Sendable {
        /// By which of two targets the model prefers.
        case preference
        /// By the place of the right answer among all answers of the data set.
        case correction
    }

    /// An evaluation that only some data sets have the samples for.
    package enum Task: Sendable { case entailment, mediation }

    /// Reads `file`, whose first byte is given, if it is in the authors' own form.
    ///
    /// - Returns: whether it was; otherwise the file holds JSON.
    typealias Reader =
        @Sendable (
            _ dataset: inout Dataset, _ file: URL, _ first: UInt8?, _ norms: McRae.Options
        ) throws -> Bool

    /// Makes a sample of the authors' own JSON; nil if a record, whose number and text are given, is none.
    typealias RecordForm = @Sendable (_ record: JSONObject, _ number: Int, _ text: String) throws -> Sample?

    /// As commands and settings call it.
    package var name: String { file.name }
    /// The file that can be had, or that is made of what its authors offer.
    package let file: DataFile
    /// Further files that some measures need.
    package var helpers: [DataFile] = []
    /// The names of the file as its authors made it; the first that exists is taken.
    let rawFileNames: [String]
    /// The name of the set as sample objects.
    package let reformattedFileName: String
    package var scoring = Scoring.preference
    package var tasks: Set<Task> = []
    /// Whether samples say what the model believes before an edit.
    package var hasUnmediatedTargets = true
    var reader: Reader = { _, _, _, _ in false }
    var recordForm: RecordForm = { _, _, _ in nil }
    /// The forms of `recordForm`, for messages; nil: there are none.
    var recordForms: String?
    /// The relation that a sample is about; nil if it does not say.
    var relation: @Sendable (Sample) -> String? = { _ in nil }

    init(file: DataFile, rawFileNames: [String], reformattedFileName: String) {
        self.file = file
        self.rawFileNames = rawFileNames
        self.reformattedFileName = reformattedFileName
    }

    /// The names under which a data folder holds the set; the first that exists is taken.
    package var fileNames: [String] {
        file.fileName == reformattedFileName
            ? [reformattedFileName] + rawFileNames : rawFileNames + [reformattedFileName]
    }
}
