#line 2 "rows.cu"
// Moves, sums and products of rows.

extern "C" __global__ void __launch_bounds__(256) fill(
    Rows y, int rows, int columns, int shift, float value) {
    forEachPlace(rows, columns, shift, isAligned(y, rows), [&](auto at) {
        Lanes<at.width> lanes;
        for (int i = 0; i < at.width; i++) lanes.at[i] = value;
        at.store(y, lanes);
    });
}

extern "C" __global__ void __launch_bounds__(256) copy_rows(
    ReadRows x, Rows y, int rows, int columns, int shift) {
    forEachPlace(rows, columns, shift, isAligned(x, rows) && isAligned(y, rows), [&](auto at) {
        at.store(y, at.load(x));
    });
}

extern "C" __global__ void __launch_bounds__(256) add(
    ReadRows x, Rows y, int rows, int columns, int shift, float scale) {
    forEachPlace(rows, columns, shift, isAligned(x, rows) && isAligned(y, rows), [&](auto at) {
        auto some = at.load(x), sum = at.load(y);
        for (int i = 0; i < at.width; i++) sum.at[i] = fmaf(scale, some.at[i], sum.at[i]);
        at.store(y, sum);
    });
}

extern "C" __global__ void __launch_bounds__(256) scale_rows(
    ReadRows x, ReadRows factors, Rows y, int rows, int columns, int shift, int accumulate) {
    forEachPlace(rows, columns, shift, isAligned(x, rows) && isAligned(y, rows), [&](auto at) {
        const float factor = *factors.row(at.row);
        auto some = at.load(x);
        if (accumulate) {
            auto sum = at.load(y);
            for (int i = 0; i < at.width; i++) some.at[i] = fmaf(factor, some.at[i], sum.at[i]);
        } else {
            for (int i = 0; i < at.width; i++) some.at[i] *= factor;
        }
        at.store(y, some);
    });
}

// MARK: Rows chosen by index

// Writes or adds what `line` has at a place; NaN where there is no such line.
template <class At, class Element>
static __device__ __forceinline__ void placeLine(At at, const Element *line, float *target, bool accumulate) {
    Lanes<At::width> lanes;
    if (line) {
        lanes = at.load(line);
    } else {
        for (int i = 0; i < At::width; i++) lanes.at[i] = NOT_A_NUMBER;
    }
    if (accumulate) {
        auto sum = at.load((const float *)target);
        for (int i = 0; i < At::width; i++) lanes.at[i] += sum.at[i];
    }
    at.store(target, lanes);
}

template <class Element>
static __device__ __forceinline__ void embedRows(
    const int *ids, const Element *table, long long stride, int tokens, Rows x, int rows, int columns,
    int shift, int accumulate) {
    const bool inFours =
        ((size_t)table & (4 * sizeof(Element) - 1)) == 0 && (stride & 3) == 0 && isAligned(x, rows);
    forEachPlace(rows, columns, shift, inFours, [&](auto at) {
        const int id = ids[at.row];
        const bool exists = id >= 0 && id < tokens;
        placeLine(at, exists ? table + id * stride : nullptr, x.row(at.row), accumulate);
    });
}
extern "C" __global__ void __launch_bounds__(256) embed_f32(
    const int *ids, const float *table, long long stride, int tokens, Rows x, int rows, int columns,
    int shift, int accumulate) {
    embedRows(ids, table, stride, tokens, x, rows, columns, shift, accumulate);
}
extern "C" __global__ void __launch_bounds__(256) embed_f16(
    const int *ids, const half16 *table, long long stride, int tokens, Rows x, int rows, int columns,
    int shift, int accumulate) {
    embedRows(ids, table, stride, tokens, x, rows, columns, shift, accumulate);
}
extern "C" __global__ void __launch_bounds__(256) embed_bf16(
    const int *ids, const bfloat16 *table, long long stride, int tokens, Rows x, int rows, int columns,
    int shift, int accumulate) {
    embedRows(ids, table, stride, tokens, x, rows, columns, shift, accumulate);
}

