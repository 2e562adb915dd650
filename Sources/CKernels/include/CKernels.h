// C kernels of the CPU backend, loops that must be fast in every build, and a signal handler.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "CKBlocks.h"
#include "CKElementKernels.h"
#include "CKGemm.h"
#include "CKHalf.h"
#include "CKHash.h"
#include "CKInstructionSet.h"
#include "CKPool.h"
#include "CKResampling.h"
#include "CKSignals.h"

#endif
