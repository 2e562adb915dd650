import Foundation
import LanguageModels
import RemediCore
import XCTest

final class ModelInventoryTests: XCTestCase {
    func testTheModelsFolderAndTheCache() throws {
        let folder = try temporaryFolder()
        let workplace = Workplace(environment: ["HF_HOME": folder.path + "/hf"], workingFolder: folder)
        let source = FixtureFiles.own("training/gpt2")
        func copy(to path: String) throws {
            let target = folder.appendingPathComponent(path)
            try AtomicFile.makeFolder(target.deletingLastPathComponent())
            try FileManager.default.copyItem(at: source, to: target)
        }
        func write(_ text: String, _ path: String) throws {
            try AtomicFile.write(text, to: folder.appendingPathComponent(path))
        }
        XCTAssertTrue(ModelInventory.entries(in: workplace).isEmpty)
        try copy(to: "models/mine")
        try copy(to: "models/me/nested")
        try write("x", "models/notes/readme.txt")
        try write(#"{"model_type": "bert"}"#, "models/other/config.json")
        let cache = "hf/hub/models--me--tiny"
        try copy(to: cache + "/snapshots/aa")
        try copy(to: cache + "/snapshots/bb")
        try write("aa", cache + "/refs/main")
        try write("bb", cache + "/refs/pr/1")
        try write("bb", cache + "/refs/v1")
        try copy(to: cache + "/snapshots/cc")
        try write("{}", cache + "/snapshots/dd/tokenizer.json")
        try copy(to: "hf/hub/models--me--mute/snapshots/ee")
        try FileManager.default.removeItem(
            at: folder.appendingPathComponent("hf/hub/models--me--mute/snapshots/ee/tokenizer.json"))
        try write("half", "hf/hub/models--me--half/blobs/ab.incomplete")
        try write("x", "hf/hub/datasets--me--tiny/refs/main")
        let entries = ModelInventory.entries(in: workplace)
        XCTAssertEqual(
            entries.map { entry in
                let names = entry.references.joined(separator: ",")
                return
                    "\(entry.name) \(names) \(entry.commit ?? "-") \(entry.family ?? "-") \(entry.problem == nil)"
            },
            [
                "me/nested  - gpt2 true", "mine  - gpt2 true", "other  - bert false", "me/half  - - false",
                "me/mute@ee  ee gpt2 false", "me/tiny main aa gpt2 true", "me/tiny@pr/1 pr/1,v1 bb gpt2 true",
                "me/tiny@cc  cc gpt2 true", "me/tiny@dd  dd - false",
            ])
        for entry in entries where entry.problem == nil {
            let checkpoint = try Checkpoint(folder: source)
            XCTAssertEqual(entry.summary?.parameterCount, try ModelSummary(checkpoint).parameterCount)
            XCTAssertEqual(
                entry.byteCount,
                try FileManager.default.contentsOfDirectory(atPath: source.path).reduce(0) {
                    $0 + (try Data(contentsOf: source.appendingPathComponent($1)).count)
                })
            XCTAssertEqual(try ModelName(entry.name).locate(in: workplace).path, entry.folder.path)
        }
        XCTAssertEqual(
            entries.compactMap { ($0.problem as? LanguageModelError).map { error in "\(error)" } }.count, 3)
        XCTAssertTrue(entries[3].problem is ModelInventory.UnfinishedDownload)
        XCTAssertEqual(entries[3].byteCount, 4)
    }

    /// GGUF files are named so that `--model` takes them; of a model in several files, the first is.
    func testGGUFFiles() throws {
        let folder = try temporaryFolder()
        let workplace = Workplace(environment: ["HF_HOME": folder.path + "/hf"], workingFolder: folder)
        let source = FixtureFiles.gguf("qwen3")
        func copy(to path: String) throws {
            let target = folder.appendingPathComponent(path)
            try AtomicFile.makeFolder(target.deletingLastPathComponent())
            try FileManager.default.copyItem(at: source, to: target)
        }
        try copy(to: "models/mine.gguf")
        try copy(to: "models/more/one.gguf")
        try copy(to: "models/split/a-00001-of-00002.gguf")
        try copy(to: "models/split/a-00002-of-00002.gguf")
        let cache = "hf/hub/models--me--files"
        try copy(to: cache + "/snapshots/aa/small.gguf")
        try copy(to: cache + "/snapshots/aa/large.gguf")
        try AtomicFile.write("aa", to: folder.appendingPathComponent(cache + "/refs/main"))
        try copy(to: cache + "/snapshots/bb/small.gguf")
        let entries = ModelInventory.entries(in: workplace)
        XCTAssertEqual(
            entries.map(\.name),
            [
                "mine.gguf", "more/one.gguf", "split/a-00001-of-00002.gguf", "me/files:large.gguf",
                "me/files:small.gguf", "me/files@bb:small.gguf",
            ])
        let size = try Data(contentsOf: source).count
        for entry in entries {
            XCTAssertNil(entry.problem, entry.name)
            XCTAssertEqual(entry.family, "qwen3", entry.name)
            XCTAssertEqual(entry.byteCount, entry.name.hasPrefix("split") ? 2 * size : size, entry.name)
            XCTAssertEqual(try ModelName(entry.name).locate(in: workplace).path, entry.folder.path)
        }
    }
}
