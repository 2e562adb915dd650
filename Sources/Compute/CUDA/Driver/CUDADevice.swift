import CCUDA

/// CUDA's description of one GPU.
package struct CUDADevice: Sendable, Equatable {
    package let number: Int
    package let name: String
    /// 10 · major + minor of the compute capability.
    package let architecture: Int
    package let multiprocessors: Int
    /// Hertz of the cores and of the memory, and bits of the memory's bus; 0 where CUDA does not say.
    package let clock: Double
    package let memoryClock: Double
    package let memoryBusBits: Int
    package let sharedMemoryPerBlock: Int
    package let hasMemoryPools: Bool
    package let totalMemory: Int

    /// Takes no memory of the device.
    ///
    /// - Throws: `ComputeError.deviceUnavailable` for a number that no device has.
    package init(_ number: Int, of libraries: CUDALibraries) throws {
        var facts = CCUDADeviceFacts()
        try libraries.check(
            ccuda_device_facts(libraries.handle, Int32(clamping: number), &facts), device: "cuda:\(number)")
        self.number = number
        name = withUnsafeBytes(of: facts.name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        architecture = Int(facts.architecture)
        multiprocessors = Int(facts.multiprocessors)
        clock = Double(facts.clock) * 1000
        memoryClock = Double(facts.memory_clock) * 1000
        memoryBusBits = Int(facts.memory_bus)
        sharedMemoryPerBlock = Int(facts.shared_memory)
        hasMemoryPools = facts.has_memory_pools
        totalMemory = Int(facts.total_memory)
    }
}
