import Foundation
import LanguageModels

/// `splits.json` in a data folder: how many samples of each file are for training, where that is not the usual
/// number: `{"counterfact.json": 720}`.
struct SplitTable {
    static let fileName = "splits.json"

    /// No data set has more samples.
    private static let largestCount = 1_000_000_000

    private var counts: [String: Int] = [:]

    /// Reads the table of the folder that holds `file`; without one nothing is said of any file.
    ///
    /// - Throws: `RemediError.malformedData`; `LanguageModelError` if it cannot be read.
    init(beside file: URL) throws {
        let url = file.deletingLastPathComponent().appendingPathComponent(Self.fileName)
        guard SystemCall.status(url.path) != nil else { return }
        let content = try MappedFile(url)
        try GitPointer.refuse(content)
        let value = try? withExtendedLifetime(content) { try JSONValue(parsing: Data(content.bytes)) }
        guard let object = value?.object else {
            throw RemediError.malformedData(path: url.path, reason: "not an object of numbers")
        }
        for (name, value) in object.members {
            guard let count = value.integer, count >= 0, count <= Self.largestCount else {
                throw RemediError.malformedData(
                    path: url.path, reason: "\(name) is not a count from 0 to \(Self.largestCount)")
            }
            counts[name] = count
        }
    }

    func trainingPlaces(of file: URL) -> Int? { counts[file.lastPathComponent] }
}
