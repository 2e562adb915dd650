#line 2 "attention_tiles.cuh"
// What the kernels of attention share.
//
// A block of 128 threads owns a tile of rows (queries, or keys and values) of one head of one sequence and
// streams tiles of 32 rows of the other kind through shared memory.  Two products of tiles are held in
// registers: a tile of scores, own · streamedᵀ, and a tile of sums, weights · streamed.
//
// Tiles of keys start at position 0 of the sequence.  Each has a softmax of its own, whose weighted sum of
// values is merged into what the tiles before it gave: so a query's result depends on its position and the
// keys that it sees alone, not on which other queries are computed with it, nor on who computes the tiles.

enum { ATTENTION_THREADS = 128, STREAMED_ROWS = 32, WEIGHT_STRIDE = STREAMED_ROWS + 4 };

// Columns are counted in groups of 32; a tile's rows lie an odd number of 16-byte words apart, so that eight
// lanes read eight rows without a conflict of banks.
static __host__ __device__ constexpr int tileStride(int groups) { return 32 * groups + 4; }

// The bits begin … end − 1 of a mask of lanes.
static __device__ __forceinline__ unsigned lanes(int begin, int end) {
    begin = max(begin, 0);
    end = min(end, 32);
    return begin >= end ? 0u : ALL_LANES >> (32 - (end - begin)) << begin;
}

// Which of the 32 keys from `tile` on the query at `position` sees; window 0 is none.
static __device__ __forceinline__ unsigned visibleKeys(int position, int window, int tile) {
    return lanes(window ? position + 1 - window - tile : 0, position + 1 - tile);
}

// The tile of keys that holds the first one that the query at `position` sees.
static __device__ __forceinline__ int firstTile(int position, int window) {
    const int oldest = window ? max(position + 1 - window, 0) : 0;
    return oldest / STREAMED_ROWS * STREAMED_ROWS;
}

// A sequence, as the host's table describes it.
struct SpanRows {
    int firstQuery, queries, firstKey, keys;
    __device__ __forceinline__ explicit SpanRows(const int *entry)
        : firstQuery(entry[0]), queries(entry[1]), firstKey(entry[2]), keys(entry[3]) {}
    // Keys that are older than the first query.
    __device__ __forceinline__ int older() const { return keys - queries; }
};

// One head of a sequence's queries, keys or values.
struct HeadRows {
    const float *start;
    long long stride;
    int rows, columns;
    bool isVector;

    __device__ __forceinline__ HeadRows(ReadRows matrix, int first, int rows, long long column, int columns)
        : start(matrix.row(first) + column), stride(matrix.stride), rows(rows), columns(columns),
          isVector(isAligned(start, stride) && columns % 4 == 0) {}

    __device__ __forceinline__ const float *at(int row, int column) const {
        return start + row * stride + column;
    }
    __device__ __forceinline__ bool has(int row, int column) const { return row < rows && column < columns; }
    // 0 outside the rows and columns.
    __device__ __forceinline__ float one(int row, int column) const {
        return has(row, column) ? *at(row, column) : 0;
    }
    // Four elements at once, where `isVector`.
    __device__ __forceinline__ float4 four(int row, int column) const {
        return has(row, column) ? *(const float4 *)at(row, column) : make_float4(0, 0, 0, 0);
    }
};

// Writes four elements as far as they lie within `columns`.
static __device__ __forceinline__ void storeFour(
    float *row, int column, int columns, bool isVector, float4 x) {
    if (column >= columns) return;
    float *at = row + column;
    if (isVector && column + 4 <= columns) {
        *(float4 *)at = x;
        return;
    }
    at[0] = x.x;
    if (column + 1 < columns) at[1] = x.y;
    if (column + 2 < columns) at[2] = x.z;
    if (column + 3 < columns) at[3] = x.w;
}

static __device__ __forceinline__ float4 scaled(float4 x, float factor) {
    return make_float4(x.x * factor, x.y * factor, x.z * factor, x.w * factor);
}

// sum += weight · x.
static __device__ __forceinline__ void addScaled(float weight, float4 x, float4 &sum) {
    sum.x = fmaf(weight, x.x, sum.x);
    sum.y = fmaf(weight, x.y, sum.y);
    sum.z = fmaf(weight, x.z, sum.z);
    sum.w = fmaf(weight, x.w, sum.w);
}

// a · b added to `sum`, one element after the other: the order of every score.
static __device__ __forceinline__ float addDot(float4 a, float4 b, float sum) {
    return fmaf(a.w, b.w, fmaf(a.z, b.z, fmaf(a.y, b.y, fmaf(a.x, b.x, sum))));
}

