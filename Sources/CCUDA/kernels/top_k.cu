#line 2 "top_k.cu"
// The k largest logits of every row, in order.
//
// An element is a key of 64 bits: its value in the order of unsigned integers, then its id inverted, so that
// keys are distinct, larger keys come first, and ties go to the lower id.  Every segment of a row keeps its K
// largest keys, where K is the power of two at or above k; then blocks join lists, as many as fit their
// shared memory, until one list is left: for k = 1 or 5 at once, for k = 50 or 100 in one round or two.
// Above 1,024 the sorted segments are merged in pairs instead, by the ranks of their keys.  Nothing depends
// on chance or on the order of blocks.

typedef unsigned long long ordered_t;

static __device__ __forceinline__ ordered_t orderedKey(float x, int id) {
    // NaN counts as −∞, and −0 as 0.
    const float value = x == x ? x + 0.0f : -INFINITE;
    const uint32_t bits = __float_as_uint(value);
    const uint32_t ordered = bits & 0x80000000u ? ~bits : bits | 0x80000000u;
    return (ordered_t)ordered << 32 | (uint32_t)~id;
}
static __device__ __forceinline__ float valueOfKey(ordered_t key) {
    const uint32_t ordered = (uint32_t)(key >> 32);
    return __uint_as_float(ordered & 0x80000000u ? ordered ^ 0x80000000u : ~ordered);
}
static __device__ __forceinline__ int idOfKey(ordered_t key) { return (int)~(uint32_t)key; }

// MARK: Networks

// Keys in shared memory as runs of 2^bits keys, the even ones descending, the odd ones ascending; run i
// starts at i · spacing.
struct KeyRuns {
    ordered_t *keys;
    int count, bits, spacing;
};

// Warps own 64 neighbouring keys, so that only exchanges over more than 32 need the whole block to wait.
static __device__ __forceinline__ void waitForKeys(int step, int previous) {
    if (step > 32 || previous > 32) __syncthreads();
    else __syncwarp();
}

// Orders keys that lie `step` apart within their runs: ascending where the bit `size` of the key's number,
// counted through all runs, is set.
static __device__ __forceinline__ void exchangeKeys(KeyRuns runs, int step, int size) {
    const int half = runs.bits - 1, pairs = runs.count << half;
    for (int pair = threadIdx.x; pair < pairs; pair += blockDim.x) {
        const int run = pair >> half, place = pair & ((1 << half) - 1);
        const int low = 2 * place - (place & (step - 1));
        ordered_t *key = runs.keys + run * runs.spacing + low;
        const ordered_t a = key[0], b = key[step];
        const bool ascends = (((run << runs.bits) + low) & size) != 0;
        if ((a < b) != ascends) key[0] = b, key[step] = a;
    }
}

// Sorts all keys (2^bits of the block's, as one run) into runs of 2^kept.
static __device__ __forceinline__ void sortKeys(ordered_t *keys, int bits, int kept) {
    const KeyRuns all = {keys, 1, bits, 1 << bits};
    int previous = 64;
    for (int size = 2; size <= 1 << kept; size <<= 1) {
        for (int step = size >> 1; step > 0; step >>= 1) {
            waitForKeys(step, previous);
            exchangeKeys(all, step, size);
            previous = step;
        }
    }
    __syncthreads();
}

// Leaves the 2^kept largest keys, descending, of runs that `sortKeys` has made of 2^bits keys.  Of a
// descending and an ascending run the larger keys place by place are the larger half, as a run that rises and
// falls.
static __device__ __forceinline__ void halveKeys(ordered_t *keys, int bits, int kept) {
    KeyRuns runs = {keys, 1 << (bits - kept), kept, 1 << kept};
    while (runs.count > 1) {
        runs.count >>= 1;
        for (int i = threadIdx.x; i < runs.count << kept; i += blockDim.x) {
            ordered_t *key = keys + (i >> kept) * 2 * runs.spacing + (i & ((1 << kept) - 1));
            if (key[0] < key[runs.spacing]) key[0] = key[runs.spacing];
        }
        runs.spacing <<= 1;
        int previous = 64;
        for (int step = 1 << kept >> 1; step > 0; step >>= 1) {
            waitForKeys(step, previous);
            exchangeKeys(runs, step, 1 << kept);
            previous = step;
        }
        __syncthreads();
    }
}

// MARK: Kernels

enum { segmentBits = 11 };

