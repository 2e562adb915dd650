import CKernels
import Foundation

/// The host's threads, memory and caches, from which the CPU backend chooses.
package struct HostInventory: Sendable, Equatable {
    /// Processors that this process may run on.
    package let cores: Int
    /// The fastest instruction set with kernels: `AVX-512`, `AVX2`, `NEON`, `plain`.
    package let instructionSet: String
    /// Bytes of memory, or of the control group's limit if that is lower.
    package let physicalMemory: Int
    /// Bytes that can be had now without swapping.
    package let availableMemory: Int

    /// Asks the operating system.
    package static func current() -> HostInventory {
        let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        var available = physical
        if let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
            let bytes = availableBytes(meminfo: text)
        {
            available = min(available, bytes)
        }
        let group = ControlGroup.current()
        if let limit = group.limit { available = min(available, max(0, limit - group.used)) }
        return HostInventory(
            cores: ProcessInfo.processInfo.activeProcessorCount,
            instructionSet: String(cString: ck_instruction_set_name(ck_best_instruction_set())),
            physicalMemory: min(physical, group.limit ?? physical), availableMemory: available)
    }

    /// The line `MemAvailable:  1234 kB` of `/proc/meminfo`, in bytes.
    static func availableBytes(meminfo: String) -> Int? {
        for line in meminfo.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[2] == "kB", let kilobytes = Int(words[1]) else { return nil }
            return kilobytes * 1024
        }
        return nil
    }
}
