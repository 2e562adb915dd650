import Compute
import Foundation
import LanguageModels
import RemediCore
import XCTest

final class ModelImportTests: XCTestCase {
    private let gptj = FixtureFiles.own("../../LanguageModelsTests/Fixtures/models/gptj-bin")

    private func copy(_ folder: URL) throws -> URL {
        let target = try temporaryFolder().appendingPathComponent("model")
        try FileManager.default.copyItem(at: folder, to: target)
        return target
    }

    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func write(
        _ job: ModelImport, to folder: URL, replaces: Bool = false,
        shardLimit: Int = CheckpointWriter.usualShardLimit
    ) throws -> ModelImport.Outcome {
        try job.write(to: folder, replaces: replaces, progress: SilentProgress(), shardLimit: shardLimit)
    }

    private func compare(_ folder: URL, with original: URL, _ place: StaticString = #filePath) throws {
        let (ours, theirs) = (try Checkpoint(folder: folder), try Checkpoint(folder: original))
        XCTAssertEqual(Set(ours.tensorNames), Set(theirs.tensorNames))
        for name in theirs.tensorNames {
            let (a, b) = (try XCTUnwrap(ours.record(name)), try XCTUnwrap(theirs.record(name)))
            XCTAssertEqual(a.typeName, b.typeName, name)
            XCTAssertEqual(a.shape, b.shape, name)
            XCTAssertTrue(a.bytes.elementsEqual(b.bytes), name)
        }
    }

    func testTensorsStayAsTheyAre() throws {
        let folder = try temporaryFolder().appendingPathComponent("out")
        let outcome = try write(ModelImport(source: gptj), to: folder)
        XCTAssertEqual(try names(folder), ["config.json", "model.safetensors"])
        XCTAssertEqual(outcome.shared, [])
        XCTAssertEqual(outcome.tensors, try Checkpoint(folder: gptj).tensorNames.count)
        try compare(folder, with: gptj)
        XCTAssertEqual(
            try ModelFingerprint(Checkpoint(folder: folder)).value,
            try ModelFingerprint(Checkpoint(folder: gptj)).value)
    }

    /// What llama.cpp's converter did to names and rows is undone: the tensors are those of the original.
    func testGGUFFiles() throws {
        let fixtures = FixtureFiles.own("../../LanguageModelsTests/Fixtures")
        for name in ["llama", "gpt2", "gpt_neox", "gemma"] {
            let folder = try temporaryFolder().appendingPathComponent(name)
            let file = fixtures.appendingPathComponent("gguf/\(name).gguf")
            _ = try write(ModelImport(source: file), to: folder)
            XCTAssertEqual(try names(folder), ["config.json", "model.safetensors", "tokenizer.json"])
            let ours = try ModelTensors(Checkpoint(folder: folder)).all()
            let theirs = try ModelTensors(
                Checkpoint(folder: fixtures.appendingPathComponent("models/\(name)"))
            ).all()
            XCTAssertEqual(ours.count, theirs.count)
            for (a, b) in zip(ours, theirs) {
                XCTAssertEqual(a.need, b.need)
                let (x, y) = (
                    try XCTUnwrap(a.record.stored).floats(), try XCTUnwrap(b.record.stored).floats()
                )
                // Gemma's gains lie in such files with 1 added.
                let difference = zip(x, y).map { abs($0 - $1) }.max() ?? .infinity
                XCTAssertLessThanOrEqual(difference, name == "gemma" ? 1e-7 : 0, "\(name) \(a.need.name)")
            }
            XCTAssertEqual(
                try Tokenizer(folder: folder).encode("a!\" b").ids,
                try Tokenizer.open(file).encode("a!\" b").ids)
        }
    }

    /// Blocks are widened to float32, or rounded to what was asked for.
    func testBlocksOfGGUFFiles() throws {
        let file = FixtureFiles.own("../../LanguageModelsTests/Fixtures/gguf/llama-blocks.gguf")
        let source = try Checkpoint.open(file)
        for (type, name) in [(ElementType?.none, "F32"), (.float16, "F16")] {
            let folder = try temporaryFolder().appendingPathComponent("out")
            var job = ModelImport(source: file)
            job.elementType = type
            _ = try write(job, to: folder)
            let written = try Checkpoint(folder: folder)
            for tensor in source.tensorNames {
                let (a, b) = (try XCTUnwrap(written.tensor(tensor)), try XCTUnwrap(source.tensor(tensor)))
                XCTAssertEqual(a.elementType.rawValue, name, tensor)
                XCTAssertEqual(a.shape, b.shape, tensor)
                let expected = b.floats().map { type == nil ? $0 : Float(Float16($0)) }
                XCTAssertEqual(a.floats(), expected, tensor)
            }
        }
    }

