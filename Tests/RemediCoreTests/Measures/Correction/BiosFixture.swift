import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Bias in Bios with the tiny checkpoints, and what PyTorch makes of it.
enum BiosFixture {
    /// How many tokens the checkpoints read here: too few for some biographies.
    static let positions = 100

    static func dataset() throws -> Dataset {
        try Dataset.load(.biosbias, file: FixtureFiles.shared("biosbias.pkl"))
    }

    /// A tiny checkpoint that reads longer texts, made in `folder`: GPT-2's table of positions is repeated,
    /// Llama needs none.
    static func model(_ family: String, in folder: URL) throws -> LanguageModel {
        let source = FixtureFiles.own("training/\(family)")
        let config = try String(contentsOf: source.appendingPathComponent("config.json"), encoding: .utf8)
        let longer = ["n_positions", "max_position_embeddings"].reduce(config) {
            $0.replacingExactly("\"\($1)\": 64", with: "\"\($1)\": \(positions)")
        }
        try AtomicFile.write(longer, to: folder.appendingPathComponent("config.json"))
        try FileManager.default.copyItem(
            at: source.appendingPathComponent("tokenizer.json"),
            to: folder.appendingPathComponent("tokenizer.json"))
        let tensors = try SafeTensors.read(source.appendingPathComponent("model.safetensors")).tensors
        try SafeTensors.write(
            tensors.map { tensor in
                guard tensor.name.hasSuffix("wpe.weight") else {
                    return .init(name: tensor.name, shape: tensor.shape, values: tensor.floats())
                }
                let width = tensor.shape[1]
                let values = (tensor.floats() + tensor.floats()).prefix(positions * width)
                return .init(name: tensor.name, shape: [positions, width], values: Array(values))
            }, metadata: ["format": "pt"], to: folder.appendingPathComponent("model.safetensors"))
        return try LanguageModel(folder: folder, name: family, backend: CPUBackend(threads: 2))
    }

    static func expected(_ family: String) throws -> JSONValue {
        let all = try JSONValue(parsing: Data(contentsOf: FixtureFiles.own("biosbias.json")))
        return try XCTUnwrap(all[family])
    }

    static func titles() throws -> [String] {
        let all = try JSONValue(parsing: Data(contentsOf: FixtureFiles.own("biosbias.json")))
        return try XCTUnwrap(all["titles"]?.array).compactMap(\.string)
    }
}
