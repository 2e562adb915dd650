/// How much of a multiprocessor the kernels may take.
enum KernelBudget {
    /// Kernels that only pass over memory hide its latency by their number: with up to 64 registers, half of
    /// the 2048 threads that a multiprocessor can hold find room in its 65,536 registers.
    static let streaming = 64

    /// Families that take more, by the beginnings of their names, and why.
    private static let exceptions: [(family: String, registers: Int, sharedBytes: Int)] = [
        // Tiles of scores and of sums stay in registers, tiles of keys and values in shared memory, so that each
        // value read serves many additions.  Two blocks of 128 threads still share a multiprocessor.
        ("attention", 200, 48 << 10),
        // A row stays in registers between its statistics and its result: it is read once, and many loads of a
        // thread are on their way together.  Two blocks of 256 threads still share a multiprocessor.
        ("layer_norm", 128, sharedBytes), ("rms_norm", 128, sharedBytes),
    ]

    /// Leaves room for four blocks on a multiprocessor of Volta, which has 96 KiB.
    static let sharedBytes = 24 << 10

    static func limits(for kernel: String) -> (registers: Int, sharedBytes: Int) {
        let exception = exceptions.first { kernel.hasPrefix($0.family) }
        return (exception?.registers ?? streaming, exception?.sharedBytes ?? sharedBytes)
    }

    /// What is wrong with a kernel: one line each.
    static func findings(
        _ kernel: KernelResources, _ said: AssemblerLog.Kernel?, architecture: Int
    ) -> [String] {
        let name = "\(kernel.name), sm_\(architecture)"
        var findings: [String] = []
        func limit(_ what: String, _ found: Int, _ allowed: Int) {
            if found > allowed { findings.append("\(name): \(found) \(what), \(allowed) are allowed") }
        }
        let allowed = limits(for: kernel.name)
        limit("registers", kernel.registers, allowed.registers)
        limit("bytes of static shared memory", kernel.sharedBytes, allowed.sharedBytes)
        limit("bytes of stack", kernel.stackBytes, 0)
        limit("bytes of local memory", kernel.localBytes, 0)
        guard let said else { return findings + ["\(name): the assembler says nothing of it"] }
        limit("bytes spilled", said.spilledBytes, 0)
        func compare(_ what: String, _ read: Int, _ said: Int) {
            if read != said {
                findings.append("\(name): \(read) \(what) by the machine code, \(said) by the assembler")
            }
        }
        compare("registers", kernel.registers, said.registers)
        compare("bytes of static shared memory", kernel.sharedBytes, said.sharedBytes)
        compare("bytes of stack", kernel.stackBytes, said.stackBytes)
        return findings
    }
}
