// libcudart: streams, events, recorded work.
#include "Export.hpp"
#include "Machine.hpp"

#include <chrono>

using namespace emulated;

namespace {

constexpr unsigned withoutTiming = 2;

double milliseconds() {
    auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double, std::milli>(now).count();
}

/// Work was recorded with memory that must still be there.
void requireMemory(Machine &machine, const Graph &graph, int device) {
    for (const WorkRef &work : graph.works)
        for (const void *pointer : work->pointers) {
            if (!machine.memory.contains(pointer)) continue;
            if (auto fault = machine.fault(pointer, 0, device))
                machine.refuse(illegalAddress, work->name + " in a graph: its memory " + *fault);
        }
}

}  // namespace

// MARK: Streams

EXPORT int cudaStreamCreateWithFlags(void **handle, unsigned) {
    return runtimeCall([&](Machine &machine) {
        auto stream = std::make_unique<Stream>();
        stream->device = machine.enterDevice();
        *handle = machine.adopt(machine.streams, std::move(stream));
    });
}

EXPORT int cudaStreamDestroy(void *handle) {
    return runtimeCall([&](Machine &machine) {
        Stream *stream = machine.handle(machine.streams, handle, "stream");
        machine.drain(stream);
        for (auto &entry : machine.events)
            if (entry.second->stream == stream) entry.second->stream = nullptr;
        machine.streams.erase(stream);
        machine.requireHealth();
    });
}

EXPORT int cudaStreamSynchronize(void *handle) {
    return runtimeCall([&](Machine &machine) {
        Stream *stream = machine.stream(handle);
        machine.requireNoCapture("cudaStreamSynchronize");
        machine.synchronise(stream);
        machine.enterDevice();
    });
}

// MARK: Events

EXPORT int cudaEventCreateWithFlags(void **handle, unsigned flags) {
    return runtimeCall([&](Machine &machine) {
        auto event = std::make_unique<Event>();
        event->device = machine.enterDevice();
        event->isTimed = !(flags & withoutTiming);
        *handle = machine.adopt(machine.events, std::move(event));
    });
}

EXPORT int cudaEventDestroy(void *handle) {
    return runtimeCall([&](Machine &machine) {
        machine.events.erase(machine.event(handle));
        machine.requireHealth();
    });
}

EXPORT int cudaEventRecord(void *handle, void *streamHandle) {
    return runtimeCall([&](Machine &machine) {
        machine.enterDevice();
        Event *event = machine.event(handle);
        Stream *stream = machine.stream(streamHandle);
        if (event->device != stream->device)
            machine.refuse(invalidHandle, "cudaEventRecord: event and stream are of different devices");
        auto moment = std::make_shared<double>(-1);
        event->isCaptured = stream->capture != nullptr;
        event->moment = moment;
        machine.push(stream, Work{"cudaEventRecord", {}, [moment] {
                                      *moment = milliseconds();
                                      return std::string();
                                  }});
        event->stream = stream;
        event->position = stream->queued;
    });
}

EXPORT int cudaEventSynchronize(void *handle) {
    return runtimeCall([&](Machine &machine) {
        Event *event = machine.event(handle);
        if (event->isCaptured) machine.refuse(capturedEvent, "cudaEventSynchronize of a recorded event");
        machine.requireNoCapture("cudaEventSynchronize");
        machine.counts.synchronisations++;
        if (event->stream) machine.drain(event->stream, event->position);
        machine.enterDevice();
    });
}

EXPORT int cudaEventElapsedTime(float *elapsed, void *startHandle, void *endHandle) {
    return runtimeCall([&](Machine &machine) {
        Event *start = machine.event(startHandle), *end = machine.event(endHandle);
        if (!start->isTimed || !end->isTimed || !start->moment || !end->moment)
            machine.refuse(
                invalidHandle, "cudaEventElapsedTime: an event is without timing or was never recorded");
        if (*start->moment < 0 || *end->moment < 0) throw Failure{notReady};
        *elapsed = float(*end->moment - *start->moment);
    });
}

// MARK: Recorded work

EXPORT int cudaStreamBeginCapture(void *handle, int) {
    return runtimeCall([&](Machine &machine) {
        machine.enterDevice();
        if (!handle) machine.refuse(captureUnsupported, "the default stream cannot record");
        Stream *stream = machine.stream(handle);
        if (stream->capture) machine.refuse(invalidValue, "the stream records already");
        stream->capture = std::make_unique<Capture>();
        stream->capture->thread = std::this_thread::get_id();
    });
}

EXPORT int cudaStreamEndCapture(void *handle, void **graph) {
    *graph = nullptr;
    return runtimeCall([&](Machine &machine) {
        Stream *stream = machine.stream(handle);
        if (!stream->capture) machine.refuse(captureUnmatched, "the stream does not record");
        std::unique_ptr<Capture> capture = std::move(stream->capture);
        if (capture->isInvalid) throw Failure{captureInvalidated};
        auto recorded = std::make_unique<Graph>();
        recorded->works = std::move(capture->works);
        *graph = machine.adopt(machine.graphs, std::move(recorded));
    });
}

EXPORT int cudaGraphInstantiateWithFlags(void **executable, void *handle, unsigned long long) {
    return runtimeCall([&](Machine &machine) {
        machine.enterDevice();
        Graph *graph = machine.handle(machine.graphs, handle, "graph");
        *executable = machine.adopt(machine.executables, std::make_unique<Graph>(*graph));
    });
}

EXPORT int cudaGraphLaunch(void *handle, void *streamHandle) {
    return runtimeCall([&](Machine &machine) {
        machine.enterDevice();
        Graph *graph = machine.handle(machine.executables, handle, "executable graph");
        Stream *stream = machine.stream(streamHandle);
        requireMemory(machine, *graph, stream->device);
        machine.counts.graphLaunches++;
        for (const WorkRef &work : graph->works) machine.push(stream, work);
    });
}

EXPORT int cudaGraphDestroy(void *handle) {
    return runtimeCall([&](Machine &machine) {
        machine.graphs.erase(machine.handle(machine.graphs, handle, "graph"));
        machine.requireHealth();
    });
}

EXPORT int cudaGraphExecDestroy(void *handle) {
    return runtimeCall([&](Machine &machine) {
        machine.executables.erase(machine.handle(machine.executables, handle, "executable graph"));
        machine.requireHealth();
    });
}
