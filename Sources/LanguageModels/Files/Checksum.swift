import CKernels

/// A fast checksum of 64 bits that tells damage: a flipped bit, a changed digit, a block of zeros.  It is no
/// protection against someone who means to deceive; `SHA256` is.
package struct Checksum: Sendable {
    private var sum: UInt64 = 0x243F_6A88_85A3_08D3

    package init() {}

    /// Takes one piece; how bytes are divided into pieces counts.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return sum = ck_checksum(sum, [0], 0) }
        sum = ck_checksum(sum, base, bytes.count)
    }

    package mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// 16 hexadecimal digits.
    package var text: String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
