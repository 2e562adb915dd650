import Foundation

/// Writes a checkpoint's tensors one after the other: one safetensors file, or several and their index.
package struct CheckpointWriter {
    /// Takes a tensor's bytes piece by piece.
    package typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    /// A larger model is spread over several files.
    package static let usualShardLimit = 5_000_000_000

    private let shards: [[TensorOutline]]

    /// - Parameter shardLimit: bytes of tensors that a file holds, unless one tensor alone has more.
    package init(_ tensors: [TensorOutline], shardLimit: Int = usualShardLimit) {
        var shards: [[TensorOutline]] = [[]]
        var size = 0
        for tensor in tensors {
            if size > 0, size + tensor.byteCount > shardLimit {
                shards.append([])
                size = 0
            }
            shards[shards.count - 1].append(tensor)
            size += tensor.byteCount
        }
        // Readers want every tensor aligned to its elements: those with the largest elements come first.
        self.shards = shards.map { shard in
            [8, 4, 2, 1].flatMap { size in shard.filter { Self.alignment(of: $0) == size } }
        }
    }

    private static func alignment(of tensor: TensorOutline) -> Int {
        min(8, TensorRecord.elementByteCount(tensor.typeName) ?? 1)
    }

    package var byteCount: Int { shards.joined().reduce(0) { $0 + $1.byteCount } }

    /// The files that it writes, the index last.
    package var fileNames: [String] { shards.indices.map(name) + (shards.count > 1 ? [Self.indexName] : []) }

    /// The suffix of files that are not completely written yet.
    package static let incomplete = "incomplete"

    private static let indexName = "model.safetensors.index.json"

    private func name(_ shard: Int) -> String {
        if shards.count == 1 { return "model.safetensors" }
        return String(format: "model-%05d-of-%05d.safetensors", shard + 1, shards.count)
    }

    /// Writes all files; none has its name before all are written.
    ///
    /// - Parameters:
    ///   - finishing: the last chance to stop: called once all is written, before it gets its names.
    ///   - content: gives a tensor's bytes to the sink, all of them.
    /// - Throws: `LanguageModelError.unwritable`, and what `content` and `finishing` throw.
    package func write(
        to folder: URL, finishing: () throws -> Void = {}, content: (TensorOutline, Sink) throws -> Void
    ) throws {
        var finished: [(from: URL, to: URL)] = []
        do {
            for (index, shard) in shards.enumerated() {
                let target = folder.appendingPathComponent(name(index))
                let temporary = target.appendingPathExtension(Self.incomplete)
                try Self.write(shard, to: temporary, content)
                finished.append((temporary, target))
            }
            try finishing()
        } catch {
            finished.forEach { _ = unlink($0.from.path) }
            throw error
        }
        for (from, to) in finished {
            guard rename(from.path, to.path) == 0 else {
                throw LanguageModelError.unwritable(path: to.path, reason: SystemCall.failure)
            }
        }
        if shards.count > 1 {
            try AtomicFile.write(
                index.text(pretty: true) + "\n", to: folder.appendingPathComponent(Self.indexName))
        }
    }

    private static func write(
        _ tensors: [TensorOutline], to file: URL, _ content: (TensorOutline, Sink) throws -> Void
    ) throws {
        try AtomicFile.write(to: file) { sink in
            try sink.append(SafeTensors.header(of: tensors, metadata: ["format": "pt"]))
            for tensor in tensors {
                var written = 0
                try content(tensor) { piece in
                    written += piece.count
                    try sink.append(piece)
                }
                precondition(written == tensor.byteCount, "a tensor's bytes are all given")
            }
        }
    }

    private var index: JSONValue {
        var map = JSONObject()
        for (number, shard) in shards.enumerated() {
            for tensor in shard { map[tensor.name] = .string(name(number)) }
        }
        return [
            "metadata": ["total_size": .integer(byteCount)], "weight_map": JSONValue.object(map).sortedByKey,
        ]
    }
}
