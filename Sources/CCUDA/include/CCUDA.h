/// The CUDA libraries as plain C: opened at run time, so that a build needs neither a GPU nor a toolkit.
///
/// Every function returns `CCUDA_OK` or says what went wrong; `ccuda_message` then has the sentence.  Pointers
/// called `device…` mean something to the GPU alone.  Sizes are bytes unless a name says otherwise.
#ifndef CCUDA_H
#define CCUDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    CCUDA_OK = 0,
    /// No library of any CUDA version was found.
    CCUDA_NO_LIBRARIES,
    /// Some libraries were found, but no complete set of one version.
    CCUDA_INCOMPLETE_LIBRARIES,
    /// A library lacks a function that is needed.
    CCUDA_MISSING_FUNCTION,
    /// The libraries are there, the NVIDIA driver is not.
    CCUDA_NO_DRIVER,
    /// The driver serves older CUDA versions only.
    CCUDA_DRIVER_TOO_OLD,
    /// There is no GPU, or none with the number asked for.
    CCUDA_NO_DEVICE,
    /// Another process holds the GPU for itself.
    CCUDA_DEVICE_BUSY,
    CCUDA_OUT_OF_MEMORY,
    /// The compiler of this CUDA version does not know the GPU.
    CCUDA_UNSUPPORTED_ARCHITECTURE,
    /// Anything else; the message names the function and the reason.
    CCUDA_FAILED
} CCUDAStatus;

/// One complete set of opened libraries: runtime, cuBLAS, NVRTC and the driver.
typedef struct CCUDALibraries CCUDALibraries;
typedef struct CCUDAStream *CCUDAStreamRef;
typedef struct CCUDAEvent *CCUDAEventRef;
typedef struct CCUDABlas *CCUDABlasRef;
typedef struct CCUDAModule *CCUDAModuleRef;
typedef struct CCUDAFunction *CCUDAFunctionRef;
typedef struct CCUDAGraph *CCUDAGraphRef;

// MARK: Libraries

/// `CUDART_VERSION` of the headers that proved the declarations of this build, 0 without headers.
int32_t ccuda_header_version(void);

/// The sentence for this thread's last failure; never NULL.
const char *ccuda_message(void);

/// Where to look.  NULL or empty values are left out.
typedef struct {
    /// `REMEDI_CUDA_LIBRARY`: looked into alone where it is given.
    const char *folder;
    /// `CUDA_HOME`, `CUDA_PATH`.
    const char *cuda_home;
    const char *cuda_path;
    /// `VIRTUAL_ENV`, whose NVIDIA wheels are used.
    const char *virtual_environment;
    /// `CONDA_PREFIX`, whose own libraries and NVIDIA wheels are used.
    const char *conda_prefix;
    /// Only for tests: leaves out the system's library path and its usual folders.
    bool skips_system;
} CCUDASearch;

/// Opens the newest complete set that the driver can serve.  On failure `*libraries` is NULL and the message
/// says what was looked for where, what was found, and what is missing; without a GPU this is
/// `CCUDA_NO_DEVICE`.  The GPU is not touched yet.
CCUDAStatus ccuda_open(const CCUDASearch *search, CCUDALibraries **libraries);
/// Opens the newest compiler alone, which needs neither driver nor GPU: good for `ccuda_versions`,
/// `ccuda_compile` and `ccuda_compile_target`, and for nothing else.
CCUDAStatus ccuda_open_compiler(const CCUDASearch *search, CCUDALibraries **libraries);
void ccuda_close(CCUDALibraries *libraries);

typedef struct {
    /// Major version of the set's file names: 11, 12 or 13.
    int32_t major;
    /// 1000 · major + 10 · minor, as CUDA counts.
    int32_t runtime;
    int32_t driver;
    int32_t compiler;
    /// 10000 · major + 100 · minor + patch.
    int32_t cublas;
} CCUDAVersions;

/// `folder` is where the set was found; it lives as long as the set.
CCUDAStatus ccuda_versions(const CCUDALibraries *libraries, CCUDAVersions *versions, const char **folder);

// MARK: Devices

/// `CCUDA_NO_DEVICE` where there is none: `*count` is then 0.
CCUDAStatus ccuda_device_count(const CCUDALibraries *libraries, int32_t *count);

