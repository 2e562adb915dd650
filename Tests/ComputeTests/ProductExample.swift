import Foundation

@testable import Compute

/// A product of random factors, with a stored weight of a chosen encoding, and its defined result.
struct ProductExample {
    /// Where a weight lies and how it is encoded.
    struct Storage {
        var type: ElementType
        var layout: Weight.Layout
        /// Elements between lines that do not belong to the weight.
        var padding = 0
        var byteOffset = 0

        /// Every element type in both layouts; some with gaps between lines, some at odd addresses.
        static let all: [Storage] = ElementType.allCases.flatMap { type in
            [
                Storage(type: type, layout: .outputsByInputs, padding: 3, byteOffset: 1),
                Storage(type: type, layout: .outputsByInputs),
                Storage(type: type, layout: .inputsByOutputs, padding: 5, byteOffset: 3),
                Storage(type: type, layout: .inputsByOutputs),
            ]
        }
    }

    /// [O, K] values that the weight's element type holds exactly.
    let values: TestMatrix
    let weight: Weight

    init(outputs: Int, inputs: Int, storage: Storage, seed: UInt64) {
        let rounded = TestMatrix(outputs, inputs, seed: seed).values.map {
            Double(Self.decode(Self.encode(Float($0), storage.type), storage.type))
        }
        values = TestMatrix(outputs, inputs, rounded)
        let lines = storage.layout == .outputsByInputs ? outputs : inputs
        let length = storage.layout == .outputsByInputs ? inputs : outputs
        let leading = length + storage.padding
        var bytes = [UInt8](repeating: 0x7f, count: storage.byteOffset)
        for line in 0..<lines {
            for place in 0..<leading {
                let (output, input) = storage.layout == .outputsByInputs ? (line, place) : (place, line)
                // Gaps hold values that would be seen in any result.
                let value = place < length ? Float(values[output, input]) : 3e4
                let bits = Self.encode(value, storage.type)
                for byte in 0..<storage.type.byteCount { bytes.append(UInt8(bits >> (8 * byte) & 0xff)) }
            }
        }
        weight = Weight(
            storage: Self.memory(bytes), byteOffset: storage.byteOffset, elementType: storage.type,
            layout: storage.layout, outputs: outputs, inputs: inputs, leadingDimension: leading)
    }

    static func memory(_ bytes: [UInt8]) -> DeviceStorage {
        let address = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 64)
        bytes.withUnsafeBytes {
            if let start = $0.baseAddress { address.copyMemory(from: start, byteCount: $0.count) }
        }
        return DeviceStorage(address: address, byteCount: bytes.count) { $0.deallocate() }
    }

    static func encode(_ value: Float, _ type: ElementType) -> UInt32 {
        switch type {
        case .float32: value.bitPattern
        case .float16: UInt32(Float16(value).bitPattern)
        case .bfloat16: value.bitPattern >> 16
        }
    }

    static func decode(_ bits: UInt32, _ type: ElementType) -> Float {
        switch type {
        case .float32: Float(bitPattern: bits)
        case .float16: Float(Float16(bitPattern: UInt16(bits)))
        case .bfloat16: Float(bitPattern: bits << 16)
        }
    }
}

extension TestMatrix {
    var transposed: TestMatrix {
        TestMatrix(columns, rows, (0..<columns * rows).map { self[$0 % rows, $0 / rows] })
    }

    /// What `ComputeBackend` promises for self · other [K, N], in float32: one chain of fused multiply-adds
    /// for each element over k ascending, then the bias, then the old value.
    func chained(_ other: TestMatrix, bias: TestMatrix? = nil, old: TestMatrix? = nil) -> TestMatrix {
        let a = values.map { Float($0) }, b = other.transposed.values.map { Float($0) }
        let depth = columns
        var result = TestMatrix(rows, other.columns)
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                for row in 0..<rows {
                    for column in 0..<other.columns {
                        var sum: Float = 0
                        for k in 0..<depth { sum.addProduct(a[row * depth + k], b[column * depth + k]) }
                        if let bias { sum += Float(bias[0, column]) }
                        if let old { sum = Float(old[row, column]) + sum }
                        result[row, column] = Double(sum)
                    }
                }
            }
        }
        return result
    }

    /// The largest distance of an element of `chained` from the exact result, in units of what a chain of
    /// that length may be off: half a unit in the last place of Σ |a| |b| for each of its steps.
    func excess(_ found: TestMatrix, _ other: TestMatrix, bias: TestMatrix?, old: TestMatrix?) -> Double {
        var worst = 0.0
        let columnsOfOther = other.transposed
        for row in 0..<rows {
            let a = self.row(row)
            for column in 0..<other.columns {
                let b = columnsOfOther.row(column)
                var exact = (bias?[0, column] ?? 0) + (old?[row, column] ?? 0)
                var size = abs(bias?[0, column] ?? 0) + abs(old?[row, column] ?? 0)
                for k in 0..<columns {
                    exact += a[k] * b[k]
                    size += abs(a[k] * b[k])
                }
                let allowed = Double(columns + 2) * 0x1p-24 * size * 1.0001
                worst = max(worst, abs(found[row, column] - exact) / max(allowed, .leastNormalMagnitude))
            }
        }
        return worst
    }
}
