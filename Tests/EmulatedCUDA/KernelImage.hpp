#pragma once
#include "device/image.h"

#include <map>
#include <memory>
#include <string>

namespace emulated {

/// A kernel of a loaded module.
struct Function {
    const Kernel *kernel;
    int device;
    /// Dynamic shared memory that a block may ask for.
    unsigned sharedLimit = 48 * 1024;
};

/// A loaded image.
struct Module {
    int device;
    void *library = nullptr;
    const Image *image = nullptr;
    std::map<std::string, std::unique_ptr<Function>> functions;

    Module() = default;
    Module(const Module &) = delete;
    ~Module();

    /// - Returns: what is wrong with `image`, or nothing.
    std::string load(const void *image);
};

/// What all launches of a process share: stacks for the threads of a block, and its dynamic shared memory.
class Stage {
public:
    Stage();
    Stage(const Stage &) = delete;

    /// Runs a kernel.  - Returns: what went wrong, or nothing.
    std::string
    run(const Kernel &kernel, const unsigned grid[3], const unsigned block[3], void *const *arguments,
        unsigned sharedBytes, Order order, unsigned seed);

private:
    char *stacks;
    /// Just after the last byte that shared memory can have.
    char *sharedEnd;
};

}  // namespace emulated
