import Compute
import Foundation
import XCTest

@testable import LanguageModels
@testable import RemediCore

final class EditorFilesTests: XCTestCase {
    private func editor(
        _ type: EditorType, _ fixture: TrainingFixture, block: Int = 1, rank: Int? = nil,
        useEntity: Bool = false, mentions: MentionRule = .word
    ) throws -> Editor {
        let shape = EditorShape(
            hiddenSize: fixture.model.hiddenSize, rank: rank, useEntity: useEntity
        ).restricted(to: type)
        let initializer = EditorInitializer(
            seed: 4, streams: .separate, plan: [PlannedEditor(type: type, block: block, shape: shape)])
        let values =
            type == .random
            ? [
                (0..<shape.hiddenSize).map { Float($0) }, (0..<shape.hiddenSize).map { Float($0) / 100 },
            ] : initializer.values(of: 0)
        var tokens = TokenOptions()
        tokens.useAllEntityTokens = true
        tokens.attributeWithoutEntity = true
        tokens.mentions = mentions
        return try Editor(
            type: type, block: block, shape: shape, values: values,
            metadata: EditorMetadata(
                model: fixture.model.name, modelFingerprint: fixture.model.fingerprint, tokens: tokens,
                hyperparameters: ["lr": 0.001, "kl": "batch"], seed: .max),
            backend: fixture.model.backend)
    }

    /// Everything an editor is comes back: parameters, rank, entity, token options, hyperparameters.
    func testRoundTrip() throws {
        let fixture = try TrainingFixture("gpt2")
        for variant in EditorVariant.all + [
            EditorVariant(name: "random", type: .random, rank: nil, useEntity: false)
        ] {
            let directory = try temporaryFolder()
            let saved = try editor(
                variant.type, fixture, rank: variant.rank, useEntity: variant.useEntity)
            let folder = Editor.folder(type: variant.type, block: 1, directory: directory)
            try saved.save(to: folder)
            let loaded = try Editor.load(
                type: variant.type, block: 1, directory: directory, model: fixture.model)
            XCTAssertEqual(loaded.shape, saved.shape, variant.name)
            XCTAssertEqual(loaded.metadata, saved.metadata, variant.name)
            XCTAssertEqual(try loaded.values(), try saved.values(), variant.name)
            let file = folder.appendingPathComponent("weights.safetensors")
            let bytes = try Data(contentsOf: file)
            try loaded.save(to: folder)
            XCTAssertEqual(try Data(contentsOf: file), bytes, variant.name)
            XCTAssertEqual(Editor.savedBlocks(type: variant.type, directory: directory), [1])
        }
    }

    /// The rule for mentions is kept; the usual one is not written, so that files stay as they were.
    func testTheRuleForMentionsComesBack() throws {
        let fixture = try TrainingFixture("gpt2")
        for rule in MentionRule.allCases {
            let directory = try temporaryFolder()
            let folder = Editor.folder(type: .linear, block: 1, directory: directory)
            try editor(.linear, fixture, mentions: rule).save(to: folder)
            let loaded = try Editor.load(type: .linear, block: 1, directory: directory, model: fixture.model)
            XCTAssertEqual(loaded.tokenOptions.mentions, rule)
            let bytes = try Data(contentsOf: folder.appendingPathComponent("weights.safetensors"))
            XCTAssertEqual(bytes.range(of: Data("\"mentions\"".utf8)) != nil, rule == .text)
        }
    }

    /// A state dict that torch.save wrote.
    func testReferenceFile() throws {
        let fixture = try TrainingFixture("gpt2")
        let directory = TrainingFixture.file("reference")
        let loaded = try Editor.load(type: .linear, block: 1, directory: directory, model: fixture.model)
        let expected = try EditorVariant.all[0].editor(of: fixture, try fixture.gradients().tensors)
        XCTAssertEqual(try loaded.values(), try expected.values())
        XCTAssertNil(loaded.metadata.modelFingerprint)
        XCTAssertEqual(loaded.tokenOptions, TokenOptions())
        var tokens = TokenOptions()
        tokens.attributeWithoutEntity = true
        let other = try Editor.load(
            type: .linear, block: 1, directory: directory, model: fixture.model, tokenOptions: tokens)
        XCTAssertEqual(other.tokenOptions, tokens)
        XCTAssertEqual(Editor.savedBlocks(type: .linear, directory: directory), [1])
    }

