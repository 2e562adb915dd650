import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class ValidationSamplesTests: XCTestCase {
    private func dataset(_ count: Int) -> Dataset {
        let samples = (0..<count).map {
            Sample(id: "\($0)", entity: "e", attribute: "a", context: "e a", prompt: "e is")
        }
        return Dataset(name: .counterfact, samples: samples, fileHash: "f")
    }

    private func write(_ inputs: JSONObject, trained: Int, in folder: URL) throws {
        let manifest: JSONValue = [
            "inputs": .object(inputs),
            "data": [
                "training_samples": .integer(trained - 3), "validation_samples": 2, "dropped": ["x": ["1"]],
            ],
        ]
        try AtomicFile.write(manifest.text(), to: folder.appendingPathComponent("manifest.json"))
    }

    /// The reference's editors come without a manifest: its seed and part are known (NumPy's permutation).
    func testTheReferencesEditors() throws {
        let folder = try temporaryFolder()
        try Data().write(to: folder.appendingPathComponent("weights.pth"))
        let held = try dataset(6_000).validationSamples(ofEditorIn: folder)
        var generator = NumPyGenerator(seed: 123456)
        XCTAssertEqual(held.samples.map(\.id), generator.permutation(5_000)[..<500].map(String.init))
        XCTAssertEqual(held.fileHash, "f, 500 validation samples of 5000, seed 123456")
    }

    func testWhatTheManifestSays() throws {
        let data = dataset(60)
        let whole = Array(data.samples)
        for (count, trained) in [(60, 60), (20, 20)] {
            let folder = try temporaryFolder()
            let places = data.places(in: .training).prefix(count)
            let hash = TrainingData.hash(Array(whole.prefix(count)), places, nil)
            try write(
                ["hold_out": 0.2, "seed": "5", "samples": .string(hash)], trained: trained, in: folder)
            let held = try data.validationSamples(ofEditorIn: folder)
            let split = TrainingSplit(places, holdOut: 0.2, seed: 5)
            XCTAssertEqual(held.samples.map(\.id), split.validation.map(String.init), "\(count)")
            XCTAssertEqual(held.samples.count, count / 5)
        }
    }

    func testRefusals() throws {
        let data = dataset(20)
        let folder = try temporaryFolder()
        XCTAssertThrowsError(try data.validationSamples(ofEditorIn: folder)) {
            guard case .malformedData? = $0 as? RemediError else { return XCTFail("\($0)") }
        }
        try write(["hold_out": 0.2, "seed": "5", "samples": "other"], trained: 20, in: folder)
        XCTAssertThrowsError(try data.validationSamples(ofEditorIn: folder)) {
            XCTAssertEqual($0 as? RemediError, .otherSamples(editor: folder.path))
        }
        let hash = TrainingData.hash(data.samples, data.places(in: .training), nil)
        try write(["hold_out": 0, "seed": "5", "samples": .string(hash)], trained: 20, in: folder)
        XCTAssertThrowsError(try data.validationSamples(ofEditorIn: folder)) {
            guard case .noSamples? = $0 as? RemediError else { return XCTFail("\($0)") }
        }
    }
}
