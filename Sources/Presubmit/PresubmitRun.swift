import Foundation
import LanguageModels

/// The checks that every change must pass.
///
/// A check whose inputs are unchanged since it passed is not repeated; see `PassedChecks`.
package struct PresubmitRun: Sendable {
    package enum Step: String, CaseIterable, Sendable {
        case format, lint, fixtures, mutations, configs, kernels, build, test
    }

    let package: URL
    let fixes: Bool
    /// Whether checks are repeated whose inputs are unchanged.
    let repeats: Bool
    /// The folder for all that is built, of the package's folder if it is relative.
    let scratch: String
    let host: PresubmitHost
    let passed: PassedChecks

    package init(package: URL, fixes: Bool, repeats: Bool, scratch: String?, host: PresubmitHost) {
        self.package = package
        self.fixes = fixes
        self.repeats = repeats
        self.scratch = scratch ?? TestBuild.standardScratch
        self.host = host
        passed = PassedChecks(
            file: Self.kept(self.scratch, of: package).appendingPathComponent("passed.json"))
    }

    /// Runs the steps, reports how long each took, and stops at the first that fails.
    ///
    /// The quick ones come first; release build, kernels and tests then run side by side, one for each core.
    /// - Throws: `PresubmitFailure`, after what failed has been reported.
    package func run(_ steps: [Step]) throws {
        let start = host.clock()
        defer { passed.save() }
        for step in steps { try runQuickly(step) }
        var jobs: [CheckJob] = []
        // Tests of an older build would prove nothing.
        if steps.contains(.build) || steps.contains(.test) {
            jobs += try builds(isTested: steps.contains(.test))
        }
        if steps.contains(.kernels) { jobs += try kernels(isTold: steps == [.kernels]) }
        try runSideBySide(jobs)
        try say("ok, \(time(since: start))")
    }

    private func runQuickly(_ step: Step) throws {
        switch step {
        case .format: try check(fixes ? "format --fix" : "format") { try format() }
        case .lint: try check("lint") { try lint() }
        case .fixtures: try check("fixtures") { try fixtures() }
        case .mutations: try check("mutations") { try mutations() }
        case .configs:
            try check("configs") {
                let errors = try host.configurationErrors(package)
                guard errors.isEmpty else { throw PresubmitFailure(step: "configs", errors: errors) }
                return ""
            }
        case .kernels, .build, .test: break
        }
    }

    /// Logs of kernels, the tests' times and the checks that passed, for later runs.
    var kept: URL { Self.kept(scratch, of: package) }

    private static func kept(_ scratch: String, of package: URL) -> URL {
        URL(fileURLWithPath: scratch + "/presubmit/kept", relativeTo: package)
    }

    /// Many cores are no reason for as many processes, each of which computes with all of them.
    package static let mostJobs = 8

    var width: Int { min(ProcessInfo.processInfo.activeProcessorCount, Self.mostJobs) }

    private func runSideBySide(_ jobs: [CheckJob]) throws {
        if jobs.count > 1 && width > 1 {
            try say("\(width) at a time: \(jobs.map(\.title).joined(separator: "; "))")
        }
        var failed: [String] = []
        try JobRunner(width: width, clock: host.clock).run(jobs) { ended in
            switch ended.result {
            case .success(let done):
                let words = ["ok", done.note, host.duration(ended.seconds)].filter { !$0.isEmpty }
                try say("\(ended.job.title): \(words.joined(separator: ", "))")
                for line in done.lines { try say("\(ended.job.step): \(line)") }
                passed.save()
            case .failure(let error):
                try tell(error, of: ended.job.title)
                if !failed.contains(ended.job.step) { failed.append(ended.job.step) }
            }
        }
        if !failed.isEmpty { throw PresubmitFailure(step: failed.joined(separator: ", ")) }
    }

    func say(_ line: String) throws { try host.tell("presubmit: \(line)\n") }

    private func time(since start: Double) -> String { host.duration(host.clock() - start) }

    /// Reports what was wrong.
    private func tell(_ error: any Error, of title: String) throws {
        let failure = error as? PresubmitFailure ?? PresubmitFailure(step: title, errors: [error])
        let sentences = failure.errors.map { host.sentence($0) + "\n" }
        try host.tell(failure.output + sentences.joined())
    }

    /// - Parameter body: returns a few words on the outcome, or none.
    private func check(_ title: String, _ body: () throws -> String) throws {
        try say(title)
        let start = host.clock()
        let note: String
        do {
            note = try body()
        } catch {
            try tell(error, of: title)
            throw PresubmitFailure(step: title)
        }
        try say(
            "\(title): " + ["ok", note, time(since: start)].filter { !$0.isEmpty }.joined(separator: ", "))
    }

    /// - Throws: `PresubmitFailure` with the program's output if it fails; `POSIXError`.
    func run(_ words: [String], _ child: JobChild = JobChild()) throws {
        let outcome = try child.run(ChildProcess(words: words, folder: package))
        guard outcome.status != 0 else { return }
        let command = words.joined(separator: " ")
        throw PresubmitFailure(
            step: command, output: outcome.output + "'\(command)' ended with code \(outcome.status)\n")
    }
}
