"""Bugs in the kernels of attention and rotary positions."""

from mutation import kernel

SHARED = "ComputeTests.ComputeBackendAttentionTests"
FORWARD = f"{SHARED}/testForwardMatchesFloat64"
BACKWARD = f"{SHARED}/testBackwardMatchesFloat64"
ROTATION = f"{SHARED}/testRotation"
DEVICE = "ComputeTests.CUDABackendAttentionTests"
STEPS = tuple(f"{DEVICE}/test{name}" for name in (
    "TokenByTokenGivesTheSameBits", "RecordedStepWithMoreKeys", "ManyKeysOfOneQuery", "AlignedRows"))

TILE_MUTATIONS = [
    kernel("queries see the tile's later keys", "missing causal mask", "attention_tiles.cuh",
           "- tile : 0, position + 1 - tile);", "- tile : 0, 32);", FORWARD),
    kernel("queries see one later key", "mask off by one", "attention_tiles.cuh",
           "- tile : 0, position + 1 - tile);", "- tile : 0, position + 2 - tile);", FORWARD),
    kernel("window of one more", "window off by one", "attention_tiles.cuh",
           "window ? position + 1 - window - tile", "window ? position - window - tile", FORWARD),
    kernel("first tile of a window lost", "off-by-one tile", "attention_tiles.cuh",
           "return oldest / STREAMED_ROWS * STREAMED_ROWS;",
           "return (oldest + STREAMED_ROWS - 1) / STREAMED_ROWS * STREAMED_ROWS;", FORWARD),
    kernel("earlier tiles keep their scale", "missing log-sum-exp rescale", "attention_tiles.cuh",
           "kept = expf(maximum - now);", "kept = maximum == -INFINITE ? 0 : 1;", FORWARD),
    kernel("merged the wrong way round", "wrong merge order", "attention_tiles.cuh",
           "return fmaf(before, kept, tile * taken);", "return fmaf(before, taken, tile * kept);", FORWARD),
    kernel("unseen values count", "missing mask", "attention_tiles.cuh",
           "if (seen[r] >> (j + next) & 1) {", "{", f"{DEVICE}/testNaNReachesOnlyWhoSeesIt", FORWARD),
    kernel("staged rows touch", "wrong leading dimension", "attention_tiles.cuh",
           "place / fours * tileStride(GROUPS) + place", "place / fours * 32 * GROUPS + place", FORWARD),
    kernel("rows of tiles in the same banks", "bank conflicts", "attention_tiles.cuh",
           "return 32 * groups + 4; }", "return 32 * groups; }", FORWARD, BACKWARD,
           hidden="it costs time alone, and the emulator has no banks"),
    kernel("odd heads read in fours", "alignment test dropped", "attention_tiles.cuh",
           "isVector(isAligned(start, stride) && columns % 4 == 0)", "isVector(isAligned(start, stride))",
           f"{DEVICE}/testHeadSizesMatchFloat64"),
    kernel("streamed rows transposed", "wrong transpose", "attention_tiles.cuh",
           "*(const float4 *)(streamed + j * 16 * STREAMED_STRIDE + d);",
           "*(const float4 *)(streamed + j * 16 * STREAMED_STRIDE + (columns - 4 - d));", FORWARD),
]

FORWARD_MUTATIONS = [
    kernel("keys of another head", "wrong head group", "attention.cu",
           "const long long shared = (long long)(head / group) * keyValueStride;\n    const HeadRows query(",
           "const long long shared = (long long)(head % group) * keyValueStride;\n    const HeadRows query(",
           FORWARD),
    kernel("scores softened at once", "missing __syncthreads", "attention.cu",
           "        __syncthreads();\n        softenRows<HEIGHT>", "        softenRows<HEIGHT>", FORWARD),
    kernel("values used at once", "missing __syncthreads", "attention.cu",
           "(value, tile, 32 * first, 1, streamed);\n            __syncthreads();\n",
           "(value, tile, 32 * first, 1, streamed);\n", FORWARD),
    kernel("keys staged over values in use", "missing __syncthreads", "attention.cu",
           "            __syncthreads();\n            stageRows<STREAMED_ROWS, staged>(key, ",
           "            stageRows<STREAMED_ROWS, staged>(key, ", FORWARD),
    kernel("values staged over values in use", "missing __syncthreads", "attention.cu",
           "            if (first > 0) __syncthreads();\n", "", f"{DEVICE}/testHeadSizesMatchFloat64"),
    kernel("scores not scaled", "wrong scale", "attention.cu",
           "stageRows<HEIGHT, GROUPS>(query, firstQuery, 0, scale, own);",
           "stageRows<HEIGHT, GROUPS>(query, firstQuery, 0, 1, own);", FORWARD),
    kernel("rows beyond the last query written", "missing bounds check", "attention.cu",
           "        if (row >= rows) continue;\n", "", FORWARD),
]

