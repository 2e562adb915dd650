#include "CCUDA.h"

// Overridden by the functions that open the libraries.
#pragma clang diagnostic ignored "-Wunused-parameter"

__attribute__((weak)) int32_t ccuda_header_version(void) { return 0; }
__attribute__((weak)) const char * ccuda_message(void) { return ""; }
__attribute__((weak)) CCUDAStatus ccuda_open(const CCUDASearch *search, CCUDALibraries **libraries) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) void ccuda_close(CCUDALibraries *libraries) {  }
__attribute__((weak)) CCUDAStatus ccuda_versions(const CCUDALibraries *libraries, CCUDAVersions *versions, const char **folder) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_device_count(const CCUDALibraries *libraries, int32_t *count) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_device_facts(const CCUDALibraries *libraries, int32_t device, CCUDADeviceFacts *facts) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_start(const CCUDALibraries *libraries, int32_t device) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_use(const CCUDALibraries *libraries, int32_t device) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_memory(const CCUDALibraries *libraries, int64_t *free, int64_t *total) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_allocate(const CCUDALibraries *libraries, int32_t device, int64_t bytes, CCUDAStreamRef stream, void **pointer) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_release(const CCUDALibraries *libraries, int32_t device, void *pointer, CCUDAStreamRef stream) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_keep_memory(const CCUDALibraries *libraries, int32_t device, uint64_t bytes) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_trim_memory(const CCUDALibraries *libraries, int32_t device, int64_t keep) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_pool_usage(const CCUDALibraries *libraries, int32_t device, int64_t *used, int64_t *highest, int64_t *reserved) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_allocate_pinned(const CCUDALibraries *libraries, int64_t bytes, void **pointer) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_release_pinned(const CCUDALibraries *libraries, void *pointer) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_copy(const CCUDALibraries *libraries, void *target, int64_t target_pitch, const void *source, int64_t source_pitch, int64_t width, int64_t rows, CCUDADirection direction, CCUDAStreamRef stream) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_set(const CCUDALibraries *libraries, void *target, int32_t value, int64_t bytes, CCUDAStreamRef stream) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_stream_create(const CCUDALibraries *libraries, CCUDAStreamRef *stream) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_stream_destroy(const CCUDALibraries *libraries, CCUDAStreamRef stream) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_stream_wait(const CCUDALibraries *libraries, CCUDAStreamRef stream) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_event_create(const CCUDALibraries *libraries, bool timed, CCUDAEventRef *event) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_event_destroy(const CCUDALibraries *libraries, CCUDAEventRef event) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_event_record(const CCUDALibraries *libraries, CCUDAEventRef event, CCUDAStreamRef stream) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_event_wait(const CCUDALibraries *libraries, CCUDAEventRef event) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_event_elapsed(const CCUDALibraries *libraries, CCUDAEventRef start, CCUDAEventRef end, float *milliseconds) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_blas_create(const CCUDALibraries *libraries, CCUDAStreamRef stream, void *device_workspace, int64_t workspace_bytes, CCUDABlasRef *blas) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_blas_destroy(const CCUDALibraries *libraries, CCUDABlasRef blas) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_gemm(const CCUDALibraries *libraries, CCUDABlasRef blas, const CCUDAGemm *product) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_compile(const CCUDALibraries *libraries, const char *source, int32_t architecture, const char *const *options, int32_t option_count, void **image, int64_t *image_bytes, bool *is_machine_code, char **log) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_compile_target(const CCUDALibraries *libraries, int32_t architecture, int32_t *target, bool *is_machine_code) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_module_load(const CCUDALibraries *libraries, const void *image, CCUDAModuleRef *module) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_module_unload(const CCUDALibraries *libraries, CCUDAModuleRef module) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_function(const CCUDALibraries *libraries, CCUDAModuleRef module, const char *name, CCUDAFunctionRef *function) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_launch(const CCUDALibraries *libraries, CCUDAFunctionRef function, const CCUDALaunch *launch, void *const *arguments, const size_t *sizes, int32_t argument_count, CCUDAStreamRef stream) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) bool ccuda_has_graphs(const CCUDALibraries *libraries) { return false; }
__attribute__((weak)) CCUDAStatus ccuda_capture_begin(const CCUDALibraries *libraries, CCUDAStreamRef stream) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_capture_end(const CCUDALibraries *libraries, CCUDAStreamRef stream, CCUDAGraphRef *graph) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_graph_launch(const CCUDALibraries *libraries, CCUDAGraphRef graph, CCUDAStreamRef stream) { return CCUDA_NO_LIBRARIES; }
__attribute__((weak)) CCUDAStatus ccuda_graph_destroy(const CCUDALibraries *libraries, CCUDAGraphRef graph) { return CCUDA_NO_LIBRARIES; }
