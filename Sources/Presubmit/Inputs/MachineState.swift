import Foundation
import LanguageModels

/// Facts outside the package that can change the outcome of a build or a test, as text to be compared.
struct MachineState: Sendable {
    let environment: [String: String]
    let package: URL
    let scratch: String

    /// Variables, by the beginnings of their names, that the program, its tests or the compiler read.
    private static let variables = [
        "ACCELERATE", "CC", "CFLAGS", "CM_", "CONDA_", "CPATH", "CPLUS", "CUDA", "CXX", "C_INCLUDE",
        "DEVELOPER", "EMULATED_", "HF_", "HOME", "HUGGING", "LANG", "LC_", "LD_", "LIBRARY_PATH", "NO_COLOR",
        "NO_PROXY", "NVIDIA", "PATH", "REMEDI_", "SDKROOT", "SBATCH", "SLURM", "SWIFT", "TZ", "VIRTUAL_ENV",
        "XDG_", "all_proxy", "http_proxy", "https_proxy", "no_proxy",
    ]

    /// Programs that builds and tests start.
    private static let programs = [
        "swift", "clang", "clang++", "curl", "sh", "bash", "zsh", "fish", "git", "python3", "sbatch",
        "squeue",
        "slurmctld", "slurmd", "munged", "unshare", "man",
    ]

    /// Files of the system: the C library, and NVIDIA's headers and libraries.
    private static let systemFiles = [
        "/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6", "/usr/include/stdio.h",
        "/usr/include/cuda_runtime_api.h", "/usr/include/cublas_v2.h", "/usr/include/nvrtc.h",
        "/usr/lib/x86_64-linux-gnu/libnvrtc.so", "/usr/lib/x86_64-linux-gnu/libcudart.so",
        "/usr/lib/x86_64-linux-gnu/libcuda.so.1", "/dev/nvidia0",
    ]

    /// The compiler and what it reads beside the package.
    var ofBuilds: String {
        let tools = Self.programs.prefix(3).map(program)
        return lines(tools + Self.systemFiles.map(Self.status) + chosenVariables)
    }

    /// All that tests see of the machine.
    var ofTests: String {
        let shared = package.deletingLastPathComponent().appendingPathComponent("shared")
        let compilers = URL(fileURLWithPath: scratch + "/nvrtc", relativeTo: package)
        return lines(
            Self.programs.map(program) + Self.systemFiles.map(Self.status) + chosenVariables
                + Self.statuses(below: shared) + Self.statuses(below: compilers) + [Self.processor])
    }

    private func lines(_ parts: [String]) -> String { parts.joined(separator: "\n") }

    private var chosenVariables: [String] {
        environment.filter { variable in Self.variables.contains { variable.key.hasPrefix($0) } }
            .map { "\($0.key)=\($0.value)" }.sorted()
    }

    /// The file of a program, as `status` describes it.
    func program(_ name: String) -> String {
        // Slurm's daemons are in folders that a user's PATH may lack.
        var extended = environment
        extended["PATH"] = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin") + ":/usr/sbin:/sbin"
        guard let path = ChildProcess.find(name, environment: extended) else { return "\(name) -" }
        return Self.status(URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    }

    /// `PATH BYTES SECONDS`; bytes and seconds are left out if there is no such file.
    static func status(_ path: String) -> String {
        guard let status = SystemCall.status(path) else { return "\(path) -" }
        return "\(path) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }

    private static func statuses(below folder: URL) -> [String] {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().map { status(folder.appendingPathComponent($0).path) }
    }

    /// The model and the instruction sets, from which kernels are chosen, and the number of cores.
    private static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n").filter {
            $0.hasPrefix("model name") || $0.hasPrefix("flags") || $0.hasPrefix("Features")
        }
        return Set(lines).sorted().joined(separator: "\n")
            + "\n\(ProcessInfo.processInfo.activeProcessorCount)"
    }
}
