import XCTest

@testable import Presubmit

final class KernelBudgetTests: XCTestCase {
    /// The reports of NVRTC 11.8, 12.9 and 13.5 on the same two kernels, the second of which calls a function.
    private let logs = [
        """
        kernels.cu(2): warning #177-D: variable "x" was declared but never referenced

        kernels.cu(3): warning #550-D: variable "y" was set but never used

        ptxas info    : 24 bytes gmem
        ptxas info    : Compiling entry function 'plain' for 'sm_80'
        ptxas info    : Function properties for plain
        ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
        ptxas info    : Used 8 registers, 364 bytes cmem[0]
        ptxas info    : Compiling entry function 'spilled' for 'sm_80'
        ptxas info    : Function properties for spilled
        ptxas         .     928 bytes stack frame, 1156 bytes spill stores, 1180 bytes spill loads
        ptxas info    : Used 32 registers, 384 bytes smem, 364 bytes cmem[0]
        """,
        """
        kernels.cu(2): warning #177-D: variable "x" was declared but never referenced
          float x=0;
                ^

        Remark: The warnings can be suppressed with "-diag-suppress <warning-number>"

        kernels.cu(3): warning #550-D: variable "y" was set but never used
          float y;
                ^

        ptxas info    : 24 bytes gmem, 8 bytes cmem[4]
        ptxas info    : Compiling entry function 'plain' for 'sm_90'
        ptxas info    : Function properties for plain
        ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
        ptxas info    : Used 8 registers, used 0 barriers
        ptxas info    : Compile time = 0.809 ms
        ptxas info    : Compiling entry function 'spilled' for 'sm_90'
        ptxas info    : Function properties for spilled
        ptxas         .     928 bytes stack frame, 1156 bytes spill stores, 1180 bytes spill loads
        ptxas info    : Used 32 registers, used 1 barriers, 928 bytes cumulative stack size, 384 bytes smem
        ptxas info    : Compile time = 24.807 ms
        """,
    ]

    func testTheAssemblersWords() {
        for text in logs {
            let log = AssemblerLog(text)
            XCTAssertEqual(
                log.kernels,
                [
                    "plain": .init(registers: 8),
                    "spilled": .init(
                        registers: 32, sharedBytes: 384, stackBytes: 928, spilledBytes: 1156 + 1180),
                ])
            XCTAssertEqual(
                log.warnings,
                [#"kernels.cu(3): warning #550-D: variable "y" was set but never used"#])
        }
        XCTAssertEqual(AssemblerLog("").kernels, [:])
    }

    func testLimits() {
        let fine = AssemblerLog.Kernel(registers: 64, sharedBytes: 24 << 10)
        XCTAssertEqual(KernelBudget.findings("add", fine, architecture: 80), [])
        let cases: [(words: String, WritableKeyPath<AssemblerLog.Kernel, Int>, Int)] = [
            ("65 registers, 64 are allowed", \.registers, 65),
            ("24577 bytes of static shared memory, 24576 are allowed", \.sharedBytes, 24577),
            ("8 bytes of stack, 0 are allowed", \.stackBytes, 8),
            ("16 bytes of local memory, 0 are allowed", \.localBytes, 16),
            ("4 bytes spilled, 0 are allowed", \.spilledBytes, 4),
        ]
        for (words, count, value) in cases {
            var kernel = fine
            kernel[keyPath: count] = value
            XCTAssertEqual(KernelBudget.findings("add", kernel, architecture: 80), ["add, sm_80: \(words)"])
        }
    }

    func testLocalMemory() {
        let log = AssemblerLog(
            """
            ptxas info    : Compiling entry function 'indexed' for 'sm_70'
            ptxas info    : Function properties for indexed
            ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
            ptxas info    : Used 8 registers, 40 bytes lmem, 364 bytes cmem[0]
            """)
        XCTAssertEqual(log.kernels, ["indexed": .init(registers: 8, localBytes: 40)])
    }

    func testFamilies() {
        let cases = [("add", 64), ("attention_16_of_64", 200), ("rms_norm_backward", 128), ("row_dots", 64)]
        for (kernel, registers) in cases {
            XCTAssertEqual(KernelBudget.limits(for: kernel).registers, registers, kernel)
        }
    }
}
