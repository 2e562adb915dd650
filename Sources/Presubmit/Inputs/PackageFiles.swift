import Foundation
import LanguageModels

/// The files of a package that its checks read, each with a hash of its bytes.
struct PackageFiles: Sendable {
    struct File: Sendable, Equatable {
        /// Relative to the package, with slashes.
        var path: String
        var hash: String

        var isDocument: Bool { path.hasSuffix(".md") }
    }

    /// In order of their paths.
    let files: [File]

    /// Folders and files of the package that are read; others, such as results, are not part of it.
    private static let roots = [
        ".swift-format", "Configs", "LICENSE", "NOTICE", "Package.swift", "README.md", "Scripts", "Sources",
        "Tests",
    ]

    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`.
    init(of package: URL) throws {
        files = try Self.roots.flatMap { root in
            try Self.names(below: root, of: package).map { path in
                File(path: path, hash: try SHA256.hash(file: package.appendingPathComponent(path)))
            }
        }
    }

    init(_ files: [File]) { self.files = files }

    private static func names(below root: String, of package: URL) throws -> [String] {
        let url = package.appendingPathComponent(root)
        guard let status = SystemCall.status(url.path) else { return [] }
        guard SystemCall.isFolder(status) else { return [root] }
        return try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted()
            .map { root + "/" + $0 }
            .filter { path in
                guard !path.hasSuffix(".pyc") else { return false }
                let status = SystemCall.status(package.appendingPathComponent(path).path)
                return status.map(SystemCall.isRegular) ?? false
            }
    }

    /// One hash over the paths and bytes of the files that `isWanted` chooses.
    func hash(where isWanted: (File) -> Bool = { _ in true }) -> String {
        var lines = ""
        for file in files where isWanted(file) { lines += "\(file.hash) \(file.path)\n" }
        return SHA256.hash(Data(lines.utf8))
    }
}
