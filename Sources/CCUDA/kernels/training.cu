#line 2 "training.cu"
// The optimiser.

// What of AdamW is the same for all elements of a step: `step` = rate / (1 − β₁ᵗ), `root` = √(1 − β₂ᵗ),
// `kept` = 1 − rate · decay.
extern "C" __global__ void __launch_bounds__(256) adamw(
    Rows parameters, ReadRows gradients, Rows firstMoments, Rows secondMoments, int rows, int columns,
    int shift, float beta1, float beta2, float kept, float step, float root, float epsilon) {
    const float fresh1 = 1.0f - beta1, fresh2 = 1.0f - beta2;
    const bool inFours = isAligned(parameters, rows) && isAligned(gradients, rows)
        && isAligned(firstMoments, rows) && isAligned(secondMoments, rows);
    forEachPlace(rows, columns, shift, inFours, [&](auto at) {
        auto p = at.load(parameters), g = at.load(gradients);
        auto m = at.load(firstMoments), v = at.load(secondMoments);
#pragma unroll
        for (int i = 0; i < at.width; i++) {
            m.at[i] = fmaf(beta1, m.at[i], fresh1 * g.at[i]);
            v.at[i] = fmaf(beta2, v.at[i], fresh2 * g.at[i] * g.at[i]);
            const float denominator = sqrtf(v.at[i]) / root + epsilon;
            p.at[i] = p.at[i] * kept - step * m.at[i] / denominator;
        }
        at.store(firstMoments, m);
        at.store(secondMoments, v);
        at.store(parameters, p);
    });
}
