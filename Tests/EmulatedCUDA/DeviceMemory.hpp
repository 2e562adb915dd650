#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace emulated {

/// A piece of device memory.  It ends at a page that nobody can touch, and so does the one before it.
struct Allocation {
    char *start;
    size_t bytes;
    /// First byte and size of its own pages.
    char *pages;
    size_t pageBytes;
    int device;
    bool isPooled;
    /// Whether emulated work can touch it now.
    bool isOpen = false;
    /// Freed by the host; work of its stream that was queued before may still use it.
    bool isFreed = false;
};

/// All device memory: addresses that are never used twice, closed to the host.
class DeviceMemory {
public:
    DeviceMemory();

    /// Memory full of NaN, or nullptr where the host has none.
    Allocation *allocate(size_t bytes, int device, bool isPooled, bool isStrict);
    /// Gives the pages back; from here on every access faults.
    void release(Allocation *allocation);

    /// The allocation that holds `pointer` or ends there.
    Allocation *find(const void *pointer);
    bool contains(const void *address) const;

    /// Lets work touch `allocation` until `close`.
    void open(Allocation *allocation);
    void close(bool isStrict);
    const std::vector<Allocation *> &openAllocations() const { return opened; }

    /// What was written around `allocation`, which is open, if anything was.
    std::optional<std::string> damage(Allocation *allocation);
    /// What an address that faulted is.
    std::string describe(const void *address);

    /// How many the host has not freed.
    size_t liveCount() const;

private:
    struct Freed {
        char *start;
        size_t bytes;
    };
    char *space;
    char *next;
    std::map<const char *, Allocation> live;
    std::vector<Allocation *> opened;
    std::deque<Freed> freed;
};

}  // namespace emulated
