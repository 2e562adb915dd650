#line 2 "norms.cu"
// Layer norm and RMS norm of rows.
//
// A row that a team can hold in its registers is read from memory once: up to 1,024 columns by a warp, up to
// 8,192 by a block of 256 threads, each thread with eight groups of four.  Wider rows are read again, mostly
// from the cache.  Which thread has which element, and so the order of sums, depends on the width alone.

enum { NORM_GROUPS = 8 };

// The first column of a team's thread in its n-th turn.
template <class Team> static __device__ __forceinline__ int normColumn(Team team, int turn) {
    return 4 * (turn * Team::size + team.lane());
}

struct NormOperands {
    ReadRows x;
    const float *gain, *bias;
    Rows y, statistics;
    float epsilon;
    int rows, columns;
    bool inFours;
};

// CENTRED: layer norm.  HELD: the row fits the team's registers.
template <bool CENTRED, bool HELD, class Team>
static __device__ __forceinline__ void normRow(Team team, const NormOperands &all) {
    const long long row = team.row();
    if (row >= all.rows) return;
    const int columns = all.columns;
    const int turns = HELD ? NORM_GROUPS : (columns + 4 * Team::size - 1) / (4 * Team::size);
    const float *x = all.x.row(row);
    Lanes<4> held[HELD ? NORM_GROUPS : 1] = {};
    const auto group = [&](int turn) {
        return HELD ? held[HELD ? turn : 0] : loadFour(x, normColumn(team, turn), columns, all.inFours);
    };
    if (HELD) {
#pragma unroll
        for (int turn = 0; turn < NORM_GROUPS; turn++)
            held[HELD ? turn : 0] = loadFour(x, normColumn(team, turn), columns, all.inFours);
    }
    float mean = 0;
    if (CENTRED) {
        float sum = 0;
#pragma unroll
        for (int turn = 0; turn < turns; turn++) sum += sumOfFour(group(turn));
        mean = team.sum(sum) / (float)columns;
    }
    float squares = 0;
#pragma unroll
    for (int turn = 0; turn < turns; turn++) {
        const Lanes<4> lanes = group(turn);
        for (int i = 0; i < 4; i++) {
            // Beyond the end there is nothing, not 0.
            const float distance = normColumn(team, turn) + i < columns ? lanes.at[i] - mean : 0.0f;
            squares = fmaf(distance, distance, squares);
        }
    }
    const float inverse = 1.0f / sqrtf(team.sum(squares) / (float)columns + all.epsilon);
#pragma unroll
    for (int turn = 0; turn < turns; turn++) {
        const int column = normColumn(team, turn);
        if (column >= columns) break;
        Lanes<4> lanes = group(turn), offset = {{0, 0, 0, 0}};
        const Lanes<4> gain = loadFour(all.gain, column, columns, all.inFours);
        if (all.bias) offset = loadFour(all.bias, column, columns, all.inFours);
        for (int i = 0; i < 4; i++)
            lanes.at[i] = fmaf((lanes.at[i] - mean) * inverse, gain.at[i], offset.at[i]);
        storeFour(all.y.row(row), column, columns, all.inFours, lanes);
    }
    if (all.statistics.start && team.lane() == 0) {
        float *statistics = all.statistics.row(row);
        if (CENTRED) *statistics++ = mean;
        *statistics = inverse;
    }
}

template <bool CENTRED> static __device__ __forceinline__ void normRows(NormOperands all, int isNarrow) {
    __shared__ float scratch[32];
    all.inFours = isAligned(all.x, all.rows) && isAligned(all.y, all.rows) && isAligned(all.gain, 0)
        && isAligned(all.bias, 0);
    if (isNarrow) normRow<CENTRED, true>(WarpTeam{}, all);
    else if (all.columns <= 4 * BlockTeam::size * NORM_GROUPS)
        normRow<CENTRED, true>(BlockTeam{scratch}, all);
    else normRow<CENTRED, false>(BlockTeam{scratch}, all);
}

extern "C" __global__ void __launch_bounds__(256) layer_norm(
    ReadRows x, const float *gain, const float *bias, float epsilon, Rows y, Rows statistics, int rows,
    int columns, int isNarrow) {
    normRows<true>({x, gain, bias, y, statistics, epsilon, rows, columns, false}, isNarrow);
}
extern "C" __global__ void __launch_bounds__(256) rms_norm(
    ReadRows x, const float *gain, float epsilon, Rows y, Rows statistics, int rows, int columns,
    int isNarrow) {
    normRows<false>({x, gain, nullptr, y, statistics, epsilon, rows, columns, false}, isNarrow);
}

