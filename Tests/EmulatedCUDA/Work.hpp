#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace emulated {

/// Something that a device does: a launch, a product, a copy.  It runs when the host waits for it.
struct Work {
    /// The kernel or function, for messages.
    std::string name;
    /// Device memory that it may touch.
    std::vector<const void *> pointers;
    /// - Returns: what went wrong, or nothing.
    std::function<std::string()> run;
    /// Keeps accounts, also after a failure; never touches device memory.
    bool isBookkeeping = false;
};

using WorkRef = std::shared_ptr<const Work>;

/// What is recorded instead of queued.
struct Capture {
    std::vector<WorkRef> works;
    std::thread::id thread;
    /// Something was called that cannot be recorded.
    bool isInvalid = false;
};

struct Stream {
    int device;
    std::deque<WorkRef> queue;
    /// How many were queued and how many ran.
    uint64_t queued = 0, done = 0;
    std::unique_ptr<Capture> capture;
};

/// Where a stream was when the event was recorded.
struct Event {
    int device;
    bool isTimed;
    Stream *stream = nullptr;
    uint64_t position = 0;
    bool isCaptured = false;
    /// Milliseconds; negative before it passed.
    std::shared_ptr<double> moment;
};

/// A recorded sequence: as a graph, and as what can be launched.
struct Graph {
    std::vector<WorkRef> works;
};

}  // namespace emulated
