import Foundation
import LanguageModels
import RemediCore

/// `data list`: which data sets and helper files there are, and which of them are here.
package struct DataList: Command {
    package static let name = "list"
    package static let summary = "lists data sets and helper files, and says which are here"

    package var given = GivenArguments<DataList>()
    var verifies = false
    var isJSON = false

    package init() {}

    package static var options: [Option<DataList>] {
        [
            Option(
                "verify", \.verifies, .flag, group: "Output",
                help: "reads the files that are here and compares their SHA-256"),
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON"),
        ]
    }

    /// One file, as far as it is here.
    private struct Entry {
        let file: DataFile
        let place: URL
        /// nil: it is not here.
        var size: Int?
        var problem: FileProblem?
    }

    package func run(in surroundings: Surroundings) throws {
        let workplace = surroundings.workplace
        let entries = try DataFile.all.map { file in
            var entry = Entry(file: file, place: Self.place(of: file, in: workplace))
            guard FileManager.default.fileExists(atPath: entry.place.path) else { return entry }
            do {
                entry.size = try MappedFile(entry.place).byteCount
                entry.problem = try file.problem(of: entry.place, isHashed: verifies)
            } catch LanguageModelError.unreadable(_, let reason) {
                // One bad file is no reason to tell nothing of the others.
                entry.problem = .unreadable(reason: reason)
            }
            return entry
        }
        if isJSON {
            return try surroundings.write(JSONValue.array(entries.map(json) + [Self.jsonOfInside]))
        }
        var table = TextTable(columns: [
            .init("name"), .init("file"), .init("size", .right), .init("here"), .init("licence", wraps: true),
            .init("from", wraps: true),
        ])
        table.keyColumns = 1
        for entry in entries {
            let (size, from) =
                switch entry.file.origin {
                case .address(let address, let size, _): (ByteCount.text(entry.size ?? size), address)
                case .authors(let place, _): (entry.size.map(ByteCount.text) ?? "", place)
                }
            table.add([
                entry.file.name, entry.place.lastPathComponent, size, state(of: entry), entry.file.licence,
                from,
            ])
        }
        let size = ByteCount.text(Self.inside.reduce(0) { $0 + $1.bytes.count })
        try surroundings.write(line: "folder: \(workplace.data.path)")
        try surroundings.write("\n")
        try surroundings.write(table)
        try surroundings.write(
            "\nInside the program (\(size)): small sets of all these kinds, about an invented world.\n"
                + "'--model demo' takes them by itself, other models with '--dataset-file demo'.\n")
    }

    private static var inside: [DemoFiles.File] { DemoFiles.files(in: .data) }

    /// Where the file is, or belongs: a data set that its authors hand out may lie there under their name.
    private static func place(of file: DataFile, in workplace: Workplace) -> URL {
        guard case .authors = file.origin, let dataset = DatasetName(rawValue: file.name),
            let found = try? dataset.locate(file: nil, in: workplace)
        else { return file.place(in: workplace) }
        return found
    }

    private func state(of entry: Entry) -> String {
        if case .unreadable(let reason) = entry.problem { return "not to be read: \(reason)" }
        if entry.size == nil { return "no" }
        switch (entry.problem, entry.file.origin) {
        case (.unreadable?, _): return "no"
        case (.size?, _): return "yes, but of another size"
        case (.checksum?, _): return "yes, but with another checksum"
        case (nil, .authors): return "yes"
        case (nil, .address): return verifies ? "yes, checksum right" : "yes, size right"
        }
    }

    /// The data sets inside the program, as an entry of its own.
    private static var jsonOfInside: JSONValue {
        [
            "name": .string(DemoFolder.name), "summary": "small sets of all these kinds, inside the program",
            "path": .string(DemoFolder.name), "here": true,
            "size": .integer(inside.reduce(0) { $0 + $1.bytes.count }), "licence": "MIT",
            "files": .array(inside.map { .string(String($0.name.split(separator: "/").last ?? "")) }),
        ]
    }

    private func json(_ entry: Entry) -> JSONValue {
        var object: JSONObject = [
            "name": .string(entry.file.name), "summary": .string(entry.file.summary),
            "path": .string(entry.place.path), "here": .bool(entry.size != nil),
            "size": entry.size.map { .integer($0) } ?? nil, "licence": .string(entry.file.licence),
        ]
        switch entry.file.origin {
        case .address(let address, let size, let sha256):
            object["url"] = .string(address)
            object["expected_size"] = .integer(size)
            object["sha256"] = .string(sha256)
            let isRight: JSONValue = entry.size == nil ? .null : .bool(entry.problem == nil)
            object["right"] = isRight
        case .authors(let place, _): object["authors"] = .string(place)
        }
        return .object(object)
    }
}

extension DataList {
    package static let examples = [ExampleLine("lists them", "remedi data list")]
}
