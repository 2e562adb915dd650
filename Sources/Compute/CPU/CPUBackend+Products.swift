import CKernels

extension CPUBackend {
    package func uncheckedLinear(
        _ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool
    ) {
        if let blocks = weight.blocks {
            return linear(x, weight, of: blocks, bias: bias, into: y, accumulate: accumulate)
        }
        multiply(
            CKGemm(
                rows: x.rows, columns: weight.outputs, depth: weight.inputs, a: x.pointer,
                a_stride: x.stride, a_transposed: false, b: weight.address,
                b_stride: weight.leadingDimension, b_transposed: weight.layout == .outputsByInputs,
                b_type: weight.elementType.kernelType, bias: bias?.pointer, c: y.pointer,
                c_stride: y.stride, accumulate: accumulate))
    }

    package func uncheckedLinearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {
        if let blocks = weight.blocks {
            return linearBackward(dy, weight, of: blocks, into: dx, accumulate: accumulate)
        }
        multiply(
            CKGemm(
                rows: dy.rows, columns: weight.inputs, depth: weight.outputs, a: dy.pointer,
                a_stride: dy.stride, a_transposed: false, b: weight.address,
                b_stride: weight.leadingDimension, b_transposed: weight.layout == .inputsByOutputs,
                b_type: weight.elementType.kernelType, bias: nil, c: dx.pointer, c_stride: dx.stride,
                accumulate: accumulate))
    }

    package func uncheckedOuterProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {
        multiply(
            CKGemm(
                rows: c.rows, columns: c.columns, depth: a.rows, a: a.pointer, a_stride: a.stride,
                a_transposed: true, b: b.pointer, b_stride: b.stride, b_transposed: false, b_type: CK_F32,
                bias: nil, c: c.pointer, c_stride: c.stride, accumulate: accumulate))
    }

    /// Runs a product on the pool's threads.
    func multiply(_ product: CKGemm) {
        var product = product
        withScratch(ck_gemm_scratch_bytes(&product, instructionSet)) { scratch in
            ck_gemm(&product, instructionSet, pool.handle, scratch)
        }
    }
}
