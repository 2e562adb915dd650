#include "libraries.h"

#define RUNTIME(call, name) ccuda_runtime_result(libraries, call, name)

CCUDAStatus ccuda_stream_create(const CCUDALibraries *libraries, CCUDAStreamRef *stream) {
    *stream = NULL;
    // Work of other libraries in the default stream must not be waited for.
    cudaError_t result =
        libraries->cudaStreamCreateWithFlags((cudaStream_t *)stream, cudaStreamNonBlocking);
    return RUNTIME(result, "cudaStreamCreateWithFlags");
}

CCUDAStatus ccuda_stream_destroy(const CCUDALibraries *libraries, CCUDAStreamRef stream) {
    return RUNTIME(libraries->cudaStreamDestroy((cudaStream_t)stream), "cudaStreamDestroy");
}

CCUDAStatus ccuda_stream_wait(const CCUDALibraries *libraries, CCUDAStreamRef stream) {
    return RUNTIME(libraries->cudaStreamSynchronize((cudaStream_t)stream), "cudaStreamSynchronize");
}

CCUDAStatus ccuda_event_create(const CCUDALibraries *libraries, bool timed, CCUDAEventRef *event) {
    *event = NULL;
    unsigned flags = timed ? cudaEventDefault : cudaEventDisableTiming;
    return RUNTIME(
        libraries->cudaEventCreateWithFlags((cudaEvent_t *)event, flags), "cudaEventCreateWithFlags");
}

CCUDAStatus ccuda_event_destroy(const CCUDALibraries *libraries, CCUDAEventRef event) {
    return RUNTIME(libraries->cudaEventDestroy((cudaEvent_t)event), "cudaEventDestroy");
}

CCUDAStatus ccuda_event_record(
    const CCUDALibraries *libraries, CCUDAEventRef event, CCUDAStreamRef stream) {
    return RUNTIME(libraries->cudaEventRecord((cudaEvent_t)event, (cudaStream_t)stream), "cudaEventRecord");
}

CCUDAStatus ccuda_event_wait(const CCUDALibraries *libraries, CCUDAEventRef event) {
    return RUNTIME(libraries->cudaEventSynchronize((cudaEvent_t)event), "cudaEventSynchronize");
}

CCUDAStatus ccuda_event_elapsed(
    const CCUDALibraries *libraries, CCUDAEventRef start, CCUDAEventRef end, float *milliseconds) {
    *milliseconds = 0;
    cudaError_t result =
        libraries->cudaEventElapsedTime(milliseconds, (cudaEvent_t)start, (cudaEvent_t)end);
    return RUNTIME(result, "cudaEventElapsedTime");
}

// MARK: Graphs

bool ccuda_has_graphs(const CCUDALibraries *libraries) {
    return libraries->cudaStreamBeginCapture && libraries->cudaStreamEndCapture
        && libraries->cudaGraphInstantiateWithFlags && libraries->cudaGraphLaunch
        && libraries->cudaGraphDestroy && libraries->cudaGraphExecDestroy;
}

CCUDAStatus ccuda_capture_begin(const CCUDALibraries *libraries, CCUDAStreamRef stream) {
    if (!ccuda_has_graphs(libraries)) {
        return ccuda_fail(
            CCUDA_FAILED, "These libraries of CUDA %d cannot record graphs, as CUDA can from 11.4 on.",
            libraries->major);
    }
    // Relaxed: kernels that the driver loads at their first use may be loaded meanwhile, and other threads
    // may do as they like.
    cudaError_t result =
        libraries->cudaStreamBeginCapture((cudaStream_t)stream, cudaStreamCaptureModeRelaxed);
    return RUNTIME(result, "cudaStreamBeginCapture");
}

CCUDAStatus ccuda_capture_end(
    const CCUDALibraries *libraries, CCUDAStreamRef stream, CCUDAGraphRef *graph) {
    *graph = NULL;
    cudaGraph_t recorded = NULL;
    cudaError_t result = libraries->cudaStreamEndCapture((cudaStream_t)stream, &recorded);
    CCUDAStatus status = RUNTIME(result, "cudaStreamEndCapture");
    if (status == CCUDA_OK) {
        cudaGraphExec_t executable = NULL;
        result = libraries->cudaGraphInstantiateWithFlags(&executable, recorded, 0);
        status = RUNTIME(result, "cudaGraphInstantiateWithFlags");
        if (status == CCUDA_OK) *graph = (CCUDAGraphRef)executable;
    }
    // What can be launched does not need what was recorded.
    if (recorded) libraries->cudaGraphDestroy(recorded);
    return status;
}

CCUDAStatus ccuda_graph_launch(
    const CCUDALibraries *libraries, CCUDAGraphRef graph, CCUDAStreamRef stream) {
    cudaError_t result = libraries->cudaGraphLaunch((cudaGraphExec_t)graph, (cudaStream_t)stream);
    return RUNTIME(result, "cudaGraphLaunch");
}

CCUDAStatus ccuda_graph_destroy(const CCUDALibraries *libraries, CCUDAGraphRef graph) {
    return RUNTIME(libraries->cudaGraphExecDestroy((cudaGraphExec_t)graph), "cudaGraphExecDestroy");
}
