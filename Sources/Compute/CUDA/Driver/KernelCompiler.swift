import CCUDA
import Foundation

/// NVIDIA's run-time compiler (NVRTC) on the kernels.  It needs neither a driver nor a GPU.
package struct KernelCompiler: Sendable {
    package struct Output: Sendable {
        /// A CUBIN where `isMachineCode`, else PTX.
        package let image: [UInt8]
        package let isMachineCode: Bool
        /// The compiler's log.
        package let log: String
    }

    private let libraries: CUDALibraries
    /// The file that errors name.
    private let device: String

    /// The compiler of a device's libraries.
    init(for context: CUDAContext) {
        libraries = context.libraries
        device = context.name
    }

    /// The newest compiler that can be found.
    ///
    /// - Throws: `ComputeError.deviceUnavailable`, with a sentence on what was looked for where.
    package init(in places: CUDALibraries.Places) throws {
        libraries = try CUDALibraries(compilerIn: places)
        device = "cuda"
    }

    /// Its version as `12.4`, and where it lies.
    ///
    /// - Throws: `ComputeError`.
    package func description() throws -> (version: String, folder: String) {
        let description = try libraries.description()
        return (description.compiler, description.folder)
    }

    /// For what the kernels are compiled if they shall run on `architecture` (10 · major + minor).
    ///
    /// - Throws: `ComputeError.deviceUnavailable` where the compiler does not know anything that runs there.
    package func target(for architecture: Int) throws -> (architecture: Int, isMachineCode: Bool) {
        var target: Int32 = 0
        var isMachineCode = false
        try libraries.check(
            ccuda_compile_target(libraries.handle, Int32(architecture), &target, &isMachineCode),
            device: device)
        return (Int(target), isMachineCode)
    }

    /// - Throws: `ComputeError`, with what the compiler says against the kernels.
    package func compile(for architecture: Int, options: [String] = []) throws -> Output {
        var image: UnsafeMutableRawPointer?
        var count: Int64 = 0
        var isMachineCode = false
        var log: UnsafeMutablePointer<CChar>?
        defer {
            free(image)
            free(log)
        }
        let copies = (Self.options + options).map { strdup($0) }
        defer { copies.forEach { free($0) } }
        let status = copies.map { UnsafePointer($0) }.withUnsafeBufferPointer {
            ccuda_compile(
                libraries.handle, ccuda_kernel_source(), Int32(architecture), $0.baseAddress,
                Int32($0.count), &image, &count, &isMachineCode, &log)
        }
        try libraries.check(status, device: device)
        return Output(
            image: Array(UnsafeRawBufferPointer(start: image, count: Int(count))),
            isMachineCode: isMachineCode, log: log.map { String(cString: $0) } ?? "")
    }

    /// Everything that `compile` makes its output of: the compiler with its files, the options and the kernels.
    /// nil where the compiler's files cannot be seen.
    ///
    /// - Throws: `ComputeError`.
    package func inputs(for architecture: Int, options: [String] = []) throws -> String? {
        let version = try description().version
        guard let folder = Self.loadedFolder else { return nil }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let files = names.filter { $0.contains("nvrtc") }.sorted().compactMap { name -> String? in
            let path = folder.appendingPathComponent(name).resolvingSymlinksInPath().path
            guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
                let bytes = facts[.size] as? Int, let date = facts[.modificationDate] as? Date
            else { return nil }
            return "\(path) \(bytes) \(date.timeIntervalSince1970)"
        }
        guard !files.isEmpty else { return nil }
        let head = ["NVRTC \(version)"] + files + Self.options + options + ["\(architecture)"]
        return head.joined(separator: "\n") + "\n" + String(cString: ccuda_kernel_source())
    }

    /// Where the compiler was loaded from; nil where the system does not tell.
    private static var loadedFolder: URL? {
        let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
        let line = maps?.split(separator: "\n").first { $0.contains("/libnvrtc.so") }
        guard let line, let start = line.firstIndex(of: "/") else { return nil }
        return URL(fileURLWithPath: String(line[start...])).deletingLastPathComponent()
    }

    /// Options that the kernels are always compiled with.
    /// Nothing in the source is for the host; without saying so, lambdas with `auto` parameters would be.
    static let options = ["--std=c++17", "--device-as-default-execution-space"]
}
