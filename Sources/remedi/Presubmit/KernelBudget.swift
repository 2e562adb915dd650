/// How much of a multiprocessor the kernels may take.
enum KernelBudget {
    /// Kernels that only pass over memory hide its latency by their number: with up to 64 registers, half of
    /// the 2048 threads that a multiprocessor can hold find room in its 65,536 registers.
    static let streaming = 64

    /// Kernels that keep a tile of sums in registers, so that each value read serves many additions, or a whole
    /// row, so that it is read once and many loads of a thread are on their way together: two blocks of 256
    /// threads still share a multiprocessor.
    static let tiled = 128

    /// Beginnings of the names of tiled kernels.
    private static let tiledFamilies = ["attention", "layer_norm", "rms_norm"]

    static func registers(for kernel: String) -> Int {
        tiledFamilies.contains { kernel.hasPrefix($0) } ? tiled : streaming
    }

    /// Static shared memory beyond this would leave fewer than four blocks on a multiprocessor of Volta, which
    /// has 96 KiB.
    static let sharedBytes = 24 << 10

    /// What is wrong with a kernel: one line each.
    static func findings(
        _ kernel: KernelResources, _ said: AssemblerLog.Kernel?, architecture: Int
    ) -> [String] {
        let name = "\(kernel.name), sm_\(architecture)"
        var findings: [String] = []
        func limit(_ what: String, _ found: Int, _ allowed: Int) {
            if found > allowed { findings.append("\(name): \(found) \(what), \(allowed) are allowed") }
        }
        limit("registers", kernel.registers, registers(for: kernel.name))
        limit("bytes of static shared memory", kernel.sharedBytes, sharedBytes)
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
