import CCUDA
import XCTest

/// Streams, events, products, kernels and graphs: what the libraries are asked for.
final class CCUDAWorkTests: XCTestCase {
    private let stream = CCUDAStreamRef(bitPattern: 1)

    func testStreamsAndEvents() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        var made: CCUDAStreamRef?
        XCTAssertEqual(ccuda_stream_create(libraries, &made), CCUDA_OK)
        var event: CCUDAEventRef?
        XCTAssertEqual(ccuda_event_create(libraries, false, &event), CCUDA_OK)
        XCTAssertEqual(ccuda_event_create(libraries, true, &event), CCUDA_OK)
        XCTAssertEqual(
            stub.notes(),
            ["cudaStreamCreateWithFlags 1", "cudaEventCreateWithFlags 2", "cudaEventCreateWithFlags 0"])
    }

    // MARK: Products

    private func makeBlas(_ libraries: OpaquePointer) throws -> CCUDABlasRef {
        var blas: CCUDABlasRef?
        let workspace = UnsafeMutableRawPointer(bitPattern: 64)
        XCTAssertEqual(ccuda_blas_create(libraries, stream, workspace, 4 << 20, &blas), CCUDA_OK)
        return try XCTUnwrap(blas)
    }

    /// Setting the stream would take the workspace away again.
    func testTheHandle() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        _ = try makeBlas(libraries)
        XCTAssertEqual(
            stub.notes(),
            [
                "cublasCreate_v2", "cublasSetStream_v2", "cublasSetWorkspace_v2 4194304",
                "cublasSetMathMode 16",
            ])
        stub.set("cublasSetMathMode", 7)
        var blas: CCUDABlasRef?
        XCTAssertEqual(ccuda_blas_create(libraries, stream, nil, 0, &blas), CCUDA_FAILED)
        XCTAssertNil(blas)
        XCTAssertEqual(stub.notes().suffix(2), ["cudaGetLastError", "cublasDestroy_v2"])
    }

    func testProducts() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        let blas = try makeBlas(libraries)
        _ = stub.notes()
        var product = CCUDAGemm()
        product.transposes_a = true
        (product.m, product.n, product.k) = (5, 3, 4)
        (product.alpha, product.beta) = (2, 1)
        (product.lda, product.ldb, product.ldc) = (6, 7, 8)
        product.count = 1
        let start = "cublasGemmEx 1 0 5 3 4 2 1 types"
        let cases: [(type: CCUDAType, allows: Bool, rest: String)] = [
            (CCUDA_F32, false, "0 0 0 ld 6 7 8 compute 68 -1"),
            (CCUDA_F32, true, "0 0 0 ld 6 7 8 compute 77 -1"),
            (CCUDA_F16, true, "2 2 0 ld 6 7 8 compute 68 -1"),
            (CCUDA_BF16, false, "14 14 0 ld 6 7 8 compute 68 -1"),
        ]
        for each in cases {
            (product.type, product.allows_tf32) = (each.type, each.allows)
            XCTAssertEqual(ccuda_gemm(libraries, blas, &product), CCUDA_OK)
            XCTAssertEqual(stub.notes(), ["\(start) \(each.rest)"])
        }
        (product.type, product.count) = (CCUDA_F32, 9)
        (product.stride_a, product.stride_b, product.stride_c) = (5_000_000_000, 21, 22)
        (product.transposes_a, product.transposes_b) = (false, true)
        XCTAssertEqual(ccuda_gemm(libraries, blas, &product), CCUDA_OK)
        XCTAssertEqual(
            stub.notes(),
            [
                "cublasGemmStridedBatchedEx 0 1 5 3 4 2 1 types 0 0 0 ld 6 7 8 strides 5000000000 21 22 × 9 "
                    + "compute 68 -1"
            ])
        product.n = 0
        XCTAssertEqual(ccuda_gemm(libraries, blas, &product), CCUDA_OK)
        XCTAssertEqual(stub.notes(), [])
    }

    func testProductsThatFail() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        let blas = try makeBlas(libraries)
        var product = CCUDAGemm()
        (product.m, product.n, product.k, product.count) = (1, 1, 1, 1)
        let cases: [(result: Int, last: Int, status: CCUDAStatus, sentence: String)] = [
            (7, 0, CCUDA_FAILED, "cublasGemmEx failed: words of cuBLAS (7)."),
            (
                3, 2, CCUDA_OUT_OF_MEMORY,
                "The GPU is out of memory: cublasGemmEx could not have what it needs."
            ),
            (8, 0, CCUDA_UNSUPPORTED_ARCHITECTURE, "cuBLAS of CUDA 12 cannot do cublasGemmEx on this GPU."),
            (
                13, 700, CCUDA_FAILED,
                "cublasGemmEx failed: words of the runtime (cudaErrorStub); work queued before failed on the GPU, "
                    + "which this process cannot use any more."
            ),
        ]
        for each in cases {
            stub.set("cublasGemmEx", each.result)
            stub.set("cudaGetLastError", each.last)
            CCUDATest.check(ccuda_gemm(libraries, blas, &product), each.status, each.sentence)
        }
    }

    // MARK: Kernels

    private func makeFunction(
        _ libraries: OpaquePointer, _ body: (CCUDAFunctionRef) throws -> Void
    ) throws {
        var module: CCUDAModuleRef?
        XCTAssertEqual(ccuda_module_load(libraries, "image", &module), CCUDA_OK)
        var function: CCUDAFunctionRef?
        XCTAssertEqual(ccuda_function(libraries, module, "twice", &function), CCUDA_OK)
        try body(XCTUnwrap(function))
        XCTAssertEqual(ccuda_module_unload(libraries, module), CCUDA_OK)
    }

    private func launch(
        _ libraries: OpaquePointer, _ function: CCUDAFunctionRef, sizes: [Int], shared: UInt32 = 0
    ) -> CCUDAStatus {
        var launch = CCUDALaunch(grid: (7, 2, 3), block: (64, 1, 2), shared_memory: shared)
        var words = [Int](repeating: 0, count: sizes.count)
        return words.withUnsafeMutableBufferPointer { words in
            let arguments = sizes.indices.map {
                UnsafeMutableRawPointer(words.baseAddress! + $0) as UnsafeMutableRawPointer?
            }
            return ccuda_launch(libraries, function, &launch, arguments, sizes, Int32(sizes.count), stream)
        }
    }

    func testLaunches() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        try makeFunction(libraries) { function in
            _ = stub.notes()
            XCTAssertEqual(launch(libraries, function, sizes: [8, 4]), CCUDA_OK)
            XCTAssertEqual(stub.notes(), ["cuLaunchKernel 7 2 3 64 1 2 0"])
            XCTAssertEqual(launch(libraries, function, sizes: [8, 4], shared: 100 << 10), CCUDA_OK)
            XCTAssertEqual(
                stub.notes(), ["cuFuncSetAttribute 8 102400", "cuLaunchKernel 7 2 3 64 1 2 102400"])
            for sizes in [[8], [8, 4, 4], []] {
                CCUDATest.check(
                    launch(libraries, function, sizes: sizes), CCUDA_FAILED,
                    "The kernel twice takes 2 arguments, not \(sizes.count).")
            }
            CCUDATest.check(
                launch(libraries, function, sizes: [8, 8]), CCUDA_FAILED,
                "Argument 1 of the kernel twice has 4 bytes, not 8.")
            XCTAssertEqual(stub.notes(), [])
            stub.set("cuLaunchKernel", 1)
            CCUDATest.check(
                launch(libraries, function, sizes: [8, 4]), CCUDA_FAILED,
                "Launching the kernel twice (7 × 2 × 3 blocks of 64 × 1 × 2 threads with 0 bytes shared) failed: words "
                    + "of the driver (CUDA_ERROR_STUB).")
        }
    }

    func testLaunchesThatCannotBeChecked() throws {
        let stub = try StubLibraries(lacking: "cuFuncGetParamInfo")
        let libraries = try stub.open()
        try makeFunction(libraries) { function in
            XCTAssertEqual(launch(libraries, function, sizes: [8, 8, 8]), CCUDA_OK)
        }
    }

    func testImagesThatDoNotFit() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        var module: CCUDAModuleRef?
        stub.set("cuModuleLoadData", 209)
        CCUDATest.check(
            ccuda_module_load(libraries, "image", &module), CCUDA_UNSUPPORTED_ARCHITECTURE,
            "The GPU cannot run what was compiled for it: words of the driver (CUDA_ERROR_STUB).")
        stub.set("cuModuleLoadData", 222)
        CCUDATest.check(
            ccuda_module_load(libraries, "image", &module), CCUDA_DRIVER_TOO_OLD,
            "The NVIDIA driver is too old for what this version of CUDA compiles (CUDA_ERROR_STUB); a newer driver "
                + "or older CUDA libraries are needed.")
        XCTAssertNil(module)
        stub.set("cuModuleLoadData", 0)
        XCTAssertEqual(ccuda_module_load(libraries, "image", &module), CCUDA_OK)
        var function: CCUDAFunctionRef?
        stub.set("cuModuleGetFunction", 500)
        CCUDATest.check(
            ccuda_function(libraries, module, "twice", &function), CCUDA_FAILED,
            "Finding the kernel twice (cuModuleGetFunction) failed: words of the driver (CUDA_ERROR_STUB).")
        XCTAssertEqual(ccuda_module_unload(libraries, module), CCUDA_OK)
    }

    // MARK: The compiler

    func testTargets() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        // 70, 75, 80, 86, 87 and 90, which is CUDA 11.7 with one more; 87 is that of a processor's own GPU.
        let early = [70, 75, 80, 86, 87, 90].reduce(0) { $0 | 1 << ($1 - 50) }
        stub.set("architectures from 50", early)
        stub.set("architectures from 100", 1 << 0 | 1 << 20)
        let targets: [(Int32, Int32, Bool)] = [
            (70, 70, true), (72, 70, true), (80, 80, true), (86, 86, true), (87, 87, true), (89, 86, true),
            (90, 90, true), (100, 100, true), (103, 100, true), (110, 100, false), (120, 120, true),
            (121, 120, true), (130, 120, false),
        ]
        for (architecture, expected, expectsMachineCode) in targets {
            var (target, isMachineCode): (Int32, Bool) = (0, false)
            XCTAssertEqual(ccuda_compile_target(libraries, architecture, &target, &isMachineCode), CCUDA_OK)
            XCTAssertEqual(target, expected, "\(architecture)")
            XCTAssertEqual(isMachineCode, expectsMachineCode, "\(architecture)")
        }
        var (target, isMachineCode): (Int32, Bool) = (7, true)
        CCUDATest.check(
            ccuda_compile_target(libraries, 61, &target, &isMachineCode), CCUDA_UNSUPPORTED_ARCHITECTURE,
            "CUDA 12 cannot compile for this GPU, whose compute capability is 6.1: it needs 7.0 or later.")
        XCTAssertEqual(target, 0)
        XCTAssertFalse(isMachineCode)
    }

    func testCompiling() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        let machineCode = Compilation(of: "source", for: 86, with: libraries, options: ["-a", "-b"])
        XCTAssertEqual(machineCode.status, CCUDA_OK)
        XCTAssert(machineCode.isMachineCode)
        XCTAssertEqual(machineCode.image, Array("cubin\0".utf8))
        XCTAssertNil(machineCode.log)
        XCTAssertEqual(
            stub.notes(),
            [
                "nvrtcCreateProgram kernels.cu", "nvrtcCompileProgram --gpu-architecture=sm_80",
                "nvrtcCompileProgram -a", "nvrtcCompileProgram -b", "nvrtcDestroyProgram",
            ])
        let text = Compilation(of: "source", for: 103, with: libraries)
        XCTAssertFalse(text.isMachineCode)
        XCTAssertEqual(text.image, Array("ptx\0".utf8))
        XCTAssert(stub.notes().contains("nvrtcCompileProgram --gpu-architecture=compute_90"))

        stub.set("nvrtcCompileProgram", 6)
        stub.set("log", 1)
        let failed = Compilation(of: "source", for: 80, with: libraries)
        CCUDATest.check(
            failed.status, CCUDA_FAILED,
            "The kernels could not be compiled (--gpu-architecture=sm_80): line 2: error: wrong (NVRTC_ERROR_STUB)."
        )
        XCTAssertEqual(failed.log, "line 1: warning: odd\nline 2: error: wrong\nline 3: error: worse\n")
        XCTAssertEqual(failed.image, [])
        stub.set("nvrtcCompileProgram", 7)
        stub.set("log", 0)
        CCUDATest.check(
            Compilation(of: "source", for: 80, with: libraries).status, CCUDA_FAILED,
            "nvrtcCompileProgram failed: NVRTC_ERROR_STUB; the library libnvrtc-builtins of the same version may be "
                + "missing.")
    }

    // MARK: Graphs

    func testGraphs() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        XCTAssert(ccuda_has_graphs(libraries))
        XCTAssertEqual(ccuda_capture_begin(libraries, stream), CCUDA_OK)
        var graph: CCUDAGraphRef?
        XCTAssertEqual(ccuda_capture_end(libraries, stream, &graph), CCUDA_OK)
        XCTAssertEqual(graph, CCUDAGraphRef(bitPattern: 2))
        XCTAssertEqual(ccuda_graph_launch(libraries, graph, stream), CCUDA_OK)
        XCTAssertEqual(ccuda_graph_destroy(libraries, graph), CCUDA_OK)
        XCTAssertEqual(
            stub.notes(),
            [
                "cudaStreamBeginCapture 2", "cudaStreamEndCapture", "cudaGraphInstantiateWithFlags 0",
                "cudaGraphDestroy", "cudaGraphLaunch", "cudaGraphExecDestroy",
            ])
        stub.set("cudaGraphInstantiateWithFlags", 801)
        XCTAssertEqual(ccuda_capture_end(libraries, stream, &graph), CCUDA_FAILED)
        XCTAssertNil(graph)
        XCTAssertEqual(stub.notes().suffix(2), ["cudaGetLastError", "cudaGraphDestroy"])
        stub.set("cudaStreamEndCapture", 901)
        XCTAssertEqual(ccuda_capture_end(libraries, stream, &graph), CCUDA_FAILED)
        XCTAssertNil(graph)
        XCTAssertEqual(stub.notes(), ["cudaStreamEndCapture", "cudaGetLastError"])
    }
}
