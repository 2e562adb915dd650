import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// What a run writes, and that nothing but its inputs decides it.
final class TrainingRunTests: XCTestCase {
    private func contents(_ folder: URL, _ name: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(name))
    }

    /// The lines of `metrics.jsonl` without their seconds.
    private func metrics(_ folder: URL) throws -> [JSONValue] {
        try String(decoding: contents(folder, "metrics.jsonl"), as: UTF8.self).split(separator: "\n").map {
            var line = try XCTUnwrap(try JSONValue(parsing: String($0)).object)
            XCTAssertNotNil(line["seconds"]?.double)
            line["seconds"] = nil
            return .object(line)
        }
    }

    private func assertSame(_ a: URL, _ b: URL, _ message: String) throws {
        XCTAssertEqual(
            try contents(a, "weights.safetensors"), try contents(b, "weights.safetensors"), message)
        XCTAssertEqual(try metrics(a), try metrics(b), message)
    }

    // MARK: Repeatable

    func testSameBytesWhateverThreadsAndMemory() throws {
        for family in TrainingFixture.families {
            var options = TrainingFixture.options(epochs: 2)
            options.essenceWeight = 0.5
            let first = try TrainingFixture(family).run(options, directory: try temporaryFolder()).run()[0]
            XCTAssertFalse(first.isReused)
            for (threads, cache) in [(1, nil), (2, nil), (1, 0), (2, 20_000), (1, 600_000)] as [(Int, Int?)] {
                options.cacheBytes = cache
                let again = try TrainingFixture(family, threads: threads)
                    .run(options, directory: try temporaryFolder()).run()[0]
                try assertSame(
                    first.directory, again.directory, "\(family), \(threads) threads, cache \(cache ?? -1)")
            }
        }
    }

    /// With streams of their own, editors do not depend on which others are trained; in the shared stream
    /// they do.
    func testOtherEditorsChangeNothing() throws {
        let fixture = try TrainingFixture("gpt2")
        for streams in TrainingOptions.RandomStreams.allCases {
            var options = TrainingFixture.options(epochs: 1)
            options.randomStreams = streams
            let alone = try fixture.run(options, directory: try temporaryFolder()).run()[0]
            options.blocks = nil
            options.editorTypes = [.mlp, .linear]
            let all = try fixture.run(options, directory: try temporaryFolder()).run()
            XCTAssertEqual(all.map(\.type), [.mlp, .mlp, .mlp, .linear, .linear, .linear])
            XCTAssertEqual(all.map(\.block), [0, 1, 2, 0, 1, 2])
            XCTAssertEqual(
                try metrics(alone.directory) == metrics(all[4].directory), streams == .separate, "\(streams)")
        }
    }

    // MARK: Interruption

    /// Killed at any instant - here: wherever progress is reported - a run goes on from what lies on disk.
    func testKilledAnywhereEndsTheSame() throws {
        let fixture = try TrainingFixture("gpt2")
        var options = TrainingFixture.options(epochs: 2)
        options.shuffle = true
        let copies = try temporaryFolder()
        let whole = try temporaryFolder()
        let recorder = SnapshotProgress(source: whole, copies: copies)
        let result = try fixture.run(options, directory: whole, progress: recorder).run()[0]
        let snapshots = recorder.count
        XCTAssertGreaterThan(snapshots, 12)
        for number in 0..<snapshots {
            let copy = copies.appendingPathComponent(String(number))
            let resumed = try fixture.run(options, directory: copy).run()[0]
            try assertSame(result.directory, resumed.directory, "snapshot \(number)")
            XCTAssertEqual(resumed.bestEpoch, result.bestEpoch)
            XCTAssertFalse(
                FileManager.default.fileExists(
                    atPath: TrainingCheckpoint.file(in: resumed.directory).path))
        }
    }

    /// A random editor has no checkpoint: killed before its manifest was written, it is made again.
    func testARandomEditorWithoutItsManifestIsMadeAgain() throws {
        let fixture = try TrainingFixture("gpt2")
        var options = TrainingFixture.options()
        options.editorTypes = [.random]
        let folder = try temporaryFolder()
        let editor = try fixture.run(options, directory: folder).run()[0].directory
        let weights = try contents(editor, "weights.safetensors")
        try FileManager.default.removeItem(at: TrainingManifest.file(in: editor))
        var other = options
        other.tokens.useAllEntityTokens = true
        XCTAssertThrowsError(try fixture.run(other, directory: folder).run()) {
            guard case .resultsDiffer? = $0 as? RemediError else { return XCTFail("\($0)") }
        }
        XCTAssertFalse(try fixture.run(options, directory: folder).run()[0].isReused)
        XCTAssertEqual(try contents(editor, "weights.safetensors"), weights)
        XCTAssertTrue(try fixture.run(options, directory: folder).run()[0].isReused)
    }

    /// A request to stop saves in the middle of an epoch, and the next run goes on there.
    func testStopRequestsSaveAndGoOn() throws {
        let fixture = try TrainingFixture("llama")
        let options = TrainingFixture.options(epochs: 2)
        let whole = try fixture.run(options, directory: try temporaryFolder()).run()[0]
        let folder = try temporaryFolder()
        var interruptions = 0
        var epochs: [Int] = []
        while interruptions < 100 {
            let progress = StoppingProgress(after: 8)
            let run = try fixture.run(options, directory: folder, progress: progress)
            do {
                try assertSame(try run.run()[0].directory, whole.directory, "after \(interruptions) stops")
                break
            } catch RemediError.interrupted(let signal) {
                XCTAssertEqual(signal, 2)
                interruptions += 1
                let editor = folder.appendingPathComponent("linear/1")
                XCTAssertNil(Editor.weightsFile(in: editor), "nothing half-trained under the final name")
                let file = TrainingCheckpoint.file(in: editor)
                if FileManager.default.fileExists(atPath: file.path) {
                    let shapes = EditorType.linear.parameters(EditorShape(hiddenSize: 16))
                    epochs.append(
                        try XCTUnwrap(TrainingCheckpoint(folder: editor, shapes: shapes)).state.epoch)
                }
            }
        }
        XCTAssertGreaterThan(interruptions, 2)
        XCTAssertLessThan(interruptions, 100)
        XCTAssertEqual(epochs, epochs.sorted())
    }

    func testTemporaryFilesOfAKilledRunAreRemoved() throws {
        let fixture = try TrainingFixture("gpt2")
        let folder = try temporaryFolder()
        let editor = folder.appendingPathComponent("linear/1")
        for name in [".checkpoint.safetensors.17-abc.tmp", ".notes.17-abc.tmp", "mine.tmp"] {
            try AtomicFile.write("half", to: editor.appendingPathComponent(name))
        }
        _ = try fixture.run(TrainingFixture.options(epochs: 0), directory: folder).run()
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: editor.path).sorted(),
            [".notes.17-abc.tmp", "manifest.json", "metrics.jsonl", "mine.tmp", "weights.safetensors"])
    }

    /// A checkpoint that was cut, or of which a bit, a digit or a block was changed, counts as none.
    func testADamagedCheckpointCountsAsNone() throws {
        let fixture = try TrainingFixture("gpt2")
        let options = TrainingFixture.options(epochs: 2)
        let whole = try fixture.run(options, directory: try temporaryFolder()).run()[0].directory
        let folder = try temporaryFolder()
        let editor = folder.appendingPathComponent("linear/1")
        XCTAssertThrowsError(
            try fixture.run(options, directory: folder, progress: StoppingProgress(after: 12)).run())
        let file = TrainingCheckpoint.file(in: editor)
        let bytes = try Data(contentsOf: file)
        var damaged = [0, 7, 100, bytes.count - 1].map { ("\($0) bytes", Data(bytes.prefix($0))) }
        let step = bytes.count / 9
        for place in stride(from: 3, to: bytes.count, by: step) {
            var flipped = bytes
            flipped[place] ^= 1 << UInt8(place % 8)
            damaged.append(("bit \(place)", flipped))
            var zeros = bytes
            for byte in place..<min(place + 512, bytes.count) { zeros[byte] = 0 }
            damaged.append(("zeros \(place)", zeros))
        }
        for digit in bytes.indices.filter({ (0x30...0x39).contains(bytes[$0]) }).prefix(2000).enumerated()
        where digit.offset % 250 == 0 {
            var changed = bytes
            changed[digit.element] = 0x30 + (changed[digit.element] - 0x30 + 1) % 10
            damaged.append(("digit \(digit.element)", changed))
        }
        for (name, content) in damaged {
            try FileManager.default.removeItem(at: editor)
            try AtomicFile.write(content, to: file)
            XCTAssertNil(try TrainingCheckpoint.inputs(in: editor), name)
            XCTAssertEqual(try TrainingCheckpoint.epoch(in: editor), 0, name)
        }
        for (name, content) in damaged where name.hasSuffix("3") || name.hasSuffix("bytes") {
            try FileManager.default.removeItem(at: editor)
            try AtomicFile.write(content, to: file)
            let progress = RecordedProgress()
            _ = try fixture.run(options, directory: folder, progress: progress).run()
            try assertSame(editor, whole, name)
            XCTAssertEqual(
                progress.warnings.filter { $0.contains(file.path) },
                [
                    "\(file.path) does not match its checksum, or is of a version that wrote none; the training"
                        + " starts again"
                ], name)
        }
    }

    /// A run was killed between writing the manifest and removing the checkpoint.
    func testACheckpointBesideAFinishedEditorIsRemoved() throws {
        let fixture = try TrainingFixture("gpt2")
        let options = TrainingFixture.options(epochs: 1)
        let folder = try temporaryFolder()
        XCTAssertThrowsError(
            try fixture.run(options, directory: folder, progress: StoppingProgress(after: 12)).run())
        let file = TrainingCheckpoint.file(in: folder.appendingPathComponent("linear/1"))
        let content = try Data(contentsOf: file)
        _ = try fixture.run(options, directory: folder).run()
        try content.write(to: file)
        XCTAssertTrue(try fixture.run(options, directory: folder).run()[0].isReused)
        XCTAssertFalse(FileManager.default.fileExists(atPath: file.path))
    }

    // MARK: What is there already

    func testFinishedEditorsStay() throws {
        let fixture = try TrainingFixture("gpt2")
        var options = TrainingFixture.options(epochs: 1)
        let folder = try temporaryFolder()
        let first = try fixture.run(options, directory: folder).run()[0]
        let before = try contents(first.directory, "manifest.json")
        options.cacheBytes = 1
        let second = try fixture.run(options, directory: folder).run()[0]
        XCTAssertTrue(second.isReused)
        XCTAssertEqual(second.bestValidationLoss, first.bestValidationLoss)
        XCTAssertEqual(second.epochs, 1)
        XCTAssertEqual(try contents(first.directory, "manifest.json"), before)
    }

    /// A damaged manifest, or a damaged editor, counts as never written.
    func testDamagedEditorsAreTrainedAgain() throws {
        let fixture = try TrainingFixture("gpt2")
        let options = TrainingFixture.options(epochs: 1)
        let folder = try temporaryFolder()
        let first = try fixture.run(options, directory: folder).run()[0]
        let weights = try contents(first.directory, "weights.safetensors")
        for (name, damage) in [
            ("manifest.json", "{\"inputs\": {"), ("manifest.json", "{}"), ("weights.safetensors", ""),
            ("weights.safetensors", String(repeating: "x", count: 400)),
        ] {
            let file = first.directory.appendingPathComponent(name)
            try Data(damage.utf8).write(to: file)
            let progress = RecordedProgress()
            let again = try fixture.run(options, directory: folder, progress: progress).run()[0]
            XCTAssertFalse(again.isReused, name)
            XCTAssertEqual(progress.warnings.count { $0.hasPrefix("\(file.path) is damaged") }, 1, name)
            XCTAssertEqual(try contents(first.directory, "weights.safetensors"), weights, name)
            XCTAssertTrue(try fixture.run(options, directory: folder).run()[0].isReused, name)
        }
    }

    /// The reference's file comes and goes with its option; the editor stays as it is.
    func testStateDictsBesideEditors() throws {
        let fixture = try TrainingFixture("gpt2")
        var options = TrainingFixture.options(epochs: 1)
        let folder = try temporaryFolder()
        let first = try fixture.run(options, directory: folder).run()[0]
        let file = first.directory.appendingPathComponent("weights.pth")
        XCTAssertFalse(FileManager.default.fileExists(atPath: file.path))
        let weights = try contents(first.directory, "weights.safetensors")
        options.writesStateDict = true
        XCTAssertTrue(try fixture.run(options, directory: folder).run()[0].isReused)
        XCTAssertEqual(try contents(first.directory, "weights.safetensors"), weights)
        let editor = try Editor.load(
            type: first.type, block: first.block, directory: folder, model: fixture.model)
        XCTAssertEqual(try TorchFile.read(file).map { $0.floats() }, try editor.values())
        let bytes = try Data(contentsOf: file)
        _ = try fixture.run(options, directory: folder, overwrite: true).run()
        XCTAssertEqual(try Data(contentsOf: file), bytes)
        options.writesStateDict = false
        _ = try fixture.run(options, directory: folder, overwrite: true).run()
        XCTAssertFalse(FileManager.default.fileExists(atPath: file.path))
    }

    func testOtherInputsAreRefusedAndNamed() throws {
        let fixture = try TrainingFixture("gpt2")
        let options = TrainingFixture.options(epochs: 1)
        let folder = try temporaryFolder()
        let first = try fixture.run(options, directory: folder).run()[0]
        var changed = options
        changed.optimizer.learningRate = 0.001
        changed.divergence = .lastSample
        let expected = RemediError.resultsDiffer(
            path: first.directory.path,
            differences: ["lr: 0.05 there, 0.001 now", "kl: \"batch\" there, \"last-sample\" now"])
        XCTAssertThrowsError(try fixture.run(changed, directory: folder).run()) {
            XCTAssertEqual($0 as? RemediError, expected)
        }
        let fewer = Array(try TrainingFixture.samples().dropLast())
        XCTAssertThrowsError(try fixture.run(options, directory: folder, samples: fewer).run()) {
            guard case .resultsDiffer(_, let differences)? = $0 as? RemediError else {
                return XCTFail("\($0)")
            }
            XCTAssertEqual(differences.count, 1)
            XCTAssertTrue(differences[0].hasPrefix("samples: "))
        }
        let replaced = try fixture.run(changed, directory: folder, overwrite: true).run()[0]
        XCTAssertFalse(replaced.isReused)
        XCTAssertTrue(try fixture.run(changed, directory: folder).run()[0].isReused)
    }

    func testEditorsOfUnknownOriginAreRefused() throws {
        let fixture = try TrainingFixture("gpt2")
        let options = TrainingFixture.options(epochs: 1)
        let folder = try temporaryFolder()
        try FileManager.default.copyItem(
            at: TrainingFixture.file("reference/linear"), to: folder.appendingPathComponent("linear"))
        XCTAssertThrowsError(try fixture.run(options, directory: folder).run()) {
            guard case .resultsDiffer(_, let differences)? = $0 as? RemediError else {
                return XCTFail("\($0)")
            }
            XCTAssertEqual(differences, ["weights.pth has no manifest that says how it was made"])
        }
    }

    func testTheManifestSaysEverything() throws {
        let fixture = try TrainingFixture("gpt2")
        var samples = try TrainingFixture.samples()
        samples[3].attribute = " "
        let trained = try fixture.run(
            TrainingFixture.options(epochs: 1), directory: try temporaryFolder(), samples: samples
        ).run()[0]
        let manifest = try JSONValue(parsing: contents(trained.directory, "manifest.json"))
        XCTAssertEqual(manifest["version"]?.string, RemediVersion.current)
        XCTAssertEqual(manifest["type"], "linear")
        XCTAssertEqual(manifest["layer"], 1)
        XCTAssertEqual(manifest["model"]?["fingerprint"]?.string, fixture.model.fingerprint)
        XCTAssertEqual(manifest["device"]?.string, fixture.model.backend.deviceDescription)
        XCTAssertEqual(manifest["data"]?["dropped"]?["empty attribute"], .array([.string(samples[3].id)]))
        let training = try XCTUnwrap(manifest["data"]?["training_samples"]?.integer)
        let validation = try XCTUnwrap(manifest["data"]?["validation_samples"]?.integer)
        XCTAssertEqual(training + validation, 71)
        XCTAssertEqual(manifest["inputs"]?["lr"], 0.05)
        XCTAssertEqual(manifest["inputs"]?["lam_u"], 1.0)
        XCTAssertEqual(manifest["result"]?["epochs"], 1)
        XCTAssertNotNil(manifest["started"]?.string)
        XCTAssertNotNil(manifest["finished"]?.string)
    }
}

// MARK: - Reporters

/// Asks to stop after some reports.
final class StoppingProgress: ProgressReporter, @unchecked Sendable {
    private var left: Int

    init(after reports: Int) { left = reports }

    func report(_ event: ProgressEvent) { left -= 1 }
    var stopRequested: Int32? { left <= 0 ? 2 : nil }
}

/// Copies a folder at every report, as a process killed at that moment would leave it.
final class SnapshotProgress: ProgressReporter, @unchecked Sendable {
    private let source: URL
    private let copies: URL
    private(set) var count = 0

    init(source: URL, copies: URL) {
        self.source = source
        self.copies = copies
    }

    func report(_ event: ProgressEvent) {
        let copy = copies.appendingPathComponent(String(count))
        guard (try? FileManager.default.copyItem(at: source, to: copy)) != nil else {
            return XCTFail("cannot copy")
        }
        count += 1
    }

    var stopRequested: Int32? { nil }
}
