import CCUDA
import Foundation
import XCTest

/// Finding and opening a set of libraries, and the sentence for each way in which it fails.
final class CCUDASearchTests: XCTestCase {
    private func folder(holding names: [String], contents: String = "") throws -> URL {
        let folder = try TestFolder.make()
        addTeardownBlock { try? FileManager.default.removeItem(at: folder) }
        for name in names {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(contents.utf8).write(to: file)
        }
        return folder
    }

    /// What is said where nothing was found.
    private static let hint = "REMEDI_CUDA_LIBRARY can name another folder."

    // MARK: Nothing, or only parts

    func testNowhereToLook() {
        let search = LibrarySearch()
        search.expect(
            CCUDA_NO_LIBRARIES,
            "No CUDA libraries were found: libcudart, libcublas and libnvrtc of one version from 11 to 13 were "
                + "looked for in no place at all; \(Self.hint)")
    }

    func testAnEmptyFolder() throws {
        let empty = try folder(holding: [])
        let search = LibrarySearch(folder: empty)
        search.expect(
            CCUDA_NO_LIBRARIES,
            "No CUDA libraries were found: libcudart, libcublas and libnvrtc of one version from 11 to 13 were "
                + "looked for in REMEDI_CUDA_LIBRARY (\(empty.path)).")
    }

    func testEveryPlaceIsNamed() throws {
        let empty = try folder(holding: [])
        let missing = empty.appendingPathComponent("missing")
        let search = LibrarySearch(home: empty, path: missing, environment: empty, conda: empty)
        search.expect(
            CCUDA_NO_LIBRARIES,
            "No CUDA libraries were found: libcudart, libcublas and libnvrtc of one version from 11 to 13 were "
                + "looked for in CUDA_HOME (\(empty.path)), CUDA_PATH (\(missing.path), which is no folder), "
                + "VIRTUAL_ENV (\(empty.path)), CONDA_PREFIX (\(empty.path)); \(Self.hint)")
    }

    func testPartsOfTwoVersions() throws {
        let partial = try folder(holding: ["libcudart.so.13", "libcublas.so.12", "libnvrtc.so.12"])
        let search = LibrarySearch(folder: partial)
        search.expect(
            CCUDA_INCOMPLETE_LIBRARIES,
            "No complete set of CUDA libraries was found: \(partial.path) has libcudart.so.13 but not "
                + "libcublas.so.13 and libnvrtc.so.13; \(partial.path) has libcublas.so.12 and libnvrtc.so.12 "
                + "but not libcudart.so.12.")
    }

    func testFilesThatAreNoLibraries() throws {
        let fakes = try folder(
            holding: ["libcudart.so.11.0", "libcublas.so.11", "libnvrtc.so.11.2"], contents: "no library")
        let search = LibrarySearch(folder: fakes)
        search.expect(
            CCUDA_INCOMPLETE_LIBRARIES,
            "No complete set of CUDA libraries was found: \(fakes.path)/libcudart.so.11.0: file too short.")
    }

    func testACuBLASThatIsNoLibrary() throws {
        let stub = try StubLibraries(names: ["libcudart.so.12", "libnvrtc.so.12", "libcuda.so.1"])
        let file = stub.folder.appendingPathComponent("libcublas.so.12")
        try Data("no library".utf8).write(to: file)
        let search = LibrarySearch(folder: stub.folder)
        search.expect(
            CCUDA_INCOMPLETE_LIBRARIES,
            "No complete set of CUDA libraries was found: CUDA 12 in \(stub.folder.path): \(file.path): "
                + "file too short.")
    }

    func testAVersionThatIsTooOld() throws {
        let stub = try StubLibraries(
            names: ["libcudart.so.11.0", "libcublas.so.11", "libnvrtc.so.11.2", "libcuda.so.1"])
        stub.set("runtime version", 11010)
        let search = LibrarySearch(folder: stub.folder)
        search.expect(
            CCUDA_INCOMPLETE_LIBRARIES,
            "No complete set of CUDA libraries was found: CUDA 11.1 in \(stub.folder.path) is older than 11.2."
        )
        stub.set("runtime version", 11020)
        XCTAssertEqual(LibrarySearch(folder: stub.folder).place.major, 11)
    }

    func testAMissingFunction() throws {
        let stub = try StubLibraries(lacking: "cublasGemmEx")
        let search = LibrarySearch(folder: stub.folder)
        XCTAssertEqual(search.status, CCUDA_MISSING_FUNCTION)
        // The dynamic linker knows the file by the name that it was first opened by.
        XCTAssertEqual(
            search.sentence,
            "\(stub.folder.path)/stub.so lacks the function cublasGemmEx, which is needed.")
    }

