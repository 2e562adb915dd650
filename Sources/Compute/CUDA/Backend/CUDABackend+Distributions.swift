/// Log-sums, likeliest tokens and loss terms; see softmax_parts.cuh for how the kernels cut rows into segments.
extension CUDABackend {
    package func uncheckedLogSumExp(_ logits: Matrix, into y: Matrix) {
        let segments = Self.segments(logits.columns)
        withScratch(logits.rows, bytesPerIndex: segments * Self.massBytes) { rows, scratch in
            var scratch = scratch
            let masses = scratch.take(rows.count * segments * Self.massBytes)
            queueMasses(of: logits.rows(rows), entries: rows.count, into: masses)
            launch(
                "log_sum_exp", grid: Self.warpPerRow(rows.count), block: 256,
                [.pointer(masses), .int(rows.count), .int(logits.columns), .matrix(y.rows(rows))])
        }
    }

    package func uncheckedLogProbabilities(
        _ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix
    ) {
        let segments = Self.segments(logits.columns)
        // Each row is read once: for all of its entries where there are more entries than rows.
        let rowBytes = logits.rows * segments * Self.massBytes
        let isByRow = rows.count > logits.rows && rowBytes <= scratchBytes / 2
        let entryBytes = isByRow ? (rowBytes + rows.count - 1) / rows.count : segments * Self.massBytes
        withScratch(rows.count, bytesPerIndex: entryBytes) { range, scratch in
            var scratch = scratch
            let entryRows = rows.pointer + range.lowerBound
            let masses = scratch.take(isByRow ? rowBytes : range.count * entryBytes)
            queueMasses(
                of: logits, rows: isByRow ? nil : entryRows, entries: isByRow ? logits.rows : range.count,
                into: masses)
            launch(
                "log_probabilities", grid: Self.warpPerRow(range.count), block: 256,
                [
                    .matrix(logits), .pointer(masses), .pointer(entryRows),
                    .pointer(ids.pointer + range.lowerBound), .int(range.count), .int(logits.rows),
                    .int(logits.columns), .flag(isByRow), .matrix(y.rows(range)),
                ])
        }
    }

    package func uncheckedDistributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool
    ) {
        let count = logits.rows
        let segments = Self.segments(logits.columns)
        let rowBytes = segments * (2 * Self.massBytes + MemoryLayout<Double>.stride) + Self.slopeBytes
        withScratch(count, bytesPerIndex: rowBytes) { rows, scratch in
            queueTerms(
                logits.rows(rows), base: base?.rows(rows), terms.arguments(rows), into: values.rows(rows),
                gradient: gradient, scratch)
        }
    }

    /// The loss terms of rows whose working memory is there.
    private func queueTerms(
        _ logits: Matrix, base: Matrix?, _ terms: [KernelArgument], into values: Matrix, gradient: Bool,
        _ scratch: ScratchMemory
    ) {
        var scratch = scratch
        let rows = logits.rows
        let columns = KernelArgument.int(logits.columns)
        let segments = Self.segments(logits.columns)
        let parts = base == nil ? 1 : 2
        let masses = scratch.take(rows * parts * segments * Self.massBytes)
        let slopes = scratch.take(rows * Self.slopeBytes)
        let divergences = scratch.take(rows * segments * MemoryLayout<Double>.stride)
        launch(
            "distribution_masses", grid: (rows * parts * segments, 1, 1), block: Self.segmentThreads,
            [.matrix(logits), .optional(base), columns] + terms + [.pointer(masses)])
        launch(
            "distribution_rows", grid: Self.warpPerRow(rows), block: 256,
            [.matrix(logits), .optional(base), .int(rows), columns] + terms
                + [.pointer(masses), .pointer(slopes), .matrix(values)])
        if base == nil && !gradient { return }
        launch(
            "distribution_slopes", grid: (rows * segments, 1, 1), block: Self.segmentThreads,
            [
                .matrix(logits), .optional(base), columns, .pointer(slopes), .pointer(divergences),
                .flag(gradient),
            ])
        if base == nil { return }
        launch(
            "divergence_sums", grid: Self.warpPerRow(rows), block: 256,
            [.pointer(divergences), .pointer(slopes), .int(rows), columns, .matrix(values)])
    }

    /// Queues the masses of the segments of the rows `rows`, or of all.
    private func queueMasses(
        of logits: Matrix, rows: UnsafeRawPointer? = nil, entries: Int, into masses: UnsafeRawPointer
    ) {
        launch(
            "row_masses", grid: (entries * Self.segments(logits.columns), 1, 1), block: Self.segmentThreads,
            [
                .matrix(logits), .pointer(rows), .int(logits.rows), .int(logits.columns), .pointer(masses),
            ])
    }
}

// MARK: - What the kernels expect

extension CUDABackend {
    static let segmentThreads = 256
    static let segmentLength = 2048
    /// Bytes of the kernels' `RowMass` and `RowSlopes`.
    static let massBytes = 16
    fileprivate static let slopeBytes = 56

    static func segments(_ columns: Int) -> Int { (columns + segmentLength - 1) / segmentLength }

    /// The grid of blocks of eight warps, one warp a row.
    fileprivate static func warpPerRow(_ rows: Int) -> (Int, Int, Int) { ((rows + 7) / 8, 1, 1) }
}

extension DistributionTerms {
    /// The kernels' description of the rows `rows`.
    fileprivate func arguments(_ rows: Range<Int>) -> [KernelArgument] {
        [
            .pointer(targets.pointer + rows.lowerBound), .pointer(comparators.pointer + rows.lowerBound),
            .matrix(targetWeights.rows(rows)), .matrix(comparatorWeights.rows(rows)),
            .matrix(divergenceWeights.rows(rows)),
        ]
    }
}