    func testBesideTheTorchFiles() throws {
        let folder = try copy(gptj)
        _ = try write(ModelImport(source: folder), to: folder)
        XCTAssertEqual(try names(folder), ["config.json", "model.safetensors", "pytorch_model.bin"])
        try compare(folder, with: gptj)
        XCTAssertThrowsError(try write(ModelImport(source: folder), to: folder)) {
            XCTAssertEqual($0 as? ModelError, .nothingToImport(path: folder.path))
        }
        var rounded = ModelImport(source: folder)
        rounded.elementType = .bfloat16
        XCTAssertThrowsError(try write(rounded, to: folder)) {
            XCTAssertEqual($0 as? ModelError, .exists(path: folder.path))
        }
        _ = try write(rounded, to: folder, replaces: true)
        XCTAssertEqual(
            try ModelSummary(Checkpoint(folder: folder)).parametersByType.keys.map(\.self), [.bfloat16])
    }

    func testShards() throws {
        let folder = try temporaryFolder().appendingPathComponent("out")
        _ = try write(ModelImport(source: gptj), to: folder, shardLimit: 20_000)
        let files = try names(folder)
        XCTAssertGreaterThan(files.count, 3)
        XCTAssertTrue(files.contains("model.safetensors.index.json"))
        try compare(folder, with: gptj)
    }

    func testAnotherType() throws {
        let folder = try temporaryFolder().appendingPathComponent("out")
        var job = ModelImport(source: gptj)
        job.elementType = .float16
        _ = try write(job, to: folder)
        let (ours, theirs) = (try Checkpoint(folder: folder), try Checkpoint(folder: gptj))
        for name in theirs.tensorNames {
            guard let original = theirs.tensor(name) else { continue }
            let tensor = try XCTUnwrap(ours.tensor(name))
            XCTAssertEqual(tensor.elementType, .float16)
            let rounded = try original.rounded(to: .float16, allowsInfinity: name.hasSuffix("masked_bias"))
            XCTAssertEqual(memcmp(tensor.bytes.baseAddress!, rounded.address, tensor.byteCount), 0, name)
        }
    }

