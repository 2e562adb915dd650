import CCUDA

/// Operations as a CUDA graph, with the memory that they use.
final class RecordedGraph: RecordedOperations, @unchecked Sendable {
    private let graph: OpaquePointer
    private let memory: [DeviceStorage]
    private let backend: CUDABackend

    init(_ graph: OpaquePointer, memory: [DeviceStorage], on backend: CUDABackend) {
        self.graph = graph
        self.memory = memory
        self.backend = backend
    }

    deinit {
        backend.context.use()
        ccuda_graph_destroy(backend.libraries.handle, graph)
    }

    func replay() {
        backend.attempt {
            backend.context.use()
            try backend.context.check(
                ccuda_graph_launch(backend.libraries.handle, graph, backend.context.stream))
        }
    }
}
