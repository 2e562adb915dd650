import Foundation
import LanguageModels

/// A server that has models, as Hugging Face's does.
package struct Hub: Sendable {
    /// A repository at one commit.
    struct Listing: Sendable, Equatable {
        var commit: String
        var files: [File]
    }

    /// A file of a repository.
    struct File: Sendable, Equatable {
        var path: String
        var size: Int?
        /// Its name among blobs: the SHA-256 of a large file, Git's name of a small one.
        var blob: String
        var isLarge: Bool
    }

    let endpoint: String
    let credentials: Credentials
    /// Whether nothing may be downloaded.
    package let isOffline: Bool

    /// The hub that HF_ENDPOINT names, with the token of HF_TOKEN or of the file that `huggingface-cli login`
    /// writes.
    ///
    /// - Throws: `DownloadError.unusableToken`.
    package init(_ workplace: Workplace) throws {
        let address = workplace.value("HF_ENDPOINT") ?? "https://huggingface.co"
        endpoint = address.hasSuffix("/") ? String(address.dropLast()) : address
        isOffline = ["1", "ON", "YES", "TRUE"].contains(workplace.value("HF_HUB_OFFLINE")?.uppercased())
        credentials = Credentials(token: try Self.token(workplace), isExpected: true)
    }

    private static func token(_ workplace: Workplace) throws -> String? {
        var found: (token: String, source: String)?
        for name in ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] {
            if found == nil, let token = workplace.value(name) { found = (token, name) }
        }
        let file =
            workplace.value("HF_TOKEN_PATH").map(workplace.resolve)
            ?? workplace.hubHome.appendingPathComponent("token")
        if found == nil, let text = try? RegularFile.text(file) {
            found = (text, file.path)
        }
        guard let found else { return nil }
        let token = found.token.trimmingCharacters(in: .whitespacesAndNewlines)
        if token.isEmpty { return nil }
        guard Curl.isPlain(token) else { throw DownloadError.unusableToken(source: found.source) }
        return token
    }

    /// The files of the repository `id` at a revision.
    ///
    /// - Throws: `DownloadError`, `RemediError.interrupted`.
    func listing(of id: String, revision: String, with downloader: Downloader) throws -> Listing {
        let url =
            "\(endpoint)/api/models/\(id)/revision/\(Self.escaped(revision, keeping: "-._~"))?blobs=true"
        let data = try downloader.contents(of: url, credentials: credentials)
        guard let value = try? JSONValue(parsing: data), let commit = value["sha"]?.string,
            let siblings = value["siblings"]?.array, Self.isName(commit)
        else { throw DownloadError.malformed(url: url, reason: "not a list of a repository's files") }
        // A hash stands for one commit only.
        if Self.isName(revision), revision.utf8.count == 40, commit != revision.lowercased() {
            throw DownloadError.malformed(url: url, reason: "it is said to be commit \(commit)")
        }
        let files = try siblings.map { try Self.file($0, url) }
        var paths: Set<String> = []
        for file in files where !paths.insert(file.path).inserted {
            throw DownloadError.malformed(url: url, reason: "it lists '\(file.path)' twice")
        }
        return Listing(commit: commit, files: files)
    }

    private static func file(_ value: JSONValue, _ url: String) throws -> File {
        let large = value["lfs"]?["sha256"]?.string ?? value["lfs"]?["oid"]?.string
        guard let path = value["rfilename"]?.string, let blob = large ?? value["blobId"]?.string,
            isName(blob), isInside(path)
        else {
            throw DownloadError.malformed(
                url: url, reason: "a file without a usable name or checksum: \(value.text())")
        }
        let size = value["lfs"]?["size"]?.integer ?? value["size"]?.integer
        if let size, size < 0 {
            throw DownloadError.malformed(url: url, reason: "'\(path)' has a size of \(size) bytes")
        }
        return File(path: path, size: size, blob: blob, isLarge: large != nil)
    }

    /// Whether a text is hexadecimal and so may name a file.
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
    }

    /// Whether a path stays inside the folder that it starts in.
    static func isInside(_ path: String) -> Bool {
        Curl.isPlain(path)
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".."
            }
    }

    func remote(_ file: File, of id: String, commit: String) -> RemoteFile {
        RemoteFile(
            address: "\(endpoint)/\(id)/resolve/\(commit)/\(Self.escaped(file.path, keeping: "-._~/"))",
            size: file.size, checksum: file.isLarge ? .sha256(file.blob) : .git(file.blob))
    }

    private static func escaped(_ text: String, keeping marks: String) -> String {
        let kept = Set((marks + "0123456789").utf8)
        return text.utf8.map { byte in
            let character = UnicodeScalar(byte)
            let isLetter = "a"..."z" ~= character || "A"..."Z" ~= character
            if isLetter || kept.contains(byte) { return String(character) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
