extension OperationCheck {
    /// y [rows, outputs] = x [rows, inputs] · Wᵀ.
    struct ProductShape: Sendable, CustomStringConvertible {
        var rows: Int
        var inputs: Int
        var outputs: Int
        var margin = 0

        init(_ rows: Int, _ inputs: Int, _ outputs: Int, margin: Int = 0) {
            self.rows = rows
            self.inputs = inputs
            self.outputs = outputs
            self.margin = margin
        }

        var description: String {
            "\(rows) × \(inputs) → \(outputs)" + (margin > 0 ? ", views" : "")
        }
        var operations: Int { 2 * rows * inputs * outputs }
        /// With a weight whose elements have `width` bytes.
        func byteCount(_ width: Int) -> Int { 4 * rows * (inputs + outputs) + width * inputs * outputs }
    }

    private static func shapes(_ sizes: SelfTestSizes) -> [ProductShape] {
        [
            ProductShape(1, 1, 1), ProductShape(0, 3, 5), ProductShape(1, 31, 33), ProductShape(33, 1, 31),
            ProductShape(31, 33, 1), ProductShape(5, 257, 12, margin: 3), ProductShape(2, 1000, 65),
        ]
            + (sizes.isThorough
                ? [
                    ProductShape(129, 1000, 513, margin: 1), ProductShape(1, 4096, 1000),
                    ProductShape(3, 64, 50_257), ProductShape(70_001, 3, 2),
                ] : [])
    }

    static func products(_ sizes: SelfTestSizes) -> [OperationCheck] {
        var checks: [OperationCheck] = []
        for type in ElementType.allCases {
            for layout in [Weight.Layout.outputsByInputs, .inputsByOutputs] {
                checks.append(linear(type, layout, sizes))
            }
        }
        for type in ElementType.allCases { checks.append(decoding(type, sizes)) }
        for type in ElementType.allCases {
            for layout in [Weight.Layout.outputsByInputs, .inputsByOutputs] {
                checks.append(linearBackward(type, layout, sizes))
            }
        }
        return checks + [outerProduct(sizes)]
    }

    private static func words(_ type: ElementType, _ layout: Weight.Layout) -> String {
        type.rawValue + (layout == .outputsByInputs ? "" : ", Conv1D")
    }

    private static func linear(
        _ type: ElementType, _ layout: Weight.Layout, _ sizes: SelfTestSizes
    ) -> OperationCheck {
        let timed = ProductShape(sizes.tokens / 2, sizes.width, sizes.width)
        return OperationCheck("linear \(words(type, layout))", on: shapes(sizes), timed: timed) {
            try linear(&$0, $1, type, layout, operations: $1.operations)
        }
    }

    /// One row, as in generating a text: the weight's reading sets the pace.
    private static func decoding(_ type: ElementType, _ sizes: SelfTestSizes) -> OperationCheck {
        let shape = ProductShape(1, sizes.width, 4 * sizes.width)
        return OperationCheck("linear \(type.rawValue), one row", on: [shape], timed: shape) {
            try linear(&$0, $1, type, .outputsByInputs, operations: 0)
        }
    }

    private static func linear(
        _ bench: inout Workbench, _ shape: ProductShape, _ type: ElementType, _ layout: Weight.Layout,
        operations: Int
    ) throws -> PreparedOperation {
        let backend = bench.backend
        let x = try bench.matrix(PlaneShape(shape.rows, shape.inputs, margin: shape.margin))
        let weight = try bench.weight(
            WeightShape(
                type: type, layout: layout, outputs: shape.outputs, inputs: shape.inputs, gap: shape.margin))
        let bias = try bench.matrix(1, shape.outputs)
        let y = try bench.blank(PlaneShape(shape.rows, shape.outputs, margin: shape.margin))
        let isTimed = bench.isTimed
        let sum = try bench.matrix(isTimed ? 0 : shape.rows, shape.outputs)
        let tolerance = Tolerance.product(
            depth: shape.inputs, weight: type, allowsTF32: backend.roundsFactors)
        return PreparedOperation(
            [(y, tolerance), (sum, tolerance)], size: Double(shape.inputs).squareRoot(),
            bytes: shape.byteCount(type.byteCount), operations: operations
        ) {
            backend.linear(x, weight, bias: isTimed ? nil : bias, into: y, accumulate: false)
            if !isTimed { backend.linear(x, weight, bias: nil, into: sum, accumulate: true) }
        }
    }

    private static func linearBackward(
        _ type: ElementType, _ layout: Weight.Layout, _ sizes: SelfTestSizes
    ) -> OperationCheck {
        let timed = ProductShape(sizes.tokens / 2, sizes.width, sizes.width)
        return OperationCheck("linearBackward \(words(type, layout))", on: shapes(sizes), timed: timed) {
            bench, shape in
            let backend = bench.backend
            let dy = try bench.matrix(PlaneShape(shape.rows, shape.outputs, margin: shape.margin))
            let weight = try bench.weight(
                WeightShape(
                    type: type, layout: layout, outputs: shape.outputs, inputs: shape.inputs,
                    gap: shape.margin))
            let dx = try bench.blank(PlaneShape(shape.rows, shape.inputs, margin: shape.margin))
            let isTimed = bench.isTimed
            let sum = try bench.matrix(isTimed ? 0 : shape.rows, shape.inputs)
            let tolerance = Tolerance.product(
                depth: shape.outputs, weight: type, allowsTF32: backend.roundsFactors)
            return PreparedOperation(
                [(dx, tolerance), (sum, tolerance)], size: Double(shape.outputs).squareRoot(),
                bytes: shape.byteCount(type.byteCount), operations: shape.operations
            ) {
                backend.linearBackward(dy, weight, into: dx, accumulate: false)
                if !isTimed { backend.linearBackward(dy, weight, into: sum, accumulate: true) }
            }
        }
    }

    private static func outerProduct(_ sizes: SelfTestSizes) -> OperationCheck {
        let timed = ProductShape(sizes.tokens / 2, sizes.width, sizes.width)
        return OperationCheck("outerProduct", on: shapes(sizes), timed: timed) { bench, shape in
            let backend = bench.backend
            let a = try bench.matrix(PlaneShape(shape.rows, shape.outputs, margin: shape.margin))
            let b = try bench.matrix(PlaneShape(shape.rows, shape.inputs, margin: shape.margin))
            let c = try bench.blank(PlaneShape(shape.outputs, shape.inputs, margin: shape.margin))
            let isTimed = bench.isTimed
            let sum = try bench.matrix(isTimed ? 0 : shape.outputs, shape.inputs)
            let tolerance = Tolerance.product(depth: shape.rows, allowsTF32: backend.roundsFactors)
            return PreparedOperation(
                [(c, tolerance), (sum, tolerance)], size: max(1, Double(shape.rows).squareRoot()),
                bytes: shape.byteCount(4), operations: shape.operations
            ) {
                backend.outerProduct(a, b, into: c, accumulate: false)
                if !isTimed { backend.outerProduct(a, b, into: sum, accumulate: true) }
            }
        }
    }
}

extension ComputeBackend {
    /// Whether products may round their factors; see `CUDABackend.allowsTF32`.
    var roundsFactors: Bool { (self as? CUDABackend)?.allowsTF32 ?? false }
}