typedef struct {
    char name[256];
    /// 10 · major + minor.
    int32_t architecture;
    int32_t multiprocessors;
    /// Kilohertz of the cores and of the memory, 0 where CUDA no longer says.
    int32_t clock;
    int32_t memory_clock;
    /// Bits.
    int32_t memory_bus;
    int32_t l2_cache;
    /// Most shared memory that one block can ask for.
    int32_t shared_memory;
    bool has_memory_pools;
    int64_t total_memory;
} CCUDADeviceFacts;

/// Facts that are known without a context: takes no memory of the GPU.
CCUDAStatus ccuda_device_facts(const CCUDALibraries *libraries, int32_t device, CCUDADeviceFacts *facts);
/// Makes the device's primary context and the device current to this thread.
CCUDAStatus ccuda_start(const CCUDALibraries *libraries, int32_t device);
/// Makes the device current to this thread; cheap, and needed on every thread that calls anything below.
CCUDAStatus ccuda_use(const CCUDALibraries *libraries, int32_t device);
CCUDAStatus ccuda_memory(const CCUDALibraries *libraries, int64_t *free, int64_t *total);

// MARK: Memory

/// Memory in the order of `stream`, from the device's pool, or from cudaMalloc where there are no pools.
CCUDAStatus ccuda_allocate(
    const CCUDALibraries *libraries, int32_t device, int64_t bytes, CCUDAStreamRef stream, void **pointer);
CCUDAStatus ccuda_release(
    const CCUDALibraries *libraries, int32_t device, void *pointer, CCUDAStreamRef stream);
/// Lets the device's pool keep what is released, up to `bytes`.
CCUDAStatus ccuda_keep_memory(const CCUDALibraries *libraries, int32_t device, uint64_t bytes);
/// Gives unused memory of the pool back to the system, all but `keep` bytes.
CCUDAStatus ccuda_trim_memory(const CCUDALibraries *libraries, int32_t device, int64_t keep);
/// Bytes of the pool in use, their highest count, and bytes that the pool has reserved; −1 without pools.
CCUDAStatus ccuda_pool_usage(
    const CCUDALibraries *libraries, int32_t device, int64_t *used, int64_t *highest, int64_t *reserved);

/// Page-locked memory of the host.
CCUDAStatus ccuda_allocate_pinned(const CCUDALibraries *libraries, int64_t bytes, void **pointer);
CCUDAStatus ccuda_release_pinned(const CCUDALibraries *libraries, void *pointer);

/// Copies `rows` lines of `width` bytes; pitches are the distances of lines in bytes.  Copies from and to the
/// host are asynchronous for pinned memory only.
typedef enum { CCUDA_TO_DEVICE = 1, CCUDA_TO_HOST = 2, CCUDA_ON_DEVICE = 3 } CCUDADirection;
CCUDAStatus ccuda_copy(
    const CCUDALibraries *libraries, void *target, int64_t target_pitch, const void *source,
    int64_t source_pitch, int64_t width, int64_t rows, CCUDADirection direction, CCUDAStreamRef stream);
/// Sets bytes.
CCUDAStatus ccuda_set(
    const CCUDALibraries *libraries, void *target, int32_t value, int64_t bytes, CCUDAStreamRef stream);

// MARK: Streams and events

CCUDAStatus ccuda_stream_create(const CCUDALibraries *libraries, CCUDAStreamRef *stream);
CCUDAStatus ccuda_stream_destroy(const CCUDALibraries *libraries, CCUDAStreamRef stream);
CCUDAStatus ccuda_stream_wait(const CCUDALibraries *libraries, CCUDAStreamRef stream);
/// `timed` events cost a little more.
CCUDAStatus ccuda_event_create(const CCUDALibraries *libraries, bool timed, CCUDAEventRef *event);
CCUDAStatus ccuda_event_destroy(const CCUDALibraries *libraries, CCUDAEventRef event);
CCUDAStatus ccuda_event_record(const CCUDALibraries *libraries, CCUDAEventRef event, CCUDAStreamRef stream);
CCUDAStatus ccuda_event_wait(const CCUDALibraries *libraries, CCUDAEventRef event);
/// Milliseconds between two timed events that have passed.
CCUDAStatus ccuda_event_elapsed(
    const CCUDALibraries *libraries, CCUDAEventRef start, CCUDAEventRef end, float *milliseconds);

