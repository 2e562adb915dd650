import CCUDA
import EmulatedDevice
import XCTest

@testable import Compute

/// Matrix products of the emulated cuBLAS.
final class EmulatedCUDAProductTests: XCTestCase {
    private func value(_ index: Int) -> Float { Float((index * 7919 + 13) % 201 - 100) / 64 }

    /// Values that every type of element holds exactly, as their bits.
    private func bytes(_ count: Int, _ type: CCUDAType) -> [UInt8] {
        (0..<count).flatMap { index -> [UInt8] in
            let x = value(index)
            switch type {
            case CCUDA_F16: return withUnsafeBytes(of: halfBits(x)) { Array($0) }
            case CCUDA_BF16: return withUnsafeBytes(of: UInt16(x.bitPattern >> 16)) { Array($0) }
            default: return withUnsafeBytes(of: x) { Array($0) }
            }
        }
    }

    /// A small multiple of 1/64 in half precision.
    private func halfBits(_ x: Float) -> UInt16 {
        if x == 0 { return 0 }
        let bits = x.bitPattern
        let exponent = Int(bits >> 23 & 0xFF) - 127 + 15
        return UInt16(bits >> 16 & 0x8000) | UInt16(exponent << 10) | UInt16(bits >> 13 & 0x3FF)
    }

    private func makeMemory(_ bytes: [UInt8], on kernels: EmulatedKernels) throws -> UnsafeMutableRawPointer {
        let memory = try kernels.allocate(bytes: bytes.count)
        let count = Int64(bytes.count)
        try kernels.libraries.check(
            ccuda_copy(
                kernels.libraries.handle, memory, count, bytes, count, count, 1, CCUDA_TO_DEVICE,
                kernels.stream))
        return memory
    }

    private struct Shape {
        var m: Int, n: Int, k: Int, count = 1
    }

    func testProductsMatchPlainLoops() throws {
        let kernels = try EmulatedKernels()
        let handle = kernels.libraries.handle
        var blas: OpaquePointer?
        try kernels.libraries.check(ccuda_blas_create(handle, kernels.stream, nil, 0, &blas))
        for shape in [Shape(m: 1, n: 1, k: 1), Shape(m: 17, n: 7, k: 33, count: 3), Shape(m: 33, n: 1, k: 5)]
        {
            for type in [CCUDA_F32, CCUDA_F16, CCUDA_BF16] {
                for flags in 0..<4 {
                    var gemm = CCUDAGemm()
                    (gemm.transposes_a, gemm.transposes_b) = (flags & 1 != 0, flags & 2 != 0)
                    (gemm.m, gemm.n, gemm.k) = (Int32(shape.m), Int32(shape.n), Int32(shape.k))
                    (gemm.alpha, gemm.beta) = (0.5, 2)
                    gemm.type = type
                    gemm.lda = Int32(gemm.transposes_a ? shape.k : shape.m) + 2
                    gemm.ldb = Int32(gemm.transposes_b ? shape.n : shape.k) + 1
                    gemm.ldc = Int32(shape.m) + 3
                    gemm.count = Int32(shape.count)
                    let columnsA = gemm.transposes_a ? shape.m : shape.k
                    let columnsB = gemm.transposes_b ? shape.k : shape.n
                    gemm.stride_a = Int64(gemm.lda) * Int64(columnsA) + 1
                    gemm.stride_b = Int64(gemm.ldb) * Int64(columnsB) + 2
                    gemm.stride_c = Int64(gemm.ldc) * Int64(shape.n)
                    let a = try makeMemory(bytes(Int(gemm.stride_a) * shape.count, type), on: kernels)
                    let b = try makeMemory(bytes(Int(gemm.stride_b) * shape.count, type), on: kernels)
                    let counts = Int(gemm.stride_c) * shape.count
                    let c = try makeMemory(bytes(counts, CCUDA_F32), on: kernels)
                    (gemm.a, gemm.b, gemm.c) = (UnsafeRawPointer(a), UnsafeRawPointer(b), c)
                    try kernels.libraries.check(ccuda_gemm(handle, blas, &gemm))
                    let result = try kernels.read(c, count: counts)
                    XCTAssertEqual(result, expected(gemm, counts), "\(shape) type \(type.rawValue) \(flags)")
                    try kernels.release(a, b, c)
                }
            }
        }
        try kernels.libraries.check(ccuda_blas_destroy(handle, blas))
        XCTAssertEqual(try kernels.device.report().errors, [])
    }

