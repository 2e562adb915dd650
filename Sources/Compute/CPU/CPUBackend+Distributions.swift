import CKernels

extension CPUBackend {
    /// An element costs about as much as touching this many.
    private static let cost = 4

    package func uncheckedLogSumExp(_ logits: Matrix, into y: Matrix) {
        split(logits.rows, cost: logits.columns * Self.cost) { rows in
            for row in rows {
                y.row(row).pointee = Float(self.kernels.pointee.log_sum_exp(logits.row(row), logits.columns))
            }
        }
    }

    package func uncheckedLogProbabilities(
        _ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix
    ) {
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

    package func uncheckedTopK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix) {
        split(logits.rows, cost: logits.columns * Self.cost) { rows in
            for row in rows {
                self.kernels.pointee.top_k(
                    logits.row(row), logits.columns, k, ids.pointer + row * k, values.row(row))
            }
        }
    }

    package func uncheckedDistributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool
    ) {
        eachRow(of: logits, base: base, terms: terms) { row, asked in
            self.kernels.pointee.distribution_terms(
                logits.row(row), base?.row(row), logits.columns, &asked, values.row(row), gradient)
        }
    }

    /// Calls `body` with every row and what the loss asks of it.
    func eachRow(
        of logits: Matrix, base: Matrix?, terms: DistributionTerms,
        _ body: @Sendable (Int, inout CKDistributionTerms) -> Void
    ) {
        split(logits.rows, cost: logits.columns * Self.cost) { rows in
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
