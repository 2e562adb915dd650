import CCUDA

/// Matrix products by cuBLAS.
///
/// With float32 weights both factors are float32.  With 16-bit weights the activations are split into 16-bit
/// terms, whose products tensor cores form exactly and add in float32 (see products.cu): two terms for float16,
/// which hold each activation to 2⁻²³ of itself, three for bfloat16, which hold all of it.  A float32 sum of K
/// products is off by more than that.
///
/// `allowsTF32` trades this for speed: float32 factors are rounded to 2⁻¹¹ of themselves, activations that meet
/// float16 weights to 2⁻¹¹, those that meet bfloat16 weights to 2⁻⁸.
extension CUDABackend {
    package func uncheckedLinear(
        _ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool
    ) {
        multiply(
            x, weight, linesFollowDepth: weight.layout == .outputsByInputs, bias: bias, into: y,
            accumulate: accumulate)
    }

    package func uncheckedLinearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {
        multiply(
            dy, weight, linesFollowDepth: weight.layout == .inputsByOutputs, bias: nil, into: dx,
            accumulate: accumulate)
    }

    package func uncheckedOuterProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {
        if c.rows == 0 || c.columns == 0 { return }
        if a.rows == 0 { return begin(c, bias: nil, accumulate: accumulate) }
        // To cuBLAS, which counts columns first, cᵀ = bᵀ · a.
        attempt {
            try blas.multiply(
                CCUDAGemm(
                    transposes_a: false, transposes_b: true, m: Int32(c.columns), n: Int32(c.rows),
                    k: Int32(a.rows), alpha: 1, beta: accumulate ? 1 : 0, a: b.pointer, b: a.pointer,
                    c: c.pointer, type: CCUDA_F32, lda: Int32(b.stride), ldb: Int32(a.stride),
                    ldc: Int32(c.stride), count: 1, stride_a: 0, stride_b: 0, stride_c: 0,
                    allows_tf32: allowsTF32))
        }
    }

    /// y (+)= x · B + bias, where B [x.columns, y.columns] is the weight; `linesFollowDepth` says whether the
    /// weight's lines are B's columns.
    private func multiply(
        _ x: Matrix, _ weight: Weight, linesFollowDepth: Bool, bias: Matrix?, into y: Matrix,
        accumulate: Bool
    ) {
        if y.rows == 0 || y.columns == 0 { return }
        if x.columns == 0 { return begin(y, bias: bias, accumulate: accumulate) }
        if weight.elementType != .float32 {
            return multiplySplit(
                x, weight, linesFollowDepth: linesFollowDepth, bias: bias, into: y, accumulate: accumulate)
        }
        // A bias first costs one pass over y, as it would afterwards.
        if bias != nil { begin(y, bias: bias, accumulate: accumulate) }
        queue(
            weight, linesFollowDepth: linesFollowDepth, x: x.pointer, stride: x.stride, rows: x.rows,
            depth: x.columns, into: y.pointer, stride: y.stride, columns: y.columns,
            adds: accumulate || bias != nil)
    }

    /// Queues the product of `rows` rows of the weight's type.  To cuBLAS, which counts columns first, it is
    /// yᵀ = Bᵀ · xᵀ.
    private func queue(
        _ weight: Weight, linesFollowDepth: Bool, x: UnsafeRawPointer, stride: Int, rows: Int, depth: Int,
        into y: UnsafeMutableRawPointer, stride yStride: Int, columns: Int, adds: Bool
    ) {
        attempt {
            try blas.multiply(
                CCUDAGemm(
                    transposes_a: linesFollowDepth, transposes_b: false, m: Int32(columns), n: Int32(rows),
                    k: Int32(depth), alpha: 1, beta: adds ? 1 : 0, a: weight.address, b: x, c: y,
                    type: weight.elementType.blasType, lda: Int32(weight.leadingDimension),
                    ldb: Int32(stride), ldc: Int32(yStride), count: 1, stride_a: 0, stride_b: 0, stride_c: 0,
                    allows_tf32: allowsTF32))
        }
    }

    /// The product with a 16-bit weight.  Rows go in parts that fit the working memory: for the largest layers
    /// and vocabularies still more than a hundred rows, with which the tensor cores, not the weights' reading,
    /// set the pace.
    private func multiplySplit(
        _ x: Matrix, _ weight: Weight, linesFollowDepth: Bool, bias: Matrix?, into y: Matrix,
        accumulate: Bool
    ) {
        let isHalf = weight.elementType == .float16
        let terms = allowsTF32 ? 1 : isHalf ? 2 : 3
        // Whole groups of 16 bytes.
        let termStride = (x.columns + 7) / 8 * 8
        let productStride = (y.columns + 3) / 4 * 4
        withScratch(
            x.rows, bytesPerIndex: terms * (termStride * 2 + productStride * 4) + MemoryLayout<Int32>.stride
        ) { rows, scratch in
            var scratch = scratch
            let count = rows.count
            let split = scratch.take(terms * count * termStride * 2)
            let products = scratch.take(terms * count * productStride * 4)
            let exponents = scratch.take(count * MemoryLayout<Int32>.stride)
            launch(
                isHalf ? "split_rows_f16" : "split_rows_bf16", grid: (count, 1, 1),
                block: min(1024, (x.columns + 127) / 128 * 32),
                [
                    .matrix(x.rows(rows)), .int(x.columns), .int(terms), .pointer(split), .int(termStride),
                    .pointer(exponents),
                ])
            queue(
                weight, linesFollowDepth: linesFollowDepth, x: split, stride: termStride,
                rows: terms * count, depth: x.columns, into: products, stride: productStride,
                columns: y.columns, adds: false)
            let grid = ElementGrid(rows: count, columns: y.columns)
            launch(
                "join_terms", grid: grid.grid, block: ElementGrid.block,
                [
                    .pointer(products), .int(productStride), .int(terms), .pointer(exponents),
                    .pointer(bias?.pointer), .matrix(y.rows(rows)),
                ] + grid.arguments + [.flag(accumulate)])
        }
    }

    /// y (+)= bias, or 0 without one.
    private func begin(_ y: Matrix, bias: Matrix?, accumulate: Bool) {
        if bias == nil && accumulate { return }
        let grid = ElementGrid(rows: y.rows, columns: y.columns)
        launch(
            "begin_product", grid: grid.grid, block: ElementGrid.block,
            [.pointer(bias?.pointer), .matrix(y)] + grid.arguments + [.flag(accumulate)])
    }
}

extension ElementType {
    /// cuBLAS's name for the type.
    fileprivate var blasType: CCUDAType {
        switch self {
        case .float32: CCUDA_F32
        case .float16: CCUDA_F16
        case .bfloat16: CCUDA_BF16
        }
    }
}
