import LanguageModels

/// The two ways in which everything is built and tested.
enum TestBuild: String, CaseIterable, Sendable {
    case debug
    case release

    var buildTitle: String { self == .debug ? "build, debug" : "build, release, warnings as errors" }
    var testTitle: String { "test, \(rawValue)" }

    /// - Parameter scratch: the folder for all that is built, of the package's folder if it is relative.
    func buildCommand(scratch: String) -> [String] { ["swift", "build", "--build-tests"] + flags(scratch) }

    /// Runs a test alone.
    func testCommand(_ test: String, scratch: String) -> String {
        let words = ["swift", "test", "--disable-swift-testing"] + flags(scratch)
        return words.map(\.quotedForShellIfNeeded).joined(separator: " ") + " --filter '\(test)$'"
    }

    /// The folder of what is built.
    func folder(scratch: String) -> String {
        self == .debug ? scratch + "/debug" : Self.releaseFolder(scratch) + "/release"
    }

    /// Tests reach into modules, which a release build does not allow by itself; a folder of its own keeps the
    /// flags from spoiling what `swift build -c release` made.  The debug build has what debuggers need.
    private func flags(_ scratch: String) -> [String] {
        guard self == .release else {
            return scratch == Self.standardScratch ? [] : ["--scratch-path", scratch]
        }
        return [
            "-c", "release", "--scratch-path", Self.releaseFolder(scratch), "-Xswiftc", "-enable-testing",
            "-Xswiftc", "-warnings-as-errors", "-Xswiftc", "-gnone",
        ]
    }

    /// The one that `swift build` takes by itself.
    static let standardScratch = ".build"

    private static func releaseFolder(_ scratch: String) -> String { scratch + "/presubmit" }
}
