import CCUDA

extension CUDABackend {
    package func record(_ operations: () throws -> Void) throws -> (any RecordedOperations)? {
        let noted = try note(operations)
        guard ccuda_has_graphs(libraries.handle) else { return nil }
        try throwFailure()
        context.use()
        guard ccuda_capture_begin(libraries.handle, context.stream) == CCUDA_OK else { return nil }
        let result = Result { try repeating(noted, operations) }
        var graph: OpaquePointer?
        let status = ccuda_capture_end(libraries.handle, context.stream, &graph)
        let recorded = graph.map { RecordedGraph($0, memory: noted, on: self) }
        try result.get()
        // Whatever the library could not record it can still run.
        let hasFailed = (try? throwFailure()) == nil
        return status == CCUDA_OK && !hasFailed ? recorded : nil
    }

    /// Runs operations and returns the memory that they asked for.
    private func note(_ operations: () throws -> Void) throws -> [DeviceStorage] {
        state.withLock { state in
            guard case .none = state.recording else { preconditionFailure("recordings do not nest") }
            state.recording = .noting([])
        }
        defer { state.withLock { $0.recording = .none } }
        try operations()
        return state.withLock { state in
            guard case .noting(let noted) = state.recording else { return [] }
            return noted
        }
    }

    private func repeating(_ noted: [DeviceStorage], _ operations: () throws -> Void) throws {
        state.withLock { $0.recording = .repeating(noted, next: 0) }
        defer { state.withLock { $0.recording = .none } }
        try operations()
    }
}
