/// The two ways in which everything is built and tested.
enum TestBuild: String, Sendable {
    case debug
    case release

    var buildTitle: String { self == .debug ? "build, debug" : "build, release, warnings as errors" }
    var testTitle: String { "test, \(rawValue)" }

    var buildCommand: [String] { ["swift", "build", "--build-tests"] + flags }

    /// Runs a test alone.
    func testCommand(_ test: String) -> String {
        (["swift", "test", "--disable-swift-testing"] + flags + ["--filter", "'\(test)$'"])
            .joined(separator: " ")
    }

    /// The folder of what is built, inside the package's.
    var folder: String { self == .debug ? ".build/debug" : "\(Self.releaseFolder)/release" }

    /// Tests reach into modules, which a release build does not allow by itself; a folder of its own keeps the
    /// flags from spoiling what `swift build -c release` made.
    private var flags: [String] {
        guard self == .release else { return [] }
        return [
            "-c", "release", "--scratch-path", Self.releaseFolder, "-Xswiftc", "-enable-testing", "-Xswiftc",
            "-warnings-as-errors",
        ]
    }

    private static let releaseFolder = ".build/presubmit"
}
