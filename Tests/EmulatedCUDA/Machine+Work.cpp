#include "Faults.hpp"
#include "Machine.hpp"

#include <csignal>

namespace emulated {

void Machine::push(Stream *stream, Work work) { push(stream, std::make_shared<const Work>(std::move(work))); }

void Machine::push(Stream *stream, WorkRef work) {
    if (Capture *capture = stream->capture.get()) {
        if (capture->isInvalid) throw Failure{captureInvalidated};
        capture->works.push_back(std::move(work));
        return;
    }
    stream->queue.push_back(std::move(work));
    stream->queued++;
}

void Machine::drain(Stream *stream, uint64_t position) {
    while (stream->done < position && !stream->queue.empty()) {
        WorkRef work = std::move(stream->queue.front());
        stream->queue.pop_front();
        stream->done++;
        execute(*work);
    }
    // What a work's own arguments do not show may still have been written by it.
    for (Allocation *allocation : memory.openAllocations()) checkDamage("work before this wait", allocation);
    memory.close(settings.isStrict);
}

void Machine::checkDamage(const std::string &name, Allocation *allocation) {
    std::optional<std::string> damage = memory.damage(allocation);
    if (!damage) return;
    failure = illegalAddress;
    note(name + ": " + *damage);
}

void Machine::drainAll() {
    for (auto &device : devices) drain(&device->stream);
    for (auto &entry : streams) drain(entry.second.get());
}

void Machine::execute(const Work &work) {
    if (work.isBookkeeping) {
        work.run();
        return;
    }
    if (failure) return;
    std::vector<Allocation *> touched;
    for (const void *pointer : work.pointers)
        if (Allocation *allocation = memory.find(pointer)) {
            memory.open(allocation);
            touched.push_back(allocation);
        }
    std::string wrong;
    std::optional<Fault> fault = runGuarded([&] { wrong = work.run(); });
    if (fault) {
        failure = illegalAddress;
        const char *what = fault->signal == SIGFPE ? "integer division by zero"
            : fault->signal == SIGILL              ? "illegal instruction"
                                                   : "touched ";
        note(work.name + ": " + what + (*what == 't' ? memory.describe(fault->address) : ""));
    } else if (!wrong.empty()) {
        failure = launchFailure;
        note(work.name + ": " + wrong);
    }
    for (Allocation *allocation : touched) checkDamage(work.name, allocation);
}

void Machine::synchronise(Stream *stream) {
    counts.synchronisations++;
    drain(stream);
    trimPools();
    requireHealth();
}

void Machine::synchroniseAll() {
    counts.synchronisations++;
    drainAll();
    trimPools();
    requireHealth();
}

}  // namespace emulated
