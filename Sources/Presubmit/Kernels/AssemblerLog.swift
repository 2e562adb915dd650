/// The report of NVIDIA's assembler on each kernel with `--ptxas-options=-v`, the same from CUDA 11 to 13:
///
///     ptxas info    : Compiling entry function 'add' for 'sm_80'
///     ptxas info    : Function properties for add
///     ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
///     ptxas info    : Used 28 registers, 384 bytes smem, 364 bytes cmem[0]
struct AssemblerLog: Equatable {
    struct Kernel: Equatable {
        var registers = 0
        var sharedBytes = 0
        /// Of each thread, with those of the functions that the kernel calls.
        var stackBytes = 0
        /// Local memory outside a stack.
        var localBytes = 0
        /// Bytes written to and read from memory because registers ran out.
        var spilledBytes = 0
    }

    private(set) var kernels: [String: Kernel] = [:]
    /// The compiler's warnings, one line each, except that shared functions are unused.
    private(set) var warnings: [String] = []

    init(_ text: String) {
        var current: String?
        for line in text.split(separator: "\n") {
            if let match = line.firstMatch(of: #/Compiling entry function '([^']+)'/#) {
                current = String(match.1)
                kernels[String(match.1)] = Kernel()
            } else if let name = current {
                Self.add(line, to: &kernels[name, default: Kernel()])
            }
            if line.contains("warning"), !line.contains("#177-D"), !line.hasPrefix("Remark:") {
                warnings.append(String(line))
            }
        }
    }

    private static func add(_ line: Substring, to kernel: inout Kernel) {
        kernel.registers = count(#/Used (\d+) registers/#, line) ?? kernel.registers
        kernel.sharedBytes = count(#/(\d+) bytes smem/#, line) ?? kernel.sharedBytes
        kernel.localBytes = count(#/(\d+) bytes lmem/#, line) ?? kernel.localBytes
        // Functions that a kernel calls come with lines of their own.
        kernel.stackBytes = max(
            kernel.stackBytes, count(#/(\d+) bytes stack frame/#, line) ?? 0,
            count(#/(\d+) bytes cumulative stack size/#, line) ?? 0)
        kernel.spilledBytes += count(#/(\d+) bytes spill stores/#, line) ?? 0
        kernel.spilledBytes += count(#/(\d+) bytes spill loads/#, line) ?? 0
    }

    private static func count(_ pattern: Regex<(Substring, Substring)>, _ line: Substring) -> Int? {
        line.firstMatch(of: pattern).flatMap { Int($0.1) }
    }
}
