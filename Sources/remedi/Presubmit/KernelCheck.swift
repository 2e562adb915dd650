import Compute
import RemediCore

/// Compiles every kernel for the GPUs that matter, without one, and weighs the machine code.
struct KernelCheck {
    /// Volta, Ampere (A100) and Hopper (H100).
    static let architectures = [70, 80, 90]

    /// Kernels as compiled for one architecture.
    struct Compilation {
        var architecture: Int
        var kernels: [KernelResources]
        var log: AssemblerLog
    }

    let compilations: [Compilation]
    /// One line for each architecture that the compiler does not know.
    let notes: [String]
    /// `NVRTC 12.4 of /usr/local/cuda/lib64`.
    let compiler: String
    /// How many of the compilations had been kept.
    let keptCount: Int

    /// - Parameter kept: where compiled kernels are kept; what is compiled already is only weighed again.
    /// - Throws: `ComputeError` where the kernels do not compile; `CubinError`.
    init(
        _ compiler: KernelCompiler, architectures: [Int] = KernelCheck.architectures,
        kept: KeptKernels? = nil
    ) throws {
        let description = try compiler.description()
        self.compiler = "NVRTC \(description.version) of \(description.folder)"
        var compilations: [Compilation] = []
        var notes: [String] = []
        var keptCount = 0
        for architecture in architectures {
            let target = try? compiler.target(for: architecture)
            guard let target, target.isMachineCode, target.architecture == architecture else {
                notes.append("sm_\(architecture): not known to NVRTC \(description.version)")
                continue
            }
            let (output, isKept) = try Self.compile(compiler, for: architecture, kept: kept)
            if isKept { keptCount += 1 }
            compilations.append(
                Compilation(
                    architecture: architecture,
                    kernels: try KernelResources.kernels(
                        inCubin: output.image, architecture: architecture),
                    log: AssemblerLog(output.log)))
        }
        self.compilations = compilations
        self.notes = notes
        self.keptCount = keptCount
    }

    private static func compile(
        _ compiler: KernelCompiler, for architecture: Int, kept: KeptKernels?
    ) throws -> (output: KeptKernels.Output, isKept: Bool) {
        let options = ["--ptxas-options=-v"]
        let inputs = try compiler.inputs(for: architecture, options: options)
        if let kept, let inputs, let output = kept.output(of: inputs, for: architecture) {
            return (output, true)
        }
        let made = try compiler.compile(for: architecture, options: options)
        let output = KeptKernels.Output(image: made.image, log: made.log)
        if let kept, let inputs { kept.keep(output, of: inputs, for: architecture) }
        return (output, false)
    }

    /// How much there was to do, in a few words.
    var summary: String {
        let count = compilations.count
        let all = "\(count) \(count == 1 ? "architecture" : "architectures")"
        switch keptCount {
        case 0: return all
        case count: return all + ", unchanged since they were compiled"
        default: return all + ", \(keptCount) unchanged since they were compiled"
        }
    }

    /// What is wrong, one line each.
    var findings: [String] {
        guard let first = compilations.first else { return ["the compiler knows none of the architectures"] }
        var findings: [String] = []
        for compilation in compilations {
            for kernel in compilation.kernels {
                findings += KernelBudget.findings(
                    kernel, compilation.log.kernels[kernel.name], architecture: compilation.architecture)
            }
            if compilation.kernels.map(\.name) != first.kernels.map(\.name) || compilation.kernels.isEmpty {
                findings.append("sm_\(compilation.architecture): other kernels than sm_\(first.architecture)")
            }
        }
        return findings
    }

    /// A line for each kernel and architecture, and what the compiler warned of.
    var report: String {
        let numbers = ["sm", "registers", "of", "shared", "stack", "spilled", "local", "threads", "code"]
        var table = TextTable(columns: [.init("kernel")] + numbers.map { .init($0, .right) })
        for name in Set(compilations.flatMap { $0.kernels.map(\.name) }).sorted() {
            for compilation in compilations {
                guard let kernel = compilation.kernels.first(where: { $0.name == name }) else { continue }
                let spilled = compilation.log.kernels[name].map { String($0.spilledBytes) } ?? "?"
                table.add([
                    name, "\(compilation.architecture)", "\(kernel.registers)",
                    "\(KernelBudget.limits(for: name).registers)", "\(kernel.sharedBytes)",
                    "\(kernel.stackBytes)",
                    spilled, "\(kernel.localBytes)", kernel.mostThreads.map(String.init) ?? "any",
                    "\(kernel.codeBytes)",
                ])
            }
        }
        let warnings = Set(compilations.flatMap(\.log.warnings)).sorted()
        return "\(compiler); registers of a thread, sizes in bytes\n" + table.text()
            + (notes + warnings).map { $0 + "\n" }.joined()
    }
}
