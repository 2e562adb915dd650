extension OperationCheck {
    static func edits(_ sizes: SelfTestSizes) -> [OperationCheck] { [edit(sizes), editBackward(sizes)] }

    private static let alpha: Float = 1.7
    private static let beta: Float = -0.4

    private static func edit(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("edit", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape.withRows(shape.rows + 2))
            let rows = try bench.distinctIndices(shape.rows, below: shape.rows + 2)
            let directions = try bench.matrix(shape.withRows(3))
            let directionOf = try bench.indices(shape.rows, below: 3)
            return PreparedOperation([(x, .functions)], size: 4, bytes: 2 * shape.byteCount) {
                backend.edit(
                    x, rows: rows, directions: directions, directionOf: directionOf, alpha: alpha, beta: beta)
            }
        }
    }

    private static func editBackward(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("editBackward", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let dx = try bench.matrix(shape.withRows(shape.rows + 2))
            let rows = try bench.distinctIndices(shape.rows, below: shape.rows + 2)
            let dDirections = try bench.matrix(shape.withRows(3))
            let directionOf = try bench.indices(shape.rows, below: 3)
            return PreparedOperation(
                [(dx, .elementwise), (dDirections, .product(depth: shape.rows))],
                size: 2 * max(1, Double(shape.rows).squareRoot()), bytes: 2 * shape.byteCount
            ) {
                backend.editBackward(
                    dx, rows: rows, dDirections: dDirections, directionOf: directionOf, alpha: alpha,
                    beta: beta)
            }
        }
    }

    /// Logits [R, V]; vocabularies have no alignment.
    private static func logits(_ sizes: SelfTestSizes) -> [PlaneShape] {
        [
            PlaneShape(1, 2), PlaneShape(0, 5), PlaneShape(1, 31), PlaneShape(33, 33),
            PlaneShape(3, 1000, margin: 3), PlaneShape(5, 5_003),
            PlaneShape(2, 70, hasNaN: true),
        ]
            + (sizes.isThorough
                ? [PlaneShape(2, 50_257, margin: 1), PlaneShape(70_001, 3), PlaneShape(3, 128_256)] : [])
    }

    /// As spread out as those of a model.
    private static let logitScale: Float = 4

    static func distributions(_ sizes: SelfTestSizes) -> [OperationCheck] {
        let timed = PlaneShape(sizes.vocabularyRows, sizes.vocabulary)
        return [
            OperationCheck("logSumExp", on: logits(sizes), timed: timed) { bench, shape in
                let backend = bench.backend
                let x = try bench.matrix(shape, scale: logitScale)
                let y = try bench.blank(shape.rows, 1)
                return PreparedOperation([(y, .logarithms)], bytes: shape.byteCount) {
                    backend.logSumExp(x, into: y)
                }
            },
            OperationCheck("logProbabilities", on: logits(sizes), timed: timed) { bench, shape in
                let backend = bench.backend
                let x = try bench.matrix(shape, scale: logitScale)
                let count = shape.rows == 0 || bench.isTimed ? shape.rows : shape.rows + 3
                let rows =
                    bench.isTimed
                    ? try bench.distinctIndices(count, below: max(1, shape.rows))
                    : try bench.indices(count, below: max(1, shape.rows))
                let ids = try bench.indices(count, below: shape.columns)
                let y = try bench.blank(count, 1)
                return PreparedOperation([(y, .logarithms)], bytes: shape.byteCount) {
                    backend.logProbabilities(x, rows: rows, ids: ids, into: y)
                }
            },
            topK(sizes, timed), distributionTerms("values", gradient: false, sizes, timed),
            distributionTerms("gradient", gradient: true, sizes, timed),
        ]
    }

    private static func topK(_ sizes: SelfTestSizes, _ timed: PlaneShape) -> OperationCheck {
        OperationCheck("topK", on: logits(sizes), timed: timed) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape, scale: logitScale)
            let counts = bench.isTimed ? [40] : [1, min(40, shape.columns), min(300, shape.columns)]
            var results: [(k: Int, ids: IndexVector, values: Matrix)] = []
            for k in counts {
                let ids = try backend.makeIndices([Int32](repeating: -1, count: shape.rows * k))
                results.append((k, ids, try bench.blank(shape.rows, k)))
            }
            return PreparedOperation(
                results.map { ($0.values, .logarithms) }, indices: results.map(\.ids), size: 4,
                bytes: shape.byteCount
            ) {
                for result in results {
                    backend.topK(x, k: result.k, ids: result.ids, values: result.values)
                }
            }
        }
    }

    private static func distributionTerms(
        _ name: String, gradient: Bool, _ sizes: SelfTestSizes, _ timed: PlaneShape
    ) -> OperationCheck {
        OperationCheck("distributionTerms, \(name)", on: logits(sizes), timed: timed) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape, scale: logitScale)
            let base = try bench.matrix(shape, scale: logitScale)
            // Some rows want no target, no comparator or no divergence.
            let terms = DistributionTerms(
                targets: try bench.indices(shape.rows, below: shape.columns, from: -1),
                comparators: try bench.indices(shape.rows, below: shape.columns, from: -1),
                targetWeights: try bench.choices(shape.rows, of: [0, 1, 0.3]),
                comparatorWeights: try bench.choices(shape.rows, of: [0, 1, 0.7]),
                divergenceWeights: try bench.choices(shape.rows, of: [0, 1, 0.1]))
            let values = try bench.blank(shape.rows, 3)
            let outputs: [(Matrix, Tolerance)] =
                gradient ? [(values, .logarithms), (x, .sums)] : [(values, .logarithms), (x, .exact)]
            return PreparedOperation(
                outputs, size: 4, bytes: (gradient ? 4 : 2) * shape.byteCount
            ) {
                backend.distributionTerms(x, base: base, terms: terms, into: values, gradient: gradient)
            }
        }
    }

    static func training(_ sizes: SelfTestSizes) -> [OperationCheck] {
        [
            OperationCheck("adamW", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
                let backend = bench.backend
                let parameters = try bench.matrix(shape)
                let gradients = try bench.matrix(shape)
                let first = try bench.blank(shape)
                let second = try bench.blank(shape)
                let steps = bench.isTimed ? 1...1 : 1...3
                return PreparedOperation(
                    [(parameters, .sums), (first, .functions), (second, .functions)],
                    bytes: 7 * shape.byteCount
                ) {
                    for step in steps {
                        backend.adamW(
                            parameters: parameters, gradients: gradients, firstMoments: first,
                            secondMoments: second, step: step, options: AdamWOptions())
                    }
                }
            }
        ]
    }
}
