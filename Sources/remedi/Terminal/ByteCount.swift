import Foundation

/// Numbers of bytes as a person reads them.
package enum ByteCount {
    /// `512 bytes`, `1.5 KiB`, `24 GiB`
    package static func text(_ bytes: Int) -> String {
        var value = Double(bytes)
        var unit = 0
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        while value >= 1023.5, unit + 1 < units.count {
            value /= 1024
            unit += 1
        }
        if unit == 0 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
        return String(format: value < 9.95 ? "%.1f %@" : "%.0f %@", value, units[unit])
    }
}
