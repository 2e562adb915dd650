import Foundation
import LanguageModels

/// A data set or helper file that REMEDI works with: what it is called, where it comes from and how its
/// bytes are known.
package struct DataFile: Sendable, Equatable {
    /// Where a file can be had.
    package enum Origin: Sendable, Equatable {
        case address(String, size: Int, sha256: String)
        /// It may not be passed on; `place` is where its authors offer it.
        case authors(place: String)
    }

    /// As commands call it.
    package let name: String
    package let fileName: String
    package let summary: String
    package let licence: String
    package let origin: Origin

    /// Every file, in the order in which they are listed.
    package static let all: [DataFile] = [
        rome(
            "counterfact", "counterfact.json", "the CounterFact cases", 45_108_470,
            "d017056125178a13728594e66a801357a8db9ed7973a7425554bb4271de9fc6f"),
        rome(
            "snippets", "attribute_snippets.json", "texts about the targets of CounterFact", 926_285_719,
            "10b5c1cd105e54d5983c72de1b45bfc88bc7af786f7b99def2557886ff23385b"),
        rome(
            "idf", "idf.npy", "inverse document frequencies", 11_042_168,
            "c073d642589d4ac6432f467230329b36364a01e72de63a77a3624b745b923dda"),
        rome(
            "vocabulary", "tfidf_vocab.json", "the words of the frequencies", 31_639_072,
            "8a78c4f20d8d85dadfd14e283d71af255482ff18aa0eb8a81716024c05ff888b"),
        DataFile(
            name: "winoventi", fileName: "winoventi_bert_large_final.tsv", summary: "the Winoventi cases",
            licence: "MIT",
            origin: .address(
                "https://raw.githubusercontent.com/commonsense-exception/commonsense-exception/main/data"
                    + "/winoventi_bert_large_final.tsv", size: 519_831,
                sha256: "5ad0bc664e17c05b87fdc608d40caa104feaf6c788d7a0040538b44d227b5f1d")),
        DataFile(
            name: "biosbias", fileName: "biosbias.json", summary: "the biographies of Bias in Bios",
            licence: "not to be passed on",
            origin: .authors(place: "https://github.com/microsoft/biosbias")),
        DataFile(
            name: "mcrae", fileName: "mcrae.json", summary: "the McRae feature norms",
            licence: "not to be passed on", origin: .authors(place: "https://doi.org/10.3758/BF03192726")),
    ]

    private static func rome(
        _ name: String, _ fileName: String, _ summary: String, _ size: Int, _ sha256: String
    ) -> DataFile {
        DataFile(
            name: name, fileName: fileName, summary: summary, licence: "MIT",
            origin: .address("https://rome.baulab.info/data/dsets/" + fileName, size: size, sha256: sha256))
    }

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
        guard let remote = remote(mirror: mirror) else { throw DownloadError.notOffered(self) }
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
