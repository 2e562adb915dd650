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
struct Presubmit: Sendable {
    enum Step: String, CaseIterable, Sendable { case format, lint, kernels, configs, build, test }

    let package: URL
    let fixes: Bool
    /// The folder for all that is built, of the package's folder if it is relative.
    let scratch: String
    let surroundings: Surroundings
    /// The words for what went wrong.
    let sentence: @Sendable (any Error) -> String

    /// Runs the steps, says of each how long it took, and stops at the first that fails.
    ///
    /// What is quick comes first; release build, kernels and tests then run side by side, one for each core.
    /// - Throws: `PresubmitFailure`, when what failed has been said.
    func run(_ steps: [Step]) throws {
        let start = surroundings.clock()
        if steps.contains(.format) {
            try check(fixes ? "format --fix" : "format") { try run(Self.formatter(fixes: fixes)) }
        }
        if steps.contains(.lint) { try check("lint") { try lint() } }
        if steps.contains(.configs) { try check("configs") { try readConfigurations() } }
        // Tests of an older build would prove nothing.
        let builds = steps.contains(.build) || steps.contains(.test)
        if builds {
            try check(TestBuild.debug.buildTitle) { try run(TestBuild.debug.buildCommand(scratch: scratch)) }
        }
        var jobs: [CheckJob] = []
        if builds { jobs.append(releaseBuild(isTested: steps.contains(.test))) }
        if steps.contains(.kernels) { jobs += try kernels(isTold: steps == [.kernels]) }
        if steps.contains(.test) { jobs.append(tests(of: .debug)) }
        try runSideBySide(jobs)
        try say("ok, \(time(since: start))")
    }

    /// Compiled kernels and the tests' times, for later runs.
    var kept: URL { URL(fileURLWithPath: scratch + "/presubmit/kept", relativeTo: package) }

    /// Many cores are no reason for as many processes, each of which computes with all of them.
    static let mostJobs = 8

    private func runSideBySide(_ jobs: [CheckJob]) throws {
        let width = min(ProcessInfo.processInfo.activeProcessorCount, Self.mostJobs)
        if jobs.count > 1 && width > 1 {
            try say("\(width) at a time: \(jobs.map(\.title).joined(separator: "; "))")
        }
        var failed: [String] = []
        try JobRunner(width: width, clock: surroundings.clock).run(jobs) { ended in
            switch ended.result {
            case .success(let done):
                let words = ["ok", done.note, ProgressLine.duration(ended.seconds)].filter { !$0.isEmpty }
                try say("\(ended.job.title): \(words.joined(separator: ", "))")
                for line in done.lines { try say("\(ended.job.step): \(line)") }
            case .failure(let error):
                try tell(error, of: ended.job.title)
                if !failed.contains(ended.job.step) { failed.append(ended.job.step) }
            }
        }
        if !failed.isEmpty { throw PresubmitFailure(step: failed.joined(separator: ", ")) }
    }

    func say(_ line: String) throws { try surroundings.tell("presubmit: \(line)") }

    private func time(since start: Double) -> String { ProgressLine.duration(surroundings.clock() - start) }

    /// Says what was wrong.
    private func tell(_ error: any Error, of title: String) throws {
        let failure = error as? PresubmitFailure ?? PresubmitFailure(step: title, errors: [error])
        let sentences = failure.errors.map { sentence($0) + "\n" }
        try surroundings.tell(lines: failure.output + sentences.joined())
    }

    private func check(_ title: String, _ body: () throws -> Void) throws {
        try say(title)
        let start = surroundings.clock()
        do {
            try body()
        } catch {
            try tell(error, of: title)
            throw PresubmitFailure(step: title)
        }
        try say("\(title): ok, \(time(since: start))")
    }

    private static func formatter(fixes: Bool) -> [String] {
        ["swift", "format"] + (fixes ? ["format", "--in-place"] : ["lint", "--strict"])
            + ["--parallel", "--recursive", "Sources", "Tests", "Package.swift"]
    }

    private func run(_ words: [String], _ child: JobChild = JobChild()) throws {
        let outcome = try child.run(ChildProcess(words: words, folder: package))
        guard outcome.status != 0 else { return }
        let command = words.joined(separator: " ")
        throw PresubmitFailure(
            step: command, output: outcome.output + "'\(command)' ended with code \(outcome.status)\n")
    }

    private func releaseBuild(isTested: Bool) -> CheckJob {
        let title = TestBuild.release.buildTitle
        return CheckJob(step: title, title: title) { child in
            try run(TestBuild.release.buildCommand(scratch: scratch), child)
            return CheckJob.Done(next: isTested ? [tests(of: .release)] : [])
        }
    }

    /// The tests of a build: finds them, and makes a job of each part.
    private func tests(of build: TestBuild) -> CheckJob {
        CheckJob(step: build.testTitle, title: build.testTitle) { child in
            let bundle = TestBundle(package: package, build: build, scratch: scratch)
            let classes = try bundle.classes(child)
            let file = kept.appendingPathComponent("test-seconds-\(build.rawValue).json")
            let seconds = TestTally.seconds(in: file)
            let width = min(ProcessInfo.processInfo.activeProcessorCount, Self.mostJobs)
            let parts = TestBundle.parts(of: classes, count: 3 * width, seconds: seconds)
            let tally = TestTally(parts: parts.count, seconds: seconds, file: file)
            let jobs = parts.enumerated().map { index, part in
                let title = "\(build.testTitle), \(index + 1) of \(parts.count)"
                return CheckJob(step: build.testTitle, title: title) { child in
                    let log = try bundle.run(part, child)
                    return CheckJob.Done(note: "\(log.count) tests", lines: tally.add(log))
                }
            }
            return CheckJob.Done(note: "\(classes.reduce(0) { $0 + $1.tests }) tests found", next: jobs)
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
        let workplace = Workplace(environment: [:], workingFolder: package)
        var errors: [any Error] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            do {
                _ = try Experiment(file: folder.appendingPathComponent(name)).members(in: workplace)
            } catch {
                errors.append(error)
            }
        }
        if !errors.isEmpty { throw PresubmitFailure(step: "configs", errors: errors) }
    }
}
