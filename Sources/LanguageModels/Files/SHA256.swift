import CKernels
import Foundation

/// FIPS 180-4.
package struct SHA256 {
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
        0x5be0_cd19,
    ]
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

    package static func hash(_ data: Data) -> String {
        var hash = SHA256()
        hash.update(data)
        return hash.finish()
    }

    /// Hashes a file, read piece by piece.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`.
    package static func hash(file: URL) throws -> String {
        let file = try RandomAccessFile(file)
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let count = try file.read(at: offset, into: buffer)
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
            if count < buffer.count { break }
        }
        return hash.finish()
    }

    /// Mixes whole blocks of 64 bytes into the state.
    private static func absorb(_ blocks: UnsafeRawBufferPointer, into state: inout [UInt32]) {
        guard let base = blocks.baseAddress else { return }
        ck_sha256_absorb(&state, base, blocks.count / 64)
    }
}
