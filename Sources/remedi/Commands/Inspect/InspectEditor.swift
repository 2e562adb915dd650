import Foundation
import LanguageModels
import RemediCore

/// `inspect editor`: what a saved editor is, without loading its model.
package struct InspectEditor: Command {
    package static let name = "editor"
    package static let summary = "shows what saved editors are: where from, for which model, how large"

    package var given = GivenArguments<InspectEditor>()
    var directory = ""
    var type = EditorType.linear
    var layers: LayerChoice = .all
    var exportFile: String?
    var isJSON = false

    package init() {}

    package static var options: [Option<InspectEditor>] {
        [
            Option(
                "editors-dir", short: "e", \.directory, .text("DIR"), group: "Editor",
                help: EditorArguments.directoryHelp),
            Option(
                "editor-type", short: "t", \.type, .choice("TYPE"), group: "Editor",
                help: "the kind of editor"),
            Option(
                "layers", short: "l", \.layers, .layers, group: "Editor",
                help: "the editors' layers, or 'all' that are saved"),
            Option(
                "export-pth", \.exportFile, .optional(.text("FILE")), group: "Output",
                help: "writes the editor as a state dict for torch.load; needs one layer"),
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON"),
        ]
    }

    package func check() throws(UsageError) {
        if directory.isEmpty { throw .optionMissing(name: "editors-dir") }
    }

    package func run(in surroundings: Surroundings) throws {
        let folder = try surroundings.workplace.editors(directory)
        let blocks: [Int]
        switch layers {
        case .only(let numbers): blocks = numbers
        case .all: blocks = Editor.savedBlocks(type: type, directory: folder)
        }
        if blocks.isEmpty {
            throw RemediError.editorMissing(path: folder.appendingPathComponent(type.rawValue).path)
        }
        let summaries = try blocks.map { try EditorSummary(type: type, block: $0, directory: folder) }
        for remark in summaries.flatMap(\.remarks) {
            try surroundings.tell(remark, .warning)
        }
        if let exportFile {
            guard summaries.count == 1 else { throw UsageError.needs(name: "export-pth", other: "layers") }
            try summaries[0].writeStateDict(to: surroundings.workplace.resolve(exportFile))
        }
        if isJSON { return try surroundings.write(JSONValue.array(summaries.map(\.json))) }
        try surroundings.write(summaries.map(\.report).joined(separator: "\n"))
    }
}

extension EditorSummary {
    fileprivate var json: JSONValue {
        [
            "file": .string(file.path), "type": .string(type.rawValue), "layer": .integer(block),
            "hidden_size": .integer(shape.hiddenSize), "rank": shape.rank.map { .integer($0) } ?? .null,
            "use_entity": .bool(shape.useEntity), "model": .string(metadata.model),
            "model_fingerprint": metadata.modelFingerprint.map { .string($0) } ?? .null,
            "use_all_entity_tokens": .bool(metadata.tokens.useAllEntityTokens),
            "attribute_no_entity": .bool(metadata.tokens.attributeWithoutEntity),
            "byte_token": metadata.tokens.firstByteToken ? "first" : "last",
            "seed": .string(String(metadata.seed)),
            "version": metadata.version.map { .string($0) } ?? .null,
            "hyperparameters": .object(metadata.hyperparameters),
            "parameters": .array(
                parameters.map {
                    [
                        "name": .string($0.name), "shape": .array($0.shape.map { .integer($0) }),
                        "norm": .number($0.norm), "mean": .number($0.mean), "std": .number($0.deviation),
                        "max": .number($0.largestMagnitude), "not_finite": .integer($0.nonFiniteCount),
                    ]
                }),
        ]
    }

    fileprivate var report: String {
        var facts = Facts()
        facts.add("editor", "\(type.rawValue), layer \(block), \(shape)")
        facts.add("file", file.path)
        facts.add("model", metadata.model.isEmpty ? "not said" : metadata.model)
        if let version = metadata.version {
            facts.add("seed", "\(metadata.seed)")
            facts.add("version", version)
        }
        var table = TextTable(columns: [
            .init("parameter"), .init("shape", .right), .init("norm", .right), .init("mean", .right),
            .init("std", .right), .init("max", .right), .init("not finite", .right),
        ])
        func digits(_ number: Double) -> String { String(format: "%.4g", number) }
        for parameter in parameters {
            table.add([
                parameter.name, parameter.shape.map(String.init).joined(separator: "×"),
                digits(parameter.norm), digits(parameter.mean), digits(parameter.deviation),
                digits(parameter.largestMagnitude), "\(parameter.nonFiniteCount)",
            ])
        }
        return facts.text + "\n" + table.text()
    }
}

extension InspectEditor {
    package static let examples = [
        ExampleLine(
            "shows the editor that 'remedi train demo' made",
            "remedi inspect editor -e results/demo_editors_counterfact_demo")
    ]
}
