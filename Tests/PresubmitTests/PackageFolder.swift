import Foundation

/// Places that these tests need.
enum PackageFolder {
    /// The package that they belong to.
    static let url = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
        url.deletingLastPathComponent()
    }

    /// A new empty folder for one test; the caller removes it.
    static func temporary() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("remedi-\(UUID().uuidString)").resolvingSymlinksInPath()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
