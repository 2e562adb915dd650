import Compute
import Foundation

/// A whole file as read-only mapped memory.
package struct MappedFile: Sendable {
    package let path: String
    /// Keeps the file mapped.
    package let storage: DeviceStorage
    /// Which file it was, and in which state, when it was opened.
    package let identity: FileIdentity

    /// Maps the file; reads nothing.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`.
    package init(_ url: URL) throws {
        path = url.path
        let (descriptor, status) = try SystemCall.openRegular(path)
        defer { _ = close(descriptor) }
        identity = FileIdentity(status)
        let count = Int(status.st_size)
        guard count > 0 else {
            // Nothing can be mapped of an empty file.
            storage = DeviceStorage(
                address: .allocate(byteCount: 1, alignment: 16), byteCount: 0, release: { $0.deallocate() })
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED
        else { throw LanguageModelError.unreadable(path: path, reason: SystemCall.failure) }
        storage = DeviceStorage(address: address, byteCount: count, release: { _ = munmap($0, count) })
    }

    package var byteCount: Int { storage.byteCount }

    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: storage.address, count: storage.byteCount)
    }

    /// Asks the system to read `range` ahead in the background.
    package func prefetch(_ range: Range<Int>) { storage.prefetch(range) }
}

extension DeviceStorage {
    /// Asks the system to read these bytes of mapped memory ahead in the background.
    package func prefetch(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "a range outside the storage")
        let page = Int(getpagesize())
        let start = Int(bitPattern: address) + range.lowerBound
        let first = start / page * page
        guard !range.isEmpty, let base = UnsafeMutableRawPointer(bitPattern: first) else { return }
        _ = madvise(base, start + range.count - first, Int32(MADV_WILLNEED))
    }
}
