"""Bugs in the host's part of the CUDA backend: Swift, and C around NVIDIA's libraries."""

from mutation import host

CUDA = "Compute/CUDA/Backend"
DRIVER = "Compute/CUDA/Driver"
ROWS = "ComputeTests.ComputeBackendRowsTests"
NORMS = "ComputeTests.ComputeBackendNormsTests"
TRAINING = "ComputeTests.ComputeBackendTrainingTests"
DISTRIBUTIONS = (
    "ComputeTests.ComputeBackendDistributionsTests", "ComputeTests.CUDABackendDistributionsTests")
ATTENTION = ("ComputeTests.ComputeBackendAttentionTests", "ComputeTests.CUDABackendAttentionTests")
PRODUCTS = "ComputeTests.CUDABackendProductsTests"
CONTEXT = "ComputeTests.CUDAContextTests"
RECORDING = "ComputeTests.CUDABackendRecordingTests"
STAGING = "ComputeTests.StagingBufferTests"
LIBRARIES = (
    "ComputeTests.CCUDAWorkTests", "ComputeTests.CCUDAMemoryTests", "ComputeTests.CCUDADeviceTests")
GENERATION = "LanguageModelsTests.GenerationTests"

LIBRARY_MUTATIONS = [
    host("workspace set before the stream", "workspace after stream", "CCUDA/products.c",
         """    CCUDAStatus status =
        BLAS(libraries->cublasSetStream_v2(handle, (cudaStream_t)stream), "cublasSetStream");
    if (status != CCUDA_OK) return status;
""",
         """    CCUDAStatus status = CCUDA_OK;
    if (workspace && bytes > 0) libraries->cublasSetWorkspace_v2(handle, workspace, (size_t)bytes);
    status = BLAS(libraries->cublasSetStream_v2(handle, (cudaStream_t)stream), "cublasSetStream");
    if (status != CCUDA_OK) return status;
    bytes = 0;
""", *LIBRARIES),
    host("float32 products round", "TF32 left on", "CCUDA/products.c",
         "bool rounds = p->allows_tf32 && p->type == CCUDA_F32;", "bool rounds = p->type == CCUDA_F32;",
         *LIBRARIES, PRODUCTS),
    host("memory freed under running work", "memory released too early", "CCUDA/memory.c",
         "    CCUDAStatus status = ccuda_stream_wait(libraries, stream);\n"
         "    return status == CCUDA_OK ? RUNTIME(libraries->cudaFree(pointer), \"cudaFree\") : status;",
         "    return RUNTIME(libraries->cudaFree(pointer), \"cudaFree\");", *LIBRARIES),
    host("graph as recorded stays", "leak", "CCUDA/streams.c",
         "    if (recorded) libraries->cudaGraphDestroy(recorded);\n", "", *LIBRARIES, RECORDING),
    host("pitch of the source for the target", "wrong stride", "CCUDA/memory.c",
         "target, (size_t)target_pitch, source, (size_t)source_pitch,",
         "target, (size_t)source_pitch, source, (size_t)source_pitch,", *LIBRARIES, ROWS),
]

MEMORY_MUTATIONS = [
    host("arrivals read at once", "reading before waiting", f"{CUDA}/CUDABackend+Memory.swift",
         "CCUDA_TO_HOST, context.stream))\n                    try context.wait()\n",
         "CCUDA_TO_HOST, context.stream))\n", ROWS),
    host("half filled again at once", "staging half reused without waiting", f"{DRIVER}/StagingBuffer.swift",
         "        if isWaitedFor[current] "
         "{ try context.check(ccuda_event_wait(libraries, emptied[current])) }\n", "", STAGING),
    host("events stay", "event not destroyed (leak)", f"{DRIVER}/StagingBuffer.swift",
         "        for event in emptied { ccuda_event_destroy(context.libraries.handle, event) }\n", "",
         CONTEXT),
    host("threads keep their device", "cudaSetDevice left out", f"{DRIVER}/CUDAContext.swift",
         "func use() { ccuda_use(libraries.handle, number) }", "func use() {}", CONTEXT),
    host("recording without its memory", "storage not kept", f"{CUDA}/RecordedGraph.swift",
         "        self.memory = memory\n", "        self.memory = []\n", RECORDING),
    host("recording with the first memory only", "graph kept with wrong memory",
         f"{CUDA}/CUDABackend+Memory.swift", "return noted[next]\n", "return noted[0]\n", RECORDING),
    host("workspace smaller than cuBLAS is told", "scratch too small", f"{DRIVER}/BlasHandle.swift",
         "        workspace = try context.allocate(Self.workspaceBytes(architecture: "
         "context.device.architecture))\n        var handle: OpaquePointer?\n        try context.check(\n"
         "            ccuda_blas_create(\n                context.libraries.handle, context.stream, "
         "workspace.address, Int64(workspace.byteCount),",
         "        workspace = try context.allocate(256)\n        var handle: OpaquePointer?\n"
         "        try context.check(\n            ccuda_blas_create(\n"
         "                context.libraries.handle, context.stream, workspace.address, 4 << 20,",
         "ComputeTests.ComputeBackendProductsTests", PRODUCTS),
]

