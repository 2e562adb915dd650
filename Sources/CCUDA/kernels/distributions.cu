#line 2 "distributions.cu"
// Log-sums, log-probabilities and the terms of the loss.  See softmax_parts.cuh for how rows are cut.

// MARK: Log-sums

// masses[i · segments + s] = the mass of segment s of row i, or of row rows[i] where `rows` is given; that of
// a row outside the matrix is NaN.  Grid: i · segments + s.
extern "C" __global__ void __launch_bounds__(segmentThreads) row_masses(
    ReadRows logits, const int *rows, int rowCount, int columns, RowMass *masses) {
    __shared__ float scratch[32];
    __shared__ double parts[8];
    const int segments = segmentsOf(columns);
    const unsigned entry = blockIdx.x / segments;
    const int segment = blockIdx.x % segments;
    const int row = rows ? rows[entry] : (int)entry;
    RowMass mass = {NOT_A_NUMBER, -INFINITE};
    if (row >= 0 && row < rowCount) {
        float x[segmentHeld];
        loadHeld(logits.row(row), isAligned(logits.start, logits.stride), segment, columns, -INFINITE, x);
        mass = massOfHeld(x, scratch, parts);
    }
    if (threadIdx.x == 0) masses[blockIdx.x] = mass;
}

// y[r] = log of the mass of row r.  One warp a row.
extern "C" __global__ void __launch_bounds__(256) log_sum_exp(
    const RowMass *masses, int rows, int columns, Rows y) {
    const int row = blockIdx.x * 8 + (threadIdx.x >> 5);
    if (row >= rows) return;
    const int segments = segmentsOf(columns);
    const RowMass mass = joinMasses(masses + (long long)row * segments, segments);
    if ((threadIdx.x & 31) == 0) y.row(row)[0] = (float)logOf(mass);
}

// y[i] = log p(ids[i]) of row rows[i].  The masses are those of the entries, or with `byRow` of all rows.
// NaN for a row or token that does not exist.  One warp an entry.
extern "C" __global__ void __launch_bounds__(256) log_probabilities(
    ReadRows logits, const RowMass *masses, const int *rows, const int *ids, int entries, int rowCount,
    int columns, int byRow, Rows y) {
    const int entry = blockIdx.x * 8 + (threadIdx.x >> 5);
    if (entry >= entries) return;
    const int row = rows[entry], id = ids[entry];
    float value = NOT_A_NUMBER;
    if (row >= 0 && row < rowCount && id >= 0 && id < columns) {
        const int segments = segmentsOf(columns);
        const RowMass mass = joinMasses(masses + (long long)(byRow ? row : entry) * segments, segments);
        value = (float)((double)logits.row(row)[id] - logOf(mass));
    }
    if ((threadIdx.x & 31) == 0) y.row(entry)[0] = value;
}

// MARK: Loss terms

// What each row is asked for.
struct AskedTerms {
    int target, comparator;
    float targetWeight, comparatorWeight, divergenceWeight;
    __device__ __forceinline__ bool hasSlope() const {
        return targetWeight != 0 || comparatorWeight != 0 || divergenceWeight != 0;
    }
    __device__ __forceinline__ bool isEmpty() const { return !hasSlope() && target < 0 && comparator < 0; }
};

static __device__ __forceinline__ AskedTerms askedTerms(
    int row, const int *targets, const int *comparators, ReadRows targetWeights, ReadRows comparatorWeights,
    ReadRows divergenceWeights) {
    AskedTerms asked;
    asked.target = targets[row];
    asked.comparator = comparators[row];
    asked.targetWeight = asked.target >= 0 ? targetWeights.row(row)[0] : 0.0f;
    asked.comparatorWeight = asked.comparator >= 0 ? comparatorWeights.row(row)[0] : 0.0f;
    asked.divergenceWeight = divergenceWeights.row(row)[0];
    return asked;
}

// A double as a sum of two floats.
struct TwoFloats {
    float high, low;
};

static __device__ __forceinline__ TwoFloats twoFloats(double value) {
    TwoFloats result;
    result.high = (float)value;
    result.low = (float)(value - result.high);
    return result;
}

// What the elements of a row need to know of it.  The gradient is p · direct − p · raised − p⁰ · divergence,
// except at the target and the comparator, where it is given.
struct RowSlopes {
    TwoFloats total, baseTotal, shift;
    float direct, raised, divergence;
    int target, comparator;
    float atTarget, atComparator;
    bool hasSlope;
};

