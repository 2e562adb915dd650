import Compute
import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// The files that the program carries inside itself, and where they are unpacked.
final class DemoFolderTests: XCTestCase {
    private let files = FileManager.default

    private var package: URL {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url
    }

    private func unpacked(_ folder: DemoFolder) throws -> [String] {
        try files.subpathsOfDirectory(atPath: folder.url.path).filter { $0.contains("/") }.sorted()
    }

    /// Every file of the package's folders is inside, with its very bytes, and no other.
    func testTheProgramHasTheFilesOfThePackage() throws {
        for (folder, place) in [
            (DemoFiles.Folder.model, "Sources/CDemo/model"), (.data, "Sources/CDemo/data"),
            (.configurations, "Configs"),
        ] {
            let source = package.appendingPathComponent(place)
            let inside = DemoFiles.files(in: folder)
            XCTAssertEqual(
                inside.map { ($0.name as NSString).lastPathComponent }.sorted(),
                try files.contentsOfDirectory(atPath: source.path).filter { !$0.hasPrefix(".") }.sorted(),
                place)
            for file in inside {
                let url = source.appendingPathComponent((file.name as NSString).lastPathComponent)
                XCTAssertTrue(Data(file.bytes) == (try Data(contentsOf: url)), file.name)
            }
        }
    }

    func testTheWholeIsSmall() {
        let count = (DemoFiles.files(in: .model) + DemoFiles.files(in: .data)).reduce(0) {
            $0 + $1.bytes.count
        }
        XCTAssertLessThan(count, 6_000_000)
    }

    func testFilesAreUnpackedOnceAndMended() throws {
        let cache = try temporaryFolder()
        let folder = try DemoFolder(cache: cache, temporary: [URL(fileURLWithPath: "/nowhere")])
        XCTAssertTrue(folder.url.path.hasPrefix(cache.path))
        XCTAssertEqual(
            try unpacked(folder),
            (DemoFiles.files(in: .model) + DemoFiles.files(in: .data)).map(\.name).sorted())
        let file = folder.model.appendingPathComponent("config.json")
        let whole = try Data(contentsOf: file)
        let number = try XCTUnwrap(files.attributesOfItem(atPath: file.path)[.systemFileNumber] as? Int)
        _ = try DemoFolder(cache: cache, temporary: [cache])
        let again = try XCTUnwrap(files.attributesOfItem(atPath: file.path)[.systemFileNumber] as? Int)
        XCTAssertEqual(number, again, "what is whole is not written again")
        for damage in [Data(), Data(repeating: 0x20, count: whole.count)] {
            try damage.write(to: file)
            _ = try DemoFolder(cache: cache, temporary: [cache])
            XCTAssertEqual(try Data(contentsOf: file), whole, "\(damage.count) bytes")
        }
    }

    func testWithoutACacheATemporaryFolderOfTheUsersOwnIsTaken() throws {
        let temporary = try temporaryFolder()
        // A file where the cache's folder should be: nothing can be written there.
        let blocked = temporary.appendingPathComponent("blocked")
        try Data().write(to: blocked)
        for cache in [nil, blocked] {
            let folder = try DemoFolder(cache: cache, temporary: [temporary])
            XCTAssertTrue(folder.url.path.hasPrefix(temporary.path + "/remedi-demo-"), folder.url.path)
            let mode = try files.attributesOfItem(atPath: folder.url.path)[.posixPermissions] as? Int
            XCTAssertEqual(mode, 0o700)
            XCTAssertFalse(try unpacked(folder).isEmpty)
        }
    }

    /// The next one is taken where a folder is missing; what is said names the one that was asked for first.
    func testOfTemporaryFoldersTheFirstThatTakesFilesIsTaken() throws {
        let nowhere = URL(fileURLWithPath: "/nowhere")
        let temporary = try temporaryFolder()
        let folder = try DemoFolder(cache: nil, temporary: [nowhere, temporary])
        XCTAssertTrue(folder.url.path.hasPrefix(temporary.path + "/remedi-demo-"), folder.url.path)
        XCTAssertFalse(try unpacked(folder).isEmpty)
    }

    /// A folder of that name into which others can write is not trusted.
    func testAFolderThatOthersCanWriteToIsNotTaken() throws {
        let temporary = try temporaryFolder()
        let first = try DemoFolder(cache: nil, temporary: [temporary])
        XCTAssertEqual(chmod(first.url.path, 0o777), 0)
        let second = try DemoFolder(cache: nil, temporary: [temporary])
        XCTAssertNotEqual(first.url.path, second.url.path)
        XCTAssertFalse(try unpacked(second).isEmpty)
    }

    func testWhereNothingCanBeWrittenIsNamed() throws {
        XCTAssertThrowsError(try DemoFolder(cache: nil, temporary: [URL(fileURLWithPath: "/nowhere")])) {
            error in
            guard case .unwritable(let path, _)? = error as? LanguageModelError else {
                return XCTFail("\(error)")
            }
            XCTAssertTrue(path.hasPrefix("/nowhere/remedi-demo-"), path)
        }
    }
}
