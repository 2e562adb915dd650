// What a compiled kernel image and the emulated libraries know of each other.
#ifndef EMULATED_IMAGE_H
#define EMULATED_IMAGE_H
#include <stddef.h>

namespace emulated {

enum class Order { forward, reversed, shuffled };

constexpr unsigned maximumThreads = 1024;
constexpr unsigned warpLanes = 32;

/// One launch, with all memory that it needs: an image allocates nothing.
struct Launch {
    const char *kernel;
    unsigned grid[3];
    unsigned block[3];
    void *const *arguments;
    /// Shared memory of the launch, up to a page that cannot be touched.
    char *dynamicMemory;
    size_t dynamicBytes;
    /// `maximumThreads` stacks, one after the other.
    char *stacks;
    size_t stackBytes;
    Order order;
    unsigned seed;
    /// Receives what went wrong, else stays empty.
    char *message;
    size_t messageBytes;
};

struct Parameter {
    size_t bytes;
    size_t offset;
    /// Where in the parameter a device pointer is, −1 for none.
    long pointer;
};

struct Kernel {
    const char *name;
    void (*run)(const Launch &);
    const Parameter *parameters;
    int parameterCount;
    /// Of `__launch_bounds__`.
    unsigned maximumThreads;
};

struct Image {
    /// 10 · major + minor.
    int architecture;
    /// Machine code runs within its major version only, PTX on everything newer.
    bool isMachineCode;
    const Kernel *kernels;
    int kernelCount;
};

}  // namespace emulated

#endif