    /// All sums are exact: the values are small multiples of 1/64.
    private func expected(_ gemm: CCUDAGemm, _ count: Int) -> [Float] {
        var c = (0..<count).map(value)
        let lda = Int(gemm.lda), ldb = Int(gemm.ldb), ldc = Int(gemm.ldc)
        for matrix in 0..<Int(gemm.count) {
            for column in 0..<Int(gemm.n) {
                for row in 0..<Int(gemm.m) {
                    var sum: Float = 0
                    for k in 0..<Int(gemm.k) {
                        let atA = gemm.transposes_a ? row * lda + k : k * lda + row
                        let atB = gemm.transposes_b ? k * ldb + column : column * ldb + k
                        sum +=
                            value(matrix * Int(gemm.stride_a) + atA)
                            * value(matrix * Int(gemm.stride_b) + atB)
                    }
                    let at = matrix * Int(gemm.stride_c) + column * ldc + row
                    c[at] = 0.5 * sum + 2 * c[at]
                }
            }
        }
        return c
    }

    func testTF32KeepsTenBitsWhereItIsAllowed() throws {
        let kernels = try EmulatedKernels()
        let handle = kernels.libraries.handle
        var blas: OpaquePointer?
        try kernels.libraries.check(ccuda_blas_create(handle, kernels.stream, nil, 0, &blas))
        let fine = 1 + Float.ulpOfOne * 4096 * 1.75
        let a = try kernels.allocate([fine]), b = try kernels.allocate([1]), c = try kernels.allocate([0])
        var gemm = CCUDAGemm(
            transposes_a: false, transposes_b: false, m: 1, n: 1, k: 1, alpha: 1, beta: 0, a: a, b: b, c: c,
            type: CCUDA_F32, lda: 1, ldb: 1, ldc: 1, count: 1, stride_a: 0, stride_b: 0, stride_c: 0,
            allows_tf32: false)
        try kernels.libraries.check(ccuda_gemm(handle, blas, &gemm))
        XCTAssertEqual(try kernels.read(c, count: 1), [fine])
        gemm.allows_tf32 = true
        try kernels.libraries.check(ccuda_gemm(handle, blas, &gemm))
        XCTAssertEqual(try kernels.read(c, count: 1), [1 + Float.ulpOfOne * 8192])
        try kernels.libraries.check(ccuda_blas_destroy(handle, blas))
        try kernels.release(a, b, c)
    }

    func testWrongProductsAreRefused() throws {
        let kernels = try EmulatedKernels()
        let handle = kernels.libraries.handle
        var blas: OpaquePointer?
        try kernels.libraries.check(ccuda_blas_create(handle, kernels.stream, nil, 0, &blas))
        let memory = try kernels.allocate([Float](repeating: 1, count: 64))
        let c = try kernels.allocate([Float](repeating: 1, count: 64))
        let right = CCUDAGemm(
            transposes_a: true, transposes_b: false, m: 8, n: 8, k: 8, alpha: 1, beta: 0, a: memory,
            b: memory,
            c: c, type: CCUDA_F32, lda: 8, ldb: 8, ldc: 8, count: 1, stride_a: 0, stride_b: 0, stride_c: 0,
            allows_tf32: false)
        let mistakes: [(String, (inout CCUDAGemm) -> Void)] = [
            ("invalid leading dimension of A", { $0.lda = 7 }),
            ("invalid leading dimension of B", { $0.ldb = 7 }),
            ("invalid leading dimension of C", { $0.ldc = 7 }),
            (
                "A has 256 bytes, 288 are needed",
                {
                    $0.m = 9; $0.ldc = 9
                }
            ),
            ("B has 256 bytes, 288 are needed", { $0.n = 9 }),
            ("C has 256 bytes, 284 are needed", { $0.ldc = 9 }),
            ("B is memory of the host", { $0.b = UnsafeRawPointer(bitPattern: 1 << 20) }),
            ("null pointer", { $0.c = nil }),
        ]
        for (sentence, change) in mistakes {
            var gemm = right
            change(&gemm)
            XCTAssertNotEqual(ccuda_gemm(handle, blas, &gemm), CCUDA_OK, sentence)
            XCTAssertEqual(try kernels.device.report().errors, ["cuBLAS product: \(sentence)"])
            try kernels.device.reset()
        }
        try kernels.libraries.check(ccuda_blas_destroy(handle, blas))
        try kernels.release(memory, c)
    }
}
