import Foundation
import LanguageModels

/// The demonstration's model and data sets as files, for what reads files.
package struct DemoFolder: Sendable {
    package let url: URL

    /// The name for `--model` of the model, and for `--dataset-file` of the data sets.
    package static let name = "demo"

    package var model: URL { url.appendingPathComponent(DemoFiles.Folder.model.rawValue) }
    package var data: URL { url.appendingPathComponent(DemoFiles.Folder.data.rawValue) }

    /// Unpacks them in `cache`, or where nothing can be written there in a folder of the user's own below the
    /// first of `temporary` that takes them.  Files that are there already stay if they have the same bytes.
    ///
    /// - Throws: `LanguageModelError.unwritable`, of the first temporary folder.
    package init(cache: URL?, temporary: [URL]) throws {
        precondition(!temporary.isEmpty)
        let name = "\(Self.name)-\(RemediVersion.current)"
        if let folder = cache?.appendingPathComponent(name), (try? Self.unpack(to: folder)) != nil {
            url = folder
            return
        }
        var failure: (any Error)?
        for place in temporary {
            do {
                let folder = try Self.privateFolder(named: "remedi-\(name)-\(getuid())", in: place)
                try Self.unpack(to: folder)
                url = folder
                return
            } catch {
                failure = failure ?? error
            }
        }
        throw failure!
    }

    private static func unpack(to folder: URL) throws {
        for file in DemoFiles.files(in: .model) + DemoFiles.files(in: .data) {
            let url = folder.appendingPathComponent(file.name)
            if has(url, file.bytes) { continue }
            try AtomicFile.write(to: url) { sink in try sink.append(file.bytes) }
        }
    }

    /// Whether the file at `url` holds `bytes`.
    private static func has(_ url: URL, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let status = SystemCall.status(url.path), SystemCall.isRegular(status),
            Int(status.st_size) == bytes.count, let stored = try? MappedFile(url)
        else { return false }
        return withExtendedLifetime(stored) {
            stored.bytes.count == bytes.count
                && memcmp(stored.bytes.baseAddress!, bytes.baseAddress!, bytes.count) == 0
        }
    }

    /// A folder that nobody else can write to: the one of this name, or if it is another user's, a new one.
    private static func privateFolder(named name: String, in temporary: URL) throws -> URL {
        let path = temporary.appendingPathComponent(name).path
        if mkdir(path, 0o700) == 0 { return URL(fileURLWithPath: path) }
        var status = stat()
        if errno == EEXIST, lstat(path, &status) == 0, SystemCall.isFolder(status), status.st_uid == getuid(),
            status.st_mode & 0o022 == 0
        {
            return URL(fileURLWithPath: path)
        }
        var template = Array((path + "-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw LanguageModelError.unwritable(path: path, reason: String(cString: strerror(errno)))
        }
        return URL(fileURLWithPath: template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
    }
}