// y[i] = x[numbers[i]], where x has `count` rows.
extern "C" __global__ void __launch_bounds__(256) gather_rows(
    ReadRows x, int count, const int *numbers, Rows y, int rows, int columns, int shift) {
    const bool inFours = isAligned(x, count) && isAligned(y, rows);
    forEachPlace(rows, columns, shift, inFours, [&](auto at) {
        const int number = numbers[at.row];
        const bool exists = number >= 0 && number < count;
        placeLine(at, exists ? x.row(number) : nullptr, y.row(at.row), false);
    });
}

// x[numbers[i]] (+)= y[i], where x has `count` rows; what has no row to go to is dropped.
extern "C" __global__ void __launch_bounds__(256) scatter_rows(
    ReadRows y, const int *numbers, Rows x, int count, int rows, int columns, int shift, int accumulate) {
    const bool inFours = isAligned(x, count) && isAligned(y, rows);
    forEachPlace(rows, columns, shift, inFours, [&](auto at) {
        const int number = numbers[at.row];
        if (number >= 0 && number < count) placeLine(at, y.row(at.row), x.row(number), accumulate);
    });
}

// MARK: Sums

// Row by row Σ a · b.
template <class Team>
static __device__ __forceinline__ void dotRow(
    Team team, ReadRows a, ReadRows b, Rows y, int rows, int columns, bool inFours) {
    const long long row = team.row();
    if (row >= rows) return;
    Lanes<4> sums = {{0, 0, 0, 0}};
#pragma unroll 4
    for (int column = 4 * team.lane(); column < columns; column += 4 * Team::size) {
        const Lanes<4> left = loadFour(a.row(row), column, columns, inFours);
        const Lanes<4> right = loadFour(b.row(row), column, columns, inFours);
        for (int i = 0; i < 4; i++) sums.at[i] = fmaf(left.at[i], right.at[i], sums.at[i]);
    }
    const float sum = team.sum(sumOfFour(sums));
    if (team.lane() == 0) *y.row(row) = sum;
}
extern "C" __global__ void __launch_bounds__(256) row_dots(
    ReadRows a, ReadRows b, Rows y, int rows, int columns, int isNarrow) {
    __shared__ float scratch[32];
    const bool inFours = isAligned(a, rows) && isAligned(b, rows);
    if (isNarrow) dotRow(WarpTeam{}, a, b, y, rows, columns, inFours);
    else dotRow(BlockTeam{scratch}, a, b, y, rows, columns, inFours);
}

// Calls `use` with the sum of rows [first, end) for each column.
//
// A block does 32 columns at a time, eight warps taking turns with the rows: each load of a warp is one whole
// line of memory, so wider loads would move no more, and a short, wide matrix still gives many blocks.  The
// order is that of the warps, then of the rows.
template <class Use>
static __device__ __forceinline__ void sumOfRows(
    ReadRows x, long long first, long long end, int columns, Use use) {
    __shared__ float partial[8 * 32];
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    for (int block = 32 * blockIdx.y; block < columns; block += 32 * gridDim.y) {
        const int column = block + lane;
        float sum = 0;
        if (column < columns) {
#pragma unroll 8
            for (long long row = first + warp; row < end; row += 8) sum += x.row(row)[column];
        }
        __syncthreads();
        partial[threadIdx.x] = sum;
        __syncthreads();
        if (warp == 0 && column < columns) {
            float total = 0;
            for (int w = 0; w < 8; w++) total += partial[32 * w + lane];
            use(column, total);
        }
    }
}

// y[i] = mean of rows spans[2i] ..< spans[2i + 1] of x.
extern "C" __global__ void __launch_bounds__(256) mean_rows(
    ReadRows x, const int *spans, Rows y, int columns) {
    const int first = spans[2 * blockIdx.x], end = spans[2 * blockIdx.x + 1];
    const float factor = 1.0f / (float)(end - first);
    float *target = y.row(blockIdx.x);
    sumOfRows(x, first, end, columns, [&](int column, float sum) { target[column] = sum * factor; });
}

// y[i] (+)= sum of the i-th `height` rows of x.
extern "C" __global__ void __launch_bounds__(256) column_sums(
    ReadRows x, int rows, int height, Rows y, int columns, int accumulate) {
    const long long first = (long long)blockIdx.x * height;
    const long long end = first + height < rows ? first + height : rows;
    float *target = y.row(blockIdx.x);
    sumOfRows(x, first, end, columns, [&](int column, float sum) {
        target[column] = accumulate ? target[column] + sum : sum;
    });
}
