import CKernels

extension CPUBackend {
    package func linear(_ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool) {
        precondition(x.columns == weight.inputs && y.columns == weight.outputs && x.rows == y.rows)
        let steps = weight.steps
        split(x.rows, cost: weight.inputs * weight.outputs) { rows in
            ck_product(
                rows.count, weight.outputs, weight.inputs, x.row(rows.lowerBound), x.stride, weight.address,
                weight.elementType.kernelType, steps.output, steps.input, bias?.pointer,
                y.row(rows.lowerBound), y.stride, accumulate)
        }
    }

    package func linearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {
        precondition(dx.columns == weight.inputs && dy.columns == weight.outputs && dx.rows == dy.rows)
        let steps = weight.steps
        split(dy.rows, cost: weight.inputs * weight.outputs) { rows in
            ck_product(
                rows.count, weight.inputs, weight.outputs, dy.row(rows.lowerBound), dy.stride, weight.address,
                weight.elementType.kernelType, steps.input, steps.output, nil, dx.row(rows.lowerBound),
                dx.stride, accumulate)
        }
    }

    package func outerProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {
        precondition(c.rows == a.columns && c.columns == b.columns && a.rows == b.rows)
        split(c.rows, cost: a.rows * c.columns) { rows in
            for row in rows {
                if !accumulate { self.kernels.pointee.fill(c.row(row), c.columns, 0) }
                for token in 0..<a.rows {
                    self.kernels.pointee.add(b.row(token), a.row(token)[row], c.row(row), c.columns)
                }
            }
        }
    }
}

extension Weight {
    /// How many elements the next output and the next input lie apart.
    fileprivate var steps: (output: Int, input: Int) {
        layout == .outputsByInputs ? (leadingDimension, 1) : (1, leadingDimension)
    }
}
