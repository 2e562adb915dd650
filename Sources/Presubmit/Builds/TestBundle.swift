import Foundation
import LanguageModels

/// The tests of one build, which is a program that runs those whose names it is given.
struct TestBundle: Sendable {
    struct Class: Equatable, Sendable {
        /// `ModuleTests.ClassTests`.
        var name: String
        var tests: Int

        /// The target that holds it.
        var target: String { name.split(separator: ".").first.map(String.init) ?? name }
        var shortName: String { name.split(separator: ".").last.map(String.init) ?? name }
    }

    /// The package's folder, in which tests run.
    let package: URL
    let build: TestBuild
    var scratch = TestBuild.standardScratch

    private var program: String {
        let name = build.folder(scratch: scratch) + "/remediPackageTests.xctest"
        return URL(fileURLWithPath: name, relativeTo: package).path
    }

    /// Files that a build leaves: the tests' program and the product.
    var products: [String] {
        let product = build.folder(scratch: scratch) + "/remedi"
        return [program, URL(fileURLWithPath: product, relativeTo: package).path]
    }

    /// The classes inside.
    ///
    /// - Throws: `PresubmitFailure`; `POSIXError`.
    func classes(_ child: JobChild) throws -> [Class] {
        let list = ChildProcess(words: [program, "--list-tests"], folder: package)
        let outcome = try child.run(list)
        guard outcome.status == 0 else {
            throw PresubmitFailure(
                step: "list of tests",
                output: outcome.output + "'\(program)' ended with code \(outcome.status)\n")
        }
        return Self.classes(inList: outcome.output)
    }

    /// Reads lines `Module.Class/testMethod`.
    static func classes(inList list: String) -> [Class] {
        var counts: [String: Int] = [:]
        for line in list.split(separator: "\n") {
            let parts = line.split(separator: "/")
            if parts.count == 2, parts[0].contains("."), !parts[0].contains(" ") {
                counts[String(parts[0]), default: 0] += 1
            }
        }
        return counts.sorted { $0.key < $1.key }.map { Class(name: $0.key, tests: $0.value) }
    }

    /// At most `count` parts that will take about equally long, the longest first.
    ///
    /// - Parameter seconds: how long classes took before, by their short names.
    static func parts(of classes: [Class], count: Int, seconds: [String: Double]) -> [[Class]] {
        func guess(_ tests: Class) -> Double { seconds[tests.shortName] ?? 0.2 * Double(tests.tests) }
        var parts = [(seconds: Double, classes: [Class])](repeating: (0, []), count: max(1, count))
        let ordered = classes.sorted { (guess($0), $1.name) > (guess($1), $0.name) }
        for tests in ordered {
            let least = parts.indices.min { parts[$0].seconds < parts[$1].seconds }!
            parts[least].seconds += guess(tests)
            parts[least].classes.append(tests)
        }
        return parts.filter { !$0.classes.isEmpty }.sorted { $0.seconds > $1.seconds }.map(\.classes)
    }

    /// Runs some of the classes.
    ///
    /// - Throws: `PresubmitFailure` with what each failed test said and how it is repeated; `POSIXError`.
    func run(_ classes: [Class], _ child: JobChild) throws -> TestLog {
        let names = classes.map(\.name).joined(separator: ",")
        let outcome = try child.run(ChildProcess(words: [program, names], folder: package))
        let log = TestLog(outcome.output)
        let asked = classes.reduce(0) { $0 + $1.tests }
        if let wrong = complaint(log, status: outcome.status, asked: asked) {
            throw PresubmitFailure(step: build.testTitle, output: wrong)
        }
        return log
    }

    /// A description of what is wrong with a run; nil if nothing is.
    func complaint(_ log: TestLog, status: Int32, asked: Int) -> String? {
        guard status != 0 || !log.failed.isEmpty || log.count != asked else { return nil }
        var lines = log.failed.flatMap { failure in
            [
                "\(failure.name): failed, \(build.rawValue)",
                failure.text + build.testCommand(failure.name, scratch: scratch),
                "",
            ]
        }
        if status > 1 || status == 1 && log.failed.isEmpty {
            lines.append("the tests' program ended with code \(status)")
        }
        if log.count != asked { lines.append("\(log.count) of \(asked) tests ran") }
        return lines.map { $0 + "\n" }.joined()
    }
}
