#include "Machine.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace emulated {

Machine &Machine::shared() {
    static Machine *machine =
        new Machine;  // never destroyed: others may ask for it until the process is gone
    return *machine;
}

Machine::Machine() : settings(Settings::fromEnvironment()) { makeDevices(); }

void Machine::makeDevices() {
    while (devices.size() < size_t(settings.devices)) {
        devices.push_back(std::make_unique<Device>());
        devices.back()->stream.device = int(devices.size()) - 1;
    }
}

void Machine::note(const std::string &sentence) {
    errors.push_back(sentence);
    if (settings.logs) fprintf(stderr, "emulated CUDA: %s\n", sentence.c_str());
}

void Machine::refuse(Error error, const std::string &sentence) {
    note(sentence);
    throw Failure{error};
}

void Machine::requireHealth() const {
    if (failure) throw Failure{failure};
}

void Machine::requireNoCapture(const char *call) {
    for (auto &entry : streams) {
        Capture *capture = entry.second->capture.get();
        if (!capture) continue;
        capture->isInvalid = true;
        refuse(captureUnsupported, std::string(call) + " while work is recorded");
    }
}

int Machine::sharedMemory() const {
    auto kilobytes = [](int architecture) {
        switch (architecture) {
        case 70: return 96;
        case 75: return 64;
        case 80:
        case 87: return 163;
        case 86:
        case 89:
        case 120: return 99;
        default: return architecture >= 90 ? 227 : 48;
        }
    };
    return kilobytes(settings.architecture) * 1024;
}

// MARK: Threads

int &Machine::threadDevice() {
    static thread_local int device = 0;
    return device;
}

int &Machine::threadContext() {
    static thread_local int context = -1;
    return context;
}

Error &Machine::threadError() {
    static thread_local Error error = success;
    return error;
}

int Machine::enterDevice() {
    if (settings.devices <= 0) throw Failure{noDevice};
    if (settings.driver < 12000) throw Failure{insufficientDriver};
    if (settings.isBusy) throw Failure{deviceUnavailable};
    requireHealth();
    return threadContext() = threadDevice();
}

// MARK: Handles

Stream *Machine::stream(void *handle) {
    if (!handle) return &device(threadDevice()).stream;
    return this->handle(streams, handle, "stream");
}

Event *Machine::event(void *handle) { return this->handle(events, handle, "event"); }

// MARK: Memory

Allocation *Machine::allocate(size_t bytes, int index, bool isPooled) {
    Device &owner = device(index);
    size_t fromPool = isPooled ? owner.pool.reserved - owner.pool.used : 0;
    if (bytes > freeMemory(index) + fromPool) throw Failure{outOfMemory};
    Allocation *allocation = memory.allocate(bytes, index, isPooled, settings.isStrict);
    if (!allocation) refuse(outOfMemory, "the host has no memory for " + std::to_string(bytes) + " bytes");
    if (isPooled) {
        Pool &pool = owner.pool;
        pool.used += bytes;
        pool.reserved = std::max(pool.reserved, pool.used);
        pool.highestUsed = std::max(pool.highestUsed, pool.used);
        pool.highestReserved = std::max(pool.highestReserved, pool.reserved);
    } else {
        owner.used += bytes;
    }
    owner.peak = std::max(owner.peak, owner.used + size_t(owner.pool.used));
    return allocation;
}

void Machine::account(Allocation *allocation) {
    Device &owner = device(allocation->device);
    if (allocation->isPooled)
        owner.pool.used -= allocation->bytes;
    else
        owner.used -= allocation->bytes;
}

void Machine::trimPools() {
    for (auto &device : devices) {
        Pool &pool = device->pool;
        pool.reserved = std::max(pool.used, std::min(pool.reserved, pool.threshold));
    }
}

size_t Machine::freeMemory(int index) {
    Device &owner = device(index);
    size_t taken = owner.used + size_t(owner.pool.reserved);
    return settings.memory > taken ? settings.memory - taken : 0;
}

std::optional<std::string> Machine::fault(const void *pointer, size_t bytes, int index) {
    Allocation *allocation = memory.find(pointer);
    if (!allocation) {
        if (!memory.contains(pointer)) return "is memory of the host";
        return "is " + memory.describe(pointer);
    }
    if (allocation->isFreed) return "was freed before";
    if (allocation->device != index) return "is memory of device " + std::to_string(allocation->device);
    size_t offset = size_t(static_cast<const char *>(pointer) - allocation->start);
    if (bytes > allocation->bytes - offset)
        return "has " + std::to_string(allocation->bytes - offset) + " bytes, " + std::to_string(bytes)
            + " are needed";
    return std::nullopt;
}

bool Machine::isPinned(const void *pointer, size_t bytes) const {
    auto address = static_cast<const char *>(pointer);
    auto after = pinned.upper_bound(address);
    if (after == pinned.begin()) return false;
    auto block = std::prev(after);
    return address + bytes <= block->first + block->second;
}

size_t Machine::pinnedBytes() const {
    size_t bytes = 0;
    for (auto &block : pinned) bytes += block.second;
    return bytes;
}

void Machine::reset() {
    for (auto &entry : streams) entry.second->capture.reset();
    drainAll();
    for (auto &device : devices) device->pool.threshold = 0;
    trimPools();
    for (auto &device : devices) {
        device->peak = device->used + size_t(device->pool.used);
        device->pool.highestUsed = device->pool.used;
        device->pool.highestReserved = device->pool.reserved;
    }
    errors.clear();
    counts = Counts{};
    failure = success;
    threadError() = success;
    settings = Settings::fromEnvironment();
    makeDevices();
}

}  // namespace emulated
