import Foundation
import LanguageModels

// MARK: - Builds and their tests

extension PresubmitRun {
    /// Builds for debugging, and makes jobs of the release build and of the tests.
    func builds(isTested: Bool) throws -> [CheckJob] {
        let files = try PackageFiles(of: package)
        let machine = MachineState(environment: host.environment, package: package, scratch: scratch)
        let inputs = files.hash { file in
            file.path == "Package.swift"
                || ["Sources/", "Tests/"].contains { file.path.hasPrefix($0) } && !file.isDocument
        }
        let tests = try isTested ? testInputs(files, machine) : nil
        let all = SHA256.hash(Data("\(inputs)\n\(machine.ofBuilds)".utf8))
        return TestBuild.allCases.map { build in self.build(build, inputs: all, tests: tests) }
    }

    private func testInputs(_ files: PackageFiles, _ machine: MachineState) throws -> TestInputs {
        let place = scratch == TestBuild.standardScratch ? [] : ["--scratch-path", scratch]
        let words = ["swift", "package"] + place + ["dump-package"]
        let (status, output, diagnostics) = try ChildProcess(words: words, folder: package).outputs()
        guard status == 0, let targets = PackageTargets(dump: Data(output.utf8)) else {
            throw PresubmitFailure(step: words.joined(separator: " "), output: diagnostics)
        }
        return TestInputs(files: files, targets: targets, surroundings: machine.ofTests)
    }

    private func build(_ build: TestBuild, inputs: String, tests: TestInputs?) -> CheckJob {
        CheckJob(step: build.buildTitle, title: build.buildTitle) { child in
            let bundle = TestBundle(package: package, build: build, scratch: scratch)
            let next = tests.map { [self.tests(of: bundle, $0)] } ?? []
            let check = build.buildTitle
            func products() -> String {
                inputs + "\n" + bundle.products.map(MachineState.status).joined(separator: "\n")
            }
            if !repeats, passed.entry(check, inputs: products()) != nil {
                return CheckJob.Done(note: "unchanged since it passed", next: next)
            }
            try run(build.buildCommand(scratch: scratch), child)
            passed.add(check, .init(inputs: products()))
            return CheckJob.Done(next: next)
        }
    }

    /// The tests of a build: finds those whose inputs changed, and makes a job of each part.
    private func tests(of bundle: TestBundle, _ inputs: TestInputs) -> CheckJob {
        let step = bundle.build.testTitle
        return CheckJob(step: step, title: step) { child in
            let classes = try bundle.classes(child)
            let file = kept.appendingPathComponent("test-seconds-\(bundle.build.rawValue).json")
            let seconds = TestTally.seconds(in: file)
            let hashes = Dictionary(
                uniqueKeysWithValues: Set(classes.map(\.target)).map { ($0, inputs.hash(of: $0)) })
            let ledger = TestLedger(build: bundle.build, hashes: hashes, passed: passed)
            let changed = classes.filter { repeats || ledger.entry(of: $0) == nil }
            let unchanged = classes.filter { !repeats && ledger.entry(of: $0) != nil }
            // Without known times, more parts even the load out.
            let parts = TestBundle.parts(
                of: changed, count: (seconds.isEmpty ? 8 : 3) * width, seconds: seconds)
            let tally = TestTally(
                parts: parts.count, unchanged: unchanged.compactMap(ledger.entry), seconds: seconds,
                file: file)
            let jobs = parts.enumerated().map { index, part in
                CheckJob(step: step, title: "\(step), \(index + 1) of \(parts.count)") { child in
                    let log = try bundle.run(part, child)
                    ledger.add(part, log)
                    return CheckJob.Done(note: "\(log.count) tests", lines: tally.add(log))
                }
            }
            let found = "\(classes.reduce(0) { $0 + $1.tests }) tests found"
            return CheckJob.Done(note: found, lines: parts.isEmpty ? tally.summary : [], next: jobs)
        }
    }
}
