// libcudart: copies.
#include "Export.hpp"
#include "Machine.hpp"

#include <cstring>

using namespace emulated;

namespace {

enum Kind { toDevice = 1, toHost = 2, onDevice = 3 };

/// Lines of bytes at one end of a copy.
struct Lines {
    char *start;
    size_t pitch, width, rows;

    size_t bytes() const { return (rows - 1) * pitch + width; }
    char *row(size_t index) const { return start + index * pitch; }
};

void copyLines(const Lines &target, const Lines &source) {
    for (size_t row = 0; row < source.rows; row++) memcpy(target.row(row), source.row(row), source.width);
}

/// Refuses lines that are not wholly where they should be.
void require(Machine &machine, const Lines &lines, bool shouldBeDevice, int device, const std::string &what) {
    if (!shouldBeDevice) {
        if (machine.memory.contains(lines.start))
            machine.refuse(invalidValue, what + " is memory of the device: wrong direction");
        return;
    }
    if (auto fault = machine.fault(lines.start, lines.bytes(), device))
        machine.refuse(invalidValue, what + " " + *fault);
}

/// The bytes as they are now, without gaps.
std::shared_ptr<std::vector<char>> snapshot(const Lines &lines) {
    auto bytes = std::make_shared<std::vector<char>>(lines.width * lines.rows);
    copyLines({bytes->data(), lines.width, lines.width, lines.rows}, lines);
    return bytes;
}

void copy(Machine &machine, const char *call, Lines target, Lines source, int kind, void *handle) {
    machine.enterDevice();
    Stream *stream = machine.stream(handle);
    if (kind < toDevice || kind > onDevice)
        machine.refuse(invalidValue, std::string(call) + ": unknown direction");
    if (target.width > target.pitch || source.width > source.pitch)
        machine.refuse(invalidValue, std::string(call) + ": lines are wider than their distance");
    if (!target.width || !target.rows) return;
    require(machine, target, kind != toHost, stream->device, std::string(call) + ": the target");
    require(machine, source, kind != toDevice, stream->device, std::string(call) + ": the source");
    machine.counts.copies++;
    const Lines &host = kind == toHost ? target : source;
    bool isPageable = kind != onDevice && !machine.isPinned(host.start, host.bytes());
    if (isPageable) machine.requireNoCapture("a copy from or to pageable memory");
    Work work{call, {target.start, source.start}, nullptr};
    if (kind == toDevice && isPageable) {
        // The driver has read such a source when the call returns.
        auto bytes = snapshot(source);
        work.run = [=] {
            copyLines(target, {bytes->data(), target.width, target.width, target.rows});
            return std::string();
        };
    } else {
        work.run = [=] { return copyLines(target, source), std::string(); };
    }
    // What the host reads before it has waited is not yet there.
    if (kind == toHost && !stream->capture)
        for (size_t row = 0; row < target.rows; row++) memset(target.row(row), 0xff, target.width);
    machine.push(stream, std::move(work));
    if (kind == toHost && isPageable) machine.synchronise(stream);
}

}  // namespace

EXPORT int cudaMemcpyAsync(void *target, const void *source, size_t bytes, int kind, void *stream) {
    return runtimeCall([&](Machine &machine) {
        Lines to{static_cast<char *>(target), bytes, bytes, 1};
        Lines from{static_cast<char *>(const_cast<void *>(source)), bytes, bytes, 1};
        copy(machine, "cudaMemcpyAsync", to, from, kind, stream);
    });
}

EXPORT int cudaMemcpy2DAsync(
    void *target, size_t targetPitch, const void *source, size_t sourcePitch, size_t width, size_t rows,
    int kind, void *stream) {
    return runtimeCall([&](Machine &machine) {
        Lines to{static_cast<char *>(target), targetPitch, width, rows};
        Lines from{static_cast<char *>(const_cast<void *>(source)), sourcePitch, width, rows};
        copy(machine, "cudaMemcpy2DAsync", to, from, kind, stream);
    });
}

EXPORT int cudaMemsetAsync(void *target, int value, size_t bytes, void *handle) {
    return runtimeCall([&](Machine &machine) {
        machine.enterDevice();
        Stream *stream = machine.stream(handle);
        if (!bytes) return;
        if (auto fault = machine.fault(target, bytes, stream->device))
            machine.refuse(invalidValue, "cudaMemsetAsync: the target " + *fault);
        machine.push(stream, Work{"cudaMemsetAsync", {target}, [=] {
                                      memset(target, value, bytes);
                                      return std::string();
                                  }});
    });
}