// The masses of the rows without their comparators at [r][0][s], with a base also the base's at [r][1][s].
// Grid: (r · parts + part) · segments + s, where parts is 2 with a base.
extern "C" __global__ void __launch_bounds__(segmentThreads) distribution_masses(
    ReadRows logits, ReadRows base, int columns, const int *targets, const int *comparators,
    ReadRows targetWeights, ReadRows comparatorWeights, ReadRows divergenceWeights, RowMass *masses) {
    __shared__ float scratch[32];
    __shared__ double sums[8];
    const int segments = segmentsOf(columns), parts = base.start ? 2 : 1;
    const unsigned line = blockIdx.x / segments;
    const int segment = blockIdx.x % segments;
    const int row = line / parts;
    const bool isBase = line % parts == 1;
    const AskedTerms asked =
        askedTerms(row, targets, comparators, targetWeights, comparatorWeights, divergenceWeights);
    if (isBase ? asked.divergenceWeight == 0 : asked.isEmpty()) return;
    const ReadRows source = isBase ? base : logits;
    float x[segmentHeld];
    loadHeld(source.row(row), isAligned(source.start, source.stride), segment, columns, -INFINITE, x);
    if (!isBase && asked.comparator >= 0) {
#pragma unroll
        for (int i = 0; i < segmentHeld; i++) {
            if (heldPlace(segment, i) == asked.comparator) x[i] = -INFINITE;
        }
    }
    const RowMass mass = massOfHeld(x, scratch, sums);
    if (threadIdx.x == 0) masses[blockIdx.x] = mass;
}

// The distribution of a row as far as single tokens need it.
struct RowDistribution {
    double total, baseTotal;
    // p(comparator), and 1 − p(comparator) from the sum of the others, not less than 2⁻¹²⁶.
    double comparator, rest;
};

// Adds the comparator, which has logit `own`, to the mass of the others.
static __device__ __forceinline__ void addComparator(RowMass others, double own, RowDistribution &row) {
    const double largest = own > others.maximum ? own : others.maximum;
    const double rest = others.sum * exp(others.maximum - largest);
    const double exponential = exp(own - largest);
    row.total = largest + log(rest + exponential);
    row.comparator = exponential / (rest + exponential);
    row.rest = rest / (rest + exponential);
    if (row.rest < 0x1p-126) row.rest = 0x1p-126;
}

// d loss / d x[id]; the formula of all other elements does not hold at the target and the comparator.
static __device__ __forceinline__ float slopeAt(
    int id, double x, double base, const AskedTerms &asked, const RowDistribution &row) {
    const double p = exp(x - row.total);
    double slope = 0;
    if (asked.target >= 0) slope += asked.targetWeight * (p - (id == asked.target ? 1 : 0));
    if (asked.comparator >= 0 && asked.comparatorWeight != 0) {
        const double share = id == asked.comparator ? 1 : -p / row.rest;
        slope += asked.comparatorWeight * row.comparator * share;
    }
    if (asked.divergenceWeight != 0) slope += asked.divergenceWeight * (p - exp(base - row.baseTotal));
    return (float)slope;
}

// What the elements need of a row; the slopes at its single tokens are filled in later.
static __device__ __forceinline__ RowSlopes slopesOf(
    const AskedTerms &asked, const RowDistribution &found, int columns) {
    RowSlopes result;
    result.total = twoFloats(found.total);
    result.baseTotal = twoFloats(found.baseTotal);
    result.shift = twoFloats(found.baseTotal - found.total);
    result.direct = asked.target < columns ? asked.targetWeight + asked.divergenceWeight : NOT_A_NUMBER;
    const double raised = asked.comparatorWeight * found.comparator / found.rest;
    result.raised = raised > 0x1p127 ? 0x1p127f : (float)raised;
    result.divergence = asked.divergenceWeight;
    result.target = asked.target;
    result.comparator = asked.comparator;
    result.hasSlope = asked.hasSlope();
    return result;
}

