import EmulatedDevice
import Foundation
import LanguageModels
import XCTest

/// Commands of the built program with `--device cuda`, on the emulated GPU: what the CPU gives, and nothing left
/// on the device when the process ends, however it ends.
final class EmulatedCommandsTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private var model: String { TestFiles.training.appendingPathComponent("gpt2").path }
    private var shared: URL { TestFiles.package.appendingPathComponent("Tests/Fixtures") }
    private var data: String { TestFiles.training.appendingPathComponent("samples.jsonl").path }

    override func setUpWithError() throws {
        if let reason = try EmulatedDevice().missingCompiler { throw XCTSkip(reason) }
        folder = try TestFiles.temporaryFolder()
        let place = folder
        try FileManager.default.copyItem(at: shared.appendingPathComponent("reference-texts"), to: texts)
        addTeardownBlock { try FileManager.default.removeItem(at: place) }
    }

    /// Reference texts, beside which their index is written.
    private var texts: URL { folder.appendingPathComponent("data") }

    // MARK: Running

    private struct Ended {
        let process: TestProcess.Ended
        let report: EmulatedDevice.Report
    }

    private func start(
        _ words: [String], on device: EmulatedDevice, in place: URL? = nil
    ) throws -> TestProcess {
        let environment = device.environment.merging([
            "EMULATED_CUDA_REPORT": reportFile(of: device).path, "XDG_CACHE_HOME": folder.path,
            "REMEDI_DATA_DIR": texts.path,
        ]) { own, _ in own }
        return try TestProcess(
            environment.map { "\($0)=\($1)" } + [TestFiles.program.path] + words,
            of: URL(fileURLWithPath: "/usr/bin/env"), in: place ?? folder)
    }

    private func reportFile(of device: EmulatedDevice) -> URL {
        device.folder.appendingPathComponent("report.json")
    }

    /// Waits for the end and checks that everything was given back and nothing was done wrong.
    private func finish(
        _ process: TestProcess, on device: EmulatedDevice, _ what: String, line: UInt = #line
    ) throws -> Ended {
        let ended = try process.ended()
        let report = try EmulatedDevice.report(at: reportFile(of: device))
        XCTAssertEqual(report.leaks, [], "\(what): \(ended.diagnostics)", line: line)
        XCTAssertEqual(report.errors, [], "\(what): \(ended.diagnostics)", line: line)
        XCTAssertEqual(report.memory.used, 0, what, line: line)
        XCTAssertEqual(report.memory.poolReserved, 0, what, line: line)
        return Ended(process: ended, report: report)
    }

    private func run(
        _ words: [String], on device: EmulatedDevice, in place: URL? = nil, line: UInt = #line
    ) throws -> Ended {
        try finish(start(words, on: device, in: place), on: device, words.joined(separator: " "), line: line)
    }

    // MARK: The same as on the CPU

    private var training: [String] {
        [
            "train", "-m", model, "-f", data, "-n", "x", "-l", "1", "--size", "8", "--batch-size", "4",
            "--max-epochs", "2",
        ]
    }

    private var evaluations: [[String]] {
        let scope = ["counterfact", "-m", model, "-e", "results/x", "-l", "1", "--split", "all"]
        let cases = shared.appendingPathComponent("counterfact-full.json").path
        return [
            ["eval", "gen"] + scope
                + ["-n", "y", "-f", cases, "--size", "3", "-b", "efficacy", "generation"]
                + ["--max-new-tokens", "6"],
            ["eval", "cls"] + scope + ["-n", "z", "-f", data, "--size", "4", "--entity-layers", "2"],
        ]
    }

    /// The names of all files below a folder, those with a moment in their name without it.
    private func files(in place: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: place.appendingPathComponent("results").path)
            .map { $0.replacing(/args-[0-9-]+/, with: "args") }.sorted()
    }

    func testTrainingAndEvaluationMakeTheSameFiles() throws {
        let device = try EmulatedDevice()
        let cpu = folder.appendingPathComponent("cpu")
        let cuda = folder.appendingPathComponent("cuda")
        for place in [cpu, cuda] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        for words in [training] + evaluations {
            let name = words.prefix(2).joined(separator: " ")
            let expected = TestRun(
                words + ["--device", "cpu"], environment: ["REMEDI_DATA_DIR": texts.path], in: cpu)
            XCTAssertEqual(expected.code, 0, expected.diagnostics)
            let found = try run(words + ["--device", "cuda"], on: device, in: cuda)
            XCTAssertEqual(found.process.code, 0, found.process.diagnostics)
            XCTAssertTrue(
                found.process.diagnostics.contains("on cuda:0 (Emulated CUDA device)"),
                found.process.diagnostics)
            XCTAssertGreaterThan(found.report.products, 0, name)
            XCTAssertEqual(
                found.process.output.split(separator: "\n").count,
                expected.output.split(separator: "\n").count, name)
        }
        let names = try files(in: cpu)
        XCTAssertEqual(try files(in: cuda), names)
        let objects = names.filter { $0.hasSuffix(".json") && !$0.hasSuffix("args.json") }
        XCTAssertGreaterThan(objects.count, 5, "\(names)")
        for name in objects {
            let keys = try [cpu, cuda].map { place in
                let file = place.appendingPathComponent("results/\(name)")
                return try JSONValue(parsing: Data(contentsOf: file)).keyPaths
            }
            XCTAssertEqual(keys[1], keys[0], name)
        }
    }

    func testInspectingSaysTheSame() throws {
        let device = try EmulatedDevice()
        let edit = [
            "inspect", "edit", "-m", model, "-t", "identity", "-l", "1", "--json", "--entity",
            "Odran Velk", "--attribute", "works as baker", "--prompt",
            "The thing that made Odran Velk known is", "--top", "3", "--targets", "a", "b",
        ]
        for words in [edit, edit + ["--top-k", "4"]] {
            let expected = try JSONValue(parsing: TestRun(words + ["--device", "cpu"], in: folder).output)
            let found = try run(words + ["--device", "cuda:0"], on: device)
            XCTAssertEqual(found.process.code, 0, found.process.diagnostics)
            let result = try JSONValue(parsing: found.process.output)
            XCTAssertEqual(result.keyPaths, expected.keyPaths)
            for side in ["before", "after"] {
                XCTAssertEqual(
                    result[side]?["continuation"]?.string,
                    try XCTUnwrap(expected[side]?["continuation"]?.string))
            }
            XCTAssertGreaterThan(found.report.graphLaunches, 0, "decoding is recorded")
        }
        let predict = ["inspect", "predict", "-m", model, "--json", "--top", "3", "He is"]
        let predicted = try run(predict + ["--device", "cuda"], on: device)
        let expected = try JSONValue(parsing: TestRun(predict + ["--device", "cpu"], in: folder).output)
        let result = try JSONValue(parsing: predicted.process.output)
        XCTAssertEqual(result.keyPaths, expected.keyPaths)
        XCTAssertEqual(
            result.array?.first?["top"]?.array?.map { $0["id"] },
            expected.array?.first?["top"]?.array?.map { $0["id"] })
        let shown = try run(["inspect", "device", "--device", "cuda"], on: device)
        XCTAssertEqual(shown.process.code, 0, shown.process.diagnostics)
        XCTAssertTrue(
            shown.process.output.hasPrefix("device    cuda:0 (Emulated CUDA device)"), shown.process.output)
    }

    /// Whatever else loads a model, and mistakes that show once it is loaded.
    func testNothingIsLeftOnTheDevice() throws {
        let device = try EmulatedDevice()
        let files = ["-m", model, "-f", data]
        let cases: [([String], Int32)] = [
            (
                ["inspect", "directions", "--all", "-t", "identity", "-l", "1", "-o", "d.pth"] + files,
                0
            ),
            (["eval", "med", "counterfact", "-n", "m", "--split", "all", "--size", "2"] + files, 0),
            (
                ["inspect", "edit", "-m", model, "-t", "identity", "-l", "1", "--entity", "nobody"]
                    + ["--attribute", "here", "--prompt", "hello"], 1
            ),
            (["inspect", "predict", "-m", model, String(repeating: "hello ", count: 99)], 1),
        ]
        for (words, code) in cases {
            let ended = try run(words + ["--device", "cuda"], on: device)
            XCTAssertEqual(ended.process.code, code, ended.process.diagnostics)
            XCTAssertTrue(
                ended.process.diagnostics.contains("on cuda:0"), ended.process.diagnostics)
        }
    }

    // MARK: Ends before the end

    func testASignalEndsATraining() throws {
        let device = try EmulatedDevice()
        let process = try start(training + ["--max-epochs", "100000", "--device", "cuda"], on: device)
        var heard = ""
        while !heard.contains("epoch 1/100000") {
            let more = process.diagnostics.availableData
            if more.isEmpty { break }
            heard += String(decoding: more, as: UTF8.self)
        }
        process.send(SIGTERM)
        let ended = try finish(process, on: device, "SIGTERM")
        XCTAssertEqual(ended.process.code, 143, heard + ended.process.diagnostics)
        XCTAssertEqual(ended.process.signal, 0)
        XCTAssertTrue(
            ended.process.diagnostics.hasSuffix("remedi: stopped by SIGTERM; the work is saved\n"),
            ended.process.diagnostics)
        let checkpoint = folder.appendingPathComponent("results/x/linear/1/checkpoint.safetensors").path
        XCTAssertTrue(FileManager.default.fileExists(atPath: checkpoint))
    }

    func testADeviceThatCannotBeUsed() throws {
        let cases: [([EmulatedDevice.Setting: String], String, String)] = [
            ([:], "cuda:1", "cuda:1: There is no GPU 1: CUDA sees 1, counted from 0."),
            ([.devices: "0"], "cuda", "cuda: There is no GPU that CUDA can use: "),
            (
                [.busy: "1"], "cuda",
                "cuda:0: The GPU is busy: another process holds it for itself, or its compute mode forbids"
                    + " work (cudaErrorDevicesUnavailable)."
            ),
            (
                [.driver: "11040"], "cuda",
                "cuda: The NVIDIA driver is too old: it serves CUDA up to 11.4, and CUDA 12"
            ),
        ]
        for (settings, name, sentence) in cases {
            let device = try EmulatedDevice(settings)
            let ended = try run(["inspect", "predict", "-m", model, "--device", name, "He is"], on: device)
            XCTAssertEqual(ended.process.code, 1, sentence)
            XCTAssertEqual(ended.process.output, "", sentence)
            XCTAssertTrue(
                ended.process.diagnostics.hasPrefix("remedi: cannot use \(sentence)"),
                ended.process.diagnostics)
            XCTAssertEqual(ended.process.diagnostics.split(separator: "\n").count, 1)
        }
    }

    /// Halves once, with a warning, then says what was to be held.
    func testTooLittleMemory() throws {
        let device = try EmulatedDevice([.memory: "40000000"])
        let ended = try run(training + ["--device", "cuda"], on: device)
        XCTAssertEqual(ended.process.code, 1)
        let lines = ended.process.diagnostics.split(separator: "\n")
        let warnings = lines.filter { $0.hasPrefix("warning: ") }
        XCTAssertEqual(warnings.count, 1, ended.process.diagnostics)
        XCTAssertTrue(
            warnings.first?.hasSuffix("; going on with half as much at a time") == true,
            ended.process.diagnostics)
        let last = try XCTUnwrap(lines.last)
        XCTAssertTrue(last.hasPrefix("remedi: cuda:0 has no room for another "), String(last))
        for part in [
            ", although half is done at a time: it is to hold ", " of weights", " and 68 MiB of workspace; ",
            " are free; to need less: ",
            "a smaller --batch-size",
        ] {
            XCTAssertTrue(last.contains(part), String(last))
        }
    }
}

extension JSONValue {
    /// The place of every member, elements of lists counted as one.
    fileprivate var keyPaths: Set<String> {
        switch self {
        case .object(let object):
            object.members.reduce(into: []) { paths, member in
                paths.insert(member.key)
                paths.formUnion(member.value.keyPaths.map { "\(member.key).\($0)" })
            }
        case .array(let elements): elements.reduce(into: []) { $0.formUnion($1.keyPaths) }
        default: []
        }
    }
}
