// C kernels of the CPU backend.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "CKElementKernels.h"
#include "CKGemm.h"
#include "CKInstructionSet.h"
#include "CKPool.h"

#endif
