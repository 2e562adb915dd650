import Compute

/// Compiles every kernel for the GPUs that matter, without one, and checks the assembler's report.
struct KernelCheck {
    /// Volta, Ampere (A100) and Hopper (H100).
    static let architectures = [70, 80, 90]

    /// Kernels as compiled for one architecture.
    struct Compilation {
        var architecture: Int
        var log: AssemblerLog

        var names: [String] { log.kernels.keys.sorted() }
    }

    let compilations: [Compilation]
    /// One line for each architecture that the compiler does not know.
    let notes: [String]
    /// `NVRTC 12.4 of /usr/local/cuda/lib64`.
    let compiler: String
    /// The number of compilations whose logs were stored.
    let keptCount: Int

    /// - Parameter kept: where logs are stored; kernels that are unchanged are not compiled again.
    /// - Throws: `ComputeError` if the kernels do not compile.
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
            let (log, isKept) = try Self.compile(compiler, for: architecture, kept: kept)
            if isKept { keptCount += 1 }
            compilations.append(Compilation(architecture: architecture, log: AssemblerLog(log)))
        }
        self.compilations = compilations
        self.notes = notes
        self.keptCount = keptCount
    }

    private static func compile(
        _ compiler: KernelCompiler, for architecture: Int, kept: KeptKernels?
    ) throws -> (log: String, isKept: Bool) {
        let options = ["--ptxas-options=-v"]
        let inputs = try compiler.inputs(for: architecture, options: options)
        if let kept, let inputs, let log = kept.log(of: inputs, for: architecture) { return (log, true) }
        let log = try compiler.compile(for: architecture, options: options).log
        if let kept, let inputs { kept.keep(log, of: inputs, for: architecture) }
        return (log, false)
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

    /// Kernels over their limits, one line each.
    var findings: [String] {
        guard let first = compilations.first else { return ["the compiler knows none of the architectures"] }
        var findings: [String] = []
        for compilation in compilations {
            for (name, kernel) in compilation.log.kernels.sorted(by: { $0.key < $1.key }) {
                findings += KernelBudget.findings(name, kernel, architecture: compilation.architecture)
            }
            if compilation.names != first.names || compilation.names.isEmpty {
                findings.append("sm_\(compilation.architecture): other kernels than sm_\(first.architecture)")
            }
        }
        return findings
    }

    /// A line for each kernel and architecture, and the compiler's warnings.
    var report: String {
        let numbers = ["sm", "registers", "of", "shared", "stack", "spilled", "local"]
        var rows = [["kernel"] + numbers]
        for name in Set(compilations.flatMap(\.names)).sorted() {
            for compilation in compilations {
                guard let kernel = compilation.log.kernels[name] else { continue }
                let values = [
                    compilation.architecture, kernel.registers, KernelBudget.limits(for: name).registers,
                    kernel.sharedBytes, kernel.stackBytes, kernel.spilledBytes, kernel.localBytes,
                ]
                rows.append([name] + values.map(String.init))
            }
        }
        let warnings = Set(compilations.flatMap(\.log.warnings)).sorted()
        return "\(compiler); registers of a thread, sizes in bytes\n" + Self.aligned(rows)
            + (notes + warnings).map { $0 + "\n" }.joined()
    }

    /// The rows as lines, the first column aligned to the left, numbers to the right.
    private static func aligned(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).enumerated().map { column, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + space : space + cell.0
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
