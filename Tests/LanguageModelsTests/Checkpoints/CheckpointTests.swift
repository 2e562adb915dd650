import Compute
import Foundation
import XCTest

@testable import LanguageModels

final class CheckpointTests: XCTestCase {
    private func output(_ name: String, _ values: [Float]) -> SafeTensors.Output {
        SafeTensors.Output(name: name, shape: [values.count], values: values)
    }

    func testASingleFile() throws {
        let scratch = try ScratchFolder()
        try scratch.write(#"{"model_type": "gpt2"}"#, to: "config.json")
        try SafeTensors.write(
            [output("a", [1]), output("b", [2, 3])], metadata: [:], to: scratch.file("model.safetensors"))
        let checkpoint = try Checkpoint(folder: scratch.url)
        XCTAssertEqual(checkpoint.configuration["model_type"], "gpt2")
        XCTAssertEqual(checkpoint.tensorNames, ["a", "b"])
        XCTAssertEqual(checkpoint.tensor("b")?.floats(), [2, 3])
        XCTAssertNil(checkpoint.tensor("c"))
        XCTAssertEqual(try checkpoint.tensor("b", shape: [2]).floats(), [2, 3])
        XCTAssertThrowsError(try checkpoint.tensor("c", shape: [2])) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .tensorMissing(name: "c", path: scratch.url.path))
        }
        XCTAssertThrowsError(try checkpoint.tensor("b", shape: [2, 1])) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .tensorShape(name: "b", expected: [2, 1], found: [2]))
        }
    }

    func testMissingFiles() throws {
        let scratch = try ScratchFolder()
        XCTAssertThrowsError(try Checkpoint(folder: scratch.url)) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .fileMissing(path: scratch.file("config.json").path))
        }
        try scratch.write("{}", to: "config.json")
        XCTAssertThrowsError(try Checkpoint(folder: scratch.url)) {
            XCTAssertEqual(
                $0 as? LanguageModelError, .fileMissing(path: scratch.file("model.safetensors").path))
        }
    }
}