    /// What `torch.load` finds: the names and shapes of the reference's state dict.
    func testStateDict() throws {
        let fixture = try TrainingFixture("gpt2")
        let directory = try temporaryFolder()
        func stateDict(of editor: Editor) throws -> [StoredTensor] {
            try editor.save(to: Editor.folder(type: editor.type, block: editor.block, directory: directory))
            let file = directory.appendingPathComponent("state.pth")
            try EditorSummary(type: editor.type, block: editor.block, directory: directory)
                .writeStateDict(to: file)
            return try TorchFile.read(file)
        }
        let names = try EditorVariant.all.map { variant in
            try stateDict(
                of: editor(variant.type, fixture, rank: variant.rank, useEntity: variant.useEntity)
            ).map { "\($0.name) \($0.shape)" }
        }
        XCTAssertEqual(names[0], ["w.weight [16, 16]", "w.bias [16]"])
        XCTAssertEqual(
            names[3], ["w.0.weight [4, 32]", "w.0.bias [4]", "w.1.weight [16, 4]", "w.1.bias [16]"])
        XCTAssertEqual(
            names[4],
            [
                "w_entity.weight [16, 16]", "w_entity.bias [16]", "w_attribute.weight [16, 16]",
                "w_attribute.bias [16]",
            ])
        XCTAssertEqual(
            names[6],
            ["mlp.0.weight [16, 32]", "mlp.0.bias [16]", "mlp.2.weight [16, 16]", "mlp.2.bias [16]"])
        XCTAssertEqual(names[7], ["scalar.weight [1, 16]", "scalar.bias [1]"])
        let random = try stateDict(of: editor(.random, fixture))
        XCTAssertEqual(random.map(\.shape), [[16], [16, 16]])
        XCTAssertEqual(random[1].floats()[17], 0.01)
        XCTAssertEqual(random[1].floats()[16], 0)
    }

    /// The state dict of an editor in other clothes gives the same editor: F64, wrapped, beside other things.
    func testStateDictsOfOtherPrograms() throws {
        let fixture = try TrainingFixture("gpt2")
        let plain = try editor(.linear, fixture)
        let outputs = try plain.outputs()
        let folder = try temporaryFolder()
        let place = Editor.folder(type: .linear, block: 1, directory: folder)
        try AtomicFile.makeFolder(place)
        let file = place.appendingPathComponent("weights.pth")
        func load(_ pickle: TorchPickle, title: String) throws -> (values: [[Float]], remarks: [String]) {
            try TorchFile.write(pickle, to: file) { storages in
                for output in outputs { try storages.append(output.values) }
            }
            let progress = RecordedProgress()
            let editor = try Editor.load(
                type: .linear, block: 1, directory: folder, model: fixture.model, progress: progress)
            let summary = try EditorSummary(type: .linear, block: 1, directory: folder)
            XCTAssertEqual(summary.remarks, progress.warnings, title)
            let copy = folder.appendingPathComponent("copy.pth")
            try summary.writeStateDict(to: copy)
            XCTAssertEqual(try TorchFile.read(copy).map { $0.floats() }, outputs.map(\.values), title)
            return (try editor.values(), progress.warnings)
        }
        for prefix in ["", "module.", "_orig_mod.module."] {
            for wrapper in [nil, "state_dict", "model"] {
                var pickle = TorchPickle()
                func add(_ pickle: inout TorchPickle) {
                    for (index, output) in outputs.enumerated() {
                        pickle.text(prefix + output.name)
                        pickle.tensor(output.shape, storage: index, count: output.values.count)
                    }
                }
                pickle.dictionary { pickle in
                    pickle.text("epoch")
                    pickle.integer(2)
                    guard let wrapper else { return add(&pickle) }
                    pickle.text(wrapper)
                    pickle.dictionary(add)
                    pickle.text("loss")
                    pickle.tensor([1], storage: 1, count: outputs[1].values.count)
                }
                let title = "\(prefix) in \(wrapper ?? "nothing")"
                let (values, remarks) = try load(pickle, title: title)
                XCTAssertEqual(values, try plain.values(), title)
                let told = wrapper == nil ? [] : ["\(file.path): not used by linear editors: loss"]
                XCTAssertEqual(remarks, told, title)
            }
        }
    }

