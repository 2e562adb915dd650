import CKernels

@testable import Compute

/// The backends that every operation is tested on.
enum TestBackends {
    /// One for each supported instruction set; the fastest also with more threads than cores.
    static let all: [CPUBackend] = {
        let sets = [CK_PLAIN, CK_NEON, CK_AVX2, CK_AVX512].filter { ck_supports($0) }
        return sets.map { CPUBackend(threads: 1, instructionSet: $0) } + [CPUBackend(threads: 5)]
    }()
}