// lists[(r · segments + s) · K …] = the largest keys of segment s of row r, K = 2^kept, filled up with 0; the
// masses as `row_masses`, from the same read.  Grid: r · segments + s.
extern "C" __global__ void __launch_bounds__(segmentThreads) top_k_segments(
    ReadRows logits, int columns, int kept, ordered_t *lists, RowMass *masses) {
    __shared__ float scratch[32];
    __shared__ double parts[8];
    __shared__ ordered_t keys[segmentLength];
    const int segments = segmentsOf(columns);
    const int row = blockIdx.x / segments, segment = blockIdx.x % segments;
    float x[segmentHeld];
    loadHeld(logits.row(row), isAligned(logits.start, logits.stride), segment, columns, -INFINITE, x);
    const RowMass mass = massOfHeld(x, scratch, parts);
    if (threadIdx.x == 0) masses[blockIdx.x] = mass;
#pragma unroll
    for (int i = 0; i < segmentHeld; i++) {
        const int place = heldPlace(segment, i);
        keys[place - segment * segmentLength] = place < columns ? orderedKey(x[i], place) : 0;
    }
    __syncthreads();
    sortKeys(keys, segmentBits, kept);
    halveKeys(keys, segmentBits, kept);
    ordered_t *list = lists + ((long long)blockIdx.x << kept);
    for (int i = threadIdx.x; i < 1 << kept; i += blockDim.x) list[i] = keys[i];
}

// Joins up to 2^(11 − kept) lists of a row into one.  lists [R, count, K], joined [R, groups, K].
// Grid: r · groups + group.
extern "C" __global__ void __launch_bounds__(256) top_k_join(
    const ordered_t *lists, int count, int kept, ordered_t *joined) {
    __shared__ ordered_t keys[segmentLength];
    const int most = 1 << (segmentBits - kept), groups = (count + most - 1) / most;
    const int row = blockIdx.x / groups, first = blockIdx.x % groups * most;
    const int last = (1 << kept) - 1;
    const ordered_t *source = lists + (((long long)row * count + first) << kept);
    for (int i = threadIdx.x; i < segmentLength; i += blockDim.x) {
        const int list = i >> kept, place = i & last;
        // Every other list is turned round.
        const int target = (list << kept) + (list & 1 ? last - place : place);
        keys[target] = first + list < count ? source[i] : 0;
    }
    __syncthreads();
    halveKeys(keys, segmentBits, kept);
    ordered_t *result = joined + ((long long)blockIdx.x << kept);
    for (int i = threadIdx.x; i <= last; i += blockDim.x) result[i] = keys[i];
}

// Merges sorted lists of `width` elements in pairs, keeping k of each pair.  A list lies at the place of its
// first element in a row of `pitch` keys; of each list min(k, elements) are valid.
// Grid: r · blocks + block, where a row has blocks of 256 elements.
extern "C" __global__ void __launch_bounds__(256) top_k_merge(
    const ordered_t *lists, long long pitch, int columns, int width, int k, ordered_t *merged) {
    const int blocks = (columns + 255) / 256;
    const int row = blockIdx.x / blocks;
    const int element = blockIdx.x % blocks * 256 + threadIdx.x;
    const int list = element / width, place = element - list * width;
    if (element >= columns || place >= k) return;
    lists += row * pitch, merged += row * pitch;
    const ordered_t key = lists[element];
    // How many keys of the other list come first.
    const int other = (list ^ 1) * width;
    int low = 0, high = columns - other < width ? columns - other : width;
    if (high > k) high = k;
    while (low < high) {
        const int middle = (low + high) >> 1;
        if (lists[other + middle] > key) low = middle + 1;
        else high = middle;
    }
    if (place + low < k) merged[(long long)(list >> 1) * 2 * width + place + low] = key;
}

// ids [R · k] and log-probabilities [R, k] from the sorted keys of each row.  One block a row.
extern "C" __global__ void __launch_bounds__(256) top_k_results(
    const ordered_t *lists, long long pitch, const RowMass *masses, int columns, int k, int *ids,
    Rows values) {
    const int row = blockIdx.x, segments = segmentsOf(columns);
    const double total = logOf(joinMasses(masses + (long long)row * segments, segments));
    const ordered_t *list = lists + row * pitch;
    for (int i = threadIdx.x; i < k; i += blockDim.x) {
        ids[(long long)row * k + i] = idOfKey(list[i]);
        values.row(row)[i] = (float)(valueOfKey(list[i]) - total);
    }
}
