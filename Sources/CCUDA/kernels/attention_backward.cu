#line 2 "attention_backward.cu"
// Gradients of attention: weights are computed again from log Σ exp, tile by tile.
//
//     weight = e^(score − logSumExp)        slope = weight · (dOutput · value − delta)
//     dQuery = scale · Σ slope · key     dKey = Σ slope · (scale · query)     dValue = Σ weight · dOutput
//
// where delta = dOutput · output.  One kernel has a block for each tile of queries, another for each tile of
// keys; each adds up in the order of the other's rows, so that no two blocks write to one place.

enum { GRADIENT_ROWS = 16 };

// Two own tiles leave room for fewer columns of the streamed one.
static __host__ __device__ constexpr int stagedGradientGroups(int groups) { return groups > 4 ? 2 : groups; }

// deltas[row][head] = dOutput · output of the head; a warp each.
extern "C" __global__ void __launch_bounds__(256) attention_deltas(
    ReadRows dOutput, ReadRows output, Rows deltas, int rows, int heads, int size) {
    const long long item = (blockIdx.x * (long long)blockDim.x + threadIdx.x) >> 5;
    const long long row = item / heads, column = item % heads * size;
    if (row >= rows) return;
    const float *a = dOutput.row(row) + column, *b = output.row(row) + column;
    float sum = 0;
    for (int d = threadIdx.x & 31; d < size; d += 32) sum = fmaf(a[d], b[d], sum);
    sum = warpSum(sum);
    if ((threadIdx.x & 31) == 0) deltas.row(row)[item % heads] = sum;
}

// A weight and the slope of its score; 0 where the query does not see the key.
struct Slope {
    float weight, slope;
    __device__ __forceinline__ Slope(bool sees, float score, float dWeight, float logSumExp, float delta)
        : weight(sees ? expf(score - logSumExp) : 0), slope(sees ? weight * (dWeight - delta) : 0) {}
};

static __device__ __forceinline__ bool sees(int queryPosition, int keyPosition, int window) {
    return keyPosition <= queryPosition && (window == 0 || keyPosition > queryPosition - window);
}

// Adds own · otherᵀ for 32 rows of `other`, from `first` on, to the scores; leaves the last columns staged.
template <int GROUPS>
static __device__ __forceinline__ void streamScores(
    const float *own, const HeadRows &other, int first, float factor, float *streamed, int size,
    float (&scores)[GRADIENT_ROWS / 8][2]) {
    constexpr int staged = stagedGradientGroups(GROUPS);
#pragma unroll 1
    for (int column = 0; column < 32 * GROUPS; column += 32 * staged) {
        __syncthreads();
        stageRows<STREAMED_ROWS, staged>(other, first, column, factor, streamed);
        __syncthreads();
        addScores<tileStride(GROUPS), tileStride(staged)>(
            own + column, streamed, min(size - column, 32 * staged), scores);
    }
}

// Adds weights · other for 32 rows of `other`.  With `isStaged`, the last columns lie in shared memory.
template <int GROUPS>
static __device__ __forceinline__ void streamSums(
    const float *weights, const HeadRows &other, int first, int count, float factor, bool isStaged,
    float *streamed, const unsigned (&seen)[1], float4 (&sums)[1][GROUPS]) {
    constexpr int staged = stagedGradientGroups(GROUPS);
#pragma unroll
    for (int group = GROUPS - staged; group >= 0; group -= staged) {
        __syncthreads();
        if (!isStaged || group < GROUPS - staged) {
            stageRows<STREAMED_ROWS, staged>(other, first, 32 * group, factor, streamed);
            __syncthreads();
        }
        addWeighted<staged>(weights, streamed, seen, count, group, sums);
    }
}

template <int GROUPS>
static __device__ __forceinline__ void storeGradients(
    Rows gradients, long long column, int first, int rows, int size, float factor,
    const float4 (&sums)[1][GROUPS]) {
    const SumPlace place;
    if (place.row >= rows) return;
    const bool isVector = isAligned(gradients.start + column, gradients.stride);
    float *row = gradients.row(first + place.row) + column;
#pragma unroll
    for (int g = 0; g < GROUPS; g++)
        storeFour(row, place.column + 32 * g, size, isVector, scaled(sums[0][g], factor));
}

// MARK: Queries

#define QUERY_GRADIENT_PARAMETERS \
    ReadRows dOutput, ReadRows queries, ReadRows keys, ReadRows values, ReadRows logSumExp, ReadRows deltas, \
        Rows dQueries, const int *spans, const int *tiles, int group, int size, int queryStride, \
        int keyValueStride, float scale, int window
#define QUERY_GRADIENT_ARGUMENTS \
    dOutput, queries, keys, values, logSumExp, deltas, dQueries, spans, tiles, group, size, queryStride, \
        keyValueStride, scale, window

