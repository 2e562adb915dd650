import CKernels
import Foundation

extension CPUBackend {
    package func uncheckedEmbed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool) {
        let type = table.elementType
        split(x.rows, cost: x.columns) { rows in
            for row in rows {
                let id = Int(ids.pointer[row])
                precondition(id >= 0 && id < table.outputs, "embed: token id outside the table")
                let line = table.address + id * table.lineBytes
                if let blocks = table.blocks {
                    self.widen(line, of: blocks, into: x.row(row), x.columns, accumulate)
                    continue
                }
                self.kernels.pointee.widen(line, type.kernelType, x.row(row), x.columns, accumulate)
            }
        }
    }

    package func uncheckedGatherRows(_ x: Matrix, _ rows: IndexVector, into y: Matrix) {
        split(y.rows, cost: y.columns) { range in
            for row in range {
                memcpy(y.row(row), x.row(rows.checked(row, below: x.rows)), y.rowBytes)
            }
        }
    }

    package func uncheckedScatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool) {
        split(y.rows, cost: y.columns) { range in
            for row in range {
                let target = x.row(rows.checked(row, below: x.rows))
                if accumulate {
                    self.kernels.pointee.add(y.row(row), 1, target, y.columns)
                } else {
                    memcpy(target, y.row(row), y.rowBytes)
                }
            }
        }
    }

    package func uncheckedMeanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix) {
        let length = spans.reduce(0) { $0 + $1.count } / max(1, spans.count)
        split(spans.count, cost: x.columns * length) { range in
            for index in range {
                let span = spans[index]
                self.kernels.pointee.sum_rows(
                    x.row(span.lowerBound), x.stride, span.count, x.columns, 1 / Float(span.count),
                    y.row(index), false)
            }
        }
    }

    package func uncheckedAdd(_ x: Matrix, scale: Float, into y: Matrix) {
        split(x.rows, cost: x.columns) { rows in
            for row in rows { self.kernels.pointee.add(x.row(row), scale, y.row(row), x.columns) }
        }
    }

    package func uncheckedScaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool) {
        split(x.rows, cost: x.columns) { rows in
            for row in rows {
                self.kernels.pointee.scale(
                    x.row(row), factors.row(row).pointee, y.row(row), x.columns, accumulate)
            }
        }
    }

    package func uncheckedRowDots(_ a: Matrix, _ b: Matrix, into y: Matrix) {
        split(a.rows, cost: a.columns) { rows in
            for row in rows {
                y.row(row).pointee = self.kernels.pointee.dot(a.row(row), b.row(row), a.columns)
            }
        }
    }

    package func uncheckedColumnSums(_ x: Matrix, into y: Matrix, accumulate: Bool) {
        splitColumns(x.columns, rows: x.rows) { columns in
            self.kernels.pointee.sum_rows(
                x.pointer + columns.lowerBound, x.stride, x.rows, columns.count, 1,
                y.pointer + columns.lowerBound, accumulate)
        }
    }

    package func uncheckedEdit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        split(rows.count, cost: x.columns) { range in
            for index in range {
                let direction = directions.row(directionOf.checked(index, below: directions.rows))
                let row = x.row(rows.checked(index, below: x.rows))
                self.kernels.pointee.blend(direction, alpha, beta, row, x.columns)
            }
        }
    }

    package func uncheckedEditBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        // Several edits may share a direction, so threads share columns, not edits.
        splitColumns(dx.columns, rows: rows.count) { columns in
            for index in 0..<rows.count {
                let number = directionOf.checked(index, below: dDirections.rows)
                let direction = dDirections.row(number) + columns.lowerBound
                let row = dx.row(rows.checked(index, below: dx.rows)) + columns.lowerBound
                self.kernels.pointee.add(row, alpha, direction, columns.count)
                if beta != 1 { self.kernels.pointee.scale(row, beta, row, columns.count, false) }
            }
        }
    }

    /// Runs `body` over ranges of columns that start at whole vectors.
    private func splitColumns(_ columns: Int, rows: Int, _ body: @Sendable (Range<Int>) -> Void) {
        let width = 64
        split((columns + width - 1) / width, cost: width * rows) { blocks in
            body(blocks.lowerBound * width..<min(columns, blocks.upperBound * width))
        }
    }
}

extension IndexVector {
    /// The index at `position`, which must lie in 0 ..< `bound`.
    func checked(_ position: Int, below bound: Int) -> Int {
        let index = Int(pointer[position])
        precondition(index >= 0 && index < bound, "index outside the matrix")
        return index
    }
}
