#pragma once
#include "device/image.h"

#include <string>

namespace emulated {

/// What the emulated machine is like.  Every setting is an environment variable `EMULATED_CUDA_…` too.
struct Settings {
    /// `MEMORY`: bytes of each device.
    size_t memory = size_t(4) << 30;
    /// `DEVICES`: how many there are.
    int devices = 1;
    /// `ARCHITECTURE`: 10 · major + minor of their compute capability.
    int architecture = 80;
    /// `DRIVER`: the CUDA version that the driver serves, 1000 · major + 10 · minor.
    int driver = 12080;
    /// `BUSY`: another process holds the devices for itself.
    bool isBusy = false;
    /// `POOLS`: whether devices have memory pools.
    bool hasPools = true;
    /// `STRICT`: whether the host faults when it touches memory of a device.
    bool isStrict = true;
    /// `ORDER`: in which order blocks, warps and lanes run: `forward`, `reversed` or `shuffled`.
    Order order = Order::forward;
    /// `SEED`: of the shuffled order.
    unsigned seed = 1;
    /// `LOG`: whether what is found wrong is written to standard error at once.
    bool logs = false;
    /// `REPORT`: the file that receives the report when the process ends.
    std::string report;
    /// `PATCH`: a file of changes to kernel sources; see KernelSource.
    std::string patch;
    /// `COMPILER`: clang++; looked for when empty.
    std::string compiler;

    static Settings fromEnvironment();
    /// - Returns: false for unknown names and values.
    bool set(const std::string &name, const std::string &value);
};

}  // namespace emulated
