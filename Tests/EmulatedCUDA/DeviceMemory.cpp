#include "DeviceMemory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

namespace emulated {

namespace {

constexpr size_t page = 4096;
/// Addresses for all allocations of a process.
constexpr size_t spaceBytes = size_t(8) << 40;
/// CUDA's own alignment.
constexpr size_t alignment = 256;
/// All bits set: NaN in every floating-point type, −1 in every integer.
constexpr int poison = 0xff;

size_t roundUp(size_t bytes, size_t step) { return (bytes + step - 1) / step * step; }

bool isPoison(const char *from, const char *to) {
    return std::all_of(from, to, [](char byte) { return byte == char(poison); });
}

}  // namespace

DeviceMemory::DeviceMemory() {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *mapped = mmap(nullptr, spaceBytes, PROT_NONE, flags, -1, 0);
    if (mapped == MAP_FAILED) {
        perror("emulated CUDA: no addresses for device memory");
        abort();
    }
    space = static_cast<char *>(mapped);
    next = space + page;
}

Allocation *DeviceMemory::allocate(size_t bytes, int device, bool isPooled, bool isStrict) {
    size_t body = roundUp(bytes, alignment), pageBytes = roundUp(body, page);
    if (pageBytes + page > size_t(space + spaceBytes - next)) return nullptr;
    char *pages = next;
    if (mprotect(pages, pageBytes, PROT_READ | PROT_WRITE) != 0) return nullptr;
    next += pageBytes + page;
    memset(pages, poison, pageBytes);
    char *start = pages + pageBytes - body;
    auto placed = live.emplace(start, Allocation{start, bytes, pages, pageBytes, device, isPooled}).first;
    if (isStrict) mprotect(pages, pageBytes, PROT_NONE);
    return &placed->second;
}

void DeviceMemory::release(Allocation *allocation) {
    // A fresh mapping without access drops the contents and joins its neighbours.
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    mmap(allocation->pages, allocation->pageBytes, PROT_NONE, flags, -1, 0);
    freed.push_back({allocation->start, allocation->bytes});
    if (freed.size() > 4096) freed.pop_front();
    opened.erase(std::remove(opened.begin(), opened.end(), allocation), opened.end());
    live.erase(allocation->start);
}

Allocation *DeviceMemory::find(const void *pointer) {
    auto address = static_cast<const char *>(pointer);
    auto after = live.upper_bound(address);
    if (after == live.begin()) return nullptr;
    Allocation &allocation = std::prev(after)->second;
    return address <= allocation.start + allocation.bytes ? &allocation : nullptr;
}

size_t DeviceMemory::liveCount() const {
    return size_t(std::count_if(live.begin(), live.end(), [](auto &entry) { return !entry.second.isFreed; }));
}

bool DeviceMemory::contains(const void *address) const {
    auto byte = static_cast<const char *>(address);
    return byte >= space && byte < space + spaceBytes;
}

void DeviceMemory::open(Allocation *allocation) {
    if (allocation->isOpen) return;
    mprotect(allocation->pages, allocation->pageBytes, PROT_READ | PROT_WRITE);
    allocation->isOpen = true;
    opened.push_back(allocation);
}

void DeviceMemory::close(bool isStrict) {
    for (Allocation *allocation : opened) {
        if (isStrict) mprotect(allocation->pages, allocation->pageBytes, PROT_NONE);
        allocation->isOpen = false;
    }
    opened.clear();
}

std::optional<std::string> DeviceMemory::damage(Allocation *allocation) {
    char *pages = allocation->pages, *start = allocation->start, *end = start + allocation->bytes;
    char *lowest = std::max(pages, start - alignment), *highest = pages + allocation->pageBytes;
    bool before = !isPoison(lowest, start), after = !isPoison(end, highest);
    if (!before && !after) return std::nullopt;
    memset(lowest, poison, size_t(start - lowest));
    memset(end, poison, size_t(highest - end));
    return std::string("wrote ") + (before ? "before" : "past the end of") + " an allocation of "
        + std::to_string(allocation->bytes) + " bytes";
}

std::string DeviceMemory::describe(const void *address) {
    auto byte = static_cast<const char *>(address);
    char text[200];
    if (!contains(byte)) {
        snprintf(
            text, sizeof text, "%s%p, which is not device memory", byte ? "address " : "null pointer ",
            address);
        return text;
    }
    for (const Freed &range : freed)
        if (byte >= range.start && byte < range.start + range.bytes) {
            snprintf(text, sizeof text, "byte %td of %zu freed bytes", byte - range.start, range.bytes);
            return text;
        }
    auto after = live.upper_bound(byte);
    if (after != live.begin()) {
        const Allocation &allocation = std::prev(after)->second;
        ptrdiff_t distance = byte - allocation.start;
        if (size_t(distance) < allocation.bytes + page) {
            bool inside = size_t(distance) < allocation.bytes;
            snprintf(
                text, sizeof text, "byte %td of an allocation of %zu bytes%s", distance, allocation.bytes,
                inside ? " that is not an argument" : "");
            return text;
        }
    }
    snprintf(text, sizeof text, "address %p, outside of every allocation", address);
    return text;
}

}  // namespace emulated