template <int GROUPS>
static __device__ __forceinline__ void differentiateQueries(QUERY_GRADIENT_PARAMETERS) {
    constexpr int stride = tileStride(GROUPS);
    __shared__ __align__(16) float ownQueries[GRADIENT_ROWS * stride], ownGradients[GRADIENT_ROWS * stride];
    __shared__ __align__(16) float streamed[STREAMED_ROWS * tileStride(stagedGradientGroups(GROUPS))];
    __shared__ __align__(16) float slopes[GRADIENT_ROWS * WEIGHT_STRIDE];

    const int head = blockIdx.y, firstQuery = tiles[2 * blockIdx.x + 1];
    const SpanRows span(spans + 4 * tiles[2 * blockIdx.x]);
    const int rows = min((int)GRADIENT_ROWS, span.queries - firstQuery), first = span.firstQuery + firstQuery;
    const int firstPosition = span.older() + firstQuery, lastPosition = firstPosition + rows - 1;
    const long long shared = (long long)(head / group) * keyValueStride;
    const long long column = (long long)head * queryStride;
    const HeadRows key(keys, span.firstKey, span.keys, shared, size);
    const HeadRows value(values, span.firstKey, span.keys, shared, size);
    stageRows<GRADIENT_ROWS, GROUPS>(HeadRows(queries, first, rows, column, size), 0, 0, scale, ownQueries);
    stageRows<GRADIENT_ROWS, GROUPS>(
        HeadRows(dOutput, first, rows, (long long)head * size, size), 0, 0, 1, ownGradients);
    const ScorePlace place;
    float total[2], delta[2];
#pragma unroll
    for (int i = 0; i < 2; i++) {
        const int row = place.row + 8 * i;
        total[i] = row < rows ? logSumExp.row(first + row)[head] : 0;
        delta[i] = row < rows ? deltas.row(first + row)[head] : 0;
    }

    float4 sums[1][GROUPS] = {};
    for (int tile = firstTile(firstPosition, window); tile <= lastPosition; tile += STREAMED_ROWS) {
        float scores[2][2] = {}, dWeights[2][2] = {};
        streamScores<GROUPS>(ownGradients, value, tile, 1, streamed, size, dWeights);
        streamScores<GROUPS>(ownQueries, key, tile, 1, streamed, size, scores);
#pragma unroll
        for (int i = 0; i < 2; i++)
#pragma unroll
            for (int j = 0; j < 2; j++) {
                const int row = place.row + 8 * i, other = place.column + 16 * j;
                const bool isSeen = row < rows && sees(firstPosition + row, tile + other, window);
                const Slope slope = Slope(isSeen, scores[i][j], dWeights[i][j], total[i], delta[i]);
                slopes[row * WEIGHT_STRIDE + other] = slope.slope;
            }
        const int row = SumPlace().row;
        const unsigned seen[1] = {row < rows ? visibleKeys(firstPosition + row, window, tile) : 0u};
        const int count = min(lastPosition + 1 - tile, (int)STREAMED_ROWS);
        streamSums<GROUPS>(slopes, key, tile, count, 1, true, streamed, seen, sums);
    }
    storeGradients(dQueries, column, first, rows, size, scale, sums);
}

// MARK: Keys and values

#define KEY_GRADIENT_PARAMETERS \
    ReadRows dOutput, ReadRows queries, ReadRows keys, ReadRows values, ReadRows logSumExp, ReadRows deltas, \
        Rows dKeys, Rows dValues, const int *spans, const int *tiles, int group, int size, int queryStride, \
        int keyValueStride, float scale, int window
#define KEY_GRADIENT_ARGUMENTS \
    dOutput, queries, keys, values, logSumExp, deltas, dKeys, dValues, spans, tiles, group, size, \
        queryStride, keyValueStride, scale, window

