#if defined(__aarch64__)
#define CK_TABLE ck_element_kernels_neon
#include "templates/kernels.h"
#endif
