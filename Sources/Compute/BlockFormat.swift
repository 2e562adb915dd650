import CKernels

/// A format of GGML that holds numbers in blocks: integers of a few bits with scales for each block.  Raw values are
/// GGML's names.
package enum BlockFormat: String, Sendable, CaseIterable {
    case q40 = "Q4_0"
    case q41 = "Q4_1"
    case q50 = "Q5_0"
    case q51 = "Q5_1"
    case q80 = "Q8_0"
    case q2K = "Q2_K"
    case q3K = "Q3_K"
    case q4K = "Q4_K"
    case q5K = "Q5_K"
    case q6K = "Q6_K"
    case iq4NL = "IQ4_NL"
    case iq4XS = "IQ4_XS"
    case tq10 = "TQ1_0"
    case tq20 = "TQ2_0"
    case mxfp4 = "MXFP4"

    /// GGML's number of the format.
    package var number: UInt32 {
        switch self {
        case .q40: 2
        case .q41: 3
        case .q50: 6
        case .q51: 7
        case .q80: 8
        case .q2K: 10
        case .q3K: 11
        case .q4K: 12
        case .q5K: 13
        case .q6K: 14
        case .iq4NL: 20
        case .iq4XS: 23
        case .tq10: 34
        case .tq20: 35
        case .mxfp4: 39
        }
    }

    private var code: CKBlockFormat {
        guard let code = CKBlockFormat(rawValue: number) else {
            preconditionFailure("both list the same formats")
        }
        return code
    }

    /// Values of a block.
    package var blockCount: Int { ck_block_values(code) }
    /// Bytes of a block.
    package var blockBytes: Int { ck_block_bytes(code) }

    /// Bytes of so many values, which fill whole blocks; nil if that is too many.
    package func byteCount(of values: Int) -> Int? {
        let (bytes, overflows) = (values / blockCount).multipliedReportingOverflow(by: blockBytes)
        return overflows ? nil : bytes
    }

    /// The values of whole blocks in float32, equal to the bit to those of the Python package `gguf`.
    package func widen(_ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Float>) {
        precondition(
            bytes.count % blockBytes == 0 && values.count == bytes.count / blockBytes * blockCount,
            "values fill whole blocks")
        guard let source = bytes.baseAddress, let target = values.baseAddress else { return }
        ck_widen_blocks(code, source, target, bytes.count / blockBytes)
    }
}
