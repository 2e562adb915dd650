import Foundation
import XCTest

/// Where fixtures lie and where tests may write.
enum FixtureFiles {
    private static let target = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    /// A fixture of this target.
    static func own(_ name: String) -> URL { target.appendingPathComponent("Fixtures/\(name)") }

    /// A tiny model as a GGUF file.
    static func gguf(_ name: String) -> URL {
        target.deletingLastPathComponent()
            .appendingPathComponent("LanguageModelsTests/Fixtures/gguf/\(name).gguf")
    }

    /// A fixture that several targets share.
    static func shared(_ name: String) -> URL {
        target.deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)")
    }

    /// A file of real data, which the package does not hold: it lies in `shared/data` beside the package.
    ///
    /// - Throws: `XCTSkip` if it does not.
    static func real(_ name: String) throws -> URL {
        let package = target.deletingLastPathComponent().deletingLastPathComponent()
        let file = package.deletingLastPathComponent().appendingPathComponent("shared/data/\(name)")
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw XCTSkip("real data is not part of the package: there is no \(file.path)")
        }
        return file
    }
}

extension XCTestCase {
    /// An empty folder that is removed after the test.
    func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        addTeardownBlock { try? FileManager.default.removeItem(at: folder) }
        return folder
    }

    /// A copy of the folder with reference texts, beside which their index may be written.
    func referenceTexts() throws -> URL {
        let folder = try temporaryFolder().appendingPathComponent("data")
        try FileManager.default.copyItem(at: FixtureFiles.shared("reference-texts"), to: folder)
        return folder
    }

    /// A file with `text`, removed after the test.
    func temporaryFile(_ text: String, name: String = "data.json") throws -> URL {
        let file = try temporaryFolder().appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file
    }
}