// Joins the masses, writes what depends on single tokens into `values` [R, 3], and leaves what the elements
// need.  A token outside the vocabulary, or a divergence without a base, makes NaN.  One warp a row.
extern "C" __global__ void __launch_bounds__(256) distribution_rows(
    ReadRows logits, ReadRows base, int rows, int columns, const int *targets, const int *comparators,
    ReadRows targetWeights, ReadRows comparatorWeights, ReadRows divergenceWeights, const RowMass *masses,
    RowSlopes *slopes, Rows values) {
    const int row = blockIdx.x * 8 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
    if (row >= rows) return;
    const AskedTerms asked =
        askedTerms(row, targets, comparators, targetWeights, comparatorWeights, divergenceWeights);
    const int segments = segmentsOf(columns), parts = base.start ? 2 : 1;
    const float *x = logits.row(row);
    RowDistribution found = {0, 0, 0, 1};
    float logTarget = 0, logRest = 0;
    if (!asked.isEmpty()) {
        const RowMass mass = joinMasses(masses + (long long)row * parts * segments, segments);
        if (asked.comparator >= 0) {
            addComparator(mass, asked.comparator < columns ? x[asked.comparator] : NOT_A_NUMBER, found);
            logRest = (float)log(found.rest);
        } else {
            found.total = logOf(mass);
        }
        if (asked.target >= 0)
            logTarget = asked.target < columns ? (float)(x[asked.target] - found.total) : NOT_A_NUMBER;
    }
    if (asked.divergenceWeight != 0) {
        found.baseTotal = NOT_A_NUMBER;
        if (base.start)
            found.baseTotal = logOf(joinMasses(masses + ((long long)row * 2 + 1) * segments, segments));
    }
    // Lane 0 takes the target, lane 1 the comparator.
    const int id = lane == 0 ? asked.target : asked.comparator;
    float slope = NOT_A_NUMBER;
    if (id >= 0 && id < columns)
        slope = slopeAt(id, x[id], base.start ? base.row(row)[id] : NOT_A_NUMBER, asked, found);
    const float atComparator = __shfl_sync(ALL_LANES, slope, 1);
    if (lane != 0) return;
    float *value = values.row(row);
    value[0] = logTarget;
    value[1] = logRest;
    value[2] = asked.divergenceWeight != 0 && !base.start ? NOT_A_NUMBER : 0.0f;
    RowSlopes result = slopesOf(asked, found, columns);
    result.atTarget = slope;
    result.atComparator = atComparator;
    slopes[row] = result;
}

// A term of KL(p⁰ ‖ p) = Σ p⁰ · (e^d − 1 − d) with d = log p − log p⁰.  Σ p = Σ p⁰ makes it the same as
// Σ p⁰ · −d, but no term is negative, so that the divergence of nearly equal rows does not cancel away.
static __device__ __forceinline__ float divergenceTerm(float p, float p0, float d) {
    const float far = (p - p0) - p0 * d;
    const float near = p0 * (d * d * exponentialCurvature(d));
    const float term = d > -0.34f && d < 0.34f ? near : far;
    // Where p⁰ is 0, d may be infinite.
    return p0 == 0 ? p : term;
}

// Writes the gradient over the logits, if asked for, and the divergence of each segment into `divergences`
// [R · segments].  Grid: r · segments + s.
extern "C" __global__ void __launch_bounds__(segmentThreads) distribution_slopes(
    Rows logits, ReadRows base, int columns, const RowSlopes *slopes, double *divergences, int gradient) {
    __shared__ double sums[8];
    const int segments = segmentsOf(columns);
    const int row = blockIdx.x / segments, segment = blockIdx.x % segments;
    const RowSlopes slope = slopes[row];
    const bool diverges = slope.divergence != 0;
    if (!diverges && !gradient) return;
    float *x = logits.row(row);
    const bool aligned = isAligned(logits.start, logits.stride);
    float held[segmentHeld], before[segmentHeld];
    loadHeld(x, aligned, segment, columns, -INFINITE, held);
    if (diverges && base.start)
        loadHeld(base.row(row), isAligned(base.start, base.stride), segment, columns, -INFINITE, before);
    CarefulSum sum = {0, 0};
#pragma unroll
    for (int i = 0; i < segmentHeld; i++) {
        const int place = heldPlace(segment, i);
        const float now = held[i];
        const float p = smallExponential((now - slope.total.high) - slope.total.low);
        float p0 = 0;
        if (diverges) {
            const float old = base.start ? before[i] : NOT_A_NUMBER;
            p0 = smallExponential((old - slope.baseTotal.high) - slope.baseTotal.low);
            const float d = ((now - old) + slope.shift.high) + slope.shift.low;
            if (place < columns) carefullyAdd(sum, divergenceTerm(p, p0, d));
        }
        held[i] = fmaf(p, -slope.raised, fmaf(p, slope.direct, -(p0 * slope.divergence)));
        if (!slope.hasSlope) held[i] = 0;
        if (place == slope.target) held[i] = slope.atTarget;
        if (place == slope.comparator) held[i] = slope.atComparator;
    }
    if (gradient) storeHeld(x, aligned, segment, columns, held);
    if (!diverges) return;
    const double total = carefulBlockSum(sum, sums);
    if (threadIdx.x == 0) divergences[blockIdx.x] = total;
}

// values[r, 2] = the sum over the segments of row r, where it has a divergence.  One warp a row.
extern "C" __global__ void __launch_bounds__(256) divergence_sums(
    const double *divergences, const RowSlopes *slopes, int rows, int columns, Rows values) {
    const int row = blockIdx.x * 8 + (threadIdx.x >> 5), lane = threadIdx.x & 31;
    if (row >= rows || slopes[row].divergence == 0) return;
    const int segments = segmentsOf(columns);
    double sum = 0;
    for (int i = lane; i < segments; i += 32) sum += divergences[(long long)row * segments + i];
    sum = warpSumOfDoubles(sum);
    if (lane == 0) values.row(row)[2] = (float)sum;
}