    func testAFunctionThatMayBeMissing() throws {
        let stub = try StubLibraries(lacking: "cudaGraphInstantiateWithFlags")
        let libraries = try stub.open()
        XCTAssertFalse(ccuda_has_graphs(libraries))
        CCUDATest.check(
            ccuda_capture_begin(libraries, nil), CCUDA_FAILED,
            "These libraries of CUDA 12 cannot record graphs, as CUDA can from 11.4 on.")
        XCTAssertEqual(stub.notes(), [])
    }

    // MARK: Places

    func testLayouts() throws {
        let wheels = "lib/python3.12/site-packages/nvidia"
        let split = [
            "cuda_runtime/lib/libcudart.so.12", "cublas/lib/libcublas.so.12", "cuda_nvrtc/lib/libnvrtc.so.12",
        ]
        let thirteen = ["libcudart.so.13", "libcublas.so.13", "libnvrtc.so.13"]
        let layouts: [(name: String, files: [String], place: String)] = [
            ("flat", Array(StubLibraries.names.prefix(3)), ""),
            ("lib64", StubLibraries.names.prefix(3).map { "lib64/" + $0 }, "/lib64"),
            ("targets", thirteen.map { "targets/x86_64-linux/lib/" + $0 }, "/targets/x86_64-linux/lib"),
            ("lib", thirteen.map { "lib/" + $0 }, "/lib"),
            ("wheels of 13", thirteen.map { "\(wheels)/cu13/lib/" + $0 }, "/\(wheels)/cu13/lib"),
            ("wheels of 12", split.map { "\(wheels)/" + $0 }, "/\(wheels)"),
            ("packages", split.map { "nvidia/" + $0 }, "/nvidia"),
        ]
        for layout in layouts {
            let stub = try StubLibraries(names: layout.files + ["libcuda.so.1"])
            stub.set("driver version", 13000)
            let search = LibrarySearch(folder: stub.folder)
            XCTAssertEqual(search.status, CCUDA_OK, "\(layout.name): \(search.sentence)")
            XCTAssertEqual(search.place.folder, stub.folder.path + layout.place, layout.name)
        }
    }

    /// An environment of conda's holds libraries of its own and wheels.
    func testLibrariesOfConda() throws {
        let thirteen = ["libcudart.so.13", "libcublas.so.13", "libnvrtc.so.13"]
        let wheels = "lib/python3.11/site-packages/nvidia"
        let split = [
            "cuda_runtime/lib/libcudart.so.12", "cublas/lib/libcublas.so.12", "cuda_nvrtc/lib/libnvrtc.so.12",
        ]
        let layouts: [(name: String, files: [String], place: String)] = [
            ("lib", thirteen.map { "lib/" + $0 }, "/lib"),
            ("targets", thirteen.map { "targets/sbsa-linux/lib/" + $0 }, "/targets/sbsa-linux/lib"),
            ("wheels of 13", thirteen.map { "\(wheels)/cu13/lib/" + $0 }, "/\(wheels)/cu13/lib"),
            ("wheels of 12", split.map { "\(wheels)/" + $0 }, "/\(wheels)"),
        ]
        for layout in layouts {
            let stub = try StubLibraries(names: layout.files)
            let search = LibrarySearch(conda: stub.folder, compilerAlone: true)
            XCTAssertEqual(search.status, CCUDA_OK, "\(layout.name): \(search.sentence)")
            XCTAssertEqual(search.place.folder, stub.folder.path + layout.place, layout.name)
        }
    }

    func testANameWithSpecialCharacters() throws {
        let stub = try StubLibraries(names: StubLibraries.names.map { "odd [*?] \\name/" + $0 })
        let search = LibrarySearch(folder: stub.folder.appendingPathComponent("odd [*?] \\name"))
        XCTAssertEqual(search.status, CCUDA_OK, search.sentence)
    }

    func testTheNewestThatTheDriverServes() throws {
        let files = [
            "libcudart.so.11.0", "libcublas.so.11", "libnvrtc.so.11.2", "libcudart.so.13",
            "libcublas.so.13", "libnvrtc.so.13",
        ]
        let stub = try StubLibraries(names: StubLibraries.names + files)
        for (driver, major) in [(11040, 11), (12080, 12), (13010, 13), (14000, 13)] {
            stub.set("driver version", driver)
            XCTAssertEqual(LibrarySearch(folder: stub.folder).place.major, major, "driver of CUDA \(driver)")
        }
    }

