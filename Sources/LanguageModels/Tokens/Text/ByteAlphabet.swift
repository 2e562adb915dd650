/// The spelling of bytes in byte-level vocabularies: printable bytes stand for themselves, the others are
/// moved to U+0100 and up in order of value (a space becomes "Ġ").
enum ByteAlphabet {
    /// The scalar that spells each byte.
    static let scalars: [Unicode.Scalar] = {
        var moved: UInt32 = 0x100
        return (0..<256).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
            default:
                defer { moved += 1 }
                return Unicode.Scalar(moved)!
            }
        }
    }()

    /// The UTF-8 spelling of each byte.
    static let spellings: [[UInt8]] = scalars.map { Array(String($0).utf8) }

    /// The byte that each scalar below U+0144 spells, or -1.
    static let bytes: [Int16] = {
        var table = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { table[Int(scalar.value)] = Int16(byte) }
        return table
    }()

    /// Appends the bytes that `spelling` stands for; false, and nothing appended, if it holds a scalar that
    /// spells no byte.
    static func appendBytes(of spelling: some Sequence<UInt8>, to output: inout [UInt8]) -> Bool {
        let mark = output.count
        for scalar in String(decoding: Array(spelling), as: UTF8.self).unicodeScalars {
            guard scalar.value < bytes.count, bytes[Int(scalar.value)] >= 0 else {
                output.removeSubrange(mark...)
                return false
            }
            output.append(UInt8(bytes[Int(scalar.value)]))
        }
        return true
    }
}
