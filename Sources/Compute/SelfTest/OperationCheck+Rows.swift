extension OperationCheck {
    /// Ways between host and device, and within it.
    static func memory(_ sizes: SelfTestSizes) -> [OperationCheck] {
        let timed = sizes.timedPlane
        return [
            OperationCheck("write, read", on: sizes.planes) { bench, shape in
                let x = try bench.matrix(shape)
                let rows = try bench.indices(shape.rows, below: 1 << 30)
                return PreparedOperation([(x, .exact)], indices: [rows]) {}
            },
            OperationCheck("fill", on: sizes.planes, timed: timed) { bench, shape in
                let backend = bench.backend
                let x = try bench.matrix(shape)
                return PreparedOperation([(x, .exact)], bytes: shape.byteCount) {
                    backend.fill(x, with: -2.5)
                }
            },
            OperationCheck("copy", on: sizes.planes, timed: timed) { bench, shape in
                let backend = bench.backend
                let x = try bench.matrix(shape.withRows(shape.rows))
                let y = try bench.blank(shape)
                return PreparedOperation([(y, .exact)], bytes: 2 * shape.byteCount) {
                    backend.copy(x, into: y)
                }
            },
            recording,
        ]
    }

    /// Operations that are replayed on other contents of the same memory.
    private static let recording = OperationCheck(
        "record, replay", on: [PlaneShape(33, 40), PlaneShape(1, 257)]
    ) { bench, shape in
        let backend = bench.backend
        let x = try bench.matrix(shape)
        let y = try bench.matrix(shape)
        let rows = try bench.distinctIndices(shape.rows, below: shape.rows)
        let gathered = try bench.blank(shape)
        let later = try bench.matrix(shape)
        return PreparedOperation([(y, .elementwise), (gathered, .exact)]) {
            let operations = {
                let passing = try backend.makeMatrix(rows: shape.rows, columns: shape.columns)
                backend.copy(x, into: passing)
                backend.add(passing, scale: 0.5, into: y)
                backend.gatherRows(y, rows, into: gathered)
            }
            let recorded = try backend.record(operations)
            backend.copy(later, into: x)
            if let recorded { recorded.replay() } else { try operations() }
        }
    }

    static func rows(_ sizes: SelfTestSizes) -> [OperationCheck] {
        ElementType.allCases.map { embed($0, sizes) } + [gather(sizes), scatter(sizes), mean(sizes)]
            + [add(sizes), scale(sizes), dots(sizes), columnSums(sizes)]
    }

    private static func embed(_ type: ElementType, _ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("embed \(type.rawValue)", on: sizes.planes, timed: sizes.timedPlane) {
            bench, shape in
            let backend = bench.backend
            let tokens = 301
            let table = try bench.weight(
                WeightShape(type: type, outputs: tokens, inputs: shape.columns, gap: shape.margin))
            let ids = try bench.indices(shape.rows, below: tokens)
            let x = try bench.blank(shape)
            let sum = try bench.matrix(shape)
            return PreparedOperation(
                [(x, .exact), (sum, .elementwise)], bytes: shape.count * (2 * type.byteCount + 12)
            ) {
                backend.embed(ids, table: table, into: x, accumulate: false)
                backend.embed(ids, table: table, into: sum, accumulate: true)
            }
        }
    }

    private static func gather(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("gatherRows", on: sizes.filledPlanes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape)
            let rows = try bench.indices(shape.rows + 2, below: shape.rows)
            let y = try bench.blank(shape.withRows(shape.rows + 2))
            return PreparedOperation([(y, .exact)], bytes: 2 * shape.byteCount) {
                backend.gatherRows(x, rows, into: y)
            }
        }
    }

    private static func scatter(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("scatterRows", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let y = try bench.matrix(shape)
            let rows = try bench.distinctIndices(shape.rows, below: shape.rows + 3)
            let x = try bench.matrix(shape.withRows(shape.rows + 3))
            let sum = try bench.matrix(shape.withRows(shape.rows + 3))
            return PreparedOperation([(x, .exact), (sum, .elementwise)], bytes: 5 * shape.byteCount) {
                backend.scatterRows(y, rows, into: x, accumulate: false)
                backend.scatterRows(y, rows, into: sum, accumulate: true)
            }
        }
    }

    private static func mean(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("meanRows", on: sizes.filledPlanes) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape)
            let middle = shape.rows / 2
            let spans = [0..<1, 0..<shape.rows, middle..<shape.rows, shape.rows - 1..<shape.rows]
            let y = try bench.blank(shape.withRows(spans.count))
            return PreparedOperation([(y, .sums)]) { backend.meanRows(x, spans, into: y) }
        }
    }

    private static func add(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("add", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape)
            let y = try bench.matrix(shape)
            return PreparedOperation([(y, .functions)], bytes: 3 * shape.byteCount) {
                backend.add(x, scale: -0.37, into: y)
            }
        }
    }

    private static func scale(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("scaleRows", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape)
            let factors = try bench.matrix(shape.withColumns(1))
            let y = try bench.blank(shape)
            let sum = try bench.matrix(shape)
            return PreparedOperation([(y, .elementwise), (sum, .functions)], bytes: 5 * shape.byteCount) {
                backend.scaleRows(x, by: factors, into: y, accumulate: false)
                backend.scaleRows(x, by: factors, into: sum, accumulate: true)
            }
        }
    }

    private static func dots(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("rowDots", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let a = try bench.matrix(shape)
            let b = try bench.matrix(shape)
            let y = try bench.blank(shape.withColumns(1))
            return PreparedOperation(
                [(y, .product(depth: shape.columns))], size: Double(shape.columns).squareRoot(),
                bytes: 2 * shape.byteCount
            ) { backend.rowDots(a, b, into: y) }
        }
    }

    private static func columnSums(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("columnSums", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape)
            let y = try bench.blank(shape.withRows(1))
            let sum = try bench.matrix(shape.withRows(1))
            let tolerance = Tolerance.product(depth: shape.rows)
            return PreparedOperation(
                [(y, tolerance), (sum, tolerance)], size: max(1, Double(shape.rows).squareRoot()),
                bytes: 2 * shape.byteCount
            ) {
                backend.columnSums(x, into: y, accumulate: false)
                backend.columnSums(x, into: sum, accumulate: true)
            }
        }
    }
}
