/// The likeliest tokens; see top_k.cu.
extension CUDABackend {
    package func uncheckedTopK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix) {
        let kept = LikeliestKeys(of: k, segments: Self.segments(logits.columns))
        let massBytes = kept.segments * Self.massBytes
        withScratch(logits.rows, bytesPerIndex: massBytes + 2 * kept.rowBytes) { rows, scratch in
            var scratch = scratch
            let part = logits.rows(rows)
            let masses = scratch.take(rows.count * massBytes)
            let lists = scratch.take(rows.count * kept.rowBytes)
            let others = scratch.take(rows.count * kept.rowBytes)
            launch(
                "top_k_segments", grid: (rows.count * kept.segments, 1, 1), block: Self.segmentThreads,
                [
                    .matrix(part), .int(part.columns), .int(kept.bits), .pointer(lists), .pointer(masses),
                ])
            let sorted =
                kept.isMerged
                ? merge(lists, others, kept, k: k, of: part) : join(lists, others, kept, rows: rows.count)
            launch(
                "top_k_results", grid: (rows.count, 1, 1), block: 256,
                [
                    .pointer(sorted.keys), .long(sorted.pitch), .pointer(masses), .int(part.columns),
                    .int(k), .pointer(ids.pointer + rows.lowerBound * k), .matrix(values.rows(rows)),
                ])
        }
    }

    /// Where the sorted keys of the first row begin, and how many keys further those of the next.
    private typealias SortedKeys = (keys: UnsafeMutableRawPointer, pitch: Int)

    /// Joins the lists of every row until one is left.
    private func join(
        _ lists: UnsafeMutableRawPointer, _ others: UnsafeMutableRawPointer, _ kept: LikeliestKeys, rows: Int
    ) -> SortedKeys {
        var source = lists, target = others
        var count = kept.segments
        while count > 1 {
            let groups = (count + kept.listsPerBlock - 1) / kept.listsPerBlock
            launch(
                "top_k_join", grid: (rows * groups, 1, 1), block: 256,
                [.pointer(source), .int(count), .int(kept.bits), .pointer(target)])
            swap(&source, &target)
            count = groups
        }
        return (source, 1 << kept.bits)
    }

    /// Merges the sorted segments of every row in pairs until one list is left.
    private func merge(
        _ lists: UnsafeMutableRawPointer, _ others: UnsafeMutableRawPointer, _ kept: LikeliestKeys, k: Int,
        of logits: Matrix
    ) -> SortedKeys {
        var source = lists, target = others
        let pitch = kept.segments * Self.segmentLength
        var width = Self.segmentLength
        while width < logits.columns {
            launch(
                "top_k_merge", grid: (logits.rows * ((logits.columns + 255) / 256), 1, 1), block: 256,
                [
                    .pointer(source), .long(pitch), .int(logits.columns), .int(width), .int(k),
                    .pointer(target),
                ])
            swap(&source, &target)
            width *= 2
        }
        return (source, pitch)
    }
}

/// How many keys the segments of a row keep.
private struct LikeliestKeys {
    let segments: Int
    /// A segment keeps 2^bits keys.
    let bits: Int
    private static let segmentBits = CUDABackend.segmentLength.trailingZeroBitCount

    init(of k: Int, segments: Int) {
        self.segments = segments
        let powers = 0..<Self.segmentBits
        bits = powers.first { 1 << $0 >= k } ?? Self.segmentBits
    }

    /// Whether lists are too long for two of them to meet in a block's shared memory.
    var isMerged: Bool { bits == Self.segmentBits }
    var listsPerBlock: Int { 1 << (Self.segmentBits - bits) }
    var rowBytes: Int { segments * (1 << bits) * MemoryLayout<UInt64>.stride }
}
