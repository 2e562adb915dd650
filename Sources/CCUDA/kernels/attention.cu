#line 2 "attention.cu"
// Causal softmax attention of packed sequences: a block for each tile of queries and head.

// Up to this many groups of columns are staged at once.
static __host__ __device__ constexpr int stagedGroups(int groups) { return groups > 4 ? 4 : groups; }

// Turns the block's rows of scores into weights, a warp for each row, and brings the rows' softmax up to date.
template <int HEIGHT>
static __device__ __forceinline__ void softenRows(
    float *weights, RunningSoftmax *running, int firstPosition, int rows, int window, int tile) {
    const int lane = threadIdx.x & 31;
#pragma unroll 2
    for (int row = threadIdx.x >> 5; row < HEIGHT; row += ATTENTION_THREADS / 32) {
        const unsigned seen = row < rows ? visibleKeys(firstPosition + row, window, tile) : 0u;
        if (seen == 0) continue;
        float *weight = weights + row * WEIGHT_STRIDE + lane;
        const TileSoftmax softmax(*weight, seen >> lane & 1);
        *weight = softmax.weight;
        if (lane == 0) running[row].merge(softmax.largest, softmax.sum);
    }
}

template <int SHARE, int GROUPS>
static __device__ __forceinline__ void mergeSums(
    const RunningSoftmax *running, const unsigned (&seen)[SHARE],
    const float4 (&tile)[SHARE][GROUPS], float4 (&sums)[SHARE][GROUPS]) {
    const SumPlace place;
#pragma unroll
    for (int r = 0; r < SHARE; r++) {
        if (seen[r] == 0) continue;
        const RunningSoftmax step = running[place.row + 16 * r];
#pragma unroll
        for (int g = 0; g < GROUPS; g++) {
            float4 &sum = sums[r][g];
            const float4 x = tile[r][g];
            sum = make_float4(
                step.merged(sum.x, x.x), step.merged(sum.y, x.y), step.merged(sum.z, x.z),
                step.merged(sum.w, x.w));
        }
    }
}

// Writes the rows divided by their sums of weights.
template <int SHARE, int GROUPS>
static __device__ __forceinline__ void storeOutput(
    Rows output, long long column, int first, int rows, int size,
    const RunningSoftmax *running, const float4 (&sums)[SHARE][GROUPS]) {
    const SumPlace place;
    const bool isVector = isAligned(output.start + column, output.stride);
#pragma unroll
    for (int r = 0; r < SHARE; r++) {
        const int row = place.row + 16 * r;
        if (row >= rows) continue;
        const float total = running[row].sum;
#pragma unroll
        for (int g = 0; g < GROUPS; g++) {
            const float4 x = sums[r][g];
            storeFour(
                output.row(first + row) + column, place.column + 32 * g, size, isVector,
                make_float4(x.x / total, x.y / total, x.z / total, x.w / total));
        }
    }
}

#define ATTENTION_PARAMETERS \
    ReadRows queries, ReadRows keys, ReadRows values, Rows output, Rows logSumExp, const int *spans, \
        const int *tiles, int group, int size, int queryStride, int keyValueStride, float scale, int window
#define ATTENTION_ARGUMENTS \
    queries, keys, values, output, logSumExp, spans, tiles, group, size, queryStride, keyValueStride, scale, \
        window

