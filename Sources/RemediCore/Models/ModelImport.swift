import Compute
import Foundation
import LanguageModels

/// Turns a checkpoint of torch files into one of safetensors.
package struct ModelImport: Sendable {
    /// A folder with `config.json` and the weights.
    package let source: URL
    /// The type to which F32, F16, BF16 and F64 tensors are rounded; nil: they stay as they are, but for F64, which
    /// becomes F32 as it does when a model is read.
    package var elementType: ElementType?

    package init(source: URL) { self.source = source }

    /// The outcome.
    package struct Outcome: Sendable, Equatable {
        package let tensors: Int
        package let byteCount: Int
        /// Tensors that are another under a second name, and are left out.
        package let shared: [String]
        /// What reading the checkpoint has to say of it; nil for a model that cannot be read, of which nobody
        /// knows whether all is there.
        package let notes: [WeightNote]?
    }

    /// Writes the checkpoint to `folder`, or beside the torch files if it is the source.
    ///
    /// - Parameter replaces: whether a checkpoint that is there already is replaced.
    /// - Throws: `ModelError`, `LanguageModelError`, `RemediError.interrupted`.
    package func write(
        to folder: URL, replaces: Bool, progress: any ProgressReporter,
        shardLimit: Int = CheckpointWriter.usualShardLimit
    ) throws -> Outcome {
        let checkpoint = try Checkpoint.open(source)
        let tensors = try Self.tensors(of: checkpoint)
        let records = try renamed(checkpoint)
        var output = try CheckpointFolder(folder, source: source, replaces: replaces)
        output.tokenizer = try Checkpoint.tokenizerJSON(of: source)
        if output.isInPlace, try CheckpointFiles.areSafeTensors(in: source) {
            guard changes(records) else { throw ModelError.nothingToImport(path: source.path) }
            guard replaces else { throw ModelError.exists(path: source.path) }
        }
        let needed = Set(try tensors?.all().map(\.need.name) ?? [])
        let (kept, shared) = Self.distinct(records, needed: needed)
        let writer = CheckpointWriter(kept.map(outline), shardLimit: shardLimit)
        let byName = Dictionary(uniqueKeysWithValues: kept.map { ($0.name, $0) })
        // Told before an earlier checkpoint gives way.
        for record in kept where !Self.isMask(record.name) {
            if record.isDouble { _ = try record.stored?.finiteFloats() }
            if let elementType { try record.stored?.check(fits: elementType) }
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
                try progress.abandonIfAsked()
                try sink(bytes)
                done += bytes.count
                progress.report(.advanced(done: done, note: nil))
            }
        }
        progress.report(.finished)
        return Outcome(
            tensors: kept.count, byteCount: writer.byteCount, shared: shared,
            notes: tensors?.notes)
    }

    /// Whether any tensor gets another type.
    private func changes(_ records: [TensorRecord]) -> Bool {
        records.contains { written($0) != $0.typeName }
    }

    /// The tensors that the model's family reads; nil where it is not known or not read with such a
    /// configuration.
    ///
    /// - Throws: `LanguageModelError`, as loading the model would.
    private static func tensors(of checkpoint: Checkpoint) throws -> ModelTensors? {
        do {
            return try ModelTensors(checkpoint)
        } catch let error as LanguageModelError {
            switch error {
            case .unknownFamily, .unsupportedSetting, .configuration: return nil
            default: throw error
            }
        }
    }

    /// All tensors under the names that the model itself gives them, without what wrappers add.
    ///
    /// - Throws: `LanguageModelError.malformed` where two then have one name.
    private func renamed(_ checkpoint: Checkpoint) throws -> [TensorRecord] {
        var names: Set<ExactString> = []
        return try checkpoint.tensorNames.compactMap(checkpoint.record).map { record in
            let name = WrapperNames.stripped(record.name)
            guard names.insert(ExactString(name)).inserted else {
                throw LanguageModelError.malformed(
                    path: source.path, reason: "two tensors \"\(name)\", one of them wrapped")
            }
            return record.renamed(name)
        }
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

    /// In which type a tensor is written, as safetensors names it.
    private func written(_ record: TensorRecord) -> String {
        guard let stored = record.stored else { return record.typeName }
        return (elementType ?? stored.elementType).rawValue
    }

    private func outline(_ record: TensorRecord) -> TensorOutline {
        let byteCount = record.stored.map { $0.elementCount * (elementType ?? $0.elementType).byteCount }
        return TensorOutline(
            name: record.name, typeName: written(record), shape: record.shape,
            byteCount: byteCount ?? record.byteCount)
    }

    /// Whether a tensor holds what hidden scores were set to by early versions of `transformers`: -1e9, which
    /// may become -∞.
    private static func isMask(_ name: String) -> Bool { name.hasSuffix("masked_bias") }

    /// A tensor whose rows the file orders in another way; it is held as a whole meanwhile.
    private func copyArranged(
        _ stored: StoredTensor, as elementType: ElementType, _ sink: CheckpointWriter.Sink
    ) throws {
        let rounded = try stored.rounded(to: elementType)
        try withExtendedLifetime(rounded) {
            try sink(
                UnsafeRawBufferPointer(
                    start: rounded.address, count: stored.elementCount * elementType.byteCount))
        }
    }

    /// Bytes that are handed on at a time.
    private static let pieceLength = 16 << 20

    private func copy(_ record: TensorRecord, _ sink: CheckpointWriter.Sink) throws {
        guard let stored = record.stored, written(record) != record.typeName || record.arrangement != nil
        else {
            let bytes = record.bytes
            for start in stride(from: 0, to: bytes.count, by: Self.pieceLength) {
                let end = min(bytes.count, start + Self.pieceLength)
                try sink(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            }
            return
        }
        let elementType = elementType ?? stored.elementType
        if record.arrangement != nil { return try copyArranged(stored, as: elementType, sink) }
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
