import XCTest

@testable import remedi

final class KernelBudgetTests: XCTestCase {
    /// What NVRTC 11.8, 12.9 and 13.5 wrote of the same two kernels, the second of which calls a function.
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
        let fine = KernelResources(name: "add", registers: 64, sharedBytes: 24 << 10)
        let said = AssemblerLog.Kernel(registers: 64, sharedBytes: 24 << 10)
        func findings(_ change: (inout KernelResources, inout AssemblerLog.Kernel) -> Void) -> [String] {
            var kernel = fine
            var words = said
            change(&kernel, &words)
            return KernelBudget.findings(kernel, words, architecture: 80)
        }
        XCTAssertEqual(findings { _, _ in }, [])
        let cases: [(String, [String])] = [
            (
                "registers",
                findings { kernel, said in
                    kernel.registers = 65
                    said.registers = 65
                }
            ),
            ("spilled", findings { $1.spilledBytes = 4 }),
            (
                "stack",
                findings { kernel, said in
                    kernel.stackBytes = 8
                    said.stackBytes = 8
                }
            ),
            ("local memory", findings { kernel, _ in kernel.localBytes = 8 }),
            (
                "shared",
                findings { kernel, said in
                    kernel.sharedBytes += 4
                    said.sharedBytes += 4
                }
            ),
            ("registers by the machine code, 63", findings { $1.registers = 63 }),
            ("shared memory by the machine code, 0", findings { $1.sharedBytes = 0 }),
            ("stack by the machine code, 16", findings { $1.stackBytes = 16 }),
        ]
        for (word, findings) in cases {
            XCTAssertEqual(findings.count, 1, word)
            XCTAssertTrue(findings.allSatisfy { $0.hasPrefix("add, sm_80: ") && $0.contains(word) }, word)
        }
        XCTAssertEqual(
            KernelBudget.findings(fine, nil, architecture: 90),
            ["add, sm_90: the assembler says nothing of it"])
    }

    func testFamilies() {
        let cases = [("add", 64), ("attention_16_of_64", 200), ("rms_norm_backward", 128), ("row_dots", 64)]
        for (kernel, registers) in cases {
            XCTAssertEqual(KernelBudget.limits(for: kernel).registers, registers, kernel)
        }
    }
}
