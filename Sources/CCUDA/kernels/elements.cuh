#line 2 "elements.cuh"
// Matrices element by element, and rows in groups of four elements.

// Some elements side by side: four where 16 bytes move at once, else one.
template <int WIDTH> struct Lanes { float at[WIDTH]; };

static __device__ __forceinline__ Lanes<4> readFour(const float *from) {
    const float4 four = *(const float4 *)from;
    return {{four.x, four.y, four.z, four.w}};
}
// Sixteen-bit elements; `from` is aligned to 8 bytes.
template <class Element> static __device__ __forceinline__ Lanes<4> readFour(const Element *from) {
    const unsigned long long bits = *(const unsigned long long *)from;
    Lanes<4> lanes;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        Element element;
        element.bits = (uint16_t)(bits >> (16 * i));
        lanes.at[i] = widen(element);
    }
    return lanes;
}
static __device__ __forceinline__ void writeFour(float *to, Lanes<4> lanes) {
    float4 four;
    four.x = lanes.at[0], four.y = lanes.at[1], four.z = lanes.at[2], four.w = lanes.at[3];
    *(float4 *)to = four;
}

// Where a thread works: WIDTH elements of a row, from `column` on.
template <int WIDTH> struct Place {
    static constexpr int width = WIDTH;
    long long row;
    int column;

    template <class Element> __device__ __forceinline__ Lanes<WIDTH> load(const Element *line) const {
        if constexpr (WIDTH == 4) return readFour(line + column);
        else return {{widen(line[column])}};
    }
    __device__ __forceinline__ Lanes<WIDTH> load(ReadRows x) const { return load(x.row(row)); }
    __device__ __forceinline__ Lanes<WIDTH> load(Rows x) const { return load((const float *)x.row(row)); }
    __device__ __forceinline__ void store(float *line, Lanes<WIDTH> lanes) const {
        if constexpr (WIDTH == 4) writeFour(line + column, lanes);
        else line[column] = lanes.at[0];
    }
    __device__ __forceinline__ void store(Rows y, Lanes<WIDTH> lanes) const { store(y.row(row), lanes); }
};

// Whether the rows of a matrix can be read in fours; of one row the stride does not matter.
static __device__ __forceinline__ bool isAligned(ReadRows x, int rows) {
    return isAligned(x.start, rows == 1 ? 0 : x.stride);
}
static __device__ __forceinline__ bool isAligned(Rows x, int rows) {
    return isAligned(x.start, rows == 1 ? 0 : x.stride);
}

// Calls `body` with a place for every element of a matrix, each element once, so that in-place work is safe.
//
// A block is cut into teams of `1 << shift` threads that lie along a row: narrow rows share a block, wide
// ones are cut over the grid's y.  A thread does four elements a turn, one 16-byte access for each operand:
// with 2,048 threads on a multiprocessor 32 KiB are on their way, enough to hide the latency of A100's and
// H100's memory.  Without alignment the four lie a team apart, so that a warp still moves whole lines.
template <class Body>
static __device__ __forceinline__ void forEachPlace(
    int rows, int columns, int shift, bool inFours, Body body) {
    const int across = 1 << shift, lane = threadIdx.x & (across - 1);
    const long long row = (long long)blockIdx.x * (blockDim.x >> shift) + (threadIdx.x >> shift);
    if (row >= rows) return;
    const int gap = inFours ? 1 : across, step = gridDim.y << (shift + 2);
    for (int first = blockIdx.y << (shift + 2); first < columns; first += step) {
        int column = first + (inFours ? 4 * lane : lane);
        if (inFours && column + 4 <= columns) {
            body(Place<4>{row, column});
            continue;
        }
        for (int i = 0; i < 4 && column < columns; i++, column += gap) body(Place<1>{row, column});
    }
}

// MARK: Rows in fours

// Elements column ... column + 3 of a row, 0 beyond its end.  Which thread gets which element does not depend
// on the alignment, and so no sum does.
static __device__ __forceinline__ Lanes<4> loadFour(const float *row, int column, int columns, bool inFours) {
    if (inFours && column + 4 <= columns) return readFour(row + column);
    Lanes<4> lanes;
#pragma unroll
    for (int i = 0; i < 4; i++) lanes.at[i] = column + i < columns ? row[column + i] : 0.0f;
    return lanes;
}
static __device__ __forceinline__ void storeFour(
    float *row, int column, int columns, bool inFours, Lanes<4> lanes) {
    if (inFours && column + 4 <= columns) {
        writeFour(row + column, lanes);
        return;
    }
#pragma unroll
    for (int i = 0; i < 4; i++)
        if (column + i < columns) row[column + i] = lanes.at[i];
}
static __device__ __forceinline__ float sumOfFour(Lanes<4> x) {
    return (x.at[0] + x.at[1]) + (x.at[2] + x.at[3]);
}

// The threads that work on one row: a warp, several to a block, where rows are narrow; else a block.
struct WarpTeam {
    static constexpr int size = 32;
    __device__ __forceinline__ long long row() const {
        return (long long)blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
    }
    __device__ __forceinline__ int lane() const { return threadIdx.x & 31; }
    __device__ __forceinline__ float sum(float x) const { return warpSum(x); }
};
struct BlockTeam {
    static constexpr int size = 256;
    float *scratch;
    __device__ __forceinline__ long long row() const { return blockIdx.x; }
    __device__ __forceinline__ int lane() const { return threadIdx.x; }
    __device__ __forceinline__ float sum(float x) const { return blockSum(x, scratch); }
};
