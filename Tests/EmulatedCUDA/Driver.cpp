// libcuda.
#include "Export.hpp"
#include "KernelImage.hpp"
#include "Machine.hpp"

#include <array>
#include <cstdio>
#include <cstring>

using namespace emulated;

namespace {

/// A call of the driver that uses the context of its thread, and makes none current.
template <class Body> int contextCall(const char *call, Body body) {
    return guarded([&](Machine &machine) {
        if (Machine::threadContext() < 0)
            machine.refuse(
                invalidContext, std::string(call) + " on a thread that has called no cudaSetDevice");
        body(machine);
    });
}

Function *function(Machine &machine, void *handle) {
    for (auto &module : machine.modules)
        for (auto &entry : module.second->functions)
            if (entry.second.get() == handle) return entry.second.get();
    machine.refuse(invalidHandle, "not a function of a loaded module");
}

/// Machine code runs within its major version, PTX on everything that is not older.
bool canRun(const Image &image, int architecture) {
    if (image.architecture > architecture) return false;
    return !image.isMachineCode || image.architecture / 10 == architecture / 10;
}

/// Arguments as they were when the kernel was launched.
struct Arguments {
    std::vector<char> bytes;
    std::vector<void *> pointers;

    Arguments(const Kernel &kernel, void *const *from) {
        size_t count = size_t(kernel.parameterCount), end = 0;
        for (size_t index = 0; index < count; index++)
            end = kernel.parameters[index].offset + kernel.parameters[index].bytes;
        bytes.resize(end);
        for (size_t index = 0; index < count; index++) {
            const Parameter &parameter = kernel.parameters[index];
            pointers.push_back(memcpy(bytes.data() + parameter.offset, from[index], parameter.bytes));
        }
    }

    /// The device memory of parameter `index`.
    const void *memory(const Kernel &kernel, size_t index) const {
        const void *pointer = nullptr;
        long offset = kernel.parameters[index].pointer;
        if (offset >= 0) memcpy(&pointer, static_cast<char *>(pointers[index]) + offset, sizeof pointer);
        return pointer;
    }
};

/// Null, and what stands for the address of nothing: touching either faults.
bool isNowhere(const void *pointer) { return reinterpret_cast<uintptr_t>(pointer) < 4096; }

void requireGeometry(
    Machine &machine, const Function &function, const unsigned grid[3], const unsigned block[3],
    unsigned shared) {
    std::string name = function.kernel->name;
    uint64_t threads = uint64_t(block[0]) * block[1] * block[2];
    bool isGridValid =
        grid[0] && grid[1] && grid[2] && grid[0] <= 0x7fffffff && grid[1] <= 65535 && grid[2] <= 65535;
    if (!isGridValid) machine.refuse(invalidValue, name + ": the grid's size is out of range");
    if (!threads || threads > maximumThreads || block[0] > 1024 || block[1] > 1024 || block[2] > 64)
        machine.refuse(invalidValue, name + ": the block's size is out of range");
    if (function.kernel->maximumThreads && threads > function.kernel->maximumThreads)
        machine.refuse(
            invalidValue,
            name + ": " + std::to_string(threads) + " threads in a block, more than its launch bounds of "
                + std::to_string(function.kernel->maximumThreads));
    if (shared > function.sharedLimit)
        machine.refuse(
            invalidValue,
            name + ": " + std::to_string(shared) + " bytes of shared memory, more than its limit of "
                + std::to_string(function.sharedLimit));
}

}  // namespace

// MARK: Devices

EXPORT int cuInit(unsigned) {
    Machine &machine = Machine::shared();
    return machine.settings.devices > 0 ? success : noDevice;
}

EXPORT int cuDriverGetVersion(int *version) {
    *version = Machine::shared().settings.driver;
    return success;
}

EXPORT int cuDeviceGetCount(int *count) {
    *count = Machine::shared().settings.devices;
    return success;
}

EXPORT int cuDeviceGet(int *device, int ordinal) {
    *device = ordinal;
    return ordinal >= 0 && ordinal < Machine::shared().settings.devices ? success : invalidDevice;
}

EXPORT int cuDeviceGetName(char *name, int length, int device) {
    if (device < 0 || device >= Machine::shared().settings.devices) return invalidDevice;
    snprintf(name, size_t(length), "Emulated CUDA device");
    return success;
}

EXPORT int cuDeviceTotalMem_v2(size_t *bytes, int device) {
    *bytes = Machine::shared().settings.memory;
    return device >= 0 && device < Machine::shared().settings.devices ? success : invalidDevice;
}

EXPORT int cuCtxGetCurrent(void **context) {
    int current = Machine::threadContext();
    *context = current < 0 ? nullptr : &Machine::shared().device(current);
    return success;
}

