import Compute
import Foundation
import LanguageModels

/// Turns a checkpoint of torch files into one of safetensors.
package struct ModelImport: Sendable {
    /// A folder with `config.json` and the weights.
    package let source: URL
    /// What F32, F16 and BF16 tensors are rounded to; nil: they stay as they are.
    package var elementType: ElementType?

    package init(source: URL) { self.source = source }

    /// What came of it.
    package struct Outcome: Sendable, Equatable {
        package let tensors: Int
        package let byteCount: Int
        /// Tensors that are another under a second name, and are left out.
        package let shared: [String]
    }

    /// Writes the checkpoint to `folder`, or beside the torch files if it is the source.
    ///
    /// - Parameter replaces: whether a checkpoint that is there already is replaced.
    /// - Throws: `ModelError`, `LanguageModelError`, `RemediError.interrupted`.
    package func write(
        to folder: URL, replaces: Bool, progress: any ProgressReporter,
        shardLimit: Int = CheckpointWriter.usualShardLimit
    ) throws -> Outcome {
        let checkpoint = try Checkpoint(folder: source)
        let records = checkpoint.tensorNames.compactMap(checkpoint.record)
        let output = try CheckpointFolder(folder, source: source, replaces: replaces)
        if output.isInPlace, hasSafeTensors {
            guard changes(records) else { throw ModelError.nothingToImport(path: source.path) }
            guard replaces else { throw ModelError.exists(path: source.path) }
        }
        let (kept, shared) = Self.distinct(records, needed: Self.needed(by: checkpoint))
        let writer = CheckpointWriter(kept.map(outline), shardLimit: shardLimit)
        let byName = Dictionary(uniqueKeysWithValues: kept.map { ($0.name, $0) })
        // Told before an earlier checkpoint gives way.
        if let elementType {
            for record in kept where !Self.isMask(record.name) {
                try record.stored?.check(fits: elementType)
            }
        }
        progress.report(.startedTransfer(stage: "writing weights", bytes: writer.byteCount))
        var done = 0
        var configuration = checkpoint.configuration
        if let elementType {
            configuration = CheckpointFolder.configuration(configuration, storedAs: elementType)
        }
        try output.write(writer, configuration: configuration, progress: progress) { outline, sink in
            guard let record = byName[outline.name] else { preconditionFailure("every tensor is known") }
            try copy(record) { bytes in
                if let signal = progress.stopRequested { throw RemediError.interrupted(signal: signal) }
                try sink(bytes)
                done += bytes.count
                progress.report(.advanced(done: done, note: nil))
            }
        }
        progress.report(.finished)
        return Outcome(tensors: kept.count, byteCount: writer.byteCount, shared: shared)
    }

    private var hasSafeTensors: Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: source.path)) ?? []
        return names.contains { $0.hasSuffix(".safetensors") }
    }

    /// Whether any tensor gets another type.
    private func changes(_ records: [TensorRecord]) -> Bool {
        records.contains { record in
            record.stored.map { elementType != nil && $0.elementType != elementType } ?? false
        }
    }

    /// The names that the model's family reads; none where the family is not known.
    private static func needed(by checkpoint: Checkpoint) -> Set<String> {
        let path = checkpoint.folder.appendingPathComponent("config.json").path
        let tensors = try? ModelFamilies.initialTensors(
            ConfigurationReader(checkpoint.configuration, path: path))
        return Set((tensors ?? []).map(\.tensor.name))
    }

    /// Every tensor once: of several names for the same bytes the one that the family reads, or the first.
    private static func distinct(
        _ records: [TensorRecord], needed: Set<String>
    ) -> (kept: [TensorRecord], shared: [String]) {
        struct Extent: Hashable {
            let address: UnsafeMutableRawPointer
            let typeName: String
            let shape: [Int]
        }
        var groups: [Extent: [TensorRecord]] = [:]
        for record in records where record.byteCount > 0 {
            let extent = Extent(
                address: record.storage.address + record.byteOffset, typeName: record.typeName,
                shape: record.shape)
            groups[extent, default: []].append(record)
        }
        var dropped: Set<String> = []
        for group in groups.values where group.count > 1 {
            let chosen = group.first { needed.contains($0.name) } ?? group[0]
            dropped.formUnion(group.map(\.name).filter { $0 != chosen.name })
        }
        return (records.filter { !dropped.contains($0.name) }, dropped.sorted())
    }

    private func outline(_ record: TensorRecord) -> TensorOutline {
        guard let elementType, let stored = record.stored else {
            return TensorOutline(
                name: record.name, typeName: record.typeName, shape: record.shape,
                byteCount: record.byteCount)
        }
        return TensorOutline(
            name: record.name, typeName: elementType.rawValue, shape: record.shape,
            byteCount: stored.elementCount * elementType.byteCount)
    }

    /// Whether a tensor holds what hidden scores were set to by early versions of `transformers`: -1e9, which
    /// may become -∞.
    private static func isMask(_ name: String) -> Bool { name.hasSuffix("masked_bias") }

    /// Bytes that are handed on at a time.
    private static let pieceLength = 16 << 20

    private func copy(_ record: TensorRecord, _ sink: CheckpointWriter.Sink) throws {
        guard let stored = record.stored, let elementType, stored.elementType != elementType else {
            let bytes = record.bytes
            for start in stride(from: 0, to: bytes.count, by: Self.pieceLength) {
                let end = min(bytes.count, start + Self.pieceLength)
                try sink(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            }
            return
        }
        let length = Self.pieceLength / 4
        for start in stride(from: 0, to: stored.elementCount, by: length) {
            let part = stored.elements(start..<min(stored.elementCount, start + length))
            let rounded = try part.rounded(to: elementType, allowsInfinity: Self.isMask(record.name))
            try withExtendedLifetime(rounded) {
                try sink(
                    UnsafeRawBufferPointer(
                        start: rounded.address, count: part.elementCount * elementType.byteCount))
            }
        }
    }
}
