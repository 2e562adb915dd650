import CCUDA
import EmulatedDevice
import Foundation
import XCTest

@testable import Compute

/// Kernels of a test's own on the emulated device, through the very interface that the backend uses.
final class EmulatedKernels {
    enum Argument {
        case pointer(UnsafeMutableRawPointer?)
        case rows(UnsafeMutableRawPointer?, stride: Int)
        case int(Int)
        case float(Float)
    }

    let device: EmulatedDevice
    let libraries: CUDALibraries
    let stream: OpaquePointer
    private var module: OpaquePointer?

    /// - Throws: `XCTSkip` where kernels cannot be compiled.
    init(_ settings: [EmulatedDevice.Setting: String] = [:], source: String = "") throws {
        TestBackends.forgetDevices()
        device = try EmulatedDevice(settings)
        if let reason = device.missingCompiler { throw XCTSkip(reason) }
        libraries = try CUDALibraries(.init(environment: device.environment))
        try libraries.check(ccuda_start(libraries.handle, 0))
        var stream: OpaquePointer?
        try libraries.check(ccuda_stream_create(libraries.handle, &stream))
        self.stream = try XCTUnwrap(stream)
        if !source.isEmpty { try load(source) }
    }

    deinit {
        ccuda_use(libraries.handle, 0)
        ccuda_module_unload(libraries.handle, module)
        ccuda_stream_destroy(libraries.handle, stream)
    }

    /// Compiles the prelude and `source` after it.
    func load(_ source: String) throws {
        var image: UnsafeMutableRawPointer?
        var count: Int64 = 0
        var isMachineCode = false
        var log: UnsafeMutablePointer<CChar>?
        defer {
            free(image)
            free(log)
        }
        // The prelude ends with the one array of dynamic shared memory.
        let all = String(cString: ccuda_kernel_source())
        let end = try XCTUnwrap(all.range(of: "dynamicMemory[];")).upperBound
        let prelude = all[..<end] + "\n"
        let architecture = try CUDADevice(0, of: libraries).architecture
        try libraries.check(
            ccuda_compile(
                libraries.handle, prelude + source, Int32(architecture), nil, 0, &image, &count,
                &isMachineCode,
                &log))
        try libraries.check(ccuda_module_load(libraries.handle, image, &module))
    }

    func allocate(_ values: [Float]) throws -> UnsafeMutableRawPointer {
        let pointer = try allocate(bytes: values.count * 4)
        try values.withUnsafeBytes {
            try libraries.check(
                ccuda_copy(
                    libraries.handle, pointer, Int64($0.count), $0.baseAddress, Int64($0.count),
                    Int64($0.count), 1, CCUDA_TO_DEVICE, stream))
        }
        return pointer
    }

    func allocate(bytes: Int) throws -> UnsafeMutableRawPointer {
        var pointer: UnsafeMutableRawPointer?
        try libraries.check(ccuda_allocate(libraries.handle, 0, Int64(bytes), stream, &pointer))
        return try XCTUnwrap(pointer)
    }

    func release(_ pointers: UnsafeMutableRawPointer...) throws {
        for pointer in pointers { try libraries.check(ccuda_release(libraries.handle, 0, pointer, stream)) }
    }

    func launch(
        _ name: String, blocks: Int = 1, threads: Int = 32, shared: Int = 0, _ arguments: [Argument]
    ) throws {
        var function: OpaquePointer?
        try libraries.check(ccuda_function(libraries.handle, module, name, &function))
        var values = [UInt64](repeating: 0, count: 2 * arguments.count)
        var sizes: [Int] = []
        for (index, argument) in arguments.enumerated() {
            switch argument {
            case .pointer(let pointer):
                values[2 * index] = UInt64(UInt(bitPattern: pointer))
                sizes.append(8)
            case .rows(let pointer, let stride):
                values[2 * index] = UInt64(UInt(bitPattern: pointer))
                values[2 * index + 1] = UInt64(stride)
                sizes.append(16)
            case .int(let value):
                values[2 * index] = UInt64(UInt32(bitPattern: Int32(value)))
                sizes.append(4)
            case .float(let value):
                values[2 * index] = UInt64(value.bitPattern)
                sizes.append(4)
            }
        }
        var launch = CCUDALaunch(
            grid: (UInt32(blocks), 1, 1), block: (UInt32(threads), 1, 1), shared_memory: UInt32(shared))
        try values.withUnsafeMutableBytes { values in
            let places = sizes.indices.map { index in values.baseAddress.map { $0 + 16 * index } }
            try libraries.check(
                ccuda_launch(libraries.handle, function, &launch, places, sizes, Int32(sizes.count), stream))
        }
    }

    func wait() throws { try libraries.check(ccuda_stream_wait(libraries.handle, stream)) }

    func read(_ pointer: UnsafeMutableRawPointer, count: Int) throws -> [Float] {
        var values = [Float](repeating: 0, count: count)
        try values.withUnsafeMutableBytes {
            try libraries.check(
                ccuda_copy(
                    libraries.handle, $0.baseAddress, Int64($0.count), pointer, Int64($0.count),
                    Int64($0.count),
                    1, CCUDA_TO_HOST, stream))
        }
        return values
    }
}