DECODING_MUTATIONS = [
    kernel("warp reads keys at once", "missing __syncwarp", "attention_decoding.cu",
           "    __syncwarp();\n}\n\n// The score", "}\n\n// The score", *STEPS),
    kernel("warp stages over keys in use", "missing __syncwarp", "attention_decoding.cu",
           "(lane & 7) * 4);\n        __syncwarp();\n", "(lane & 7) * 4);\n", *STEPS,
           orders=("forward", "reversed", "shuffled")),
    kernel("warp stages elements over keys in use", "missing __syncwarp", "attention_decoding.cu",
           "    if (!from.isVector) {\n        __syncwarp();\n", "    if (!from.isVector) {\n", *STEPS),
    kernel("warp's sums over keys in use", "missing __syncwarp", "attention_decoding.cu",
           "softmax.weight, sums);\n            __syncwarp();\n", "softmax.weight, sums);\n", *STEPS,
           orders=("forward", "reversed", "shuffled"),
           hidden="shuffles in between make lanes wait too; only CUDA's memory model asks for it"),
    kernel("next round begins at once", "missing __syncthreads", "attention_decoding.cu",
           "staged[other][threadIdx.x]);\n        }\n        __syncthreads();\n",
           "staged[other][threadIdx.x]);\n        }\n", *STEPS, orders=("forward", "reversed", "shuffled")),
    kernel("tile of a single key not merged", "off by one", "attention_decoding.cu",
           "round + other * STREAMED_ROWS <= position;", "round + other * STREAMED_ROWS < position;", *STEPS),
    kernel("one query: keys of another head", "wrong head group", "attention_decoding.cu",
           "const int position = span.keys - 1;\n    const long long shared = (long long)(head / group)",
           "const int position = span.keys - 1;\n    const long long shared = (long long)(head % group)",
           FORWARD, *STEPS),
]

GRADIENT_MUTATIONS = [
    kernel("queries' gradient not scaled", "dQueries scale missing", "attention_backward.cu",
           "storeGradients(dQueries, column, first, rows, size, scale, sums);",
           "storeGradients(dQueries, column, first, rows, size, 1, sums);", BACKWARD),
    kernel("keys' gradient among the keys", "dKeys of old keys written", "attention_backward.cu",
           "storeGradients(dKeys, shared, span.firstQuery + firstKey,",
           "storeGradients(dKeys, shared, span.firstKey + firstKey,", BACKWARD),
    kernel("gradients of older keys", "wrong rows of keys", "attention_backward.cu",
           "const int row = span.firstKey + span.older() + firstKey;",
           "const int row = span.firstKey + firstKey;", BACKWARD),
    kernel("slopes without delta", "term dropped", "attention_backward.cu",
           "weight * (dWeight - delta)", "weight * dWeight", BACKWARD),
    kernel("last query of a key's window lost", "window off by one", "attention_backward.cu",
           "min(lastKey + window, span.queries)", "min(lastKey + window - 1, span.queries)", BACKWARD),
    kernel("first head of a group alone", "wrong head group", "attention_backward.cu",
           "head < ((int)blockIdx.y + 1) * group; head++", "head < (int)blockIdx.y * group + 1; head++",
           BACKWARD),
    kernel("values' gradient from slopes", "swapped operands", "attention_backward.cu",
           "streamSums<GROUPS>(weights, gradient,", "streamSums<GROUPS>(slopes, gradient,", BACKWARD),
    kernel("slopes summed at once", "missing __syncthreads", "attention_backward.cu",
           "        __syncthreads();\n        if (!isStaged", "        if (!isStaged", BACKWARD,
           orders=("forward", "reversed", "shuffled")),
]

ROTARY_MUTATIONS = [
    kernel("turned the other way", "rotary sign swapped", "rotary.cu",
           "*first = fmaf(a, c, -(b * s));\n        *second = fmaf(b, c, a * s);",
           "*first = fmaf(a, c, b * s);\n        *second = fmaf(b, c, -(a * s));", ROTATION),
    kernel("pairs of the other kind", "rotary pairing swapped", "rotary.cu",
           "return neighbours ? 2 * index : index;", "return neighbours ? index : 2 * index;", ROTATION),
    kernel("sines of the next position", "position off by one", "rotary.cu",
           "*sine = sines.row(position);", "*sine = sines.row(position + 1);", ROTATION),
    kernel("one position too many", "off by one", "rotary.cu",
           "position >= limit", "position > limit", "ComputeTests.CUDABackendRowsTests"),
]

ATTENTION_MUTATIONS = (
    TILE_MUTATIONS + FORWARD_MUTATIONS + DECODING_MUTATIONS + GRADIENT_MUTATIONS + ROTARY_MUTATIONS)
