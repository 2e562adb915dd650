#pragma once
#include <string>

namespace emulated {

/// A program of NVRTC.
struct Program {
    std::string source, name, log;
    /// The compiled shared object, and whether it stands for machine code.
    std::string image;
    bool isMachineCode = false;
};

}  // namespace emulated
