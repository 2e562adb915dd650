import CKernels

/// Products with weights in blocks.  Few rows meet some lines at a time, which a core widens into its own cache; for
/// many rows all threads widen a larger part, and multiply it as if it had been stored so.
extension CPUBackend {
    /// Floats that a core widens at a time: half of a usual second cache.
    private static let widenedFloats = 1 << 17
    /// Floats that all threads widen at a time.
    private static let sharedFloats = 1 << 21
    /// More rows than these are many.
    private static let fewRows = 16
    /// Columns of inputs whose gradients are formed at a time.
    private static let backwardColumns = 256

    /// As `uncheckedLinear`, with its bits.
    func linear(
        _ x: Matrix, _ weight: Weight, of blocks: BlockFormat, bias: Matrix?, into y: Matrix, accumulate: Bool
    ) {
        let inputs = weight.inputs
        if x.rows > Self.fewRows {
            return withWidened(weight, blocks) { outputs, widened in
                multiply(
                    CKGemm(
                        rows: x.rows, columns: outputs.count, depth: inputs, a: x.pointer, a_stride: x.stride,
                        a_transposed: false, b: widened, b_stride: inputs, b_transposed: true, b_type: CK_F32,
                        bias: bias.map { $0.pointer + outputs.lowerBound }, c: y.pointer + outputs.lowerBound,
                        c_stride: y.stride, accumulate: accumulate))
            }
        }
        let lines = max(16, min(256, Self.widenedFloats / max(inputs, 1)))
        let lineBytes = blocks.byteCount(of: inputs) ?? 0
        split((weight.outputs + lines - 1) / lines, cost: x.rows * lines * inputs) { chunks in
            withFloats(lines * inputs) { widened in
                for chunk in chunks {
                    let outputs = chunk * lines..<min(weight.outputs, (chunk + 1) * lines)
                    for (place, output) in outputs.enumerated() {
                        blocks.widen(
                            UnsafeRawBufferPointer(
                                start: weight.address + output * weight.lineBytes, count: lineBytes),
                            into: UnsafeMutableBufferPointer(start: widened + place * inputs, count: inputs))
                    }
                    multiplyAlone(
                        CKGemm(
                            rows: x.rows, columns: outputs.count, depth: inputs, a: x.pointer,
                            a_stride: x.stride,
                            a_transposed: false, b: widened, b_stride: inputs, b_transposed: true,
                            b_type: CK_F32,
                            bias: bias.map { $0.pointer + outputs.lowerBound },
                            c: y.pointer + outputs.lowerBound,
                            c_stride: y.stride, accumulate: accumulate))
                }
            }
        }
    }

    /// As `uncheckedLinearBackward`; the chains over the outputs are summed in pieces.
    func linearBackward(
        _ dy: Matrix, _ weight: Weight, of blocks: BlockFormat, into dx: Matrix, accumulate: Bool
    ) {
        if dy.rows > Self.fewRows {
            return withWidened(weight, blocks) { outputs, widened in
                multiply(
                    CKGemm(
                        rows: dy.rows, columns: weight.inputs, depth: outputs.count,
                        a: dy.pointer + outputs.lowerBound, a_stride: dy.stride, a_transposed: false,
                        b: widened,
                        b_stride: weight.inputs, b_transposed: false, b_type: CK_F32, bias: nil,
                        c: dx.pointer,
                        c_stride: dx.stride, accumulate: accumulate || outputs.lowerBound > 0))
            }
        }
        let columns = max(blocks.blockCount, Self.backwardColumns / blocks.blockCount * blocks.blockCount)
        let lines = Self.sharedLines(of: weight)
        split((weight.inputs + columns - 1) / columns, cost: dy.rows * columns * weight.outputs) { chunks in
            withFloats(lines * columns) { widened in
                for chunk in chunks {
                    let inputs = chunk * columns..<min(weight.inputs, (chunk + 1) * columns)
                    let (start, bytes) = (
                        blocks.byteCount(of: inputs.lowerBound) ?? 0, blocks.byteCount(of: inputs.count) ?? 0
                    )
                    for first in stride(from: 0, to: weight.outputs, by: lines) {
                        let outputs = first..<min(weight.outputs, first + lines)
                        for (place, output) in outputs.enumerated() {
                            blocks.widen(
                                UnsafeRawBufferPointer(
                                    start: weight.address + output * weight.lineBytes + start, count: bytes),
                                into: UnsafeMutableBufferPointer(
                                    start: widened + place * inputs.count, count: inputs.count))
                        }
                        multiplyAlone(
                            CKGemm(
                                rows: dy.rows, columns: inputs.count, depth: outputs.count,
                                a: dy.pointer + first,
                                a_stride: dy.stride, a_transposed: false, b: widened, b_stride: inputs.count,
                                b_transposed: false, b_type: CK_F32, bias: nil,
                                c: dx.pointer + inputs.lowerBound, c_stride: dx.stride,
                                accumulate: accumulate || first > 0))
                    }
                }
            }
        }
    }

    /// Lines that are widened together.  Chains over outputs end with them, whatever the number of rows, on which a
    /// gradient must not depend.
    private static func sharedLines(of weight: Weight) -> Int {
        min(weight.outputs, max(16, sharedFloats / max(weight.inputs, 1)))
    }

    /// Calls `body` with one part of the outputs after another and their lines in float32.
    private func withWidened(
        _ weight: Weight, _ blocks: BlockFormat, _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
    ) {
        let inputs = weight.inputs
        let lines = Self.sharedLines(of: weight)
        let lineBytes = blocks.byteCount(of: inputs) ?? 0
        withFloats(lines * inputs) { memory in
            nonisolated(unsafe) let widened = memory
            for first in stride(from: 0, to: weight.outputs, by: max(lines, 1)) {
                let outputs = first..<min(weight.outputs, first + lines)
                split(outputs.count, cost: inputs) { part in
                    for place in part {
                        blocks.widen(
                            UnsafeRawBufferPointer(
                                start: weight.address + (first + place) * weight.lineBytes, count: lineBytes),
                            into: UnsafeMutableBufferPointer(start: widened + place * inputs, count: inputs))
                    }
                }
                body(outputs, widened)
            }
        }
    }

    /// Writes, or adds, a line of blocks.
    func widen(
        _ line: UnsafeRawPointer, of blocks: BlockFormat, into row: UnsafeMutablePointer<Float>, _ count: Int,
        _ accumulate: Bool
    ) {
        let bytes = UnsafeRawBufferPointer(start: line, count: blocks.byteCount(of: count) ?? 0)
        guard accumulate else {
            return blocks.widen(bytes, into: UnsafeMutableBufferPointer(start: row, count: count))
        }
        withFloats(count) { values in
            blocks.widen(bytes, into: UnsafeMutableBufferPointer(start: values, count: count))
            self.kernels.pointee.add(values, 1, row, count)
        }
    }

    /// Runs a product on the calling thread.
    private func multiplyAlone(_ product: CKGemm) {
        var product = product
        withFloats(ck_gemm_scratch_bytes(&product, instructionSet) / 4) { scratch in
            ck_gemm(&product, instructionSet, nil, scratch)
        }
    }

    /// Memory for `count` floats, on a boundary of 64 bytes.
    private func withFloats(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(4 * count, 64), alignment: 64)
        defer { memory.deallocate() }
        body(memory.assumingMemoryBound(to: Float.self))
    }
}
