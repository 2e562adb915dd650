#pragma once
#include <string>
#include <vector>

namespace emulated {

/// A kernel as it stands in preprocessed source.
struct KernelName {
    std::string name;
    /// What `__launch_bounds__` says, as text.
    std::string bounds;
};

/// Applies a file of changes: lines of `old`, a tab, `new`, with \n, \t and \\ written so.  Every `old` must
/// occur exactly once.  - Returns: what is wrong with the file, or nothing.
std::string applyPatch(const std::string &path, std::string &source);

/// Declares dynamic shared memory, `extern __shared__ T name[];`, as what the launch brings along.
std::string withDynamicMemory(const std::string &source);

/// Makes the marked declarations of static shared memory static variables that every block poisons anew.
std::string withStaticMemory(const std::string &preprocessed);

std::vector<KernelName> findKernels(const std::string &preprocessed);

/// The table of kernels after the preprocessed source.
std::string imageTable(const std::vector<KernelName> &kernels, int architecture, bool isMachineCode);

}  // namespace emulated
