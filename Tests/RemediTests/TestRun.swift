import Foundation
import RemediCore
import remedi

/// What a run of the program inside the test's process gave.
struct TestRun {
    let code: Int32
    let output: String
    let diagnostics: String

    /// Runs the program on `words`, with a clock that stands still at 0 and the date 2023-04-03 02:01:00.
    init(_ words: [String], environment: [String: String] = [:], in folder: URL = TestFiles.package) {
        let output = MemorySink()
        let diagnostics = MemorySink()
        let surroundings = Surroundings(
            workplace: Workplace(environment: environment, workingFolder: folder), output: output,
            diagnostics: diagnostics, clock: { 0 }, date: { TestFiles.date })
        code = Program.run(words, in: surroundings)
        self.output = output.text
        self.diagnostics = diagnostics.text
    }

    /// The same, split at spaces.
    init(_ line: String, environment: [String: String] = [:], in folder: URL = TestFiles.package) {
        self.init(line.split(separator: " ").map(String.init), environment: environment, in: folder)
    }
}

/// Places that tests need.
enum TestFiles {
    /// The package's folder, by a path without spaces, at which lines of words are split.
    static let package: URL = {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        guard url.path.contains(" ") else { return url }
        let link = FileManager.default.temporaryDirectory.appendingPathComponent("remedi-package-\(getpid())")
        try? FileManager.default.removeItem(at: link)
        do {
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: url)
        } catch {
            preconditionFailure("no link to the package: \(error)")
        }
        atexit { try? FileManager.default.removeItem(at: TestFiles.package) }
        return link
    }()

    static var fixtures: URL { package.appendingPathComponent("Tests/RemediTests/Fixtures") }

    /// A tiny model with samples, made for the tests of training.
    static var training: URL { package.appendingPathComponent("Tests/RemediCoreTests/Fixtures/training") }

    static var date: Date {
        let parts = DateComponents(year: 2023, month: 4, day: 3, hour: 2, minute: 1, second: 0)
        return Calendar(identifier: .gregorian).date(from: parts) ?? Date(timeIntervalSince1970: 0)
    }

    /// A new empty folder for one test; the caller removes it.
    static func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("remedi-\(UUID().uuidString)").resolvingSymlinksInPath()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// The program that was built with these tests.
    static var program: URL {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let beside = Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() }
        let folders =
            [URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()] + beside
            + [tests.deletingLastPathComponent()]
        return folders.map { $0.appendingPathComponent("remedi") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? folders[0]
    }
}