// MARK: Modules

EXPORT int cuModuleLoadData(void **handle, const void *image) {
    *handle = nullptr;
    return contextCall("cuModuleLoadData", [&](Machine &machine) {
        machine.requireHealth();
        auto module = std::make_unique<Module>();
        module->device = Machine::threadContext();
        std::string wrong = module->load(image);
        if (!wrong.empty()) machine.refuse(invalidImage, "cuModuleLoadData: " + wrong);
        if (!canRun(*module->image, machine.settings.architecture))
            machine.refuse(
                noBinary,
                "cuModuleLoadData: the image is for architecture "
                    + std::to_string(module->image->architecture));
        *handle = machine.adopt(machine.modules, std::move(module));
    });
}

EXPORT int cuModuleUnload(void *handle) {
    return contextCall("cuModuleUnload", [&](Machine &machine) {
        Module *module = machine.handle(machine.modules, handle, "module");
        machine.drainAll();
        machine.modules.erase(module);
        machine.requireHealth();
    });
}

EXPORT int cuModuleGetFunction(void **handle, void *moduleHandle, const char *name) {
    *handle = nullptr;
    return contextCall("cuModuleGetFunction", [&](Machine &machine) {
        Module *module = machine.handle(machine.modules, moduleHandle, "module");
        for (int index = 0; index < module->image->kernelCount; index++) {
            const Kernel &kernel = module->image->kernels[index];
            if (strcmp(kernel.name, name) != 0) continue;
            auto &function = module->functions[name];
            if (!function) function.reset(new Function{&kernel, module->device});
            *handle = function.get();
            return;
        }
        throw Failure{notFound};
    });
}

EXPORT int cuFuncSetAttribute(void *handle, int name, int value) {
    return contextCall("cuFuncSetAttribute", [&](Machine &machine) {
        const int maximumDynamicSharedBytes = 8;
        Function *asked = function(machine, handle);
        if (name != maximumDynamicSharedBytes) throw Failure{invalidValue};
        if (value < 0 || value > machine.sharedMemory())
            machine.refuse(
                invalidValue,
                "cuFuncSetAttribute: the device has no " + std::to_string(value) + " bytes of shared memory");
        asked->sharedLimit = unsigned(value);
    });
}

EXPORT int cuFuncGetParamInfo(void *handle, size_t index, size_t *offset, size_t *bytes) {
    return guarded([&](Machine &machine) {
        const Kernel &kernel = *function(machine, handle)->kernel;
        if (index >= size_t(kernel.parameterCount)) throw Failure{invalidValue};
        *offset = kernel.parameters[index].offset;
        if (bytes) *bytes = kernel.parameters[index].bytes;
    });
}

// MARK: Launches

EXPORT int cuLaunchKernel(
    void *handle, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
    unsigned blockZ, unsigned shared, void *streamHandle, void **from, void **) {
    return contextCall("cuLaunchKernel", [&](Machine &machine) {
        machine.requireHealth();
        Function *called = function(machine, handle);
        Stream *stream = machine.stream(streamHandle);
        const Kernel &kernel = *called->kernel;
        std::string name = kernel.name;
        std::array<unsigned, 3> grid{gridX, gridY, gridZ}, block{blockX, blockY, blockZ};
        requireGeometry(machine, *called, grid.data(), block.data(), shared);
        if (stream->device != called->device || called->device != Machine::threadContext())
            machine.refuse(
                invalidHandle, name + ": stream, module and current context are of different devices");
        auto arguments = std::make_shared<Arguments>(kernel, from);
        Work work{name, {}, nullptr};
        for (size_t index = 0; index < size_t(kernel.parameterCount); index++) {
            const void *pointer = arguments->memory(kernel, index);
            if (isNowhere(pointer)) continue;
            if (auto fault = machine.fault(pointer, 0, called->device))
                machine.refuse(
                    illegalAddress,
                    name + ": the memory of parameter " + std::to_string(index) + " " + *fault);
            work.pointers.push_back(pointer);
        }
        machine.counts.launches[name]++;
        work.run = [&machine, &kernel, arguments, grid, block, shared] {
            return machine.stage.run(
                kernel, grid.data(), block.data(), arguments->pointers.data(), shared, machine.settings.order,
                machine.settings.seed);
        };
        machine.push(stream, std::move(work));
    });
}

// MARK: Errors

EXPORT int cuGetErrorString(int error, const char **text) {
    *text = errorText(error).text;
    return success;
}

EXPORT int cuGetErrorName(int error, const char **name) {
    *name = errorText(error).driverName;
    return success;
}
