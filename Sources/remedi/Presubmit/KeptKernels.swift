import Foundation
import LanguageModels

/// What the kernels' compiler made, one file for each architecture.
///
/// A file is a hash of everything that went into it, a line feed, the length of the log in bytes, a line feed,
/// the log, and the machine code.  A file that cannot be read or written costs only time.
struct KeptKernels {
    struct Output: Equatable {
        var image: [UInt8]
        var log: String
    }

    let folder: URL

    /// nil where nothing, or something of other inputs, is kept.
    func output(of inputs: String, for architecture: Int) -> Output? {
        guard let data = try? Data(contentsOf: file(architecture)) else { return nil }
        let parts = data.split(
            separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, Data(parts[0]) == Data(Self.hash(inputs).utf8),
            let count = Int(String(decoding: parts[1], as: UTF8.self)), (0...parts[2].count).contains(count)
        else { return nil }
        return Output(
            image: Array(parts[2].dropFirst(count)),
            log: String(decoding: parts[2].prefix(count), as: UTF8.self))
    }

    func keep(_ output: Output, of inputs: String, for architecture: Int) {
        let head = "\(Self.hash(inputs))\n\(output.log.utf8.count)\n\(output.log)"
        try? AtomicFile.write(Data(head.utf8) + output.image, to: file(architecture))
    }

    private func file(_ architecture: Int) -> URL { folder.appendingPathComponent("sm_\(architecture)") }

    private static func hash(_ inputs: String) -> String { SHA256.hash(Data(inputs.utf8)) }
}
