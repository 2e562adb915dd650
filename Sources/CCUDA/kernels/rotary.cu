#line 2 "rotary.cu"
// Rotary positions: pairs of a head's elements turn by the angles of the row's position.

// Where the two elements of a pair lie in a head.
struct Pairs {
    int pairs, neighbours;
    __device__ __forceinline__ int first(int index) const { return neighbours ? 2 * index : index; }
    __device__ __forceinline__ int second(int index) const {
        return neighbours ? 2 * index + 1 : index + pairs;
    }
};

// Turns four pairs of one head, read in groups of four elements.
static __device__ __forceinline__ void turnFour(
    float *head, Pairs layout, int pair, const float *cosines, const float *sines, float sign) {
    float4 *low = (float4 *)(head + layout.first(pair));
    float4 *high = layout.neighbours ? low + 1 : (float4 *)(head + layout.second(pair));
    const float4 c = *(const float4 *)(cosines + pair), s = *(const float4 *)(sines + pair);
    const float4 l = *low, h = *high;
    const float cosine[4] = {c.x, c.y, c.z, c.w};
    const float sine[4] = {sign * s.x, sign * s.y, sign * s.z, sign * s.w};
    const bool n = layout.neighbours;
    float a[4] = {l.x, n ? l.z : l.y, n ? h.x : l.z, n ? h.z : l.w};
    float b[4] = {n ? l.y : h.x, n ? l.w : h.y, n ? h.y : h.z, h.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        const float turned = fmaf(a[i], cosine[i], -(b[i] * sine[i]));
        b[i] = fmaf(b[i], cosine[i], a[i] * sine[i]);
        a[i] = turned;
    }
    *low = n ? make_float4(a[0], b[0], a[1], b[1]) : make_float4(a[0], a[1], a[2], a[3]);
    *high = n ? make_float4(a[2], b[2], a[3], b[3]) : make_float4(b[0], b[1], b[2], b[3]);
}

// One block for each row.  `limit` is the number of positions that the tables know; a row at any other
// becomes NaN.
extern "C" __global__ void __launch_bounds__(256) rotate(
    Rows x, const int *positions, ReadRows cosines, ReadRows sines, int limit, int heads, int headStride,
    int pairs, int neighbours, float sign) {
    const int position = positions[blockIdx.x];
    float *row = x.row(blockIdx.x);
    const Pairs layout = {pairs, neighbours};
    if (position < 0 || position >= limit) {
        for (int index = threadIdx.x; index < heads * pairs; index += blockDim.x) {
            float *head = row + (long long)(index / pairs) * headStride;
            head[layout.first(index % pairs)] = __int_as_float(0x7fc00000);
            head[layout.second(index % pairs)] = __int_as_float(0x7fc00000);
        }
        return;
    }
    const float *cosine = cosines.row(position), *sine = sines.row(position);
    if (pairs % 4 == 0 && isAligned(row, headStride) && isAligned(cosine, 0) && isAligned(sine, 0)) {
        const int fours = pairs / 4;
        for (int index = threadIdx.x; index < heads * fours; index += blockDim.x)
            turnFour(
                row + (long long)(index / fours) * headStride, layout, index % fours * 4, cosine, sine, sign);
        return;
    }
    for (int index = threadIdx.x; index < heads * pairs; index += blockDim.x) {
        const int pair = index % pairs;
        float *head = row + (long long)(index / pairs) * headStride;
        float *first = head + layout.first(pair), *second = head + layout.second(pair);
        const float a = *first, b = *second, c = cosine[pair], s = sign * sine[pair];
        *first = fmaf(a, c, -(b * s));
        *second = fmaf(b, c, a * s);
    }
}
