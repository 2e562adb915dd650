import LanguageModels
import RemediCore
import XCTest

@testable import remedi

/// Completions, asked of the shells themselves.
final class CompletionsTests: XCTestCase {
    private func script(_ shell: Shell) -> String { TestRun("completions \(shell.rawValue)").output }

    private func run(_ shell: Shell, _ arguments: [String]) throws -> TestProcess.Ended {
        guard
            let program = ["/bin", "/usr/bin"].map({ "\($0)/\(shell.rawValue)" }).first(
                where: FileManager.default.isExecutableFile)
        else { throw XCTSkip("there is no \(shell.rawValue) on this machine") }
        return try TestProcess(arguments, of: URL(fileURLWithPath: program)).ended()
    }

    /// What bash offers for the last of the words.
    private func bash(_ words: [String], configurations: String = "") throws -> [String] {
        let program = TestFiles.program.deletingLastPathComponent().path.quotedForShell
        let line =
            script(.bash)
            + "\nexport REMEDI_CONFIGS=\(configurations.quotedForShell)"
            + "\nPATH=\(program):$PATH\nCOMP_WORDS=(\(words.map(\.quotedForShell).joined(separator: " ")))\n"
            + "COMP_CWORD=\(words.count - 1)\n_remedi\nprintf '%s\\n' \"${COMPREPLY[@]}\""
        let ended = try run(.bash, ["-c", line])
        XCTAssertEqual(ended.diagnostics, "", "\(words)")
        return ended.output.split(separator: "\n").map(String.init)
    }

    func testBashOffersCommandsOptionsAndValues() throws {
        for (words, expected) in [
            (["remedi", "tr"], ["train"]),
            (["remedi", "eval", ""], ["gen", "cls", "ent", "med", "--help"]),
            (["remedi", "train", "--dev"], ["--device"]),
            (["remedi", "train", "--device", ""], ["auto", "cpu", "cuda"]),
            (["remedi", "train", "-d", "co"], ["counterfact"]),
            (["remedi", "train", "coun"], ["counterfact"]),
            (["remedi", "train", "-l", "1", "2", "--quiet", "coun"], ["counterfact"]),
            (["remedi", "experiments", "show", "train.counterf"], ["train.counterfact"]),
            (["remedi", "train", "--dataset-file", "Pack"], ["Package.swift"]),
            (["remedi", "completions", ""], ["bash", "zsh", "fish"]),
            (["remedi", "nothing", ""], []),
        ] {
            XCTAssertEqual(try bash(words), expected, "\(words)")
        }
    }

    /// bash expands what its completions are made of.
    func testNamesThatAShellWouldRunAreNotOffered() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let mark = folder.appendingPathComponent("mark")
        for name in ["train.$(touch $MARK)", "train.`touch $MARK`", "train.x y", "train.fine_1"] {
            try Data("{}".utf8).write(to: folder.appendingPathComponent(name + ".json"))
        }
        setenv("MARK", mark.path, 1)
        defer { unsetenv("MARK") }
        let words = ["remedi", "experiments", "run", "train."]
        let offered = try bash(words, configurations: folder.path)
        XCTAssertTrue(offered.contains("train.fine_1"), "\(offered)")
        XCTAssertFalse(offered.contains { $0.contains("$") || $0.contains("`") }, "\(offered)")
        XCTAssertFalse(FileManager.default.fileExists(atPath: mark.path))
    }

    func testZshReadsItsScript() throws { try checkSyntax(.zsh) }

    func testFishReadsItsScript() throws { try checkSyntax(.fish) }

    func testFishOffersCommandsOptionsAndValues() throws {
        let file = try TestFiles.temporaryFolder().appendingPathComponent("remedi.fish")
        defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
        try Data(script(.fish).utf8).write(to: file)
        for (line, expected) in [
            ("remedi tr", ["train"]), ("remedi inspect pre", ["predict"]),
            ("remedi completions ", ["bash", "fish", "zsh"]), ("remedi inspect device --qui", ["--quick"]),
        ] {
            let ended = try run(.fish, ["-c", "source '\(file.path)'; complete -C '\(line)'"])
            let offered = ended.output.split(separator: "\n").map { $0.split(separator: "\t")[0] }
            XCTAssertEqual(offered.map(String.init), expected, "\(line): \(ended.diagnostics)")
        }
    }

    func testZshLoadsItsScript() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(script(.zsh).utf8).write(to: folder.appendingPathComponent("_remedi"))
        let line =
            "fpath=('\(folder.path)' $fpath); autoload -Uz compinit; compinit -u -D;"
            + " print $_comps[remedi]; autoload +X _remedi"
        let ended = try run(.zsh, ["-f", "-c", line])
        XCTAssertEqual(ended.output, "_remedi\n")
        XCTAssertEqual(ended.diagnostics, "")
        XCTAssertEqual(ended.code, 0)
    }

    private func checkSyntax(_ shell: Shell) throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("remedi.\(shell.rawValue)")
        try Data(script(shell).utf8).write(to: file)
        let ended = try run(shell, ["-n", file.path])
        XCTAssertEqual(ended.code, 0, ended.diagnostics)
        XCTAssertEqual(ended.diagnostics, "")
    }

    func testEveryCommandAndOptionIsInEveryScript() {
        for shell in Shell.allCases {
            let script = script(shell)
            for command in Commands.tree.flatMap({ $0.outlines() }) {
                let path = command.path.joined(separator: shell == .zsh ? "_" : " ")
                XCTAssertTrue(script.contains(path), "\(shell): \(path)")
                for option in command.options {
                    let spelling = shell == .fish ? "-l \(option.name) " : "--\(option.name)"
                    XCTAssertTrue(script.contains(spelling), "\(shell): \(path) \(spelling)")
                }
            }
        }
    }
}
