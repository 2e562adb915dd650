import Foundation

/// FIPS 180-4.  Git names its blobs by it; nothing here trusts it for more.
package struct SHA1 {
    private var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    private var input = HashInput()

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var state = state
        input.take(bytes) { Self.absorb($0, into: &state) }
        self.state = state
    }

    package mutating func update(_ data: Data) { data.withUnsafeBytes { update($0) } }

    /// The digest in hexadecimal; nothing may follow.
    package mutating func finish() -> String {
        var state = state
        input.finish { Self.absorb($0, into: &state) }
        return HashInput.text(state)
    }

    /// Git's name of a blob with this content.
    package static func gitName(of content: UnsafeRawBufferPointer) -> String {
        var hash = SHA1()
        hash.update(Data("blob \(content.count)\0".utf8))
        hash.update(content)
        return hash.finish()
    }

    /// Git's name of a blob with a file's content.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`.
    package static func gitName(ofFile url: URL) throws -> String {
        let file = try MappedFile(url)
        return withExtendedLifetime(file) { gitName(of: file.bytes) }
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word &<< count | word &>> (32 &- count)
    }

    /// Mixes whole blocks of 64 bytes into the state.
    private static func absorb(_ blocks: UnsafeRawBufferPointer, into state: inout [UInt32]) {
        var w = [UInt32](repeating: 0, count: 80)
        for start in stride(from: 0, to: blocks.count, by: 64) {
            for t in 0..<16 {
                w[t] = UInt32(bigEndian: blocks.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self))
            }
            for t in 16..<80 { w[t] = rotated(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1) }
            absorb(w, into: &state)
        }
    }

    /// Mixes the 80 words made of one block into the state.
    private static func absorb(_ w: [UInt32], into state: inout [UInt32]) {
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for t in 0..<80 {
            let (mixed, constant): (UInt32, UInt32) =
                switch t / 20 {
                case 0: ((b & c) | (~b & d), 0x5a82_7999)
                case 1: (b ^ c ^ d, 0x6ed9_eba1)
                case 2: ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc)
                default: (b ^ c ^ d, 0xca62_c1d6)
                }
            let next = rotated(a, 5) &+ mixed &+ e &+ constant &+ w[t]
            (e, d, c, b, a) = (d, c, rotated(b, 30), a, next)
        }
        for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
    }
}
