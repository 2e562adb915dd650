import Foundation
import XCTest

/// Where the fixtures of this target lie.
enum FixtureFolder {
    static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")
    /// Those that several targets share.
    static let shared = url.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    /// A file of real data, which the package does not hold: it lies in `shared/data` beside the package.
    ///
    /// - Throws: `XCTSkip` if it does not.
    static func real(_ name: String) throws -> URL {
        let package = shared.deletingLastPathComponent().deletingLastPathComponent()
        let file = package.deletingLastPathComponent().appendingPathComponent("shared/data/\(name)")
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw XCTSkip("real data is not part of the package: there is no \(file.path)")
        }
        return file
    }
}
