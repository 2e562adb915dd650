import Foundation

/// A file and its state, as far as the system tells without reading it: device, inode, size, and when it was
/// written and changed last.  A file that was written to since has another identity.
package struct FileIdentity: Sendable, Equatable, CustomStringConvertible {
    private let device: UInt64
    private let inode: UInt64
    private let byteCount: Int64
    private let written: timespec
    private let changed: timespec

    init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
        byteCount = Int64(status.st_size)
        written = status.st_mtim
        changed = status.st_ctim
    }

    /// Of the file at `path`, nil if there is none.
    package init?(path: String) {
        guard let status = SystemCall.status(path) else { return nil }
        self.init(status)
    }

    package var description: String {
        "\(device) \(inode) \(byteCount) \(Self.text(written)) \(Self.text(changed))"
    }

    private static func text(_ time: timespec) -> String { "\(time.tv_sec).\(time.tv_nsec)" }

    package static func == (a: FileIdentity, b: FileIdentity) -> Bool { a.description == b.description }

    /// Whether a write after `now` must show in the identity: the clock of files has moved on since the last
    /// one.  It ticks up to 10 ms apart, on some file systems 2 s.
    package func isSettled(at now: Date) -> Bool {
        [written, changed].allSatisfy { time in
            let seconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
            return seconds + (time.tv_nsec == 0 ? 2 : 0.1) < now.timeIntervalSince1970
        }
    }
}
