#pragma once
#include "Settings.hpp"

#include <string>
#include <vector>

namespace emulated {

/// What is compiled, and how.
struct KernelBuild {
    std::string source, name;
    /// `-D…` and `-U…`.
    std::vector<std::string> definitions;
    int architecture = 80;
    bool isMachineCode = true;
    /// Whether a product and a sum become one operation, as NVRTC does unless told otherwise.
    bool fuses = true;
};

/// What became of it.
struct KernelBuildResult {
    /// Empty after a failure.
    std::string image;
    std::string log;
    /// Whether it was the compiler that is missing, not the source that is wrong.
    bool lacksCompiler = false;
};

/// Compiles kernels with clang++ for the processor of this computer.  Images are kept in a folder of the user
/// for all later processes.
class KernelCompiler {
public:
    explicit KernelCompiler(const Settings &settings);
    KernelBuildResult build(const KernelBuild &build) const;

    /// The path of clang++, empty if there is none.
    static std::string find(const Settings &settings);

private:
    std::string compiler, patch;

    std::vector<std::string> flags(const KernelBuild &build) const;
    std::string compile(const KernelBuild &build, const std::string &folder, std::string &log) const;
};

}  // namespace emulated