// Brings ROWS rows from `first` on, columns from `column` on, times `factor`, to shared memory.  Where rows
// can be read in groups of four, all loads are on their way before the first is used.
template <int ROWS, int GROUPS>
static __device__ __forceinline__ void stageRows(
    const HeadRows &from, int first, int column, float factor, float *tile) {
    constexpr int fours = 8 * GROUPS, share = ROWS * fours / ATTENTION_THREADS;
    static_assert(share * ATTENTION_THREADS == ROWS * fours, "threads share a tile evenly");
    if (!from.isVector) {
#pragma unroll 1
        for (int place = threadIdx.x; place < ROWS * 32 * GROUPS; place += ATTENTION_THREADS) {
            const int row = place / (32 * GROUPS), d = place % (32 * GROUPS);
            tile[row * tileStride(GROUPS) + d] = from.one(first + row, column + d) * factor;
        }
        return;
    }
    float4 held[share];
#pragma unroll
    for (int i = 0; i < share; i++) {
        const int place = threadIdx.x + i * ATTENTION_THREADS;
        held[i] = from.four(first + place / fours, column + place % fours * 4);
    }
#pragma unroll
    for (int i = 0; i < share; i++) {
        const int place = threadIdx.x + i * ATTENTION_THREADS;
        *(float4 *)(tile + place / fours * tileStride(GROUPS) + place % fours * 4) = scaled(held[i], factor);
    }
}

// MARK: Products of tiles

// Where a thread stands in a tile of scores: rows row, row + 8, …, columns column and column + 16.
struct ScorePlace {
    int row, column;
    __device__ __forceinline__ ScorePlace() : row(threadIdx.x >> 4), column(threadIdx.x & 15) {}
};

// scores += own · streamedᵀ over `columns` columns, from the start of both tiles on.
template <int OWN_STRIDE, int STREAMED_STRIDE, int HEIGHT>
static __device__ __forceinline__ void addScores(
    const float *own, const float *streamed, int columns, float (&scores)[HEIGHT][2]) {
    const ScorePlace place;
    own += place.row * OWN_STRIDE;
    streamed += place.column * STREAMED_STRIDE;
#pragma unroll 2
    for (int d = 0; d < columns; d += 4) {
        float4 other[2];
#pragma unroll
        for (int j = 0; j < 2; j++) other[j] = *(const float4 *)(streamed + j * 16 * STREAMED_STRIDE + d);
#pragma unroll
        for (int i = 0; i < HEIGHT; i++) {
            const float4 mine = *(const float4 *)(own + i * 8 * OWN_STRIDE + d);
#pragma unroll
            for (int j = 0; j < 2; j++) scores[i][j] = addDot(mine, other[j], scores[i][j]);
        }
    }
}

// Where a thread stands in a tile of sums: rows row, row + 16, …, columns column … column + 3 of each group.
struct SumPlace {
    int row, column;
    __device__ __forceinline__ SumPlace() : row(threadIdx.x >> 3), column((threadIdx.x & 7) * 4) {}
};

static __device__ __forceinline__ float element(float4 x, int index) {
    return index == 0 ? x.x : index == 1 ? x.y : index == 2 ? x.z : x.w;
}

// sums[row][first + g] += Σ weights[row][j] · streamed[j], j < `count` upwards, over the j that `seen` has
// for the row: what a row does not see cannot spoil it, were it NaN.  `first` is a constant once inlined.
template <int GROUPS, int HEIGHT, int ALL>
static __device__ __forceinline__ void addWeighted(
    const float *weights, const float *streamed, const unsigned (&seen)[HEIGHT], int count, int first,
    float4 (&sums)[HEIGHT][ALL]) {
    const SumPlace place;
    weights += place.row * WEIGHT_STRIDE;
    streamed += place.column;
    for (int j = 0; j < count; j += 4) {
        float4 weight[HEIGHT];
#pragma unroll
        for (int r = 0; r < HEIGHT; r++) weight[r] = *(const float4 *)(weights + r * 16 * WEIGHT_STRIDE + j);
#pragma unroll
        for (int next = 0; next < 4; next++) {
            float4 row[GROUPS];
#pragma unroll
            for (int g = 0; g < GROUPS; g++)
                row[g] = *(const float4 *)(streamed + (j + next) * tileStride(GROUPS) + 32 * g);
#pragma unroll
            for (int r = 0; r < HEIGHT; r++)
                if (seen[r] >> (j + next) & 1) {
#pragma unroll
                    for (int g = 0; g < GROUPS; g++)
                        addScaled(element(weight[r], next), row[g], sums[r][first + g]);
                }
        }
    }
}

// MARK: Softmax

// The softmax of one row over the 32 keys of a tile, one lane each.
struct TileSoftmax {
    float largest, sum, weight;
    __device__ __forceinline__ TileSoftmax(float score, bool sees) {
        largest = warpMax(sees ? score : -INFINITE);
        // Where every score is −∞ the weights are 0, not NaN.
        weight = sees ? expf(score - (largest == -INFINITE ? 0 : largest)) : 0;
        sum = warpSum(weight);
    }
};

// Maximum and sum over the tiles so far.  The result of these is to be multiplied by `kept`, and that of the
// tile just merged by `taken`.
struct RunningSoftmax {
    float maximum, sum, kept, taken;
    __device__ __forceinline__ void start() {
        maximum = -INFINITE;
        sum = 0;
    }
    __device__ __forceinline__ void merge(float largest, float tileSum) {
        const float now = fmaxf(maximum, largest);
        kept = expf(maximum - now);
        taken = expf(largest - now);
        sum = fmaf(sum, kept, tileSum * taken);
        maximum = now;
    }
    __device__ __forceinline__ float merged(float before, float tile) const {
        return fmaf(before, kept, tile * taken);
    }
    __device__ __forceinline__ float logSumExp() const { return maximum + logf(sum); }
};
