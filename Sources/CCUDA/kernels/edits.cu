#line 2 "edits.cu"
// Edits of rows, and their gradients.

// x[numbers[e]] = β · x[numbers[e]] + α · directions[directionOf[e]]; x has `count` rows.
extern "C" __global__ void __launch_bounds__(256) edit(
    Rows x, int count, const int *numbers, ReadRows directions, int directionCount, const int *directionOf,
    int edits, int columns, int shift, float alpha, float beta) {
    const bool inFours = isAligned(x, count) && isAligned(directions, directionCount);
    forEachPlace(edits, columns, shift, inFours, [&](auto at) {
        const int number = numbers[at.row], direction = directionOf[at.row];
        if (number < 0 || number >= count) return;
        const bool exists = direction >= 0 && direction < directionCount;
        auto lanes = at.load((const float *)x.row(number));
        if (exists) {
            auto change = at.load(directions.row(direction));
            for (int i = 0; i < at.width; i++)
                lanes.at[i] = fmaf(alpha, change.at[i], beta * lanes.at[i]);
        } else {
            for (int i = 0; i < at.width; i++) lanes.at[i] = NOT_A_NUMBER;
        }
        at.store(x.row(number), lanes);
    });
}

// dDirections[directionOf[e]] += α · dx[numbers[e]] in the order of e, then dx[numbers[e]] *= β.
//
// A block has one direction and 1,024 columns and looks for its edits itself: the sum stays in registers, and
// directions share nothing, because no row is edited twice.
template <class At>
static __device__ __forceinline__ void gatherEdits(
    At at, Rows dx, int count, const int *numbers, Rows dDirections, const int *directionOf, int edits,
    float alpha, float beta) {
    auto sum = at.load(dDirections);
    for (int e = 0; e < edits; e++) {
        const int number = numbers[e];
        if (directionOf[e] != at.row || number < 0 || number >= count) continue;
        auto lanes = at.load((const float *)dx.row(number));
        for (int i = 0; i < at.width; i++) {
            sum.at[i] = fmaf(alpha, lanes.at[i], sum.at[i]);
            lanes.at[i] *= beta;
        }
        if (beta != 1.0f) at.store(dx.row(number), lanes);
    }
    at.store(dDirections, sum);
}
extern "C" __global__ void __launch_bounds__(256) edit_backward(
    Rows dx, int count, const int *numbers, Rows dDirections, int directionCount, const int *directionOf,
    int edits, int columns, int shift, float alpha, float beta) {
    const bool inFours = isAligned(dx, count) && isAligned(dDirections, directionCount);
    forEachPlace(directionCount, columns, shift, inFours, [&](auto at) {
        gatherEdits(at, dx, count, numbers, dDirections, directionOf, edits, alpha, beta);
    });
}
