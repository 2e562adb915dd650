// C kernels of the CPU backend, and loops that must be fast in every build.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "CKElementKernels.h"
#include "CKGemm.h"
#include "CKHalf.h"
#include "CKHash.h"
#include "CKInstructionSet.h"
#include "CKPool.h"
#include "CKResampling.h"

#endif
