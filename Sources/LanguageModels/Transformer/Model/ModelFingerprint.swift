import Compute
import Foundation
import Synchronization

/// Tells whether two checkpoints hold the same model: "2-" and the SHA-256, in hexadecimal, of the
/// configuration and of every byte of the tensors that the model uses, by their family's names.
///
/// It depends neither on the files' format nor on the order of tensors, what stores or wraps their names, the
/// layout of `config.json`, or tensors that are not used.  F64 counts as the float32 it is rounded to.
package final class ModelFingerprint: Sendable {
    private let checkpoint: Checkpoint
    private let tensors: [(need: TensorRequirement, record: TensorRecord)]
    private let memory: FingerprintMemory?
    private let now: @Sendable () -> Date
    private let known = Mutex<String?>(nil)
    private let knownFormer = Mutex<String?>(nil)

    /// Of the checkpoint.
    package var folder: URL { checkpoint.folder }

    private static let prefix = "2-"

    /// Whether a fingerprint is one of version 0.1.0, over the first and last 4 KiB of every tensor.
    package static func isFormer(_ fingerprint: String) -> Bool { !fingerprint.hasPrefix(prefix) }

    /// Computes nothing yet.
    ///
    /// - Parameters:
    ///   - memory: where digests of files are kept, so that each file is hashed once.
    ///   - now: the time, by which it is told whether a file was written to just before.
    /// - Throws: `LanguageModelError`, as loading the model would.
    package init(
        _ checkpoint: Checkpoint, _ tensors: ModelTensors, memory: FingerprintMemory? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        self.checkpoint = checkpoint
        self.tensors = try tensors.all()
        self.memory = memory
        self.now = now
    }

    /// - Throws: `LanguageModelError`, as loading the model would.
    package convenience init(_ checkpoint: Checkpoint) throws {
        try self.init(checkpoint, ModelTensors(checkpoint))
    }

    /// Reads all weights unless it is remembered.
    ///
    package var value: String {
        known.withLock { known in
            if let known { return known }
            let configuration = JSONValue.object(checkpoint.configuration).sortedByKey.text()
            let digest = weightsDigest()
            let result = Self.prefix + SHA256.hash(Data((configuration + "\n" + digest).utf8))
            known = result
            return result
        }
    }

    /// See `Checkpoint.formerFingerprint`.
    package var former: String {
        knownFormer.withLock { known in
            let result = known ?? checkpoint.formerFingerprint
            known = result
            return result
        }
    }

    private func weightsDigest() -> String {
        let parts = tensors.map { need, record in
            (
                line: "\(need.name) \(record.isDouble ? "F32" : record.typeName) \(record.shape)",
                record: record
            )
        }.sorted { $0.line < $1.line }
        let key = (checkpoint.files.map { "\($0.identity)" } + parts.map(\.line)).joined(separator: "\n")
        if let found = memory?.digest(of: key) { return found }
        let start = now()
        let digests = Self.digests(of: parts.compactMap(\.record.stored))
        let text = zip(parts, digests).map { "\($0.line) \($1)" }.joined(separator: "\n")
        let digest = SHA256.hash(Data(text.utf8))
        let isSettled = checkpoint.files.allSatisfy {
            $0.identity.isSettled(at: start) && FileIdentity(path: $0.path) == $0.identity
        }
        if isSettled { memory?.remember(digest, of: key) }
        return digest
    }

    /// Elements that are hashed at a time, on one core.
    private static let pieceLength = 1 << 20

    /// Of each tensor the SHA-256 of the SHA-256 of its pieces, many computed side by side.
    private static func digests(of tensors: [StoredTensor]) -> [String] {
        var pieces: [StoredTensor] = []
        var owners: [Range<Int>] = []
        for tensor in tensors {
            let first = pieces.count
            for start in stride(from: 0, to: tensor.elementCount, by: pieceLength) {
                pieces.append(tensor.elements(start..<min(tensor.elementCount, start + pieceLength)))
            }
            owners.append(first..<pieces.count)
        }
        let found = Mutex([String](repeating: "", count: pieces.count))
        let shared = pieces
        DispatchQueue.concurrentPerform(iterations: shared.count) { index in
            let digest = Self.digest(of: shared[index])
            found.withLock { $0[index] = digest }
        }
        let digests = found.withLock { $0 }
        return owners.map { SHA256.hash(Data(digests[$0].joined(separator: " ").utf8)) }
    }

    private static func digest(of piece: StoredTensor) -> String {
        var hash = SHA256()
        if piece.isDouble {
            piece.floats().withUnsafeBytes { hash.update($0) }
        } else {
            hash.update(piece.bytes)
        }
        return hash.finish()
    }
}