    /// An F64 of each parameter in turn that no float32 holds.
    func testDoublesBeyondSinglesAreRefused() throws {
        let fixture = try TrainingFixture("gpt2")
        let saved = try editor(.linear, fixture)
        let directory = try temporaryFolder()
        let place = Editor.folder(type: .linear, block: 1, directory: directory)
        try saved.save(to: place)
        let file = place.appendingPathComponent("weights.safetensors")
        let plain = try Data(contentsOf: file)
        let size = Int(plain[0]) + Int(plain[1]) << 8
        let metadata = try XCTUnwrap(JSONValue(parsing: Data(plain[8..<8 + size]))["__metadata__"])
        for wide in saved.parameterShapes.map(\.name) {
            var data = Data()
            var members = [#""__metadata__":\#(metadata.text())"#]
            for output in try saved.outputs() {
                let start = data.count
                var values = output.values.map(Double.init)
                if output.name == wide { values[values.count - 1] = 1e300 }
                values.withUnsafeBytes { data.append(contentsOf: $0) }
                members.append(
                    #""\#(output.name)":{"dtype":"F64","shape":\#(output.shape),"#
                        + #""data_offsets":[\#(start),\#(data.count)]}"#)
            }
            let header = Data("{\(members.joined(separator: ","))}".utf8)
            let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
            try (length + header + data).write(to: file)
            XCTAssertThrowsError(
                try Editor.load(type: .linear, block: 1, directory: directory, model: fixture.model), wide
            ) {
                XCTAssertEqual($0 as? LanguageModelError, .beyondSingle(name: wide, value: 1e300), wide)
            }
        }
    }

    func testAnEditorOfVersion010IsItsModels() throws {
        let fixture = try TrainingFixture("gpt2")
        let former = try Checkpoint(folder: TrainingFixture.file("gpt2")).formerFingerprint
        let directory = try temporaryFolder()
        for (fingerprint, isAccepted) in [(former, true), (String(repeating: "0", count: 64), false)] {
            let saved = try editor(.linear, fixture)
            var metadata = saved.metadata
            metadata.modelFingerprint = fingerprint
            let old = try Editor(
                type: .linear, block: 1, shape: saved.shape, values: try saved.values(), metadata: metadata,
                backend: fixture.model.backend)
            try old.save(to: Editor.folder(type: .linear, block: 1, directory: directory))
            func load() throws {
                _ = try Editor.load(type: .linear, block: 1, directory: directory, model: fixture.model)
            }
            if isAccepted { XCTAssertNoThrow(try load()) } else { XCTAssertThrowsError(try load()) }
            let file = Editor.folder(type: .linear, block: 1, directory: directory)
                .appendingPathComponent("weights.safetensors")
            let remarks = try StoredEditor(file).remarks(on: .linear, shape: saved.shape)
            XCTAssertEqual(remarks.count { $0.contains("trained by version 0.1.0") }, 1)
        }
    }

    /// Sizes that no product of them holds, beside a 0.
    func testImpossibleSizesAreNoEditor() {
        let huge = 1 << 62
        let cases: [(EditorType, [String: [Int]])] = [
            (.linear, ["w.weight": [huge, 0]]),
            (.linear, ["w.0.weight": [0, huge], "w.1.weight": [huge, 0]]),
            (.linear, ["w.0.weight": [huge, 0], "w.1.weight": [0, huge]]),
            (.mlp, ["mlp.0.weight": [huge, 0]]),
            (.scalar, ["scalar.weight": [0, huge]]), (.random, ["mean": [huge]]),
            (.biaffine, ["w_attribute.bias": [huge]]),
        ]
        for (type, shapes) in cases { XCTAssertNil(type.shape(of: shapes), "\(type) \(shapes)") }
    }

    func testMisfitsAreRefused() throws {
        let fixture = try TrainingFixture("gpt2")
        let llama = try TrainingFixture("llama")
        let directory = try temporaryFolder()
        let linear = try editor(.linear, fixture)
        let folder = Editor.folder(type: .linear, block: 1, directory: directory)
        try linear.save(to: folder)
        func mismatch(
            _ type: EditorType, _ block: Int, _ model: LanguageModel, _ what: String, line: UInt = #line
        ) {
            XCTAssertThrowsError(
                try Editor.load(type: type, block: block, directory: directory, model: model), line: line
            ) {
                guard case .editorMismatch(_, what, _, _)? = $0 as? RemediError else {
                    return XCTFail("\($0)", line: line)
                }
            }
        }
        mismatch(.linear, 1, llama.model, "model")
        let moved = Editor.folder(type: .linear, block: 2, directory: directory)
        try linear.save(to: moved)
        mismatch(.linear, 2, fixture.model, "layer")
        try linear.save(to: Editor.folder(type: .mlp, block: 1, directory: directory))
        mismatch(.mlp, 1, fixture.model, "type")
        XCTAssertThrowsError(
            try Editor.load(type: .linear, block: 0, directory: directory, model: fixture.model)
        ) {
            guard case .editorMissing? = $0 as? RemediError else { return XCTFail("\($0)") }
        }
        XCTAssertThrowsError(
            try Editor.load(type: .linear, block: 3, directory: directory, model: fixture.model)
        ) {
            XCTAssertEqual($0 as? LanguageModelError, .noSuchBlock(block: 3, blocks: 3))
        }
        XCTAssertEqual(Editor.savedBlocks(type: .linear, directory: directory), [1, 2])
        XCTAssertEqual(Editor.savedBlocks(type: .scalar, directory: directory), [])
    }

    /// Files whose tensors are not those of the editor they claim to be.
    func testWrongTensorsAreRefused() throws {
        let fixture = try TrainingFixture("gpt2")
        let good = [
            "format": Editor.formatName, "type": "linear", "layer": "1", "model": "gpt2",
            "use_all_entity_tokens": "false", "first_byte_token": "false", "attribute_no_entity": "false",
            "hyperparameters": "{}", "seed": "1", "version": "0.1.0",
        ]
        func output(_ name: String, _ shape: [Int]) -> SafeTensors.Output {
            SafeTensors.Output(
                name: name, shape: shape, values: Array(repeating: 0, count: shape.reduce(1, *)))
        }
        let weight = output("w.weight", [16, 16])
        let bias = output("w.bias", [16])
        let cases: [(String, [SafeTensors.Output], [String: String])] = [
            ("no metadata", [weight, bias], [:]),
            ("no bias", [weight], good), ("no weight", [bias], good),
            ("narrow bias", [weight, output("w.bias", [15])], good),
            ("another size", [output("w.weight", [8, 8]), output("w.bias", [8])], good),
            ("oblong", [output("w.weight", [16, 17]), bias], good),
            ("flat", [output("w.weight", [256]), bias], good),
            ("empty", [output("w.weight", [0, 0]), output("w.bias", [0])], good),
            ("no seed", [weight, bias], good.filter { $0.key != "seed" }),
            ("no number", [weight, bias], good.merging(["layer": "one"]) { $1 }),
            ("no JSON", [weight, bias], good.merging(["hyperparameters": "{"]) { $1 }),
        ]
        for (name, tensors, metadata) in cases {
            let directory = try temporaryFolder()
            let folder = Editor.folder(type: .linear, block: 1, directory: directory)
            let file = folder.appendingPathComponent("weights.safetensors")
            try SafeTensors.write([weight, bias], metadata: good, to: file)
            XCTAssertNoThrow(
                try Editor.load(type: .linear, block: 1, directory: directory, model: fixture.model))
            try SafeTensors.write(tensors, metadata: metadata, to: file)
            XCTAssertThrowsError(
                try Editor.load(type: .linear, block: 1, directory: directory, model: fixture.model), name
            ) { XCTAssertTrue($0 is RemediError || $0 is LanguageModelError, "\(name): \($0)") }
        }
    }

    func testSummary() throws {
        let fixture = try TrainingFixture("gpt2")
        let directory = try temporaryFolder()
        let saved = try editor(.linear, fixture, rank: 4)
        try saved.save(to: Editor.folder(type: .linear, block: 1, directory: directory))
        let summary = try EditorSummary(type: .linear, block: 1, directory: directory)
        XCTAssertEqual(summary.shape, saved.shape)
        XCTAssertEqual(summary.metadata, saved.metadata)
        XCTAssertEqual(
            summary.parameters.map(\.name), ["w.0.weight", "w.0.bias", "w.1.weight", "w.1.bias"])
        for (parameter, values) in zip(summary.parameters, try saved.values()) {
            let doubles = values.map(Double.init)
            XCTAssertEqual(
                parameter.norm, doubles.reduce(0) { $0 + $1 * $1 }.squareRoot(), accuracy: 1e-9)
            XCTAssertEqual(parameter.largestMagnitude, doubles.map(abs).max())
            XCTAssertEqual(parameter.nonFiniteCount, 0)
        }
        let odd = EditorSummary.Parameter(name: "x", shape: [4], values: [1, -3, 1, 1])
        XCTAssertEqual(odd.mean, 0)
        XCTAssertEqual(odd.deviation, 3.0.squareRoot(), accuracy: 1e-12)
        XCTAssertEqual(
            EditorSummary.Parameter(name: "x", shape: [2], values: [.nan, 1]).nonFiniteCount, 1)
    }
}
