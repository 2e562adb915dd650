import Foundation
import LanguageModels
import RemediCore
import TestServer
import XCTest

@testable import remedi

/// A shell in a folder of its own, as a newcomer has one who just cloned the repository: with `Tests`,
/// `Configs` and `Scripts` in it, an empty home, data sets and models that others would have to download, and
/// no programs but those that are named here.
///
/// A program that is not there, and a line that ends with another code than 0, is a failure.
final class ExampleShell {
    let folder: URL
    private let server: TestServer
    private let hub: HubStandIn
    private var files: FileManager { .default }

    init() throws {
        folder = try TestFiles.temporaryFolder()
        let hub = try HubStandIn()
        self.hub = hub
        server = try TestServer { hub.answer($0) }
        for name in ["home", "programs", "data", "models"] {
            try files.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        for name in ["Tests", "Configs", "Scripts", "Package.swift"] {
            try link(name, to: TestFiles.package.appendingPathComponent(name).path)
        }
        // What `git clone` makes, for the `cd` after it.
        try link("remedi", to: ".")
        try makeData()
        try makePrograms()
    }

    func remove() throws {
        server.stop()
        try files.removeItem(at: folder)
    }

    private func link(_ name: String, to target: String) throws {
        try files.createSymbolicLink(
            atPath: folder.appendingPathComponent(name).path, withDestinationPath: target)
    }

    // MARK: Running

    /// What was changed by `cd` and `export` so far.
    private var state: [String] = []

    /// Runs a line, which may go on over several.
    func run(_ line: String) throws -> TestProcess.Ended {
        if ["cd ", "export "].contains(where: line.hasPrefix) { state.append(line) }
        let environment = [
            "PATH=\(folder.path)/programs", "HOME=\(folder.path)/home", "LC_ALL=C.UTF-8",
            "no_proxy=127.0.0.1",
            "HF_ENDPOINT=\(server.address)", "REMEDI_DATA_URL=\(server.address)/data",
            "REMEDI_CUDA_LIBRARY=/nowhere",
        ]
        return try TestProcess(
            ["-i"] + environment + ["/bin/bash", "-ec", (state + [line]).joined(separator: "\n")],
            of: URL(fileURLWithPath: "/usr/bin/env"), in: folder
        ).ended()
    }

    /// Command lines that were left out, as the shell saw them.
    func leftOut() throws -> [[String]] {
        let file = folder.appendingPathComponent("programs/left-out").path
        guard let content = try? String(contentsOfFile: file, encoding: .utf8) else { return [] }
        return content.split(separator: "\u{1E}").map { $0.split(separator: "\u{1F}").map(String.init) }
    }

    // MARK: Programs

    private func makePrograms() throws {
        try write("remedi", ExampleDeviation.all.map(\.script).joined() + "exec \"$program\" \"$@\"\n")
        try write(
            "swift",
            """
            case "$1" in
            run)
              shift
              while [ "$1" != remedi ]; do
                case "$1" in -c) shift 2 ;; -*) shift ;; *) echo "swift run $1?" >&2; exit 64 ;; esac
              done
              shift
              exec remedi "$@" ;;
            build) exit 0 ;; # These tests run what was built.
            *) echo "swift $1?" >&2; exit 64 ;;
            esac

            """)
        try write(
            "python3",
            """
            [ -f "$1" ] || { echo "there is no script $1" >&2; exit 1; }
            case "$1" in
            Scripts/fetch/get_smollm2.py) exec cp -r -- stand-ins/smollm2 "$2" ;;
            *) echo "what is $1 to do here?" >&2; exit 64 ;;
            esac

            """)
        try write("git", "[ \"$1\" = clone ] || exit 64\n")
        for program in ["curl", "cp", "cat", "mkdir", "head", "ls", "rm", "tar"] {
            guard
                let place = ["/bin", "/usr/bin"].map({ "\($0)/\(program)" }).first(
                    where: files.isExecutableFile)
            else { throw XCTSkip("there is no \(program) on this machine") }
            try link("programs/\(program)", to: place)
        }
        // A pager would wait for somebody.
        try write("man", "exec cat \"$@\"\n")
    }

    private func write(_ program: String, _ script: String) throws {
        let file = folder.appendingPathComponent("programs/\(program)")
        let opening = "#!/bin/bash\nprogram='\(TestFiles.program.path)' notes='\(folder.path)/programs'\n"
        try (opening + script).write(to: file, atomically: true, encoding: .utf8)
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    // MARK: Data sets and models

    /// The data sets in their raw forms, small, under the names that their authors gave them.
    private func makeData() throws {
        let fixtures = TestFiles.package.appendingPathComponent("Tests/Fixtures")
        for (name, source) in [
            ("counterfact.json", "counterfact-full.json"), ("BIOS.pkl", "biosbias.pkl"),
            ("CONCS_FEATS_concstats_brm.txt", "mcrae.txt"),
        ] {
            try files.copyItem(
                at: fixtures.appendingPathComponent(source),
                to: folder.appendingPathComponent("data/\(name)"))
        }
        for (name, layers) in [("smollm2", 30), ("gpt2", 12), ("gpt2-xl", 48)] {
            try makeModel(name, layers: layers)
        }
        for name in ["gpt2", "gpt2-xl"] { try link("models/\(name)", to: "../stand-ins/\(name)") }
        let torch = "Tests/LanguageModelsTests/Fixtures/models/gptj-bin"
        try link("models/gptj", to: TestFiles.package.appendingPathComponent(torch).path)
        try makeFewSamples()
    }

    /// `few.jsonl`: some of the demonstration's facts.
    private func makeFewSamples() throws {
        let made = TestRun(
            ["data", "reformat", "-f", "demo", "-o", "all.jsonl"],
            environment: ["XDG_CACHE_HOME": folder.appendingPathComponent("home/.cache").path], in: folder)
        XCTAssertEqual(made.code, 0, made.diagnostics)
        let all = try String(
            contentsOf: folder.appendingPathComponent("all.jsonl"), encoding: .utf8)
        try all.split(separator: "\n").prefix(36).joined(separator: "\n").write(
            to: folder.appendingPathComponent("few.jsonl"), atomically: true, encoding: .utf8)
    }

    /// `stand-ins/NAME`: a model of random weights that has so many layers as the real one, and is tiny.
    private func makeModel(_ name: String, layers: Int) throws {
        let source = TestFiles.training.appendingPathComponent("gpt2")
        let shape = folder.appendingPathComponent("stand-ins/shapes/\(name)")
        try files.createDirectory(at: shape, withIntermediateDirectories: true)
        var configuration = try XCTUnwrap(
            try JSONValue(parsing: Data(contentsOf: source.appendingPathComponent("config.json"))).object)
        configuration["n_positions"] = 512
        configuration["n_layer"] = .integer(layers)
        try JSONValue.object(configuration).text().write(
            to: shape.appendingPathComponent("config.json"), atomically: true, encoding: .utf8)
        try files.copyItem(
            at: source.appendingPathComponent("tokenizer.json"),
            to: shape.appendingPathComponent("tokenizer.json"))
        let made = TestRun(
            ["model", "random", "-m", shape.path, "-o", "stand-ins/\(name)", "-q"], in: folder)
        XCTAssertEqual(made.code, 0, made.diagnostics)
    }
}
