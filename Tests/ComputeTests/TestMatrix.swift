import XCTest

@testable import Compute

/// A row-major float64 matrix: what references compute with.
struct TestMatrix {
    var rows: Int
    var columns: Int
    var values: [Double]
    /// Where the values were computed, for messages.
    var device = ""

    init(_ rows: Int, _ columns: Int, _ values: [Double]) {
        precondition(values.count == rows * columns)
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    init(_ rows: Int, _ columns: Int, repeating value: Double = 0) {
        self.init(rows, columns, Array(repeating: value, count: rows * columns))
    }

    /// Roughly normal values, exactly representable in float32; the same for the same seed.
    init(_ rows: Int, _ columns: Int, seed: UInt64, scale: Double = 1, offset: Double = 0) {
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        func uniform() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) * 0x1p-53
        }
        for _ in 0..<8 { _ = uniform() }
        self.init(
            rows, columns,
            (0..<rows * columns).map { _ in
                let normal = (uniform() + uniform() + uniform() + uniform() - 2) * 1.7320508
                return Double(Float(normal * scale + offset))
            })
    }

    init(_ matrix: Matrix, of backend: any ComputeBackend) throws {
        self.init(matrix.rows, matrix.columns, try backend.read(matrix).map(Double.init))
    }

    subscript(row: Int, column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    func row(_ index: Int) -> [Double] { Array(values[index * columns..<(index + 1) * columns]) }

    /// A copy on the device; `padding` columns lie between rows, as in a view.
    func on(_ backend: any ComputeBackend, padding: Int = 0) throws -> Matrix {
        let matrix = try backend.makeMatrix(rows: rows, columns: columns + padding)
        backend.fill(matrix, with: 7)
        let view = matrix.columns(0..<columns)
        backend.write(values.map { Float($0) }, into: view)
        return view
    }
}

/// Fails unless all elements of `found` are as near to `expected` as the tolerance asks; names the worst.
func assertClose(
    _ found: TestMatrix, _ expected: TestMatrix, _ tolerance: Tolerance, _ name: String,
    file: StaticString = #filePath, line: UInt = #line
) {
    guard found.rows == expected.rows, found.columns == expected.columns else {
        XCTFail("\(name): shape on \(found.device)", file: file, line: line)
        return
    }
    var worst = (excess: 0.0, index: -1)
    for index in found.values.indices {
        let a = found.values[index], b = expected.values[index]
        if a == b || a.isNaN && b.isNaN { continue }
        let allowed = tolerance.absolute + tolerance.relative * abs(b)
        let excess = abs(a - b) / max(allowed, 1e-300)
        if !(excess <= 1), !(excess <= worst.excess) { worst = (excess, index) }
    }
    if worst.index >= 0 {
        let row = worst.index / found.columns, column = worst.index % found.columns
        XCTFail(
            "\(name): element (\(row), \(column)) is \(found.values[worst.index]), expected "
                + "\(expected.values[worst.index]), \(worst.excess) times the tolerance \(found.device)",
            file: file, line: line)
    }
}
