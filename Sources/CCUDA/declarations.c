// Proves that our own declarations are those of NVIDIA's headers, where these are installed.  A changed type,
// value or signature fails the build.
#include "declarations.h"

#include "CCUDA.h"

#define SAME(ours, theirs) __builtin_types_compatible_p(ours, theirs)

#define ENUMERATION(tag)
#define ENUMERATED_TYPE()
#define END(tag, representation) \
    _Static_assert(SAME(enum tag, representation), "enum " #tag " has another representation");
#define END_TYPE(name, representation) \
    _Static_assert(SAME(name, representation), #name " has another representation");
#define TYPE(name, meaning) _Static_assert(SAME(name, meaning), #name " is another type");
#define VALUE(name, value) _Static_assert((int)name == (value), #name " has another value");
#define CONSTANT(name, value) VALUE(name, value)
#include "types.h"

#if CCUDA_HAS_HEADERS

#define PROVE(result, name, parameters) \
    _Static_assert(SAME(__typeof__(name), __typeof__(result parameters)), #name " has another signature");
#define REQUIRED(library, result, name, parameters) PROVE(result, name, parameters)
#define OPTIONAL(library, since, result, name, parameters) PROVE_##since(result, name, parameters)
#define PROVE_10000 PROVE
#define PROVE_10010 PROVE
#define PROVE_11020 PROVE
#define PROVE_11040 PROVE
#if CUDA_VERSION >= 12040
#define PROVE_12040 PROVE
#else
#define PROVE_12040(result, name, parameters)
#endif
#include "functions.h"

int32_t ccuda_header_version(void) { return CUDART_VERSION; }

#else

int32_t ccuda_header_version(void) { return 0; }

#endif