// HEIGHT queries of heads of up to 32 · GROUPS elements.  `tiles` has a pair of a span and a first query for
// each blockIdx.x; blockIdx.y is the head, and `group` heads share one of keys and values.
template <int HEIGHT, int GROUPS>
static __device__ __forceinline__ void attend(ATTENTION_PARAMETERS) {
    constexpr int staged = stagedGroups(GROUPS);
    __shared__ __align__(16) float own[HEIGHT * tileStride(GROUPS)];
    __shared__ __align__(16) float streamed[STREAMED_ROWS * tileStride(staged)];
    __shared__ __align__(16) float weights[HEIGHT * WEIGHT_STRIDE];
    __shared__ RunningSoftmax running[HEIGHT];

    const int head = blockIdx.y, firstQuery = tiles[2 * blockIdx.x + 1];
    const SpanRows span(spans + 4 * tiles[2 * blockIdx.x]);
    const int rows = min(HEIGHT, span.queries - firstQuery);
    const int firstPosition = span.older() + firstQuery, lastPosition = firstPosition + rows - 1;
    const long long shared = (long long)(head / group) * keyValueStride;
    const HeadRows query(queries, span.firstQuery, span.queries, (long long)head * queryStride, size);
    const HeadRows key(keys, span.firstKey, span.keys, shared, size);
    const HeadRows value(values, span.firstKey, span.keys, shared, size);
    stageRows<HEIGHT, GROUPS>(query, firstQuery, 0, scale, own);

    if (threadIdx.x < HEIGHT) running[threadIdx.x].start();
    float4 sums[HEIGHT / 16][GROUPS] = {};
    for (int tile = firstTile(firstPosition, window); tile <= lastPosition; tile += STREAMED_ROWS) {
        float scores[HEIGHT / 8][2] = {};
#pragma unroll 1
        for (int column = 0; column < 32 * GROUPS; column += 32 * staged) {
            __syncthreads();
            stageRows<STREAMED_ROWS, staged>(key, tile, column, 1, streamed);
            __syncthreads();
            addScores<tileStride(GROUPS), tileStride(staged)>(
                own + column, streamed, min(size - column, 32 * staged), scores);
        }
        const ScorePlace place;
#pragma unroll
        for (int i = 0; i < HEIGHT / 8; i++)
#pragma unroll
            for (int j = 0; j < 2; j++)
                weights[(place.row + 8 * i) * WEIGHT_STRIDE + place.column + 16 * j] = scores[i][j];
        __syncthreads();
        softenRows<HEIGHT>(weights, running, firstPosition, rows, window, tile);

        unsigned seen[HEIGHT / 16];
#pragma unroll
        for (int r = 0; r < HEIGHT / 16; r++) {
            const int row = SumPlace().row + 16 * r;
            seen[r] = row < rows ? visibleKeys(firstPosition + row, window, tile) : 0u;
        }
        float4 tileSums[HEIGHT / 16][GROUPS] = {};
#pragma unroll
        for (int first = 0; first < GROUPS; first += staged) {
            if (first > 0) __syncthreads();
            stageRows<STREAMED_ROWS, staged>(value, tile, 32 * first, 1, streamed);
            __syncthreads();
            addWeighted<staged>(
                weights, streamed, seen, min(lastPosition + 1 - tile, (int)STREAMED_ROWS), first, tileSums);
        }
        mergeSums(running, seen, tileSums, sums);
    }

    if (logSumExp.start && (int)threadIdx.x < rows)
        logSumExp.row(span.firstQuery + firstQuery + threadIdx.x)[head] = running[threadIdx.x].logSumExp();
    storeOutput(output, (long long)head * size, span.firstQuery + firstQuery, rows, size, running, sums);
}

// MARK: By tile of queries and largest head

// The second number of the bounds is how many blocks share a multiprocessor: the most for which none of NVRTC
// 11.8 to 13.5 spills on sm_70, sm_80 or sm_90.  Left out, the compiler chooses one itself, and gladly spills a few
// registers into memory to reach it.

extern "C" __global__ void __launch_bounds__(128, 6) attention_16_of_32(ATTENTION_PARAMETERS) {
    attend<16, 1>(ATTENTION_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 5) attention_16_of_64(ATTENTION_PARAMETERS) {
    attend<16, 2>(ATTENTION_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 4) attention_16_of_96(ATTENTION_PARAMETERS) {
    attend<16, 3>(ATTENTION_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 4) attention_16_of_128(ATTENTION_PARAMETERS) {
    attend<16, 4>(ATTENTION_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 3) attention_16_of_256(ATTENTION_PARAMETERS) {
    attend<16, 8>(ATTENTION_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 4) attention_32_of_64(ATTENTION_PARAMETERS) {
    attend<32, 2>(ATTENTION_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 3) attention_32_of_96(ATTENTION_PARAMETERS) {
    attend<32, 3>(ATTENTION_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 3) attention_32_of_128(ATTENTION_PARAMETERS) {
    attend<32, 4>(ATTENTION_ARGUMENTS);
}