// Keys are counted here from the first that has a gradient, as queries are: key i is query i's own.  The
// tiles are those of queries from the last to the first, because early keys are seen by most queries.
template <int GROUPS>
static __device__ __forceinline__ void differentiateKeys(KEY_GRADIENT_PARAMETERS) {
    constexpr int stride = tileStride(GROUPS);
    __shared__ __align__(16) float ownKeys[GRADIENT_ROWS * stride], ownValues[GRADIENT_ROWS * stride];
    __shared__ __align__(16) float streamed[STREAMED_ROWS * tileStride(stagedGradientGroups(GROUPS))];
    __shared__ __align__(16) float weights[GRADIENT_ROWS * WEIGHT_STRIDE];
    __shared__ __align__(16) float slopes[GRADIENT_ROWS * WEIGHT_STRIDE];

    const int *entry = tiles + 2 * (gridDim.x - 1 - blockIdx.x);
    const SpanRows span(spans + 4 * entry[0]);
    const int firstKey = entry[1], rows = min((int)GRADIENT_ROWS, span.queries - firstKey);
    const int row = span.firstKey + span.older() + firstKey;
    const long long shared = (long long)blockIdx.y * keyValueStride;
    stageRows<GRADIENT_ROWS, GROUPS>(HeadRows(keys, row, rows, shared, size), 0, 0, 1, ownKeys);
    stageRows<GRADIENT_ROWS, GROUPS>(HeadRows(values, row, rows, shared, size), 0, 0, 1, ownValues);
    const int lastKey = firstKey + rows - 1;
    const int end = window ? min(lastKey + window, span.queries) : span.queries;

    float4 keySums[1][GROUPS] = {}, valueSums[1][GROUPS] = {};
    const ScorePlace place;
    for (int head = blockIdx.y * group; head < ((int)blockIdx.y + 1) * group; head++) {
        const HeadRows query(queries, span.firstQuery, span.queries, (long long)head * queryStride, size);
        const HeadRows gradient =
            HeadRows(dOutput, span.firstQuery, span.queries, (long long)head * size, size);
        for (int tile = firstKey; tile < end; tile += STREAMED_ROWS) {
            float scores[2][2] = {}, dWeights[2][2] = {};
            streamScores<GROUPS>(ownValues, gradient, tile, 1, streamed, size, dWeights);
            streamScores<GROUPS>(ownKeys, query, tile, scale, streamed, size, scores);
#pragma unroll
            for (int j = 0; j < 2; j++) {
                const int other = tile + place.column + 16 * j;
                const bool isThere = other < end;
                const float total = isThere ? logSumExp.row(span.firstQuery + other)[head] : 0;
                const float delta = isThere ? deltas.row(span.firstQuery + other)[head] : 0;
#pragma unroll
                for (int i = 0; i < 2; i++) {
                    const int own = place.row + 8 * i;
                    const bool isSeen = isThere && own < rows && sees(other, firstKey + own, window);
                    const Slope slope = Slope(isSeen, scores[i][j], dWeights[i][j], total, delta);
                    weights[own * WEIGHT_STRIDE + place.column + 16 * j] = slope.weight;
                    slopes[own * WEIGHT_STRIDE + place.column + 16 * j] = slope.slope;
                }
            }
            const int own = SumPlace().row, position = firstKey + own;
            const int stop = window ? min(position + window, end) : end;
            const unsigned seen[1] = {own < rows ? lanes(position - tile, stop - tile) : 0u};
            const int count = min(end - tile, (int)STREAMED_ROWS);
            streamSums<GROUPS>(slopes, query, tile, count, scale, true, streamed, seen, keySums);
            streamSums<GROUPS>(weights, gradient, tile, count, 1, false, streamed, seen, valueSums);
        }
    }
    storeGradients(dKeys, shared, span.firstQuery + firstKey, rows, size, 1, keySums);
    storeGradients(dValues, shared, span.firstQuery + firstKey, rows, size, 1, valueSums);
}

// MARK: By largest head

extern "C" __global__ void __launch_bounds__(128, 5) attention_query_gradients_32(QUERY_GRADIENT_PARAMETERS) {
    differentiateQueries<1>(QUERY_GRADIENT_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 5) attention_key_gradients_32(KEY_GRADIENT_PARAMETERS) {
    differentiateKeys<1>(KEY_GRADIENT_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 4) attention_query_gradients_64(QUERY_GRADIENT_PARAMETERS) {
    differentiateQueries<2>(QUERY_GRADIENT_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 5) attention_key_gradients_64(KEY_GRADIENT_PARAMETERS) {
    differentiateKeys<2>(KEY_GRADIENT_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 4) attention_query_gradients_96(QUERY_GRADIENT_PARAMETERS) {
    differentiateQueries<3>(QUERY_GRADIENT_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 4) attention_key_gradients_96(KEY_GRADIENT_PARAMETERS) {
    differentiateKeys<3>(KEY_GRADIENT_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 3) attention_query_gradients_128(QUERY_GRADIENT_PARAMETERS) {
    differentiateQueries<4>(QUERY_GRADIENT_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 4) attention_key_gradients_128(KEY_GRADIENT_PARAMETERS) {
    differentiateKeys<4>(KEY_GRADIENT_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 3) attention_query_gradients_256(QUERY_GRADIENT_PARAMETERS) {
    differentiateQueries<8>(QUERY_GRADIENT_ARGUMENTS);
}
extern "C" __global__ void __launch_bounds__(128, 3) attention_key_gradients_256(KEY_GRADIENT_PARAMETERS) {
    differentiateKeys<8>(KEY_GRADIENT_ARGUMENTS);
}
