import Foundation
import LanguageModels

/// The assembler's logs of kernels that were compiled, one file for each architecture.
///
/// A file is a hash of everything that went into the compilation, a line feed, a hash of the log, a line feed,
/// and the log.  A file that cannot be read or written costs only time.
struct KeptKernels {
    let folder: URL

    /// nil if nothing is stored, or something of other inputs.
    func log(of inputs: String, for architecture: Int) -> String? {
        guard let data = try? Data(contentsOf: file(architecture)) else { return nil }
        let parts = data.split(
            separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, Data(parts[0]) == Data(Self.hash(inputs).utf8) else { return nil }
        let log = String(decoding: parts[2], as: UTF8.self)
        return Data(parts[1]) == Data(Self.hash(log).utf8) ? log : nil
    }

    func keep(_ log: String, of inputs: String, for architecture: Int) {
        try? AtomicFile.write(
            "\(Self.hash(inputs))\n\(Self.hash(log))\n\(log)", to: file(architecture))
    }

    private func file(_ architecture: Int) -> URL { folder.appendingPathComponent("sm_\(architecture)") }

    private static func hash(_ text: String) -> String { SHA256.hash(Data(text.utf8)) }
}
