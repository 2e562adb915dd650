// The plain twin: the same kernels without vector instructions beyond the platform's baseline.
#define CK_TABLE ck_element_kernels_plain
#include "templates/kernels.h"
#define CK_HALF_TABLE ck_half_kernels_plain
#include "templates/half/kernels.h"
