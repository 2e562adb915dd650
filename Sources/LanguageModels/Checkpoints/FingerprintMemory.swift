import Foundation

/// Digests of files that were read once, kept in a folder, a small file each.
///
/// A key tells the files' identities, so a changed file has another one.  Files are written whole or not at
/// all and name their key and a checksum: what is damaged, torn or of another key is as if it were not there.
package struct FingerprintMemory: Sendable {
    private let folder: URL

    private static let heading = "remedi fingerprint 2\n"
    /// With so many entries the memory begins anew.
    private static let entryLimit = 1000

    package init(folder: URL) { self.folder = folder }

    private func file(of key: String) -> URL {
        folder.appendingPathComponent(String(SHA256.hash(Data(key.utf8)).prefix(32)))
    }

    /// The value remembered for `key`, nil if there is none.
    func digest(of key: String) -> String? {
        guard let content = try? RegularFile.data(file(of: key)), content.count > 65 else { return nil }
        let (body, checksum) = (content.dropLast(65), content.suffix(65).dropLast())
        guard SHA256.hash(Data(body)).utf8.elementsEqual(checksum) else { return nil }
        let start = Data((Self.heading + key + "\n").utf8)
        guard body.starts(with: start),
            let digest = String(bytes: body.dropFirst(start.count), encoding: .utf8)
        else { return nil }
        return digest
    }

    /// Remembers `digest`; does nothing where the folder cannot be written, as what is forgotten is only
    /// computed again.
    func remember(_ digest: String, of key: String) {
        let body = Self.heading + key + "\n" + digest
        let text = body + SHA256.hash(Data(body.utf8)) + "\n"
        guard (try? AtomicFile.makeFolder(folder)) != nil else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        if names.count >= Self.entryLimit {
            for name in names { _ = unlink(folder.appendingPathComponent(name).path) }
        }
        try? AtomicFile.write(text, to: file(of: key))
    }
}
