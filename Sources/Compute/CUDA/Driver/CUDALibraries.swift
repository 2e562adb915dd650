import CCUDA

/// The CUDA libraries of this computer, opened.
package final class CUDALibraries: @unchecked Sendable {
    /// The part of the environment that says where to look; see `CCUDASearch`.
    package struct Places: Sendable {
        package var folder: String?
        package var cudaHome: String?
        package var cudaPath: String?
        package var virtualEnvironment: String?
        package var condaPrefix: String?
        /// Only for tests: leaves out the system's own folders.
        package var skipsSystem = false

        /// The places that environment variables name.
        package init(environment: [String: String]) {
            folder = environment["REMEDI_CUDA_LIBRARY"]
            cudaHome = environment["CUDA_HOME"]
            cudaPath = environment["CUDA_PATH"]
            virtualEnvironment = environment["VIRTUAL_ENV"]
            condaPrefix = environment["CONDA_PREFIX"]
        }
    }

    let handle: OpaquePointer

    /// The newest complete set that the driver can serve.
    ///
    /// - Throws: `ComputeError.deviceUnavailable`, with a sentence on what was looked for where.
    package init(_ places: Places) throws { handle = try Self.open(places, ccuda_open) }

    /// The newest compiler alone, without driver and GPU; `KernelCompiler` knows what to do with it.
    ///
    /// - Throws: `ComputeError.deviceUnavailable`, with a sentence on what was looked for where.
    init(compilerIn places: Places) throws { handle = try Self.open(places, ccuda_open_compiler) }

    private static func open(
        _ places: Places,
        _ function: (UnsafePointer<CCUDASearch>?, UnsafeMutablePointer<OpaquePointer?>?) -> CCUDAStatus
    ) throws -> OpaquePointer {
        var opened: OpaquePointer?
        let status = withCStrings([
            places.folder, places.cudaHome, places.cudaPath, places.virtualEnvironment,
            places.condaPrefix,
        ]) { names in
            var search = CCUDASearch(
                folder: names[0], cuda_home: names[1], cuda_path: names[2], virtual_environment: names[3],
                conda_prefix: names[4],
                skips_system: places.skipsSystem)
            return function(&search, &opened)
        }
        guard status == CCUDA_OK, let opened else {
            throw ComputeError.deviceUnavailable(device: "cuda", reason: message)
        }
        return opened
    }

    deinit { ccuda_close(handle) }

    /// The sentence for this thread's last failure.
    static var message: String { String(cString: ccuda_message()) }

    /// - Throws: `ComputeError.operationFailed`, or `.deviceUnavailable` for what a device lacks.
    func check(_ status: CCUDAStatus, device: String = "cuda") throws {
        if status != CCUDA_OK { throw Self.error(status, device: device) }
    }

    static func error(_ status: CCUDAStatus, device: String, requestedBytes: Int = 0) -> ComputeError {
        switch status {
        case CCUDA_OUT_OF_MEMORY: .outOfMemory(device: device, requestedBytes: requestedBytes)
        case CCUDA_FAILED: .operationFailed(device: device, reason: message)
        default: .deviceUnavailable(device: device, reason: message)
        }
    }

    /// Calls `body` with the strings as C strings, nil for those that are missing.
    private static func withCStrings<Result>(
        _ strings: [String?], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        func add(_ rest: ArraySlice<String?>, _ made: [UnsafePointer<CChar>?]) -> Result {
            guard let first = rest.first else { return body(made) }
            guard let string = first else { return add(rest.dropFirst(), made + [nil]) }
            return string.withCString { add(rest.dropFirst(), made + [$0]) }
        }
        return add(strings[...], [])
    }
}

extension CUDALibraries {
    /// Where the libraries lie, and their versions.
    package struct Description: Sendable, Equatable {
        package let folder: String
        /// Each as `12.4`.
        package let runtime: String
        package let driver: String
        package let compiler: String
        package let cublas: String
    }

    /// - Throws: `ComputeError`.
    package func description() throws -> Description {
        var versions = CCUDAVersions()
        var folder: UnsafePointer<CChar>?
        try check(ccuda_versions(handle, &versions, &folder))
        func cuda(_ version: Int32) -> String { "\(version / 1000).\(version % 1000 / 10)" }
        return Description(
            folder: folder.map { String(cString: $0) } ?? "", runtime: cuda(versions.runtime),
            driver: cuda(versions.driver), compiler: cuda(versions.compiler),
            cublas: "\(versions.cublas / 10000).\(versions.cublas % 10000 / 100).\(versions.cublas % 100)")
    }

    /// How many devices there are, at least one.
    ///
    /// - Throws: `ComputeError.deviceUnavailable` where there is none.
    package func deviceCount() throws -> Int {
        var count: Int32 = 0
        try check(ccuda_device_count(handle, &count))
        return Int(count)
    }

    /// `CUDART_VERSION` of the headers that the build was checked against, as `11.8`; nil without headers.
    package static var headerVersion: String? {
        let version = ccuda_header_version()
        return version == 0 ? nil : "\(version / 1000).\(version % 1000 / 10)"
    }
}
