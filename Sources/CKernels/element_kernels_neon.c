#if defined(__aarch64__)
#define CK_TABLE ck_element_kernels_neon
#include "templates/kernels.h"
#define CK_HALF_TABLE ck_half_kernels_neon
#include "templates/half/kernels.h"
#endif
