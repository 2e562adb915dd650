import Foundation
import LanguageModels

extension Dataset {
    /// Reads the table of the norms and draws the samples.
    ///
    /// - Throws: `RemediError.malformedData`; `LanguageModelError` if the file cannot be read.
    mutating func readMcRae(_ file: URL, options: McRae.Options) throws {
        self.norms = options
        let norms = try McRaeNorms(file: file)
        recordCount = norms.rowCount
        for id in norms.unwanted { drop(id: id, reason: McRae.DropReason.unwantedFeature) }
        var samples: [Sample] = []
        var dropped: [String] = []
        let tooMany = McRae(norms: norms, options: options).draw({ samples.append($0) }) {
            dropped.append($0)
        }
        if let tooMany {
            throw RemediError.malformedData(
                path: file.path, reason: "its samples would list \(tooMany) features that go together")
        }
        for sample in samples { append(sample) }
        for id in dropped { drop(id: id, reason: McRae.DropReason.noConcept) }
    }
}
