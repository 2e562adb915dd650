"""Bugs in the kernels of log-sums, loss terms and likeliest tokens."""

from mutation import kernel

SHARED = "ComputeTests.ComputeBackendDistributionsTests"
DEVICE = "ComputeTests.CUDABackendDistributionsTests"
TERMS = f"{SHARED}/testDistributionTermsMatchFloat64"
SUMS = f"{SHARED}/testLogSumExpAndLogProbabilities"
CHOICES = (f"{SHARED}/testTopK", f"{DEVICE}/testTopKOfAnyLength")
ALL_ORDERS = ("forward", "reversed", "shuffled")

DISTRIBUTION_MUTATIONS = [
    kernel("comparator not in the total", "comparator's mass missing", "distributions.cu",
           "row.total = largest + log(rest + exponential);", "row.total = largest + log(rest);", TERMS),
    kernel("comparator among the others", "missing mask", "distributions.cu",
           "if (heldPlace(segment, i) == asked.comparator) x[i] = -INFINITE;", "", TERMS),
    kernel("rest may be 0", "floor missing", "distributions.cu",
           "    if (row.rest < 0x1p-126) row.rest = 0x1p-126;\n", "", f"{SHARED}/testCertainComparator"),
    kernel("divergence of like rows cancels", "cancellation", "distributions.cu",
           "d > -0.34f && d < 0.34f ? near : far;", "far;", f"{SHARED}/testSmallDivergences"),
    kernel("masses of all rows taken by entry", "wrong index", "distributions.cu",
           "byRow ? row : entry", "entry", f"{DEVICE}/testLogProbabilitiesByEntryAndByRow"),
    kernel("log-sums of rows beyond the last", "one row too many, unguarded", "distributions.cu",
           "    const int row = blockIdx.x * 8 + (threadIdx.x >> 5);\n    if (row >= rows) return;\n"
           "    const int segments",
           "    const int row = blockIdx.x * 8 + (threadIdx.x >> 5);\n    const int segments", SUMS),
    kernel("segments keep their scale", "missing log-sum-exp rescale", "softmax_parts.cuh",
           "sum += masses[i].sum * factor;", "sum += masses[i].sum;", SUMS,
           f"{DEVICE}/testLogProbabilitiesByEntryAndByRow"),
    kernel("segment reads on past its row", "missing bounds check", "softmax_parts.cuh",
           "place + j < columns ? row[place + j] : filler", "row[place + j]", SUMS),
    kernel("ties go to the higher id", "tie order reversed", "top_k.cu",
           "(uint32_t)~id;\n}\nstatic __device__ __forceinline__ float valueOfKey(ordered_t key) {\n"
           "    const uint32_t ordered = (uint32_t)(key >> 32);\n"
           "    return __uint_as_float(ordered & 0x80000000u ? ordered ^ 0x80000000u : ~ordered);\n}\n"
           "static __device__ __forceinline__ int idOfKey(ordered_t key) { return (int)~(uint32_t)key; }",
           "(uint32_t)id;\n}\nstatic __device__ __forceinline__ float valueOfKey(ordered_t key) {\n"
           "    const uint32_t ordered = (uint32_t)(key >> 32);\n"
           "    return __uint_as_float(ordered & 0x80000000u ? ordered ^ 0x80000000u : ~ordered);\n}\n"
           "static __device__ __forceinline__ int idOfKey(ordered_t key) { return (int)(uint32_t)key; }",
           *CHOICES),
    kernel("NaN comes first", "NaN order wrong", "top_k.cu",
           "x == x ? x + 0.0f : -INFINITE", "x + 0.0f", *CHOICES),
    kernel("minus 0 comes after 0", "tie missed", "top_k.cu",
           "x == x ? x + 0.0f : -INFINITE", "x == x ? x : -INFINITE", SHARED, DEVICE),
    kernel("exchanges wait for the warp alone", "missing __syncthreads", "top_k.cu",
           "if (step > 32 || previous > 32) __syncthreads();", "if (step > 32) __syncthreads();", *CHOICES,
           orders=ALL_ORDERS),
    kernel("exchanges do not wait for the warp", "missing __syncwarp", "top_k.cu",
           "    else __syncwarp();\n", "", *CHOICES, orders=ALL_ORDERS),
    kernel("lists joined all descending", "wrong merge order", "top_k.cu",
           "list & 1 ? last - place : place", "place", *CHOICES),
    kernel("lists beyond the last", "missing bounds check", "top_k.cu",
           "first + list < count ? source[i] : 0", "source[i]", *CHOICES),
    kernel("ranks from the wrong end", "wrong merge order", "top_k.cu",
           "lists[other + middle] > key", "lists[other + middle] < key", *CHOICES),
    kernel("keys that were not kept", "missing bounds check", "top_k.cu",
           "    if (high > k) high = k;\n", "", *CHOICES),
]
