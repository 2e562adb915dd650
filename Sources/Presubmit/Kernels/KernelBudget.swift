/// How much of a multiprocessor the kernels may take.
enum KernelBudget {
    /// Kernels that only stream through memory hide its latency by their number: with up to 64 registers, half of
    /// the 2048 threads that a multiprocessor can hold find room in its 65,536 registers.
    static let streaming = 64

    /// Families that take more, by the beginnings of their names, with the reasons.
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

    /// The limits that a kernel exceeds, one line each.
    static func findings(
        _ name: String, _ kernel: AssemblerLog.Kernel, architecture: Int
    ) -> [String] {
        let allowed = limits(for: name)
        let counts = [
            ("registers", kernel.registers, allowed.registers),
            ("bytes of static shared memory", kernel.sharedBytes, allowed.sharedBytes),
            ("bytes of stack", kernel.stackBytes, 0), ("bytes of local memory", kernel.localBytes, 0),
            ("bytes spilled", kernel.spilledBytes, 0),
        ]
        return counts.filter { $0.1 > $0.2 }.map { what, found, allowed in
            "\(name), sm_\(architecture): \(found) \(what), \(allowed) are allowed"
        }
    }
}
