import Foundation
import LanguageModels
import RemediCore

/// `presubmit`: what must hold before a change is shared, and what continuous integration runs.
package struct PresubmitCommand: Command {
    package static let name = "presubmit"
    package static let summary = "checks format, structure, kernels, configurations, build and tests"
    package static let discussion = [
        "Without STEP all of them run: format (swift-format in strict mode), lint (lengths of files and"
            + " functions, circles between folders, words that must not stay), configs (every file of Configs is"
            + " read strictly), build (debug; release with warnings as errors), kernels (the CUDA kernels are"
            + " compiled for GPUs, which need not be there: registers, shared memory and stack within limits,"
            + " nothing spilled; left out where CUDA's compiler is missing) and test (debug and release, both"
            + " built first). It stops at the first that fails.",
        "Release build, kernels and tests run side by side, one for each core up to"
            + " \(Presubmit.mostJobs). What was compiled before of the same sources, kernels too, is not"
            + " compiled again; every test runs every time.",
    ]

    package var given = GivenArguments<PresubmitCommand>()
    var steps = Presubmit.Step.allCases
    var fixes = false
    var scratch: String?

    package init() {}

    package static var positionals: [Positional<PresubmitCommand>] {
        [Positional("STEP", \.steps, .list(.choice("STEP")), isRequired: false, help: "what to check")]
    }

    package static var options: [Option<PresubmitCommand>] {
        [
            Option(
                "fix", short: "f", \.fixes, .flag, group: "Format",
                help: "writes the right format instead of checking it"
            ),
            Option(
                "scratch-path", \.scratch, .optional(.text("DIR")), group: "Build",
                help: "where builds go, as of 'swift build' (default: .build in the package)"),
        ]
    }

    package func run(in surroundings: Surroundings) throws {
        let package = try Self.package(around: surroundings.workplace.workingFolder)
        let presubmit = Presubmit(
            package: package, fixes: fixes,
            scratch: scratch.map { surroundings.workplace.resolve($0).path } ?? TestBuild.standardScratch,
            surroundings: surroundings,
            sentence: { Messages.sentence(for: $0) })
        try presubmit.run(steps)
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