    func testVersions() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        var versions = CCUDAVersions()
        var folder: UnsafePointer<CChar>?
        XCTAssertEqual(ccuda_versions(libraries, &versions, &folder), CCUDA_OK)
        XCTAssertEqual(
            [versions.major, versions.runtime, versions.driver, versions.compiler, versions.cublas],
            [12, 12040, 12080, 12040, 120_405])
        XCTAssertEqual(folder.map { String(cString: $0) }, stub.folder.path)
    }

    // MARK: The driver

    func testADriverThatIsTooOld() throws {
        let stub = try StubLibraries()
        stub.set("driver version", 11040)
        let search = LibrarySearch(folder: stub.folder)
        search.expect(
            CCUDA_DRIVER_TOO_OLD,
            "The NVIDIA driver is too old: it serves CUDA up to 11.4, and CUDA 12 in \(stub.folder.path) needs a "
                + "driver for CUDA 12.0 or later.")
    }

    func testNoDriver() throws {
        let stub = try StubLibraries(names: Array(StubLibraries.names.prefix(3)))
        let file = stub.folder.appendingPathComponent("libcuda.so.1")
        try Data("no library".utf8).write(to: file)
        let search = LibrarySearch(folder: stub.folder)
        search.expect(
            CCUDA_NO_DRIVER,
            "There is no NVIDIA driver: CUDA 12 in \(stub.folder.path) was found, but not the driver's library: "
                + "\(file.path): file too short.")
    }

    func testNoDriverAnywhere() throws {
        if let driver = dlopen("libcuda.so.1", RTLD_NOW) {
            dlclose(driver)
            throw XCTSkip("a driver is installed on this machine")
        }
        let stub = try StubLibraries(names: Array(StubLibraries.names.prefix(3)))
        let search = LibrarySearch(folder: stub.folder)
        search.expect(
            CCUDA_NO_DRIVER,
            "There is no NVIDIA driver: CUDA 12 in \(stub.folder.path) was found, but not the driver's library: "
                + "libcuda.so.1: cannot open shared object file: No such file or directory.")
    }

    func testFailuresToStart() throws {
        let visible = ProcessInfo.processInfo.environment["CUDA_VISIBLE_DEVICES"].map {
            " (CUDA_VISIBLE_DEVICES, which chooses among them, is \"\($0)\")"
        }
        let stub = try StubLibraries()
        let none =
            "There is no GPU that CUDA can use: the NVIDIA driver, which serves CUDA up to 12.8, and CUDA 12 in "
            + "\(stub.folder.path) are there, but no device is\(visible ?? "")."
        let failed = "Starting the NVIDIA driver (cuInit) failed: words of the driver (CUDA_ERROR_STUB)"
        let cases: [(result: Int, status: CCUDAStatus, sentence: String)] = [
            (100, CCUDA_NO_DEVICE, none),
            (
                34, CCUDA_NO_DRIVER,
                "There is no NVIDIA driver: the libcuda.so.1 that was found is the toolkit's stub, which is only "
                    + "good for linking."
            ),
            (999, CCUDA_FAILED, failed + "."),
            (
                803, CCUDA_FAILED,
                failed
                    + "; the driver's kernel module and libcuda.so.1 are of different versions, as after an "
                    + "update without a restart."
            ),
            (
                802, CCUDA_FAILED,
                failed
                    + "; the NVIDIA Fabric Manager, which connects the GPUs of this machine, may not be running."
            ),
        ]
        for each in cases {
            stub.set("cuInit", each.result)
            let search = LibrarySearch(folder: stub.folder)
            search.expect(each.status, each.sentence, "cuInit \(each.result)")
        }
        stub.set("cuInit", 0)
        stub.set("devices", 0)
        let search = LibrarySearch(folder: stub.folder)
        search.expect(
            CCUDA_NO_DEVICE,
            none)
        // Nothing large is opened before there is a device.
        XCTAssertFalse(stub.notes().contains { $0.hasPrefix("cublas") || $0.hasPrefix("cudaRuntime") })
    }

    // MARK: The build

    /// A build without NVIDIA's headers, on machines that have them too.
    func testSourcesNeedNoHeaders() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: TestFolder.sources.path)
            .filter { $0.hasSuffix(".c") }.sorted()
        XCTAssertGreaterThan(files.count, 5)
        let paths = files.map { TestFolder.sources.appendingPathComponent($0).path }
        try CCompiler.run(
            [
                "-fsyntax-only", "-std=gnu2x", "-Wall", "-Wextra", "-Werror", "-DCCUDA_NO_HEADERS", "-I",
                TestFolder.sources.appendingPathComponent("include").path,
            ] + paths)
    }
}
