#line 2 "attention_decoding.cu"
// Attention of sequences with one query each: a block for each sequence and head, whose warps take the tiles
// of keys in turn and merge them in the tiles' order.  The result has the bits that the tiled form gives.

enum { DECODING_WARPS = 8, DECODING_COLUMNS = 32 };

// Brings 32 rows of 32 columns to shared memory, for one warp.
static __device__ __forceinline__ void stageForWarp(
    const HeadRows &from, int first, int column, float *staged) {
    const int lane = threadIdx.x & 31;
    if (!from.isVector) {
        __syncwarp();
#pragma unroll 8
        for (int row = 0; row < 32; row++)
            staged[row * WEIGHT_STRIDE + lane] = from.one(first + row, column + lane);
    } else {
        float4 held[8];
#pragma unroll
        for (int i = 0; i < 8; i++)
            held[i] = from.four(first + 4 * i + (lane >> 3), column + (lane & 7) * 4);
        __syncwarp();
#pragma unroll
        for (int i = 0; i < 8; i++)
            *(float4 *)(staged + (4 * i + (lane >> 3)) * WEIGHT_STRIDE + (lane & 7) * 4) = held[i];
    }
    __syncwarp();
}

// The score of the query with the lane's key of a tile.  The warp brings the keys to shared memory in pieces
// of 32 columns, so that reads are whole lines.
static __device__ __forceinline__ float scoreOfLane(
    const HeadRows &keys, int tile, const float *query, int size, float *staged) {
    const int lane = threadIdx.x & 31;
    float score = 0;
    for (int column = 0; column < size; column += DECODING_COLUMNS) {
        stageForWarp(keys, tile, column, staged);
        const int count = min(size - column, (int)DECODING_COLUMNS);
#pragma unroll 4
        for (int d = 0; d < count; d += 4)
            score = addDot(
                *(const float4 *)(query + column + d), *(const float4 *)(staged + lane * WEIGHT_STRIDE + d),
                score);
    }
    return score;
}

// sums[g] = Σ weight · value over the keys of a tile that are in `seen`, for the columns lane + 32 g.
template <int GROUPS>
static __device__ __forceinline__ void sumOfLane(
    const HeadRows &values, int tile, unsigned seen, float weight, float (&sums)[GROUPS]) {
    constexpr int ahead = GROUPS > 4 ? 4 : 8;
    const int lane = threadIdx.x & 31;
#pragma unroll
    for (int g = 0; g < GROUPS; g++) sums[g] = 0;
    for (int first = 0; first < 32; first += ahead) {
        if ((seen >> first & (1u << ahead) - 1) == 0) continue;
        float value[ahead][GROUPS];
#pragma unroll
        for (int j = 0; j < ahead; j++)
#pragma unroll
            for (int g = 0; g < GROUPS; g++) {
                const bool isThere = (seen >> (first + j) & 1) && lane + 32 * g < values.columns;
                const long long row = tile + first + j;
                value[j][g] = isThere ? values.start[row * values.stride + lane + 32 * g] : 0;
            }
#pragma unroll
        for (int j = 0; j < ahead; j++) {
            const float factor = __shfl_sync(ALL_LANES, weight, first + j);
#pragma unroll
            for (int g = 0; g < GROUPS; g++) sums[g] = fmaf(factor, value[j][g], sums[g]);
        }
    }
}

// `tiles` has a pair of a span and 0 for each blockIdx.x; otherwise as `attend`.
template <int GROUPS>
static __device__ __forceinline__ void attendOne(ATTENTION_PARAMETERS) {
    __shared__ __align__(16) float query[32 * GROUPS];
    __shared__ __align__(16) float staged[DECODING_WARPS][STREAMED_ROWS * WEIGHT_STRIDE];
    __shared__ float largest[DECODING_WARPS], total[DECODING_WARPS];
    const int head = blockIdx.y, lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    const SpanRows span(spans + 4 * tiles[2 * blockIdx.x]);
    const int position = span.keys - 1;
    const long long shared = (long long)(head / group) * keyValueStride;
    const HeadRows key(keys, span.firstKey, span.keys, shared, size);
    const HeadRows value(values, span.firstKey, span.keys, shared, size);
    if (threadIdx.x < 32 * GROUPS)
        query[threadIdx.x] = (int)threadIdx.x < size
            ? queries.row(span.firstQuery)[(long long)head * queryStride + threadIdx.x] * scale
            : 0;
    __syncthreads();

    RunningSoftmax running;
    running.start();
    float sum = 0;
    for (int round = firstTile(position, window); round <= position;
         round += DECODING_WARPS * STREAMED_ROWS) {
        const int tile = round + warp * STREAMED_ROWS;
        if (tile <= position) {
            const unsigned seen = visibleKeys(position, window, tile);
            const float score = scoreOfLane(key, tile, query, size, staged[warp]);
            const TileSoftmax softmax(score, seen >> lane & 1);
            float sums[GROUPS];
            sumOfLane(value, tile, seen, softmax.weight, sums);
            __syncwarp();
#pragma unroll
            for (int g = 0; g < GROUPS; g++) staged[warp][lane + 32 * g] = sums[g];
            if (lane == 0) {
                largest[warp] = softmax.largest;
                total[warp] = softmax.sum;
            }
        }
        __syncthreads();
        for (int other = 0; other < DECODING_WARPS && round + other * STREAMED_ROWS <= position; other++) {
            running.merge(largest[other], total[other]);
            if (threadIdx.x < 32 * GROUPS) sum = running.merged(sum, staged[other][threadIdx.x]);
        }
        __syncthreads();
    }
    if ((int)threadIdx.x < size)
        output.row(span.firstQuery)[(long long)head * size + threadIdx.x] = sum / running.sum;
    if (threadIdx.x == 0 && logSumExp.start) logSumExp.row(span.firstQuery)[head] = running.logSumExp();
}

extern "C" __global__ void __launch_bounds__(256, 3) attention_of_one_32(ATTENTION_PARAMETERS) {
    attendOne<1>(ATTENTION_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(256, 3) attention_of_one_64(ATTENTION_PARAMETERS) {
    attendOne<2>(ATTENTION_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(256, 3) attention_of_one_96(ATTENTION_PARAMETERS) {
    attendOne<3>(ATTENTION_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(256, 3) attention_of_one_128(ATTENTION_PARAMETERS) {
    attendOne<4>(ATTENTION_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(256, 3) attention_of_one_256(ATTENTION_PARAMETERS) {
    attendOne<8>(ATTENTION_ARGUMENTS);
}
