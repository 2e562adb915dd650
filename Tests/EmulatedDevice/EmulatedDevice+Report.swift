extension EmulatedDevice {
    /// What a machine has seen.
    package struct Report: Codable, Sendable, Equatable {
        /// What was made and not given back.
        package struct Live: Codable, Sendable, Equatable {
            package let allocations: Int
            package let pinnedBlocks: Int
            package let streams: Int
            package let events: Int
            package let blasHandles: Int
            package let modules: Int
            package let programs: Int
            package let graphs: Int
            package let executableGraphs: Int
        }

        /// Bytes, of all devices together; `used` and `peak` are what was asked for, with and without pool.
        package struct Memory: Codable, Sendable, Equatable {
            package let used: Int
            package let peak: Int
            package let pooled: Int
            package let poolReserved: Int
            package let pinned: Int
            package let pinnedPeak: Int
        }

        package let live: Live
        package let memory: Memory
        /// By the kernel's name, recorded launches once.
        package let launches: [String: Int]
        /// Calls of cuBLAS, recorded ones once.
        package let products: Int
        package let copies: Int
        package let graphLaunches: Int
        /// How often the host waited for a device.
        package let synchronisations: Int
        /// The number of the error after which nothing worked any more, or 0.
        package let failure: Int
        /// What callers and kernels did wrong, in order.
        package let errors: [String]

        /// What is left, in words; empty where everything was given back.
        package var leaks: [String] {
            let counts = [
                (live.allocations, "allocations"), (live.pinnedBlocks, "pinned blocks"),
                (live.streams, "streams"), (live.events, "events"), (live.blasHandles, "cuBLAS handles"),
                (live.modules, "modules"), (live.programs, "programs"), (live.graphs, "graphs"),
                (live.executableGraphs, "executable graphs"),
            ]
            return counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        }
    }
}
