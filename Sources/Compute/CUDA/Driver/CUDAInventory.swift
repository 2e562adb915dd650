import CCUDA

/// The parts of CUDA on this computer: one that is missing hides no other.
package struct CUDAInventory: Sendable {
    /// The libraries that would be used, and their versions; nil where something is missing.
    package var libraries: CUDALibraries.Description?
    /// The newest compiler, which is found without a GPU too.
    package var compiler: (version: String, folder: String)?
    package var devices: [Device] = []
    /// Why no device can be used: a sentence.
    package var problem: String?

    package struct Device: Sendable {
        package var facts: CUDADevice
        /// Bytes that are free now; nil where the device did not say, for `problem`.
        package var freeMemory: Int?
        package var problem: String?
    }

    /// Looks at everything; starts every device for a moment.
    package init(_ places: CUDALibraries.Places) {
        compiler = try? KernelCompiler(in: places).description()
        do {
            let libraries = try CUDALibraries(places)
            self.libraries = try libraries.description()
            for number in 0..<(try libraries.deviceCount()) {
                devices.append(try Self.device(number, of: libraries))
            }
        } catch ComputeError.deviceUnavailable(_, let reason), ComputeError.operationFailed(_, let reason) {
            problem = reason
        } catch {
            problem = String(describing: error)
        }
    }

    private static func device(_ number: Int, of libraries: CUDALibraries) throws -> Device {
        var device = Device(facts: try CUDADevice(number, of: libraries))
        do {
            device.freeMemory = try libraries.freeMemory(of: number)
        } catch ComputeError.deviceUnavailable(_, let reason), ComputeError.operationFailed(_, let reason) {
            device.problem = reason
        } catch {
            device.problem = String(describing: error)
        }
        return device
    }
}

extension CUDALibraries {
    /// Bytes of a device that are free now.
    ///
    /// - Throws: `ComputeError`.
    fileprivate func freeMemory(of device: Int) throws -> Int {
        let name = "cuda:\(device)"
        try check(ccuda_start(handle, Int32(device)), device: name)
        var free: Int64 = 0
        var total: Int64 = 0
        try check(ccuda_memory(handle, &free, &total), device: name)
        return Int(free)
    }
}

extension CUDADevice {
    /// Bytes a second between the device and its memory, which moves two bits a clock and line; nil where CUDA
    /// does not tell the clock.
    package var memoryBandwidth: Double? {
        memoryClock > 0 && memoryBusBits > 0 ? 2 * memoryClock * Double(memoryBusBits) / 8 : nil
    }

    /// Additions and multiplications of float32 a second without tensor cores; nil where the clock or the
    /// architecture is not known.  Cores of a multiprocessor: CUDA C++ Programming Guide, "Arithmetic
    /// Instructions".
    package var floatPeak: Double? {
        let cores: Int
        switch architecture {
        case 70..<80, 80: cores = 64
        case 81...129: cores = 128
        default: return nil
        }
        return clock > 0 ? 2 * clock * Double(cores * multiprocessors) : nil
    }
}
