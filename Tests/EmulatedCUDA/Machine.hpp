#pragma once
#include "Blas.hpp"
#include "DeviceMemory.hpp"
#include "Errors.hpp"
#include "KernelImage.hpp"
#include "Program.hpp"
#include "Settings.hpp"
#include "Work.hpp"

#include <map>
#include <mutex>

namespace emulated {

/// Bytes of a device's memory pool.
struct Pool {
    uint64_t used = 0, highestUsed = 0, reserved = 0, highestReserved = 0;
    /// Above it, unused memory goes back at the next synchronisation.
    uint64_t threshold = 0;
};

struct Device {
    /// Bytes in use outside of the pool, and the most that were in use in all.
    size_t used = 0, peak = 0;
    Pool pool;
    Stream stream;  // of everything that names none
};

/// What the report counts.
struct Counts {
    uint64_t synchronisations = 0, products = 0, copies = 0, graphLaunches = 0;
    std::map<std::string, uint64_t> launches;
    size_t pinnedPeak = 0;
};

/// Handles of one kind that were handed out.
template <class Object> using Handles = std::map<Object *, std::unique_ptr<Object>>;

/// The whole emulated computer: devices, their memory, queues and handles, and what was done wrong with them.
class Machine {
public:
    static Machine &shared();

    std::recursive_mutex lock;
    Settings settings;
    std::vector<std::unique_ptr<Device>> devices;
    DeviceMemory memory;
    Stage stage;
    std::map<const char *, size_t> pinned;
    Handles<Stream> streams;
    Handles<Event> events;
    /// Recorded, and instantiated.
    Handles<Graph> graphs, executables;
    Handles<Blas> blas;
    Handles<Module> modules;
    Handles<Program> programs;
    Counts counts;
    std::vector<std::string> errors;
    /// The failure of the device after which nothing works any more.
    Error failure = success;

    // MARK: What callers may do

    /// Notes a mistake of the caller.
    void note(const std::string &sentence);
    /// Notes a mistake and ends the call.
    [[noreturn]] void refuse(Error error, const std::string &sentence);
    /// Ends the call after a failure of the device.
    void requireHealth() const;
    /// Ends the call, and what is being recorded, if something is.
    void requireNoCapture(const char *call);

    /// The device of the calling thread, whose context it makes current as the runtime does.
    int enterDevice();
    /// −1 without a current context.
    static int &threadDevice();
    static int &threadContext();
    static Error &threadError();

    /// Shared memory that a block can ask for, in bytes.
    int sharedMemory() const;
    Device &device(int index) { return *devices[size_t(index)]; }
    Stream *stream(void *handle);
    Event *event(void *handle);
    template <class Object> Object *handle(Handles<Object> &handles, void *pointer, const char *kind) {
        auto found = handles.find(static_cast<Object *>(pointer));
        if (found == handles.end()) refuse(invalidHandle, std::string("not a live ") + kind);
        return found->second.get();
    }
    template <class Object> Object *adopt(Handles<Object> &handles, std::unique_ptr<Object> object) {
        Object *pointer = object.get();
        handles[pointer] = std::move(object);
        return pointer;
    }

    // MARK: Memory

    Allocation *allocate(size_t bytes, int device, bool isPooled);
    /// Takes `allocation` out of the accounts.
    void account(Allocation *allocation);
    /// Unused memory of pools goes back to the device.
    void trimPools();
    size_t freeMemory(int device);
    /// Whether `bytes` from `pointer` are usable device memory of `device`; else why not.
    std::optional<std::string> fault(const void *pointer, size_t bytes, int device);
    bool isPinned(const void *pointer, size_t bytes = 1) const;
    size_t pinnedBytes() const;

    // MARK: Work

    /// Queues or records.
    void push(Stream *stream, Work work);
    void push(Stream *stream, WorkRef work);
    /// Runs what `stream` has up to its `position`-th work.
    void drain(Stream *stream, uint64_t position);
    void drain(Stream *stream) { drain(stream, stream->queued); }
    void drainAll();
    /// The host waits: counted.
    void synchronise(Stream *stream);
    void synchroniseAll();

    std::string report();
    void reset();
    /// Makes devices until there are as many as the settings say.
    void makeDevices();

private:
    Machine();
    void execute(const Work &work);
    void checkDamage(const std::string &name, Allocation *allocation);
};

/// Runs `body` with the machine's lock; a `Failure` in it is the result.
template <class Body> Error guarded(Body body) {
    Machine &machine = Machine::shared();
    std::lock_guard<std::recursive_mutex> lock(machine.lock);
    try {
        body(machine);
        return success;
    } catch (const Failure &failure) {
        return failure.error;
    }
}

/// A call of the runtime, which remembers its thread's last error.
template <class Body> int runtimeCall(Body body) {
    Error error = guarded(body);
    if (error) Machine::threadError() = error;
    return error;
}

}  // namespace emulated
