import Foundation
import LanguageModels

extension DataFile {
    /// Every file, in the order in which they are listed.
    package static let all: [DataFile] = Datasets.all.flatMap { [$0.file] + $0.helpers }

    /// The file as it can be downloaded; nil if it cannot be.
    /// - Parameter mirror: a folder on a server that has all the files under their names.
    package func remote(mirror: String?) -> RemoteFile? {
        guard case .address(let address, let size, let sha256) = origin else { return nil }
        let folder = mirror.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
        return RemoteFile(
            address: folder.map { $0 + fileName } ?? address, size: size, checksum: .sha256(sha256))
    }

    /// Where the file belongs.
    package func place(in workplace: Workplace) -> URL {
        workplace.data.appendingPathComponent(fileName)
    }

    /// In what the file at `url` differs from the one that is known; nil if it does not, or if nothing is
    /// known.
    ///
    /// - Parameter isHashed: whether the checksum is compared too.
    /// - Throws: `LanguageModelError.unreadable`.
    package func problem(of url: URL, isHashed: Bool) throws -> FileProblem? {
        guard case .address(_, let size, let sha256) = origin else { return nil }
        let file = try MappedFile(url)
        guard file.byteCount == size else { return .size(expected: size, found: file.byteCount) }
        guard isHashed else { return nil }
        let found = try SHA256.hash(file: url)
        return found == sha256 ? nil : .checksum(expected: sha256, found: found)
    }

    /// Downloads the file into the data folder, unless it is there already.
    ///
    /// - Parameter replaces: whether another file of its name is replaced.
    /// - Returns: whether anything was downloaded.
    /// - Throws: `DownloadError`, `LanguageModelError`, `RemediError.interrupted`.
    package func download(
        in workplace: Workplace, mirror: String?, replaces: Bool, with downloader: Downloader
    ) throws -> Bool {
        if let advice { throw DownloadError.notOffered(advice: advice) }
        guard let remote = remote(mirror: mirror) else { return false }
        let target = place(in: workplace)
        if FileManager.default.fileExists(atPath: target.path) {
            guard let problem = try problem(of: target, isHashed: true) else { return false }
            guard replaces else { throw DownloadError.differs(path: target.path, problem: problem) }
        }
        let meter = TransferMeter(downloader.progress, stage: fileName, bytes: remote.size ?? 0)
        defer { meter.finish() }
        try downloader.fetch(remote, to: target, part: target.appendingPathExtension("part"), meter: meter)
        return true
    }
}
