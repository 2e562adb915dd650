// libcudart: versions, devices, errors.
#include "Export.hpp"
#include "Machine.hpp"

using namespace emulated;

namespace {

constexpr int runtimeVersion = 12080;

int attribute(const Machine &machine, int name) {
    const Settings &settings = machine.settings;
    switch (name) {
    case 13: return 1'410'000;  // clock
    case 16: return 108;  // multiprocessors
    case 36: return 1'593'000;  // clock of the memory
    case 37: return 5120;  // bits of the memory's bus
    case 38: return 40 << 20;  // second cache
    case 75: return settings.architecture / 10;
    case 76: return settings.architecture % 10;
    case 97: return machine.sharedMemory();
    case 115: return settings.hasPools;
    default: throw Failure{invalidValue};
    }
}

void requireDriver(const Machine &machine) {
    if (machine.settings.driver < 12000) throw Failure{insufficientDriver};
    if (machine.settings.devices <= 0) throw Failure{noDevice};
}

}  // namespace

EXPORT int cudaRuntimeGetVersion(int *version) {
    *version = runtimeVersion;
    return success;
}

EXPORT int cudaGetDeviceCount(int *count) {
    *count = 0;
    return runtimeCall([&](Machine &machine) {
        requireDriver(machine);
        *count = machine.settings.devices;
    });
}

EXPORT int cudaDeviceGetAttribute(int *value, int name, int device) {
    return runtimeCall([&](Machine &machine) {
        requireDriver(machine);
        if (device < 0 || device >= machine.settings.devices) throw Failure{invalidDevice};
        *value = attribute(machine, name);
    });
}

EXPORT int cudaSetDevice(int device) {
    return runtimeCall([&](Machine &machine) {
        requireDriver(machine);
        if (device < 0 || device >= machine.settings.devices) throw Failure{invalidDevice};
        Machine::threadDevice() = device;
        machine.enterDevice();
    });
}

EXPORT int cudaMemGetInfo(size_t *free, size_t *total) {
    return runtimeCall([&](Machine &machine) {
        *free = machine.freeMemory(machine.enterDevice());
        *total = machine.settings.memory;
    });
}

EXPORT int cudaGetLastError() {
    Machine &machine = Machine::shared();
    std::lock_guard<std::recursive_mutex> lock(machine.lock);
    Error last = Machine::threadError();
    Machine::threadError() = success;
    return machine.failure ? machine.failure : last;
}

EXPORT const char *cudaGetErrorString(int error) { return errorText(error).text; }
EXPORT const char *cudaGetErrorName(int error) { return errorText(error).runtimeName; }