    /// A value beyond float16 is told by its tensor's name, and the checkpoint that was there stays.
    func testValuesThatDoNotFit() throws {
        let source = try temporaryFolder()
        try AtomicFile.write(#"{"model_type": "other"}"#, to: source.appendingPathComponent("config.json"))
        for (value, fits) in [(65519, true), (65520, false), (-1e30, false), (.infinity, true)]
            as [(Float, Bool)]
        {
            try SafeTensors.write(
                [SafeTensors.Output(name: "wide", shape: [1, 2], values: [1, value])], metadata: [:],
                to: source.appendingPathComponent("model.safetensors"))
            let folder = try temporaryFolder().appendingPathComponent("out")
            try AtomicFile.write("{}", to: folder.appendingPathComponent("config.json"))
            var job = ModelImport(source: source)
            job.elementType = .float16
            if fits {
                _ = try job.write(to: folder, replaces: true, progress: SilentProgress())
                continue
            }
            XCTAssertThrowsError(
                try job.write(to: folder, replaces: true, progress: SilentProgress()), "\(value)"
            ) {
                XCTAssertEqual(
                    $0 as? LanguageModelError, .doesNotFit(name: "wide", value: value, type: "F16"))
            }
            XCTAssertEqual(
                try String(contentsOf: folder.appendingPathComponent("config.json"), encoding: .utf8), "{}")
        }
    }

    /// A finite F64 beyond float32 is refused by name, whatever it is to be written as.
    func testDoublesBeyondSinglesAreRefused() throws {
        let source = try temporaryFolder()
        try AtomicFile.write(#"{"model_type": "other"}"#, to: source.appendingPathComponent("config.json"))
        let values: [Double] = [1, -1e39]
        let header = Data(#"{"wide":{"dtype":"F64","shape":[1,2],"data_offsets":[0,16]}}    "#.utf8)
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        try (length + header + values.withUnsafeBytes { Data($0) }).write(
            to: source.appendingPathComponent("model.safetensors"))
        for type in [nil, ElementType.float32, .bfloat16, .float16] {
            let folder = try temporaryFolder().appendingPathComponent("out")
            try AtomicFile.write("{}", to: folder.appendingPathComponent("config.json"))
            var job = ModelImport(source: source)
            job.elementType = type
            XCTAssertThrowsError(
                try job.write(to: folder, replaces: true, progress: SilentProgress()), "\(type as Any)"
            ) {
                XCTAssertEqual(
                    $0 as? LanguageModelError, .beyondSingle(name: "wide", value: -1e39),
                    "\(type as Any)")
            }
            XCTAssertEqual(
                try String(contentsOf: folder.appendingPathComponent("config.json"), encoding: .utf8), "{}")
        }
    }

    // MARK: - What other programs make of a state dict

    private let gpt2 = FixtureFiles.own("../../LanguageModelsTests/Fixtures/names/gpt2")

    /// A folder with GPT-2's configuration and a torch file that `body` fills: it gets the tensors' names and
    /// shapes, each with its storage's number.
    private func torchFolder(
        _ body: (inout TorchPickle, [SafeTensors.Output]) -> Void
    ) throws -> URL {
        let folder = try temporaryFolder()
        try FileManager.default.copyItem(
            at: gpt2.appendingPathComponent("config.json"), to: folder.appendingPathComponent("config.json"))
        let tensors = try SafeTensors.read(gpt2.appendingPathComponent("model.safetensors")).tensors.map {
            SafeTensors.Output(name: $0.name, shape: $0.shape, values: $0.floats())
        }
        var pickle = TorchPickle()
        body(&pickle, tensors)
        try TorchFile.write(pickle, to: folder.appendingPathComponent("pytorch_model.bin")) { storages in
            for tensor in tensors { try storages.append(tensor.values) }
        }
        return folder
    }

    /// The tensors as members of the dict that is being written.
    private func add(
        _ tensors: [SafeTensors.Output], to pickle: inout TorchPickle, prefix: String = "",
        without: Set<String> = []
    ) {
        for (index, tensor) in tensors.enumerated() where !without.contains(tensor.name) {
            pickle.text(prefix + tensor.name)
            pickle.tensor(tensor.shape, storage: index, count: tensor.values.count)
        }
    }

    /// A head that is the embedding under a second name is written once, under the name that the family reads.
    func testSharedTensors() throws {
        let source = try torchFolder { pickle, tensors in
            let words = tensors.firstIndex { $0.name == "transformer.wte.weight" }!
            pickle.dictionary { pickle in
                pickle.text("lm_head.weight")
                pickle.tensor(tensors[words].shape, storage: words, count: tensors[words].values.count)
                add(tensors, to: &pickle, without: ["lm_head.weight"])
            }
        }
        let folder = try temporaryFolder().appendingPathComponent("out")
        let outcome = try write(ModelImport(source: source), to: folder)
        XCTAssertEqual(outcome.shared, ["lm_head.weight"])
        XCTAssertEqual(outcome.notes, [])
        let checkpoint = try Checkpoint(folder: folder)
        XCTAssertTrue(checkpoint.tensorNames.contains("transformer.wte.weight"))
        XCTAssertFalse(checkpoint.tensorNames.contains("lm_head.weight"))
        XCTAssertEqual(
            try ModelFingerprint(checkpoint).value, try ModelFingerprint(Checkpoint(folder: source)).value)
    }

    /// A state dict in others, beside other entries, its names wrapped: all that reading finds is imported.
    func testWrappedStateDicts() throws {
        let original = try ModelFingerprint(Checkpoint(folder: gpt2)).value
        let keys = [["state_dict"], ["model"], ["model", "state_dict"], ["module"], ["model_state_dict"]]
        for (number, path) in keys.enumerated() {
            let prefix = number % 2 == 0 ? "module._orig_mod." : ""
            let source = try torchFolder { pickle, tensors in
                func wrap(_ keys: ArraySlice<String>, _ pickle: inout TorchPickle) {
                    pickle.dictionary { pickle in
                        guard let key = keys.first else {
                            return add(tensors, to: &pickle, prefix: prefix)
                        }
                        pickle.text("epoch")
                        pickle.integer(3)
                        pickle.text("loss")
                        pickle.tensor([1], storage: 0, count: tensors[0].values.count)
                        pickle.text(key)
                        wrap(keys.dropFirst(), &pickle)
                        pickle.text("optimizer")
                        pickle.dictionary { pickle in
                            pickle.text("state")
                            pickle.list { _ in }
                        }
                    }
                }
                wrap(path[...], &pickle)
            }
            let folder = try temporaryFolder().appendingPathComponent("out")
            let outcome = try write(ModelImport(source: source), to: folder)
            let title = path.joined(separator: ".")
            XCTAssertEqual(outcome.notes?.last, .unused(names: ["loss"]), title)
            let checkpoint = try Checkpoint(folder: folder)
            XCTAssertTrue(checkpoint.tensorNames.contains("transformer.h.0.ln_1.weight"), title)
            for place in [source, folder] {
                XCTAssertEqual(try ModelFingerprint(Checkpoint(folder: place)).value, original, title)
            }
        }
    }

    func testAMissingTensorIsRefused() throws {
        for name in ["transformer.h.0.mlp.c_fc.bias", "transformer.wpe.weight"] {
            let source = try torchFolder { pickle, tensors in
                pickle.dictionary { add(tensors, to: &$0, without: [name]) }
            }
            let folder = try temporaryFolder().appendingPathComponent("out")
            XCTAssertThrowsError(try write(ModelImport(source: source), to: folder), name) {
                XCTAssertEqual(
                    $0 as? LanguageModelError, .tensorMissing(name: name, path: source.path), name)
            }
            XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path), name)
        }
    }

    /// F64 becomes the float32 that reading makes of it, or the type that is asked for; what the model does
    /// not use is kept, and told.
    func testDoublesAndForeignTensors() throws {
        let source = try copy(gpt2)
        let tensors = try SafeTensors.read(source.appendingPathComponent("model.safetensors")).tensors
        var data = Data()
        var members: [String] = []
        for tensor in tensors {
            let start = data.count
            tensor.floats().map { Double($0) * 1.000000001 }.withUnsafeBytes { data.append(contentsOf: $0) }
            members.append(
                #""\#(tensor.name)":{"dtype":"F64","shape":\#(tensor.shape),"#
                    + #""data_offsets":[\#(start),\#(data.count)]}"#
            )
        }
        members.append(
            #""steps":{"dtype":"I64","shape":[],"data_offsets":[\#(data.count),\#(data.count + 8)]}"#)
        data.append(Data([7, 0, 0, 0, 0, 0, 0, 0]))
        var header = Data("{\(members.joined(separator: ","))}".utf8)
        header.append(contentsOf: repeatElement(0x20, count: (8 - header.count % 8) % 8))
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        try (length + header + data).write(to: source.appendingPathComponent("model.safetensors"))
        let original = try Checkpoint(folder: source)
        for type in [nil, ElementType.float32, .bfloat16] {
            var job = ModelImport(source: source)
            job.elementType = type
            let folder = try temporaryFolder().appendingPathComponent("out")
            let outcome = try write(job, to: folder)
            XCTAssertEqual(
                outcome.notes?.suffix(2), [.rounded(count: tensors.count), .unused(names: ["steps"])])
            let found = try Checkpoint(folder: folder)
            XCTAssertEqual(found.record("steps").map { Array($0.bytes) }, [7, 0, 0, 0, 0, 0, 0, 0])
            for tensor in tensors {
                let (a, b) = (try XCTUnwrap(found.tensor(tensor.name)), original.tensor(tensor.name))
                XCTAssertEqual(a.elementType, type ?? .float32, tensor.name)
                XCTAssertFalse(a.isDouble, tensor.name)
                if type != .bfloat16 { XCTAssertEqual(a.floats(), b?.floats(), tensor.name) }
            }
            if type == nil {
                XCTAssertEqual(try ModelFingerprint(found).value, try ModelFingerprint(original).value)
            }
        }
    }

    /// What is beside torch's file under a name of safetensors is not in the way.
    func testAStrayAdapterIsNotTheModel() throws {
        let folder = try copy(gptj)
        try AtomicFile.write("an adapter", to: folder.appendingPathComponent("adapter_model.safetensors"))
        _ = try write(ModelImport(source: folder), to: folder)
        try compare(folder, with: gptj)
        XCTAssertTrue(try names(folder).contains("adapter_model.safetensors"))
    }

    /// Of a model that is not known nobody can tell whether all is there.
    func testAnUnknownModelIsCopied() throws {
        let source = try copy(gptj)
        try AtomicFile.write(#"{"model_type": "other"}"#, to: source.appendingPathComponent("config.json"))
        let folder = try temporaryFolder().appendingPathComponent("out")
        XCTAssertNil(try write(ModelImport(source: source), to: folder).notes)
        try compare(folder, with: gptj)
    }
}
