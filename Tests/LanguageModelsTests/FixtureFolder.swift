import Foundation

/// Where the fixtures of this target lie.
enum FixtureFolder {
    static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")
    /// Those that several targets share.
    static let shared = url.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures")
}
