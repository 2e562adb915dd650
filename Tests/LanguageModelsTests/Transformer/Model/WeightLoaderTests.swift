import Compute
import Foundation
import LanguageModels
import XCTest

final class WeightLoaderTests: XCTestCase {
    /// A copy of a fixture with changed tensors, all as float32.
    private func altered(
        _ name: String, in scratch: ScratchFolder, _ change: (inout [SafeTensors.Output]) -> Void
    ) throws -> Checkpoint {
        let source = ModelFixture.folder.appendingPathComponent(name)
        let checkpoint = try Checkpoint(folder: source)
        var tensors = checkpoint.tensorNames.compactMap { checkpoint.tensor($0) }.map {
            SafeTensors.Output(name: $0.name, shape: $0.shape, values: $0.floats())
        }
        change(&tensors)
        try scratch.write(Data(contentsOf: source.appendingPathComponent("config.json")), to: "config.json")
        try SafeTensors.write(tensors, metadata: [:], to: scratch.file("model.safetensors"))
        return try Checkpoint(folder: scratch.url)
    }

    private func logits(_ model: LanguageModel, _ fixture: ModelFixture) throws -> [Float] {
        try model.backend.read(
            model.logits(of: fixture.sequences, at: model.allPositions(fixture.sequences)))
    }

    func testTorchTwinGivesIdenticalBytes() throws {
        let fixture = try ModelFixture("gptj")
        let (stored, twin) = try (ModelFixture.model("gptj"), ModelFixture.model("gptj-bin"))
        XCTAssertEqual(try logits(stored, fixture), try logits(twin, fixture))
        XCTAssertEqual(stored.fingerprint, twin.fingerprint)
    }

    func testBothSpellingsOfNamesAreFound() throws {
        // The fixture lacks the prefix, as the hub's GPT-2 does.
        let fixture = try ModelFixture("gpt2")
        let scratch = try ScratchFolder()
        let prefixed = try altered("gpt2", in: scratch) { tensors in
            for index in tensors.indices { tensors[index].name = "transformer." + tensors[index].name }
        }
        XCTAssertEqual(
            try logits(ModelFixture.model(prefixed), fixture),
            try logits(ModelFixture.model("gpt2"), fixture))
    }

    func testRoundingOnLoadEqualsRoundedCheckpoint() throws {
        let fixture = try ModelFixture("llama")
        for type in [ElementType.float16, .bfloat16] {
            let scratch = try ScratchFolder()
            // Norms stay float32 on the device.
            let rounded = try altered("llama", in: scratch) { tensors in
                for index in tensors.indices where tensors[index].shape.count > 1 {
                    tensors[index].values = tensors[index].values.map { value in
                        switch type {
                        case .float16: Float(Float16(value))
                        default: Float(bitPattern: UInt32(HalfPrecision.bfloat16(value)) << 16)
                        }
                    }
                }
            }
            let expected = try logits(ModelFixture.model(rounded), fixture)
            let found = try logits(ModelFixture.model("llama", elementType: type), fixture)
            XCTAssertLessThan(largestDifference(found, expected), 1e-5, type.rawValue)
            XCTAssertGreaterThan(
                largestDifference(found, try logits(ModelFixture.model("llama"), fixture)), 1e-5,
                type.rawValue)
        }
        // Widening changes no value.
        XCTAssertLessThan(
            largestDifference(
                try logits(ModelFixture.model("qwen2", elementType: .float32), ModelFixture("qwen2")),
                try logits(ModelFixture.model("qwen2"), ModelFixture("qwen2"))), 1e-5)
    }

    /// A finite value that would become infinite is refused by its tensor's name; one that is infinite stays.
    func testValuesThatDoNotFit() throws {
        let largest = Float.greatestFiniteMagnitude
        let cases: [(Float, ElementType, fits: Bool)] = [
            (65504, .float16, true), (65519, .float16, true), (65520, .float16, false),
            (-70000, .float16, false), (3e38, .float16, false), (.infinity, .float16, true),
            (largest, .float32, true), (largest, .bfloat16, false), (3e38, .bfloat16, true),
        ]
        for (value, type, fits) in cases {
            let scratch = try ScratchFolder()
            let name = "model.layers.1.mlp.up_proj.weight"
            let checkpoint = try altered("llama", in: scratch) { tensors in
                for index in tensors.indices where tensors[index].name == name {
                    tensors[index].values[7] = value
                }
            }
            if fits {
                let model = try ModelFixture.model(checkpoint, elementType: type)
                XCTAssertEqual(model.precision.stored, [.float32])
                XCTAssertEqual(model.precision.rounded, type == .float32 ? nil : type)
                continue
            }
            XCTAssertThrowsError(
                try ModelFixture.model(checkpoint, elementType: type), "\(value) \(type)"
            ) {
                XCTAssertEqual(
                    $0 as? LanguageModelError,
                    .doesNotFit(name: name, value: value, type: type.rawValue))
            }
        }
    }

    func testMissingAndMisshapenTensorsAreNamed() throws {
        let cases: [(String, String, [Int])] = [
            ("gpt2", "wte.weight", [89, 24]), ("gpt2", "h.1.attn.c_attn.weight", [24, 72]),
            ("gpt2", "h.2.mlp.c_proj.bias", [24]), ("gpt2", "ln_f.weight", [24]),
            ("llama", "lm_head.weight", [91, 24]),
            ("llama", "model.layers.0.mlp.gate_proj.weight", [38, 24]),
            ("gptj", "lm_head.bias", [90]),
            ("gpt_neox", "gpt_neox.layers.1.attention.query_key_value.bias", [90]),
        ]
        for (fixture, name, shape) in cases {
            let scratch = try ScratchFolder()
            let missing = try altered(fixture, in: scratch) { $0.removeAll { $0.name == name } }
            XCTAssertThrowsError(try ModelFixture.model(missing), name) {
                XCTAssertEqual(
                    $0 as? LanguageModelError, .tensorMissing(name: name, path: scratch.url.path))
            }
            XCTAssertThrowsError(try ModelSummary(missing), name)
            let other = try ScratchFolder()
            let misshapen = try altered(fixture, in: other) { tensors in
                for index in tensors.indices where tensors[index].name == name {
                    tensors[index].shape[0] += 1
                    tensors[index].values += Array(repeating: 0, count: shape.dropFirst().reduce(1, *))
                }
            }
            let expected = LanguageModelError.tensorShape(
                name: name, expected: shape, found: [shape[0] + 1] + shape.dropFirst())
            XCTAssertThrowsError(try ModelFixture.model(misshapen), name) {
                XCTAssertEqual($0 as? LanguageModelError, expected)
            }
            XCTAssertThrowsError(try ModelSummary(misshapen), name) {
                XCTAssertEqual($0 as? LanguageModelError, expected)
            }
        }
    }
}