// MARK: Backward

struct NormGradientOperands {
    ReadRows dy, x;
    const float *gain;
    ReadRows statistics;
    Rows dx;
    int rows, columns, accumulate;
    bool inFours;
};

// What a thread keeps of four columns: x̂ = (x − mean) · inverse and g = dy · gain.
struct NormGradientGroup { Lanes<4> unit, gradient; };

// dx = inverse · (g − [centred] mean(g) − x̂ · mean(g · x̂)).
template <bool CENTRED, bool HELD, class Team>
static __device__ __forceinline__ void normRowBackward(Team team, const NormGradientOperands &all) {
    const long long row = team.row();
    if (row >= all.rows) return;
    const int columns = all.columns;
    const int turns = HELD ? NORM_GROUPS : (columns + 4 * Team::size - 1) / (4 * Team::size);
    const float *statistics = all.statistics.row(row);
    const float mean = CENTRED ? *statistics++ : 0.0f, inverse = *statistics;
    NormGradientGroup held[HELD ? NORM_GROUPS : 1];
    const auto fresh = [&](int turn) {
        const int column = normColumn(team, turn);
        NormGradientGroup group;
        group.unit = loadFour(all.x.row(row), column, columns, all.inFours);
        group.gradient = loadFour(all.dy.row(row), column, columns, all.inFours);
        const Lanes<4> gain = loadFour(all.gain, column, columns, all.inFours);
        for (int i = 0; i < 4; i++) {
            group.unit.at[i] = (group.unit.at[i] - mean) * inverse;
            group.gradient.at[i] *= gain.at[i];
        }
        return group;
    };
    float gradients = 0, products = 0;
#pragma unroll
    for (int turn = 0; turn < turns; turn++) {
        const NormGradientGroup group = fresh(turn);
        if (HELD) held[HELD ? turn : 0] = group;
        gradients += sumOfFour(group.gradient);
        for (int i = 0; i < 4; i++) products = fmaf(group.gradient.at[i], group.unit.at[i], products);
    }
    const float gradient = CENTRED ? team.sum(gradients) / (float)columns : 0.0f;
    const float product = team.sum(products) / (float)columns;
#pragma unroll
    for (int turn = 0; turn < turns; turn++) {
        const int column = normColumn(team, turn);
        if (column >= columns) break;
        const NormGradientGroup group = HELD ? held[HELD ? turn : 0] : fresh(turn);
        Lanes<4> before = {{0, 0, 0, 0}}, result;
        if (all.accumulate) before = loadFour(all.dx.row(row), column, columns, all.inFours);
        for (int i = 0; i < 4; i++)
            result.at[i] = before.at[i]
                + inverse * fmaf(group.unit.at[i], -product, group.gradient.at[i] - gradient);
        storeFour(all.dx.row(row), column, columns, all.inFours, result);
    }
}

template <bool CENTRED>
static __device__ __forceinline__ void normRowsBackward(NormGradientOperands all, int isNarrow) {
    __shared__ float scratch[32];
    all.inFours = isAligned(all.dy, all.rows) && isAligned(all.x, all.rows) && isAligned(all.dx, all.rows)
        && isAligned(all.gain, 0);
    if (isNarrow) normRowBackward<CENTRED, true>(WarpTeam{}, all);
    else if (all.columns <= 4 * BlockTeam::size * NORM_GROUPS)
        normRowBackward<CENTRED, true>(BlockTeam{scratch}, all);
    else normRowBackward<CENTRED, false>(BlockTeam{scratch}, all);
}

extern "C" __global__ void __launch_bounds__(256) layer_norm_backward(
    ReadRows dy, ReadRows x, const float *gain, ReadRows statistics, Rows dx, int rows, int columns,
    int isNarrow, int accumulate) {
    normRowsBackward<true>({dy, x, gain, statistics, dx, rows, columns, accumulate, false}, isNarrow);
}
extern "C" __global__ void __launch_bounds__(256) rms_norm_backward(
    ReadRows dy, ReadRows x, const float *gain, ReadRows statistics, Rows dx, int rows, int columns,
    int isNarrow, int accumulate) {
    normRowsBackward<false>({dy, x, gain, statistics, dx, rows, columns, accumulate, false}, isNarrow);
}
