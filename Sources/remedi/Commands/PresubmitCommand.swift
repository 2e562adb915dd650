import Foundation
import LanguageModels
import Presubmit
import RemediCore

/// `presubmit`: what must hold before a change is shared, and what continuous integration runs.
package struct PresubmitCommand: Command {
    package static let name = "presubmit"
    package static let summary = "checks format, structure, kernels, configurations, build and tests"
    package static let discussion = [
        "Without STEP all of them run: format (swift-format in strict mode), lint (lengths of files and"
            + " functions, circles between folders, words that must not stay, sections that are cited), fixtures"
            + " (every file of the tests is as its manifest says), mutations (every seeded bug still finds its"
            + " place), configs (every file of Configs is read strictly), build (debug; release with warnings"
            + " as errors), kernels (the CUDA kernels are compiled for GPUs, which need not be there: registers,"
            + " shared memory and stack within limits, nothing spilled; left out where CUDA's compiler is"
            + " missing) and test (debug and release, both built first). It stops at the first that fails.",
        "Builds, kernels and tests run side by side, one for each core up to"
            + " \(PresubmitRun.mostJobs). A check is not repeated while nothing that it reads has changed"
            + " since it passed: neither files of the package nor the compiler, environment, installed programs"
            + " and processor; of tests, those of a target whose sources and dependencies are unchanged."
            + " --all repeats everything.",
    ]

    package var given = GivenArguments<PresubmitCommand>()
    var steps = PresubmitRun.Step.allCases
    var fixes = false
    var repeats = false
    var scratch: String?

    package init() {}

    package static var positionals: [Positional<PresubmitCommand>] {
        [Positional("STEP", \.steps, .list(.choice("STEP")), isRequired: false, help: "what to check")]
    }

    package static var options: [Option<PresubmitCommand>] {
        [
            Option(
                "fix", short: "f", \.fixes, .flag, group: "Format",
                help: "writes the right format instead of checking it, and the hashes of fixtures"),
            Option(
                "all", \.repeats, .flag, group: "Checks",
                help: "repeats checks that passed and whose inputs are unchanged"),
            Option(
                "scratch-path", \.scratch, .optional(.text("DIR")), group: "Build",
                help: "where builds go, as of 'swift build' (default: .build in the package)"),
        ]
    }

    package func run(in surroundings: Surroundings) throws {
        let presubmit = PresubmitRun(
            package: try Self.package(around: surroundings.workplace.workingFolder), fixes: fixes,
            repeats: repeats, scratch: scratch.map { surroundings.workplace.resolve($0).path },
            host: Self.host(surroundings))
        try presubmit.run(steps)
    }

    static func host(_ surroundings: Surroundings) -> PresubmitHost {
        PresubmitHost(
            environment: surroundings.workplace.environment, executable: surroundings.workplace.executable,
            clock: surroundings.clock, tell: { try surroundings.tell(lines: $0) },
            duration: ProgressLine.duration, sentence: Messages.sentence,
            configurationErrors: configurationErrors)
    }

    /// The errors of configurations that cannot be read.
    private static func configurationErrors(of package: URL) throws -> [any Error] {
        let folder = package.appendingPathComponent("Configs")
        let workplace = Workplace(environment: [:], workingFolder: package)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return names.compactMap { name in
            do {
                _ = try Experiment(file: folder.appendingPathComponent(name)).members(in: workplace)
                return nil
            } catch {
                return error
            }
        }
    }

    /// The folder with the package's manifest: the working folder or one that holds it.
    private static func package(around folder: URL) throws -> URL {
        var place = folder
        while !FileManager.default.fileExists(atPath: place.appendingPathComponent("Package.swift").path) {
            guard place.path != "/" else {
                throw LanguageModelError.fileMissing(
                    path: folder.appendingPathComponent("Package.swift").path)
            }
            place = place.deletingLastPathComponent()
        }
        return place
    }
}

extension PresubmitCommand {
    package static let examples = [
        ExampleLine("checks everything, inside the package's folder", "remedi presubmit"),
        ExampleLine("puts the sources' format right", "remedi presubmit --fix format"),
    ]
}
