/// What tests ask the emulated libraries, beside what the libraries of NVIDIA export.
#ifndef EMULATED_CUDA_H
#define EMULATED_CUDA_H

#ifdef __cplusplus
extern "C" {
#endif

/// Everything that was counted and found wrong, as JSON (from malloc).
char *emulated_cuda_report(void);
/// Sets what the environment variable `EMULATED_CUDA_` + `name` sets; false for unknown names and values.
int emulated_cuda_set(const char *name, const char *value);
/// Runs what waits, then forgets errors, counts and peaks, and takes the settings from the environment again.
/// What is allocated stays.
void emulated_cuda_reset(void);
/// Where the compiler of kernels is (from malloc), NULL if there is none.
char *emulated_cuda_compiler(void);

#ifdef __cplusplus
}
#endif
#endif
