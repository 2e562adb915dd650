import Compute
import Foundation
import LanguageModels
import RemediCore

/// A step of the checks that failed: what it said, or the errors that it found.
struct PresubmitFailure: Error {
    var step: String
    var output = ""
    var errors: [any Error] = []
}

/// The checks that every change must pass.
struct Presubmit {
    enum Step: String, CaseIterable, Sendable { case format, lint, kernels, configs, build, test }

    let package: URL
    let fixes: Bool
    let surroundings: Surroundings

    /// Runs the steps in order; says of each how long it took, and stops at the first that fails.
    ///
    /// - Throws: `PresubmitFailure`.
    func run(_ steps: [Step]) throws {
        for step in Step.allCases where steps.contains(step) {
            switch step {
            case .format:
                try program(fixes ? "format --fix" : "format", Self.formatter(fixes: fixes))
            case .lint: try check("lint") { try lint() }
            case .kernels: try checkKernels()
            case .configs: try check("configs") { try readConfigurations() }
            case .build:
                try program("build, debug", ["swift", "build", "--build-tests"])
                try program(
                    "build, release, warnings as errors", ["swift", "build", "--build-tests"] + Self.release)
            case .test:
                let test = ["swift", "test", "--disable-swift-testing"]
                let skip = steps.contains(.build) ? ["--skip-build"] : []
                try program("test, debug", test + skip, isShown: true)
                try program("test, release", test + skip + Self.release, isShown: true)
            }
        }
    }

    /// Tests reach into modules, which a release build does not allow by itself; a folder of its own keeps the
    /// flags from spoiling what `swift build -c release` made.
    private static let release = [
        "-c", "release", "--scratch-path", ".build/presubmit", "-Xswiftc", "-enable-testing", "-Xswiftc",
        "-warnings-as-errors",
    ]

    private static func formatter(fixes: Bool) -> [String] {
        ["swift", "format"] + (fixes ? ["format", "--in-place"] : ["lint", "--strict"])
            + ["--parallel", "--recursive", "Sources", "Tests", "Package.swift"]
    }

    private func program(_ title: String, _ words: [String], isShown: Bool = false) throws {
        try check(title) {
            let outcome = try ChildProcess(words: words, folder: package).run(passesThrough: isShown)
            if outcome.status != 0 {
                let command = words.joined(separator: " ")
                throw PresubmitFailure(
                    step: title, output: outcome.output + "'\(command)' ended with code \(outcome.status)\n")
            }
        }
    }

    private func check(_ title: String, _ body: () throws -> Void) throws {
        try surroundings.diagnostics.write("presubmit: \(title)\n")
        let start = surroundings.clock()
        try body()
        let time = ProgressLine.duration(surroundings.clock() - start)
        try surroundings.diagnostics.write("presubmit: \(title): ok, \(time)\n")
    }

    /// Where there is no compiler, the check is left out.
    private func checkKernels() throws {
        let compiler: KernelCompiler
        do {
            compiler = try KernelCompiler(
                in: CUDALibraries.Places(environment: surroundings.workplace.environment))
        } catch ComputeError.deviceUnavailable(_, let reason) {
            return try surroundings.diagnostics.write("presubmit: kernels: left out. \(reason)\n")
        }
        try check("kernels") {
            let kernels: KernelCheck
            do {
                kernels = try KernelCheck(compiler)
            } catch {
                throw PresubmitFailure(step: "kernels", errors: [error])
            }
            try surroundings.diagnostics.write(kernels.report)
            if !kernels.findings.isEmpty {
                throw PresubmitFailure(
                    step: "kernels", output: kernels.findings.map { $0 + "\n" }.joined())
            }
        }
    }

    private func lint() throws {
        let files = try sources()
        var findings = CircleLint.findings(in: files)
        for file in files {
            findings += WordLint.findings(in: file)
            if file.path.hasPrefix("Sources/") { findings += LengthLint.findings(in: file) }
        }
        if !findings.isEmpty {
            throw PresubmitFailure(step: "lint", output: findings.map { $0 + "\n" }.joined())
        }
    }

    /// Every source file of the package, in order of its path.
    private func sources() throws -> [SourceText] {
        var files: [SourceText] = []
        for folder in ["Sources", "Tests", "Scripts"] {
            let root = package.appendingPathComponent(folder)
            let names = try FileManager.default.subpathsOfDirectory(atPath: root.path).sorted()
            for name in names
            where ["swift", "c", "h", "py", "sh"].contains((name as NSString).pathExtension) {
                let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
                files.append(SourceText(path: folder + "/" + name, text: text))
            }
        }
        return files
    }

    private func readConfigurations() throws {
        let folder = package.appendingPathComponent("Configs")
        var errors: [any Error] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            do {
                _ = try Experiment(file: folder.appendingPathComponent(name))
            } catch {
                errors.append(error)
            }
        }
        if !errors.isEmpty { throw PresubmitFailure(step: "configs", errors: errors) }
    }
}