LAUNCH_MUTATIONS = [
    host("rewriting writes nothing", "rewrite forgotten", f"{CUDA}/CUDABackend+Attention.swift",
         "        write(AttentionTable(spans: spans).entries, into: old.checkedTable)\n", "", *ATTENTION),
    host("keys begin where queries do", "spans table wrong", f"{CUDA}/AttentionTable.swift",
         "span.queries.count, span.keys.lowerBound,", "span.queries.count, span.queries.lowerBound,",
         *ATTENTION),
    host("tall tiles read as short ones", "spans table wrong", f"{CUDA}/CUDABackend+Attention.swift",
         "+ arguments(spans, height) + arguments(shape))", "+ arguments(spans, .short) + arguments(shape))",
         *ATTENTION),
    host("slopes smaller than the kernels'", "scratch too small", f"{CUDA}/CUDABackend+Distributions.swift",
         "static let slopeBytes = 56", "static let slopeBytes = 32", *DISTRIBUTIONS),
    host("last block of rows missing", "wrong grid dimension", f"{CUDA}/CUDABackend+Distributions.swift",
         "((rows + 7) / 8, 1, 1)", "(max(1, rows / 8), 1, 1)", *DISTRIBUTIONS),
    host("one head of keys for each of queries", "wrong grid dimension",
         f"{CUDA}/CUDABackend+Attention.swift",
         "grid: (tiles, shape.keyValueHeads, 1)", "grid: (tiles, shape.heads, 1)", *ATTENTION),
    host("gain and bias swapped", "wrong argument order", f"{CUDA}/CUDABackend+Norms.swift",
         ".pointer(gain.pointer), .pointer(bias?.pointer), .float(epsilon)",
         ".pointer(bias?.pointer), .pointer(gain.pointer), .float(epsilon)", NORMS),
    host("betas swapped", "wrong argument order", f"{CUDA}/CUDABackend+Training.swift",
         ".float(options.beta1), .float(options.beta2),", ".float(options.beta2), .float(options.beta1),",
         TRAINING),
    host("table's stride in 32 bits", "kernel argument size", f"{CUDA}/CUDABackend+Rows.swift",
         ".weight(table), .long(table.leadingDimension)", ".weight(table), .int(table.leadingDimension)",
         ROWS),
    host("results touch", "wrong leading dimension", f"{CUDA}/CUDABackend+Products.swift",
         "ldb: Int32(stride), ldc: Int32(yStride)", "ldb: Int32(stride), ldc: Int32(columns)", PRODUCTS),
    host("outer product of rows", "wrong transpose", f"{CUDA}/CUDABackend+Products.swift",
         "transposes_a: false, transposes_b: true,", "transposes_a: true, transposes_b: false,", PRODUCTS),
]

PASS_MUTATIONS = [
    host("last key not in the span", "spans table wrong", "LanguageModels/Transformer/Generation/DecodingPass.swift",
         "keys: first..<first + token.position + 1)", "keys: first..<first + max(1, token.position))",
         GENERATION),
    host("positions one later", "position off by one", "LanguageModels/Transformer/Generation/DecodingPass.swift",
         "tokens.map { Int32($0.position) }", "tokens.map { Int32($0.position + 1) }", GENERATION),
]

HOST_MUTATIONS = LIBRARY_MUTATIONS + MEMORY_MUTATIONS + LAUNCH_MUTATIONS + PASS_MUTATIONS
