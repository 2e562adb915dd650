import CCUDA
import Foundation
import XCTest

/// Libraries that compute nothing: every function of CUDA that is used answers as a test tells it to and
/// keeps a note of having been called.  Each instance has a state of its own.
final class StubLibraries {
    /// The file names of CUDA 12; the driver's is always the same.
    static let names = ["libcudart.so.12", "libcublas.so.12", "libnvrtc.so.12", "libcuda.so.1"]

    let folder: URL
    private let library: UnsafeMutableRawPointer
    private var opened: OpaquePointer?

    /// - Parameters:
    ///   - names: paths below the folder, all of which lead to one and the same library.
    ///   - lacking: a function that it lacks.
    /// - Throws: `XCTSkip` without a C compiler.
    init(names: [String] = StubLibraries.names, lacking: String? = nil) throws {
        let built = try StubCompiler.library(lacking: lacking)
        folder = try TestFolder.make()
        // A file of its own, or the dynamic linker would take it for one that it has loaded.
        let copy = folder.appendingPathComponent("stub.so")
        try FileManager.default.copyItem(at: built, to: copy)
        for name in names {
            let path = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(at: path, withDestinationURL: copy)
        }
        library = try XCTUnwrap(dlopen(copy.path, RTLD_NOW | RTLD_LOCAL))
    }

    deinit {
        ccuda_close(opened)
        dlclose(library)
        try? FileManager.default.removeItem(at: folder)
    }

    /// The libraries as the product opens them, from this folder alone.
    func open() throws -> OpaquePointer {
        if let opened { return opened }
        let search = LibrarySearch(folder: folder)
        XCTAssertEqual(search.status, CCUDA_OK, search.sentence)
        opened = try XCTUnwrap(search.take())
        _ = notes()
        return try XCTUnwrap(opened)
    }

    /// What the named function returns from now on, or the named value that one writes.
    func set(_ name: String, _ value: Int) {
        typealias Set = @convention(c) (UnsafePointer<CChar>, Int) -> Void
        unsafeBitCast(dlsym(library, "stub_set"), to: Set.self)(name, value)
    }

    /// Calls since this was last asked, oldest first.
    func notes() -> [String] {
        typealias Take = @convention(c) () -> UnsafePointer<CChar>
        let text = String(cString: unsafeBitCast(dlsym(library, "stub_take_notes"), to: Take.self)())
        return text.split(separator: "\n").map(String.init)
    }
}

/// What a search for libraries came to.
final class LibrarySearch {
    let status: CCUDAStatus
    /// Empty where the libraries were found.
    let sentence: String
    private var libraries: OpaquePointer?

    init(
        folder: URL? = nil, home: URL? = nil, path: URL? = nil, environment: URL? = nil,
        conda: URL? = nil,
        skipsSystem: Bool = true,
        compilerAlone: Bool = false
    ) {
        let texts = [folder, home, path, environment, conda].map { $0.map { strdup($0.path) } ?? nil }
        defer { texts.forEach { free($0) } }
        var search = CCUDASearch(
            folder: texts[0], cuda_home: texts[1], cuda_path: texts[2], virtual_environment: texts[3],
            conda_prefix: texts[4],
            skips_system: skipsSystem)
        status = compilerAlone ? ccuda_open_compiler(&search, &libraries) : ccuda_open(&search, &libraries)
        sentence = status == CCUDA_OK ? "" : CCUDATest.sentence
    }

    deinit { ccuda_close(libraries) }

    /// The libraries, which the caller closes.
    func take() -> OpaquePointer? {
        defer { libraries = nil }
        return libraries
    }

    /// Fails unless the search ended like this, with exactly this sentence.
    func expect(
        _ status: CCUDAStatus, _ sentence: String, _ name: String = "", file: StaticString = #filePath,
        line: UInt = #line
    ) {
        XCTAssertEqual(self.status, status, name, file: file, line: line)
        XCTAssertEqual(self.sentence, sentence, name, file: file, line: line)
    }

    /// Where they were found, and their major version.
    var place: (folder: String, major: Int) {
        guard let libraries else { return ("", 0) }
        var versions = CCUDAVersions()
        var folder: UnsafePointer<CChar>?
        XCTAssertEqual(ccuda_versions(libraries, &versions, &folder), CCUDA_OK, CCUDATest.sentence)
        return (folder.map { String(cString: $0) } ?? "", Int(versions.major))
    }
}

/// What tests of CCUDA share.
enum CCUDATest {
    /// The sentence of this thread's last failure.
    static var sentence: String { String(cString: ccuda_message()) }

    /// Fails unless the status is as expected, with exactly this sentence.
    static func check(
        _ status: CCUDAStatus, _ expected: CCUDAStatus, _ sentence: String, file: StaticString = #filePath,
        line: UInt = #line
    ) {
        XCTAssertEqual(status, expected, file: file, line: line)
        XCTAssertEqual(self.sentence, sentence, file: file, line: line)
    }
}