// MARK: Matrix products

typedef enum { CCUDA_F32 = 0, CCUDA_F16 = 2, CCUDA_BF16 = 14 } CCUDAType;

/// `workspace` is device memory that products may use; it must outlive the handle.
CCUDAStatus ccuda_blas_create(
    const CCUDALibraries *libraries, CCUDAStreamRef stream, void *device_workspace, int64_t workspace_bytes,
    CCUDABlasRef *blas);
CCUDAStatus ccuda_blas_destroy(const CCUDALibraries *libraries, CCUDABlasRef blas);

/// C = alpha · op(A) · op(B) + beta · C, column-major as cuBLAS, sums in float32.  A and B have one type;
/// C is float32.  With a count of more than one, matrix i starts i strides (elements) further.
typedef struct {
    bool transposes_a, transposes_b;
    int32_t m, n, k;
    float alpha, beta;
    const void *a;
    const void *b;
    void *c;
    CCUDAType type;
    int32_t lda, ldb, ldc;
    int32_t count;
    int64_t stride_a, stride_b, stride_c;
    /// Lets float32 operands be rounded to 10 bits of mantissa.
    bool allows_tf32;
} CCUDAGemm;
CCUDAStatus ccuda_gemm(const CCUDALibraries *libraries, CCUDABlasRef blas, const CCUDAGemm *product);

// MARK: Kernels

/// The CUDA C source of every kernel.
const char *ccuda_kernel_source(void);

/// Compiles `source` for `architecture` (10 · major + minor) or the nearest older one that can run there.
/// `*image` (from malloc) is machine code where `*is_machine_code`, else PTX.  `*log` (from malloc) is what
/// the compiler said, or NULL.
CCUDAStatus ccuda_compile(
    const CCUDALibraries *libraries, const char *source, int32_t architecture, const char *const *options,
    int32_t option_count, void **image, int64_t *image_bytes, bool *is_machine_code, char **log);
/// The architecture that `ccuda_compile` would choose; `*is_machine_code` as there.
CCUDAStatus ccuda_compile_target(
    const CCUDALibraries *libraries, int32_t architecture, int32_t *target, bool *is_machine_code);

CCUDAStatus ccuda_module_load(const CCUDALibraries *libraries, const void *image, CCUDAModuleRef *module);
CCUDAStatus ccuda_module_unload(const CCUDALibraries *libraries, CCUDAModuleRef module);
CCUDAStatus ccuda_function(
    const CCUDALibraries *libraries, CCUDAModuleRef module, const char *name, CCUDAFunctionRef *function);

typedef struct {
    uint32_t grid[3];
    uint32_t block[3];
    /// Dynamic shared memory.
    uint32_t shared_memory;
} CCUDALaunch;
/// `arguments[i]` points to the i-th argument, which has `sizes[i]` bytes.  Numbers and sizes of arguments
/// are checked where the driver can tell them (from CUDA 12.4 on).
CCUDAStatus ccuda_launch(
    const CCUDALibraries *libraries, CCUDAFunctionRef function, const CCUDALaunch *launch,
    void *const *arguments, const size_t *sizes, int32_t argument_count, CCUDAStreamRef stream);

// MARK: Graphs

/// Whether the libraries can record work (CUDA 11.4 and later).
bool ccuda_has_graphs(const CCUDALibraries *libraries);
/// From here to `ccuda_capture_end` work queued on `stream` by this thread is recorded instead of run.
CCUDAStatus ccuda_capture_begin(const CCUDALibraries *libraries, CCUDAStreamRef stream);
/// On failure `*graph` is NULL and the stream is out of recording all the same.
CCUDAStatus ccuda_capture_end(
    const CCUDALibraries *libraries, CCUDAStreamRef stream, CCUDAGraphRef *graph);
CCUDAStatus ccuda_graph_launch(const CCUDALibraries *libraries, CCUDAGraphRef graph, CCUDAStreamRef stream);
CCUDAStatus ccuda_graph_destroy(const CCUDALibraries *libraries, CCUDAGraphRef graph);

#ifdef __cplusplus
}
#endif
#endif
