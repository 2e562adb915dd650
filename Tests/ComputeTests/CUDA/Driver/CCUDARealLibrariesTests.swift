import CCUDA
import Foundation
import XCTest

/// NVIDIA's own libraries, on machines that have them.  Most have no GPU.
final class CCUDARealLibrariesTests: XCTestCase {
    private static let names = ["libcudart.so.13", "libcudart.so.12", "libcudart.so.11.0"]

    /// The system's folder that holds NVIDIA's runtime.
    private func realFolder() throws -> URL {
        let folders = [
            "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/local/cuda/lib64",
        ]
        let found = folders.map { URL(fileURLWithPath: $0) }.first { folder in
            Self.names.contains {
                FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
            }
        }
        guard let found else {
            throw XCTSkip("NVIDIA's libraries are in none of \(folders.joined(separator: ", "))")
        }
        return found
    }

    /// With a GPU they open; without, the answer is one of those for its absence, and the words are a sentence.
    func testTheyOpenOrSayWhy() throws {
        _ = try realFolder()
        let search = LibrarySearch(skipsSystem: false)
        switch search.status {
        case CCUDA_OK: XCTAssertNotEqual(search.place.folder, "")
        case CCUDA_NO_DEVICE: XCTAssert(search.sentence.hasPrefix("There is no GPU that CUDA can use: "))
        case CCUDA_NO_DRIVER: XCTAssert(search.sentence.hasPrefix("There is no NVIDIA driver: "))
        case CCUDA_DRIVER_TOO_OLD: XCTAssert(search.sentence.hasPrefix("The NVIDIA driver is too old: "))
        case CCUDA_INCOMPLETE_LIBRARIES: XCTAssert(search.sentence.contains("No complete set"))
        default: XCTFail("\(search.status): \(search.sentence)")
        }
        if search.status != CCUDA_OK { XCTAssert(search.sentence.hasSuffix("."), search.sentence) }
    }

    func testTheRuntimeAlone() throws {
        let real = try realFolder()
        let folder = try TestFolder.make()
        defer { try? FileManager.default.removeItem(at: folder) }
        let name = try XCTUnwrap(
            Self.names.first { FileManager.default.fileExists(atPath: real.appendingPathComponent($0).path) })
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent(name), withDestinationURL: real.appendingPathComponent(name))
        let search = LibrarySearch(folder: folder)
        XCTAssertEqual(search.status, CCUDA_INCOMPLETE_LIBRARIES)
        XCTAssert(
            search.sentence.hasPrefix(
                "No complete set of CUDA libraries was found: \(folder.path) has \(name) but not libcublas.so."
            ),
            search.sentence)
    }

    func testTheCompilerNeedsNoGPU() throws {
        let search = LibrarySearch(skipsSystem: false, compilerAlone: true)
        if search.status == CCUDA_NO_LIBRARIES { throw XCTSkip(search.sentence) }
        XCTAssertEqual(search.status, CCUDA_OK, search.sentence)
        let compiler = try XCTUnwrap(search.take())
        defer { ccuda_close(compiler) }
        let kernel = "extern \"C\" __global__ void twice(float *x) { x[threadIdx.x] *= 2; }"
        let machineCode = Compilation(of: kernel, for: 80, with: compiler)
        XCTAssertEqual(machineCode.status, CCUDA_OK, CCUDATest.sentence)
        XCTAssert(machineCode.isMachineCode)
        XCTAssertEqual(machineCode.image.prefix(4), [0x7f, 0x45, 0x4c, 0x46], "an ELF file")
        // No compiler knows this one by name.
        let text = Compilation(of: kernel, for: 999, with: compiler)
        XCTAssertEqual(text.status, CCUDA_OK, CCUDATest.sentence)
        XCTAssertFalse(text.isMachineCode)
        XCTAssert(String(decoding: text.image, as: UTF8.self).contains(".visible .entry twice"))
        let wrong = Compilation(of: "__global__ void f() { x = 1; }", for: 80, with: compiler)
        CCUDATest.check(
            wrong.status, CCUDA_FAILED,
            "The kernels could not be compiled (--gpu-architecture=sm_80): kernels.cu(1): error: identifier \"x\" "
                + "is undefined (NVRTC_ERROR_COMPILATION).")
    }
}

/// What `ccuda_compile` made of a source.
struct Compilation {
    var status: CCUDAStatus
    var image: [UInt8]
    var isMachineCode: Bool
    var log: String?

    init(of source: String, for architecture: Int, with compiler: OpaquePointer, options: [String] = []) {
        var bytes: UnsafeMutableRawPointer?
        var count: Int64 = 0
        var text: UnsafeMutablePointer<CChar>?
        var machineCode = false
        let copies = options.map { strdup($0) }
        status = copies.map { UnsafePointer($0) }.withUnsafeBufferPointer {
            ccuda_compile(
                compiler, source, Int32(architecture), $0.baseAddress, Int32($0.count), &bytes, &count,
                &machineCode, &text)
        }
        isMachineCode = machineCode
        image = Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        log = text.map { String(cString: $0) }
        copies.forEach { free($0) }
        free(bytes)
        free(text)
    }
}
