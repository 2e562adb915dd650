// libcudart: memory of the device and page-locked memory of the host.
#include "Export.hpp"
#include "Machine.hpp"

#include <cstdlib>

using namespace emulated;

namespace {

/// The live allocation that starts at `pointer`, from the pool or not.
Allocation *owned(Machine &machine, void *pointer, bool isPooled, const char *call) {
    Allocation *allocation = machine.memory.find(pointer);
    if (!allocation || allocation->start != pointer || allocation->isFreed)
        machine.refuse(
            invalidValue,
            std::string(call) + ": not the start of live device memory: it "
                + machine.fault(pointer, 1, Machine::threadDevice()).value_or("is inside of an allocation"));
    if (allocation->isPooled != isPooled)
        machine.refuse(
            invalidValue,
            std::string(call) + ": the memory comes from " + (isPooled ? "cudaMalloc" : "cudaMallocAsync"));
    return allocation;
}

Pool &pool(Machine &machine, void *handle) {
    for (auto &device : machine.devices)
        if (&device->pool == handle) return device->pool;
    machine.refuse(invalidValue, "not a memory pool");
}

}  // namespace

EXPORT int cudaMalloc(void **pointer, size_t bytes) {
    *pointer = nullptr;
    return runtimeCall([&](Machine &machine) {
        int device = machine.enterDevice();
        machine.requireNoCapture("cudaMalloc");
        if (bytes) *pointer = machine.allocate(bytes, device, false)->start;
    });
}

EXPORT int cudaFree(void *pointer) {
    return runtimeCall([&](Machine &machine) {
        if (!pointer) return (void)machine.enterDevice();
        machine.requireNoCapture("cudaFree");
        Allocation *allocation = owned(machine, pointer, false, "cudaFree");
        machine.drainAll();
        machine.account(allocation);
        machine.memory.release(allocation);
        machine.enterDevice();
    });
}

EXPORT int cudaMallocAsync(void **pointer, size_t bytes, void *stream) {
    *pointer = nullptr;
    return runtimeCall([&](Machine &machine) {
        machine.enterDevice();
        machine.requireNoCapture("cudaMallocAsync");
        if (!machine.settings.hasPools) throw Failure{notSupported};
        if (bytes) *pointer = machine.allocate(bytes, machine.stream(stream)->device, true)->start;
    });
}

EXPORT int cudaFreeAsync(void *pointer, void *handle) {
    return runtimeCall([&](Machine &machine) {
        machine.requireNoCapture("cudaFreeAsync");
        Stream *stream = machine.stream(handle);
        Allocation *allocation = owned(machine, pointer, true, "cudaFreeAsync");
        machine.account(allocation);
        allocation->isFreed = true;
        Work work{
            "cudaFreeAsync",
            {},
            [&machine, allocation] {
                machine.memory.release(allocation);
                return std::string();
            },
            true};
        machine.push(stream, std::move(work));
        machine.enterDevice();
    });
}

// MARK: Pools

EXPORT int cudaDeviceGetDefaultMemPool(void **handle, int device) {
    return runtimeCall([&](Machine &machine) {
        if (device < 0 || device >= machine.settings.devices) throw Failure{invalidDevice};
        if (!machine.settings.hasPools) throw Failure{notSupported};
        *handle = &machine.device(device).pool;
    });
}

EXPORT int cudaMemPoolGetAttribute(void *handle, int name, void *value) {
    return runtimeCall([&](Machine &machine) {
        const Pool &asked = pool(machine, handle);
        uint64_t *number = static_cast<uint64_t *>(value);
        switch (name) {
        case 4: *number = asked.threshold; break;
        case 5: *number = asked.reserved; break;
        case 6: *number = asked.highestReserved; break;
        case 7: *number = asked.used; break;
        case 8: *number = asked.highestUsed; break;
        default: throw Failure{invalidValue};
        }
    });
}

EXPORT int cudaMemPoolSetAttribute(void *handle, int name, void *value) {
    return runtimeCall([&](Machine &machine) {
        Pool &asked = pool(machine, handle);
        uint64_t number = *static_cast<uint64_t *>(value);
        if (name == 4)
            asked.threshold = number;
        else if (name == 6 && number == 0)
            asked.highestReserved = asked.reserved;
        else if (name == 8 && number == 0)
            asked.highestUsed = asked.used;
        else
            throw Failure{invalidValue};
    });
}

EXPORT int cudaMemPoolTrimTo(void *handle, size_t keep) {
    return runtimeCall([&](Machine &machine) {
        Pool &asked = pool(machine, handle);
        asked.reserved = std::max(asked.used, std::min(asked.reserved, uint64_t(keep)));
    });
}

// MARK: Memory of the host

EXPORT int cudaMallocHost(void **pointer, size_t bytes) {
    *pointer = nullptr;
    return runtimeCall([&](Machine &machine) {
        machine.enterDevice();
        machine.requireNoCapture("cudaMallocHost");
        if (!bytes) return;
        char *block = static_cast<char *>(aligned_alloc(4096, (bytes + 4095) / 4096 * 4096));
        if (!block) throw Failure{outOfMemory};
        machine.pinned[block] = bytes;
        machine.counts.pinnedPeak = std::max(machine.counts.pinnedPeak, machine.pinnedBytes());
        *pointer = block;
    });
}

EXPORT int cudaFreeHost(void *pointer) {
    return runtimeCall([&](Machine &machine) {
        if (!pointer) return;
        machine.requireNoCapture("cudaFreeHost");
        auto block = machine.pinned.find(static_cast<const char *>(pointer));
        if (block == machine.pinned.end())
            machine.refuse(invalidValue, "cudaFreeHost: not page-locked memory");
        machine.drainAll();
        machine.pinned.erase(block);
        free(pointer);
        machine.requireHealth();
    });
}
