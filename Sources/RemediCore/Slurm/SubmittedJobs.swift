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

        private static let checksumKey = "checksum"

        private var checksum: JSONValue {
            var sum = Checksum()
            sum.add(json.text())
            return .string(sum.text)
        }

        /// As the file has it: with a checksum of the rest.
        fileprivate var sealed: JSONValue {
            var object = json.object ?? JSONObject()
            object[Self.checksumKey] = checksum
            return .object(object)
        }

        /// nil for what is no entry, or does not match its checksum; earlier versions wrote none.
        fileprivate init?(_ json: JSONValue) {
            guard let number = json["job"]?.string, let name = json["name"]?.string else { return nil }
            self.init(
                number: number, name: name, layers: json["layers"]?.array?.compactMap(\.integer) ?? [],
                after: json["after"]?.array?.compactMap(\.string) ?? [])
            if let found = json[Self.checksumKey], found != checksum { return nil }
        }
    }

    package private(set) var entries: [Entry] = []
    /// Whether jobs are missing because the file is damaged.
    package private(set) var isDamaged = false

    /// Those of a folder; none where nothing was submitted.  What is damaged is left out.
    ///
    /// - Throws: `LanguageModelError.unreadable`.
    package init(folder: URL) throws {
        let file = folder.appendingPathComponent(Self.fileName)
        guard SystemCall.status(file.path) != nil else { return }
        let data = try RegularFile.data(file)
        let listed = (try? JSONValue(parsing: data))?["jobs"]?.array
        entries = (listed ?? []).compactMap(Entry.init)
        isDamaged = entries.count != listed?.count
    }

    /// Adds a job to the folder's record.
    ///
    /// - Throws: `LanguageModelError.unreadable`, `.unwritable`.
    package static func add(_ entry: Entry, to folder: URL) throws {
        let entries = try SubmittedJobs(folder: folder).entries + [entry]
        let json: JSONValue = ["jobs": .array(entries.map(\.sealed))]
        try AtomicFile.write(json.text(pretty: true) + "\n", to: folder.appendingPathComponent(fileName))
    }
}
