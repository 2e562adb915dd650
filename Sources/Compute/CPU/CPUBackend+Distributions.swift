import CKernels

extension CPUBackend {
    /// An element costs about as much as touching this many.
    private static let cost = 4

    package func logSumExp(_ logits: Matrix, into y: Matrix) {
        precondition(y.rows == logits.rows && y.columns == 1, "logSumExp: y is [R, 1]")
        split(logits.rows, cost: logits.columns * Self.cost) { rows in
            for row in rows {
                y.row(row).pointee = Float(self.kernels.pointee.log_sum_exp(logits.row(row), logits.columns))
            }
        }
    }

    package func logProbabilities(_ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix) {
        precondition(rows.count == ids.count, "logProbabilities: one id for each row")
        precondition(y.rows == rows.count && y.columns == 1, "logProbabilities: y is [rows, 1]")
        split(rows.count, cost: logits.columns * Self.cost) { range in
            // Entries of one row often follow each other.
            var known = (row: -1, total: 0.0)
            for index in range {
                let row = rows.checked(index, below: logits.rows)
                let id = ids.checked(index, below: logits.columns)
                if row != known.row {
                    known = (row, self.kernels.pointee.log_sum_exp(logits.row(row), logits.columns))
                }
                y.row(index).pointee = Float(Double(logits.row(row)[id]) - known.total)
            }
        }
    }

    package func topK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix) {
        precondition(k > 0 && k <= logits.columns, "topK: k lies in 1 … V")
        precondition(ids.count == logits.rows * k, "topK: ids are [R · k]")
        precondition(values.rows == logits.rows && values.columns == k, "topK: values are [R, k]")
        split(logits.rows, cost: logits.columns * Self.cost) { rows in
            for row in rows {
                self.kernels.pointee.top_k(
                    logits.row(row), logits.columns, k, ids.pointer + row * k, values.row(row))
            }
        }
    }

    package func distributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool
    ) {
        eachRow(of: logits, base: base, terms: terms, values: values) { row, asked in
            self.kernels.pointee.distribution_terms(
                logits.row(row), base?.row(row), logits.columns, &asked, values.row(row), gradient)
        }
    }

    /// Calls `body` with every row and what the loss asks of it, after checking all shapes.
    func eachRow(
        of logits: Matrix, base: Matrix?, terms: DistributionTerms, values: Matrix,
        _ body: @Sendable (Int, inout CKDistributionTerms) -> Void
    ) {
        let count = logits.rows
        precondition(values.rows == count && values.columns == 3, "distributionTerms: values are [R, 3]")
        precondition(
            terms.targets.count == count && terms.comparators.count == count,
            "distributionTerms: one token for each row")
        for weights in [terms.targetWeights, terms.comparatorWeights, terms.divergenceWeights] {
            precondition(
                weights.rows == count && weights.columns == 1, "distributionTerms: weights are [R, 1]")
        }
        precondition(base.map { $0.hasShape(of: logits) } ?? true, "distributionTerms: base is [R, V]")
        split(count, cost: logits.columns * Self.cost) { rows in
            for row in rows {
                var asked = CKDistributionTerms(
                    target: terms.targets.pointer[row], comparator: terms.comparators.pointer[row],
                    target_weight: terms.targetWeights.row(row).pointee,
                    comparator_weight: terms.comparatorWeights.row(row).pointee,
                    divergence_weight: terms.divergenceWeights.row(row).pointee)
                precondition(
                    asked.target < logits.columns && asked.comparator < logits.columns,
                    "distributionTerms: token id outside the vocabulary")
                precondition(
                    asked.divergence_weight == 0 || base != nil,
                    "distributionTerms: a divergence needs a base")
                body(row, &asked)
            }
        }
    }
}
