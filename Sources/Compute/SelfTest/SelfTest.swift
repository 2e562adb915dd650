import CKernels

/// Tries every operation of a device against another one, on random numbers and awkward shapes, and measures
/// how fast the device is.
///
/// What it cannot see is a mistake that both devices make; the operations' own tests compare with float64.
package struct SelfTest: Sendable {
    /// The outcome of one operation.
    package struct OperationResult: Sendable {
        package let name: String
        /// How many shapes were tried.
        package var examples = 0
        /// The largest distance in units of what is allowed; nil where nothing could be compared.
        package var worst: Deviation?
        /// The first failure of the device.
        package var failure: String?
        package var timing: Timing?

        package init(name: String) { self.name = name }

        package var passes: Bool { failure == nil && (worst?.excess ?? .infinity) <= 1 }
    }

    /// Two numbers that should be the same.
    package struct Deviation: Sendable, Equatable {
        package var example: String
        package var output: Int
        package var row: Int
        package var column: Int
        package var found: Float
        package var expected: Float
        /// The distance in units of what is allowed.
        package var excess: Double

        package var distance: Double {
            found == expected || found.isNaN && expected.isNaN ? 0 : abs(Double(found) - Double(expected))
        }
    }

    package struct Timing: Sendable, Equatable {
        package var example: String
        /// Of one run; 0 where the clock is too coarse.
        package var seconds: Double
        package var bytes: Int
        package var operations: Int

        package var bytesPerSecond: Double? { seconds > 0 && bytes > 0 ? Double(bytes) / seconds : nil }
        package var operationsPerSecond: Double? {
            seconds > 0 && operations > 0 ? Double(operations) / seconds : nil
        }
    }

    let device: any ComputeBackend
    let reference: any ComputeBackend
    let sizes: SelfTestSizes
    /// Seconds from some fixed moment on.
    let clock: @Sendable () -> Double
    private let pool: NumberPool
    private let seed: UInt64

    package init(
        _ device: any ComputeBackend, against reference: any ComputeBackend, sizes: SelfTestSizes,
        seed: UInt64 = 1, clock: @escaping @Sendable () -> Double
    ) {
        self.device = device
        self.reference = reference
        self.sizes = sizes
        self.clock = clock
        self.seed = seed
        pool = NumberPool(seed: seed)
    }

    /// Runs everything; `heard` is told each result as soon as it is known, and throws to stop.
    ///
    /// A failure of the device is part of the results.  CUDA's failures stay: nothing is tried after one that
    /// is not a lack of memory.
    package func run(_ heard: (OperationResult) throws -> Void) rethrows -> [OperationResult] {
        var results: [OperationResult] = []
        for (index, check) in OperationCheck.all(sizes).enumerated() {
            let (result, isLast) = run(check, seed: seed &* 1000 &+ UInt64(index))
            results.append(result)
            try heard(result)
            if isLast { break }
        }
        return results
    }

    /// How many operations there are to try.
    package var count: Int { OperationCheck.all(sizes).count }

    /// The outcome of one operation, and whether nothing can be tried after it.
    func run(_ check: OperationCheck, seed: UInt64) -> (result: OperationResult, isLast: Bool) {
        var result = OperationResult(name: check.name)
        do {
            for (index, example) in check.examples.enumerated() {
                let deviation = try compare(example, seed: seed &* 100 &+ UInt64(index))
                result.examples += 1
                if result.worst.map({ deviation.excess > $0.excess }) ?? true { result.worst = deviation }
            }
            do {
                result.timing = try check.timed.map { try time($0, seed: seed) }
            } catch ComputeError.outOfMemory {
                // The device is too small for the size that would show its speed.
            }
        } catch {
            result.failure = Self.words(error)
            if case ComputeError.outOfMemory = error { return (result, false) }
            return (result, true)
        }
        return (result, false)
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case ComputeError.outOfMemory(_, let bytes): "no room for another \(bytes) bytes"
        case ComputeError.deviceUnavailable(_, let reason), ComputeError.operationFailed(_, let reason):
            reason
        default: String(describing: error)
        }
    }

    // MARK: - Comparison

    /// The worst element of an example.
    private func compare(_ example: OperationCheck.Example, seed: UInt64) throws -> Deviation {
        let found = try outputs(of: example, on: device, seed: seed)
        let expected = try outputs(of: example, on: reference, seed: seed)
        precondition(found.count == expected.count, "an example has the same outputs everywhere")
        var worst = Deviation(
            example: example.name, output: 0, row: 0, column: 0, found: 0, expected: 0, excess: 0)
        for (index, (found, expected)) in zip(found, expected).enumerated() {
            for place in found.values.indices {
                let a = found.values[place], b = expected.values[place]
                if a == b { continue }
                let excess = expected.tolerance.excess(a, b, size: expected.size)
                if excess > worst.excess {
                    worst = Deviation(
                        example: example.name, output: index, row: place / max(1, found.columns),
                        column: place % max(1, found.columns), found: a, expected: b, excess: excess)
                }
            }
        }
        return worst
    }

    private struct Values {
        var values: [Float]
        var columns: Int
        var tolerance: Tolerance
        var size: Double
    }

    /// The results of an example on a backend, in order: outputs, indices, and what lies beside views.
    private func outputs(
        of example: OperationCheck.Example, on backend: any ComputeBackend, seed: UInt64
    ) throws -> [Values] {
        var bench = Workbench(backend, pool: pool, seed: seed)
        let prepared = try example.prepare(&bench)
        try prepared.run()
        var results = try prepared.outputs.map { output in
            Values(
                values: try backend.read(output.matrix), columns: output.matrix.columns,
                tolerance: output.tolerance, size: output.size)
        }
        for indices in prepared.indices {
            // Vocabularies stay far below 2²⁴, so that every number has a float of its own.
            let values = try backend.read(indices).map { Float($0) }
            results.append(Values(values: values, columns: values.count, tolerance: .exact, size: 1))
        }
        for margin in bench.margins {
            results.append(
                Values(
                    values: try backend.read(margin), columns: margin.columns, tolerance: .exact, size: 1))
        }
        return results
    }

    // MARK: - Time

    /// A measurement lasts at least so long, so that starting and waiting do not count.
    private static let measuredSeconds = 0.04
    private static let mostRuns = 200

    private func time(_ example: OperationCheck.Example, seed: UInt64) throws -> Timing {
        var bench = Workbench(device, pool: pool, seed: seed, isTimed: true)
        let prepared = try example.prepare(&bench)
        func seconds(_ runs: Int) throws -> Double {
            try device.synchronize()
            let start = clock()
            for _ in 0..<runs { try prepared.run() }
            try device.synchronize()
            return (clock() - start) / Double(runs)
        }
        _ = try seconds(1)
        let once = try seconds(1)
        var best = once
        if once > 0, once < Self.measuredSeconds {
            let runs = min(Self.mostRuns, max(1, Int(Self.measuredSeconds / once)))
            for _ in 0..<2 { best = min(best, try seconds(runs)) }
        }
        return Timing(
            example: example.name, seconds: best, bytes: prepared.bytes, operations: prepared.operations)
    }
}

extension CPUBackend {
    /// The kernels without vector instructions, which all others must agree with.
    package static func plain(threads: Int?) -> CPUBackend {
        CPUBackend(threads: threads, instructionSet: CK_PLAIN)
    }
}
