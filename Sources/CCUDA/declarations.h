/// NVIDIA's headers where they are installed, else our own declarations of the types and values used.
///
/// Headers before CUDA 11.8 (the first with 8-bit floats) lack some of the functions and are left alone, as
/// all headers are with CCUDA_NO_HEADERS.
#ifndef CCUDA_DECLARATIONS_H
#define CCUDA_DECLARATIONS_H

#include <stddef.h>

#if !defined(CCUDA_NO_HEADERS) && __has_include(<cuda.h>) && __has_include(<cuda_runtime_api.h>) \
    && __has_include(<crt/host_defines.h>) && __has_include(<cublas_v2.h>) && __has_include(<nvrtc.h>) \
    && __has_include(<cuda_fp8.h>)
#define CCUDA_HAS_HEADERS 1

#include <cublas_v2.h>
#include <cuda.h>
#include <cuda_runtime_api.h>
#include <nvrtc.h>

#else
#define CCUDA_HAS_HEADERS 0

#define TYPE(name, meaning) typedef meaning name;
#define ENUMERATION(tag) enum tag {
#define END(tag, representation) };
#define ENUMERATED_TYPE() typedef enum {
#define END_TYPE(name, representation) } name;
#define VALUE(name, value) name = value,
#define CONSTANT(name, value) enum { name = value };
#include "types.h"

#endif
#endif
