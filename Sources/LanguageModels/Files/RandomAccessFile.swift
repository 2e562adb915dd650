import Foundation

/// A regular file that is read piece by piece from any place.  Nothing of it stays in memory, as pages of a
/// mapped file would.
package final class RandomAccessFile: Sendable {
    package let path: String
    package let byteCount: Int
    /// When the file was changed last, in seconds and nanoseconds.
    package let modified: (seconds: Int, nanoseconds: Int)
    private let descriptor: Int32

    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`.
    package init(_ url: URL) throws {
        path = url.path
        let (descriptor, status) = try SystemCall.openRegular(path)
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
        modified = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }

    deinit { _ = close(descriptor) }

    /// Fills `buffer` from byte `offset` on; returns how many bytes there were before the end.
    ///
    /// - Throws: `LanguageModelError.unreadable`.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var count = 0
        while count < buffer.count {
            let got = SystemCall.retrying {
                pread(descriptor, buffer.baseAddress! + count, buffer.count - count, off_t(offset + count))
            }
            guard got >= 0 else {
                throw LanguageModelError.unreadable(path: path, reason: SystemCall.failure)
            }
            if got == 0 { break }
            count += got
        }
        return count
    }

    /// The bytes of `range`.
    ///
    /// - Throws: `LanguageModelError.unreadable`; `.malformed` if the file ends before.
    package func bytes(_ range: Range<Int>) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            count = try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
            guard count == range.count else {
                throw LanguageModelError.malformed(
                    path: path,
                    reason: "the file ends at byte \(range.lowerBound + count), before \(range.upperBound)")
            }
        }
    }

    /// Whether the file still has the size and time that it was opened with.
    package var isUnchanged: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && Int(status.st_size) == byteCount
            && (status.st_mtim.tv_sec, status.st_mtim.tv_nsec) == modified
    }
}
