import Foundation

/// The emulated CUDA libraries as a test uses them: a folder to load them from, and what they saw.
///
/// One process has one emulated machine: whoever makes an `EmulatedDevice` starts it afresh, with the settings
/// of the environment and those given.  What other tests have allocated stays.
package final class EmulatedDevice: Sendable {
    /// Why there is none.
    package enum Failure: Error, CustomStringConvertible {
        case notBuilt(lookedIn: [String])
        case cannotLoad(String)
        case unknownSetting(Setting, String)
        case noReport(String)

        package var description: String {
            switch self {
            case .notBuilt(let folders):
                "\(EmulatedDevice.libraryName) is in none of \(folders.joined(separator: ", "))"
            case .cannotLoad(let reason): reason
            case .unknownSetting(let setting, let value):
                "EMULATED_CUDA_\(setting.rawValue) cannot be \(value)"
            case .noReport(let reason): "the report cannot be read: \(reason)"
            }
        }
    }

    /// What a machine can be told, here or through environment variables `EMULATED_CUDA_…`.
    package enum Setting: String, CaseIterable, Sendable {
        /// Bytes of each device.
        case memory = "MEMORY"
        /// How many devices there are.
        case devices = "DEVICES"
        /// 10 · major + minor of their compute capability.
        case architecture = "ARCHITECTURE"
        /// The CUDA version that the driver serves: 1000 · major + 10 · minor.
        case driver = "DRIVER"
        /// 1: another process holds the devices for itself.
        case busy = "BUSY"
        /// 0: devices have no memory pools.
        case pools = "POOLS"
        /// 0: the host may touch memory of the device.
        case strict = "STRICT"
        /// In which order blocks, warps and lanes run: `forward`, `reversed`, `shuffled`.
        case order = "ORDER"
        /// Of the shuffled order.
        case seed = "SEED"
        /// 1: mistakes are written to standard error at once.
        case log = "LOG"
        /// The file for the report at the end of the process.
        case report = "REPORT"
        /// A file of changes to the kernels: lines of old text, a tab, new text (with \n, \t, \\).
        case patch = "PATCH"
        /// clang++, where it is not in PATH.
        case compiler = "COMPILER"
    }

    private static let libraryName = "libEmulatedCUDA.so"
    private static let linkNames = [
        "libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libnvrtc.so.12", "libcuda.so.1",
    ]

    /// Where the libraries lie, for `REMEDI_CUDA_LIBRARY`.
    package let folder: URL
    private let settings: [Setting: String]
    private let functions: Functions

    /// - Throws: `Failure`.
    package init(_ settings: [Setting: String] = [:]) throws {
        let library = try Self.library()
        functions = try Functions(of: library)
        self.settings = settings
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("emulated-cuda-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in Self.linkNames {
            try FileManager.default.createSymbolicLink(
                at: folder.appendingPathComponent(name), withDestinationURL: library)
        }
        functions.reset()
        for (setting, value) in settings { try set(setting, to: value) }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The built library, beside the tests' own program.
    private static func library() throws -> URL {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let folders = [program, URL(fileURLWithPath: CommandLine.arguments.first ?? "").standardizedFileURL]
            .map { $0.deletingLastPathComponent() }
        let libraries = folders.map { $0.appendingPathComponent(libraryName) }
        guard let found = libraries.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            throw Failure.notBuilt(lookedIn: folders.map(\.path))
        }
        return found
    }

    /// Changes a setting of this process's machine.
    ///
    /// - Throws: `Failure.unknownSetting`.
    package func set(_ setting: Setting, to value: String) throws {
        guard functions.set(setting.rawValue, value) != 0 else {
            throw Failure.unknownSetting(setting, value)
        }
    }

    /// Runs what waits, then forgets errors, counts and peaks, and undoes settings; what is allocated stays.
    package func reset() throws {
        functions.reset()
        for (setting, value) in settings { try set(setting, to: value) }
    }

    /// What this process's machine has seen since it was reset.
    ///
    /// - Throws: `Failure.noReport`.
    package func report() throws -> Report {
        guard let json = functions.report() else { throw Failure.noReport("there is no memory for it") }
        defer { free(json) }
        return try Self.decode(Data(bytes: json, count: strlen(json)))
    }

    /// What the machine of a process has seen that had `EMULATED_CUDA_REPORT` in its environment.
    ///
    /// - Throws: `Failure.noReport`.
    package static func report(at file: URL) throws -> Report {
        do {
            return try decode(Data(contentsOf: file))
        } catch {
            throw Failure.noReport(String(describing: error))
        }
    }

    private static func decode(_ json: Data) throws -> Report {
        do {
            return try JSONDecoder().decode(Report.self, from: json)
        } catch {
            throw Failure.noReport("\(error): \(String(decoding: json, as: UTF8.self))")
        }
    }

    /// Why kernels cannot be compiled here; nil where they can.
    package var missingCompiler: String? {
        guard let path = functions.compiler() else {
            return "the emulator compiles kernels with clang++, which is neither in PATH nor beside swift"
        }
        free(path)
        return nil
    }

    /// What a process needs in its environment to use the emulated libraries with the same settings.
    package var environment: [String: String] {
        var variables = ["REMEDI_CUDA_LIBRARY": folder.path]
        for (setting, value) in settings { variables["EMULATED_CUDA_\(setting.rawValue)"] = value }
        return variables
    }
}

extension EmulatedDevice {
    /// The functions for tests, which only the emulated libraries have.
    private struct Functions: Sendable {
        let report: @convention(c) () -> UnsafeMutablePointer<CChar>?
        let set: @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
        let reset: @convention(c) () -> Void
        let compiler: @convention(c) () -> UnsafeMutablePointer<CChar>?

        /// Opens the library for as long as the process lives.
        init(of library: URL) throws {
            guard let handle = dlopen(library.path, RTLD_NOW | RTLD_LOCAL) else {
                throw Failure.cannotLoad(String(cString: dlerror()))
            }
            report = unsafeBitCast(try Self.find("emulated_cuda_report", in: handle), to: type(of: report))
            set = unsafeBitCast(try Self.find("emulated_cuda_set", in: handle), to: type(of: set))
            reset = unsafeBitCast(try Self.find("emulated_cuda_reset", in: handle), to: type(of: reset))
            compiler = unsafeBitCast(
                try Self.find("emulated_cuda_compiler", in: handle), to: type(of: compiler))
        }

        private static func find(
            _ name: String, in library: UnsafeMutableRawPointer
        ) throws -> UnsafeMutableRawPointer {
            guard let address = dlsym(library, name) else {
                throw Failure.cannotLoad(String(cString: dlerror()))
            }
            return address
        }
    }
}
