/// The classes of tests that passed in a build while their inputs were as they are now.
struct TestLedger: Sendable {
    let build: TestBuild
    /// The inputs of each target's tests.
    let hashes: [String: String]
    let passed: PassedChecks

    private func key(_ tests: TestBundle.Class) -> String { "\(build.testTitle) \(tests.name)" }

    /// The entry of a class whose tests, as many as now, all passed or were skipped; nil otherwise.
    func entry(of tests: TestBundle.Class) -> PassedChecks.Entry? {
        guard let inputs = hashes[tests.target],
            let entry = passed.entry(key(tests), inputs: inputs), entry.tests == tests.tests
        else { return nil }
        return entry
    }

    /// Adds classes that passed.
    func add(_ classes: [TestBundle.Class], _ log: TestLog) {
        for tests in classes {
            guard let inputs = hashes[tests.target] else { continue }
            let skips = log.skipLines.filter { $0.hasPrefix(tests.shortName + "/") }
            passed.add(key(tests), .init(inputs: inputs, tests: tests.tests, lines: skips))
        }
    }
}
