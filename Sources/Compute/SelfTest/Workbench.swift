/// Makes the inputs of an operation on one device: the same numbers on every device for the same seed.
struct Workbench {
    let backend: any ComputeBackend
    /// Whether only the time matters: each example then does one thing.
    let isTimed: Bool
    /// Columns beside views, all 7: an operation must leave them alone.
    private(set) var margins: [Matrix] = []
    private var numbers: SeededNumbers
    private let pool: NumberPool

    init(_ backend: any ComputeBackend, pool: NumberPool, seed: UInt64, isTimed: Bool = false) {
        self.backend = backend
        self.isTimed = isTimed
        self.pool = pool
        numbers = SeededNumbers(seed: seed)
    }

    static let marginValue: Float = 7

    /// Roughly normal values of size `scale`.
    mutating func matrix(_ shape: PlaneShape, scale: Float = 1) throws -> Matrix {
        let matrix = try blank(shape)
        write(into: matrix, scale: scale)
        if shape.hasNaN {
            backend.fill(matrix.rows(0..<1).columns(shape.columns - 1..<shape.columns), with: .nan)
        }
        return matrix
    }

    mutating func matrix(_ rows: Int, _ columns: Int, scale: Float = 1) throws -> Matrix {
        try matrix(PlaneShape(rows, columns), scale: scale)
    }

    mutating func write(into matrix: Matrix, scale: Float = 1) {
        let values = pool.values(matrix.rows * matrix.columns, from: numbers.next())
        backend.write(scale == 1 ? values : values.map { $0 * scale }, into: matrix)
    }

    /// Zeros; with a margin, a view whose rows begin at odd addresses.
    mutating func blank(_ shape: PlaneShape) throws -> Matrix {
        guard shape.margin > 0 else {
            let matrix = try backend.makeMatrix(rows: shape.rows, columns: shape.columns)
            backend.fill(matrix, with: 0)
            return matrix
        }
        let width = shape.columns + 1 + shape.margin
        let whole = try backend.makeMatrix(rows: shape.rows, columns: width)
        backend.fill(whole, with: Self.marginValue)
        let matrix = whole.columns(1..<shape.columns + 1)
        backend.fill(matrix, with: 0)
        margins += [whole.columns(0..<1), whole.columns(shape.columns + 1..<width)]
        return matrix
    }

    mutating func blank(_ rows: Int, _ columns: Int) throws -> Matrix { try blank(PlaneShape(rows, columns)) }

    /// Values from `list`, at random.
    mutating func choices(_ rows: Int, of list: [Float]) throws -> Matrix {
        let matrix = try backend.makeMatrix(rows: rows, columns: 1)
        backend.write((0..<rows).map { _ in list[numbers.below(list.count)] }, into: matrix)
        return matrix
    }

    mutating func indices(_ count: Int, below bound: Int, from lowest: Int = 0) throws -> IndexVector {
        try backend.makeIndices(
            (0..<count).map { _ in Int32(lowest + numbers.below(bound - lowest)) })
    }

    /// Different numbers in no order.
    mutating func distinctIndices(_ count: Int, below bound: Int) throws -> IndexVector {
        var all = (0..<Int32(bound)).map { $0 }
        for index in 0..<count { all.swapAt(index, index + numbers.below(bound - index)) }
        return try backend.makeIndices(Array(all[..<count]))
    }

    /// A weight of roughly normal values as it would be stored, with `gap` foreign elements between lines.
    mutating func weight(_ shape: WeightShape) throws -> Weight {
        let isByOutputs = shape.layout == .outputsByInputs
        let lines = isByOutputs ? shape.outputs : shape.inputs
        let length = isByOutputs ? shape.inputs : shape.outputs
        let leading = length + shape.gap
        let width = shape.type.byteCount
        let bytes = pool.bytes(lines * leading, of: shape.type, from: numbers.next())
        let address = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 64)
        bytes.withUnsafeBytes {
            if let start = $0.baseAddress { address.copyMemory(from: start, byteCount: $0.count) }
        }
        let storage = DeviceStorage(address: address, byteCount: lines * leading * width) {
            $0.deallocate()
        }
        return try backend.makeWeight(
            Weight(
                storage: storage, elementType: shape.type, layout: shape.layout, outputs: shape.outputs,
                inputs: shape.inputs, leadingDimension: leading))
    }
}

/// How a weight is stored.
struct WeightShape: Sendable {
    var type: ElementType
    var layout = Weight.Layout.outputsByInputs
    var outputs: Int
    var inputs: Int
    var gap = 0
}

/// SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// Of mean 0 and variance 1: the sum of four uniform numbers.
    mutating func normal() -> Float {
        var sum = -2.0
        for _ in 0..<4 { sum += Double(next() >> 11) * 0x1p-53 }
        return Float(sum * 1.7320508)
    }
}

/// Random values that are made once and repeated: large inputs cost no more than their copying.  The period is
/// a prime number, so that it falls together with no row length.
final class NumberPool: Sendable {
    private static let period = 65_537
    private let values: [Float]
    private let stored: [ElementType: [UInt8]]

    init(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let values = (0..<Self.period).map { _ in numbers.normal() }
        self.values = values
        stored = [
            .float32: values.withUnsafeBytes(Array.init),
            .float16: values.map { Float16($0).bitPattern }.withUnsafeBytes(Array.init),
            .bfloat16: values.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) }
                .withUnsafeBytes(Array.init),
        ]
    }

    /// `count` values, beginning somewhere.
    func values(_ count: Int, from start: UInt64) -> [Float] { Self.repeated(values, count, from: start) }

    /// The bytes of `count` values.
    func bytes(_ count: Int, of type: ElementType, from start: UInt64) -> [UInt8] {
        guard let bytes = stored[type] else { return [] }
        let width = UInt64(type.byteCount)
        return Self.repeated(bytes, count * type.byteCount, from: start % UInt64(Self.period) * width)
    }

    private static func repeated<Element>(_ values: [Element], _ count: Int, from start: UInt64) -> [Element]
    {
        var result: [Element] = []
        result.reserveCapacity(count)
        var place = Int(start % UInt64(values.count))
        while result.count < count {
            let length = min(count - result.count, values.count - place)
            result += values[place..<place + length]
            place = 0
        }
        return result
    }
}
