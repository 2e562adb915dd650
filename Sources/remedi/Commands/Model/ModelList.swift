import Compute
import LanguageModels
import RemediCore

/// `model list`: the checkpoints that are here.
package struct ModelList: Command {
    package static let name = "list"
    package static let summary = "lists the models that are here"
    package static let discussion = [
        "Looks into the models folder (REMEDI_MODELS_DIR, CM_MODELS_DIR or models) and into the cache of Hugging"
            + " Face's tools (HF_HUB_CACHE, HF_HOME). 'demo' is inside the program."
    ]

    package var given = GivenArguments<ModelList>()
    var isJSON = false

    package init() {}

    package static var options: [Option<ModelList>] {
        [Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON")]
    }

    package func run(in surroundings: Surroundings) throws {
        let workplace = surroundings.workplace
        let found = ModelInventory.entries(in: workplace)
        let entries = [try ModelInventory.demo(in: workplace)] + found
        if isJSON { return try surroundings.write(JSONValue.array(entries.map(json))) }
        if found.isEmpty {
            try? surroundings.tell(
                "no other models in \(workplace.models.path) or \(workplace.hubCache.path)")
        }
        var table = TextTable(columns: [
            .init("name"), .init("branch"), .init("commit"), .init("family"), .init("parameters", .right),
            .init("size", .right), .init("stored as"), .init("state", wraps: true),
            .init("folder", wraps: true),
        ])
        table.keyColumns = 1
        for entry in entries {
            table.add([
                entry.name, entry.references.joined(separator: ", "),
                entry.commit.map { String($0.prefix(12)) } ?? "", entry.family ?? "",
                entry.summary.map { "\($0.parameterCount)" } ?? "", ByteCount.text(entry.byteCount),
                types(of: entry).joined(separator: ", "),
                state(of: entry), entry.folder.path,
            ])
        }
        try surroundings.write(table)
    }

    private func isInside(_ entry: ModelInventory.Entry) -> Bool { ModelName(entry.name).isDemo }

    private func state(of entry: ModelInventory.Entry) -> String {
        if let problem = entry.problem { return Messages.sentence(for: problem) }
        return isInside(entry) ? "inside the program" : "complete"
    }

    private func types(of entry: ModelInventory.Entry) -> [String] {
        entry.summary?.storedTypes.map(\.name) ?? []
    }

    private func json(_ entry: ModelInventory.Entry) -> JSONValue {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        return [
            "name": .string(entry.name), "revision": text(entry.references.first),
            "references": .array(entry.references.map { .string($0) }), "commit": text(entry.commit),
            "family": text(entry.family),
            "parameters": entry.summary.map { .integer($0.parameterCount) } ?? .null,
            "size": .integer(entry.byteCount), "stored_as": .array(types(of: entry).map { .string($0) }),
            "complete": .bool(entry.problem == nil),
            "problem": text(entry.problem.map { Messages.sentence(for: $0) }),
            "folder": .string(entry.folder.path), "inside": .bool(isInside(entry)),
        ]
    }
}

extension ModelList {
    package static let examples = [ExampleLine("lists them", "remedi model list")]
}
