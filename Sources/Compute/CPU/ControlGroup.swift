import Foundation

/// The memory that the system's control groups leave this process: of a job, a container or a service.
struct ControlGroup {
    /// The lowest limit of the process's groups in bytes; nil: none.
    let limit: Int?
    /// The memory that the group of that limit holds already, without cached files.
    let used: Int

    /// - Parameters:
    ///   - groups: the content of `/proc/self/cgroup`: a line `0::/path` for version 2, one such as
    ///     `4:memory:/path` for version 1.
    ///   - root: where the groups' files are.
    init(groups: String, root: String = "/sys/fs/cgroup") {
        var found: (limit: Int, used: Int)?
        for line in groups.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let files: (root: String, limit: String, used: String)
            if parts[0] == "0", parts[1].isEmpty {
                files = (root, "memory.max", "memory.current")
            } else if parts[1].split(separator: ",").contains("memory") {
                files = (root + "/memory", "memory.limit_in_bytes", "memory.usage_in_bytes")
            } else {
                continue
            }
            // A limit holds for every group below it.
            for folder in Self.folders(from: String(parts[2]), to: files.root) {
                guard let limit = Self.integer(inFile: "\(folder)/\(files.limit)"),
                    limit < found?.limit ?? Self.unlimited
                else { continue }
                let used = Self.integer(inFile: "\(folder)/\(files.used)") ?? 0
                found = (limit, max(0, used - Self.reclaimable(in: folder)))
            }
        }
        limit = found?.limit
        used = found?.used ?? 0
    }

    /// That of this process.
    static func current() -> ControlGroup {
        ControlGroup(groups: (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? "0::/")
    }

    /// Version 1 has a number near 2⁶³ where there is no limit.
    private static let unlimited = 1 << 60

    /// The folder of a group and those above it.  In a container the path can be the host's, of which only the
    /// root is seen.
    private static func folders(from path: String, to root: String) -> [String] {
        var parts = path.split(separator: "/")
        var folders = [root]
        while !parts.isEmpty {
            folders.append(root + "/" + parts.joined(separator: "/"))
            parts.removeLast()
        }
        return folders
    }

    /// Bytes of files that nobody has used of late.
    private static func reclaimable(in folder: String) -> Int {
        let text = (try? String(contentsOfFile: "\(folder)/memory.stat", encoding: .utf8)) ?? ""
        // Version 1 counts those of groups below apart.
        for name in ["total_inactive_file ", "inactive_file "] {
            for line in text.split(separator: "\n") where line.hasPrefix(name) {
                return Int(line.dropFirst(name.count)) ?? 0
            }
        }
        return 0
    }

    private static func integer(inFile path: String) -> Int? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
