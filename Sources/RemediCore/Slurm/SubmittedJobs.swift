import Foundation
import LanguageModels

/// The jobs that were submitted for one results folder, oldest first: its file `slurm.json`.
package struct SubmittedJobs: Sendable, Equatable {
    package static let fileName = "slurm.json"

    package struct Entry: Sendable, Equatable {
        package var number: String
        package var name: String
        package var layers: [Int]
        package var after: [String]

        package init(number: String, name: String, layers: [Int] = [], after: [String] = []) {
            self.number = number
            self.name = name
            self.layers = layers
            self.after = after
        }

        package var json: JSONValue {
            [
                "job": .string(number), "name": .string(name),
                "layers": .array(layers.map { .integer($0) }), "after": .array(after.map { .string($0) }),
            ]
        }

        fileprivate init?(_ json: JSONValue) {
            guard let number = json["job"]?.string, let name = json["name"]?.string else { return nil }
            self.init(
                number: number, name: name, layers: json["layers"]?.array?.compactMap(\.integer) ?? [],
                after: json["after"]?.array?.compactMap(\.string) ?? [])
        }
    }

    package private(set) var entries: [Entry] = []

    /// Those of a folder; none where nothing was submitted.
    ///
    /// - Throws: `RemediError.malformedData`.
    package init(folder: URL) throws {
        let file = folder.appendingPathComponent(Self.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        do {
            let json = try JSONValue(parsing: Data(contentsOf: file))
            entries = (json["jobs"]?.array ?? []).compactMap(Entry.init)
        } catch let error as JSONError {
            throw RemediError.malformedData(path: file.path, reason: error.reason)
        }
    }

    /// Adds a job to the folder's record.
    ///
    /// - Throws: `RemediError.malformedData`, `LanguageModelError.unwritable`.
    package static func add(_ entry: Entry, to folder: URL) throws {
        let entries = try SubmittedJobs(folder: folder).entries + [entry]
        let json: JSONValue = ["jobs": .array(entries.map(\.json))]
        try AtomicFile.write(json.text(pretty: true) + "\n", to: folder.appendingPathComponent(fileName))
    }
}
