/// The checksum of zip archives: CRC-32 with the reflected polynomial EDB88320.
enum CRC32 {
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var sum: UInt32 = 0xFFFF_FFFF
        update(&sum, bytes)
        return ~sum
    }

    /// Goes on with a sum that started as all ones and is inverted in the end.
    static func update(_ sum: inout UInt32, _ bytes: UnsafeRawBufferPointer) {
        table.withUnsafeBufferPointer { table in
            for byte in bytes { sum = sum &>> 8 ^ table[Int(truncatingIfNeeded: sum ^ UInt32(byte)) & 0xFF] }
        }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
}
