"""Bugs in the kernels of rows, norms, functions, products and the optimiser."""

from attention_mutations import ATTENTION_MUTATIONS
from distribution_mutations import DISTRIBUTION_MUTATIONS
from mutation import kernel

NORMS = "ComputeTests.ComputeBackendNormsTests"
ROWS = "ComputeTests.ComputeBackendRowsTests"
DEVICE_ROWS = "ComputeTests.CUDABackendRowsTests"
ACTIVATIONS = "ComputeTests.ComputeBackendActivationsTests"
TRAINING = "ComputeTests.ComputeBackendTrainingTests"
PRODUCTS = "ComputeTests.CUDABackendProductsTests"

PRELUDE_MUTATIONS = [
    kernel("block sum: scratch used again at once", "missing __syncthreads", "prelude.cuh",
           "    x = warpSum(x);\n    __syncthreads();\n", "    x = warpSum(x);\n", NORMS),
    kernel("block sum: parts read at once", "missing __syncthreads", "prelude.cuh",
           "    __syncthreads();\n    return warpSum(", "    return warpSum(", NORMS),
    kernel("block maximum: scratch used again at once", "missing __syncthreads", "prelude.cuh",
           "    x = warpMax(x);\n    __syncthreads();\n", "    x = warpMax(x);\n", PRODUCTS,
           *(f"ComputeTests.{name}BackendDistributionsTests" for name in ("Compute", "CUDA")),
           orders=("forward", "reversed", "shuffled"),
           hidden="no kernel uses the scratch again after a maximum; the barrier is there for one that will"),
    kernel("warp sum of half a warp", "wrong shuffle", "prelude.cuh",
           "float warpSum(float x) {\n    for (int step = 16;",
           "float warpSum(float x) {\n    for (int step = 8;",
           NORMS),
    kernel("warp maximum names half the lanes", "wrong shuffle mask", "prelude.cuh",
           "fmaxf(x, __shfl_xor_sync(ALL_LANES, x, step))", "fmaxf(x, __shfl_xor_sync(0xffffu, x, step))",
           "ComputeTests.ComputeBackendDistributionsTests/testLogSumExpAndLogProbabilities"),
    kernel("NaN rounded as a number", "NaN hidden", "prelude.cuh",
           "x != x ? (uint16_t)(bits >> 16 | 64) : (uint16_t)((bits", "(uint16_t)((bits", PRODUCTS),
    kernel("stride not aligned", "alignment test dropped", "prelude.cuh",
           "return ((size_t)start & 15) == 0 && (stride & 3) == 0;", "return ((size_t)start & 15) == 0;",
           ROWS),
    kernel("start not aligned", "alignment test dropped", "prelude.cuh",
           "return ((size_t)start & 15) == 0 && (stride & 3) == 0;", "return (stride & 3) == 0;",
           DEVICE_ROWS),
]

ROW_MUTATIONS = [
    kernel("add: the result's alignment", "alignment test dropped", "rows.cu",
           "isAligned(x, rows) && isAligned(y, rows), [&](auto at) {\n        auto some = at.load(x), sum",
           "isAligned(x, rows), [&](auto at) {\n        auto some = at.load(x), sum", ROWS),
    kernel("elements: rows beyond the last", "one block too many, unguarded", "elements.cuh",
           "    if (row >= rows) return;\n    const int gap", "    const int gap", ROWS),
    kernel("elements: columns beyond the last", "missing bounds check", "elements.cuh",
           "i < 4 && column < columns; i++, column += gap", "i < 4; i++, column += gap", ROWS),
    kernel("elements: every block does all columns", "wrong stride of the grid", "elements.cuh",
           "step = gridDim.y << (shift + 2)", "step = 1 << (shift + 2)", ROWS),
    kernel("elements: lanes lie four apart", "uncoalesced reads", "elements.cuh",
           "const int gap = inFours ? 1 : across, step = gridDim.y << (shift + 2);\n"
           "    for (int first = blockIdx.y << (shift + 2); first < columns; first += step) {\n"
           "        int column = first + (inFours ? 4 * lane : lane);",
           "const int gap = 1, step = gridDim.y << (shift + 2);\n"
           "    for (int first = blockIdx.y << (shift + 2); first < columns; first += step) {\n"
           "        int column = first + 4 * lane;", ROWS,
           hidden="it costs time alone, and the emulator has no lines of memory"),
    kernel("fours: beyond the end of a row", "missing bounds check", "elements.cuh",
           "column + i < columns ? row[column + i] : 0.0f", "row[column + i]", ROWS, NORMS),
    kernel("embed: one token too many", "off by one", "rows.cu",
           "id >= 0 && id < tokens", "id >= 0 && id <= tokens", DEVICE_ROWS),
    kernel("embed: rows of the table touch", "wrong leading dimension", "rows.cu",
           "table + id * stride : nullptr", "table + (long long)id * columns : nullptr", DEVICE_ROWS),
    kernel("scatter overwrites", "accumulate dropped", "rows.cu",
           "x.row(number), accumulate)", "x.row(number), false)", ROWS),
    kernel("scale rows: factors touch", "wrong stride", "rows.cu",
           "*factors.row(at.row)", "factors.start[at.row]", ROWS),
    kernel("mean: last row missing", "off by one", "rows.cu",
           "end = spans[2 * blockIdx.x + 1];", "end = spans[2 * blockIdx.x + 1] - 1;", ROWS),
    kernel("column sums: rows beyond the last", "missing bounds check", "rows.cu",
           "first + height < rows ? first + height : rows", "first + height", ROWS),
    kernel("sums of rows: parts read at once", "missing __syncthreads", "rows.cu",
           "partial[threadIdx.x] = sum;\n        __syncthreads();\n", "partial[threadIdx.x] = sum;\n", ROWS),
    kernel("sums of rows: parts overwritten at once", "missing __syncthreads", "rows.cu",
           "        __syncthreads();\n        partial[threadIdx.x] = sum;",
           "        partial[threadIdx.x] = sum;",
           ROWS, orders=("forward", "reversed", "shuffled"),
           hidden="a block comes back for more columns only beyond 2,097,120 of them, 65,535 blocks of 32"),
    kernel("edit: factors swapped", "swapped operands", "edits.cu",
           "fmaf(alpha, change.at[i], beta * lanes.at[i])", "fmaf(beta, change.at[i], alpha * lanes.at[i])",
           ROWS),
    kernel("edit's gradient not scaled", "wrong scale", "edits.cu",
           "        if (beta != 1.0f) at.store(dx.row(number), lanes);\n", "", ROWS),
]

NORM_MUTATIONS = [
    kernel("norm: epsilon of its own", "wrong eps", "norms.cu",
           "(float)columns + all.epsilon);", "(float)columns + 1e-6f);", NORMS),
    kernel("norm: epsilon beside the root", "eps outside the root", "norms.cu",
           "1.0f / sqrtf(team.sum(squares) / (float)columns + all.epsilon)",
           "1.0f / (sqrtf(team.sum(squares) / (float)columns) + all.epsilon)", NORMS),
    kernel("norm: what is not there has a distance", "missing bounds check", "norms.cu",
           "normColumn(team, turn) + i < columns ? lanes.at[i] - mean : 0.0f", "lanes.at[i] - mean", NORMS),
    kernel("norm: no bias", "bias dropped", "norms.cu",
           "        if (all.bias) offset = loadFour(all.bias, column, columns, all.inFours);\n", "", NORMS),
    kernel("norm: rows beyond the last", "one row too many, unguarded", "norms.cu",
           "    if (row >= all.rows) return;\n    const int columns = all.columns;\n"
           "    const int turns = HELD ? NORM_GROUPS : (columns + 4 * Team::size - 1) / (4 * Team::size);\n"
           "    const float *x ",
           "    const int columns = all.columns;\n"
           "    const int turns = HELD ? NORM_GROUPS : (columns + 4 * Team::size - 1) / (4 * Team::size);\n"
           "    const float *x ", NORMS),
    kernel("norm of wide rows: last turn missing", "off by one", "norms.cu",
           "(columns + 4 * Team::size - 1) / (4 * Team::size);\n    const float *x ",
           "columns / (4 * Team::size);\n    const float *x ", NORMS),
    kernel("norm's gradient overwrites", "accumulate dropped", "norms.cu",
           "        if (all.accumulate) before = loadFour(all.dx.row(row), column, columns, all.inFours);\n",
           "", NORMS),
    kernel("layer norm's gradient keeps its mean", "term dropped", "norms.cu",
           "group.gradient.at[i] - gradient)", "group.gradient.at[i])", NORMS),
]

FUNCTION_MUTATIONS = [
    kernel("gate's gradient by the value", "wrong derivative", "activations.cu",
           "lanes.at[i] * here.slope;", "lanes.at[i] * here.value;", ACTIVATIONS),
    kernel("ReLU of NaN is 0", "NaN hidden", "activations.cu",
           "{x <= 0.0f ? 0.0f : x, x > 0.0f", "{x > 0.0f ? x : 0.0f, x > 0.0f", ACTIVATIONS),
    kernel("GELU of negative numbers from 1", "cancellation", "activations.cu",
           "x < 0.0f ? tail : 1.0f - tail;", "x < 0.0f ? 1.0f - (1.0f - tail) : 1.0f - tail;", ACTIVATIONS),
    kernel("AdamW: no decay", "AdamW decay wrong", "training.cu",
           "p.at[i] * kept - step", "p.at[i] - step", TRAINING),
    kernel("AdamW: second moment not corrected", "AdamW bias correction wrong", "training.cu",
           "sqrtf(v.at[i]) / root + epsilon", "sqrtf(v.at[i]) + epsilon", TRAINING),
    kernel("AdamW: epsilon within the root", "eps inside the root", "training.cu",
           "sqrtf(v.at[i]) / root + epsilon", "sqrtf(v.at[i] / (root * root) + epsilon)", TRAINING),
]

PRODUCT_MUTATIONS = [
    kernel("smallest term left out", "term of the split dropped", "products.cu",
           "int term = count - 1; term >= 0;", "int term = count > 1 ? count - 2 : 0; term >= 0;", PRODUCTS),
    kernel("rows stay scaled", "exponent not undone", "products.cu",
           "PowerOfTwo(-exponents[at.row]);", "PowerOfTwo(0);", PRODUCTS),
    kernel("bias twice", "bias added twice", "products.cu",
           "sum.at[i] += added.at[i];", "sum.at[i] += 2 * added.at[i];", PRODUCTS),
    kernel("sum overwrites", "accumulate dropped", "products.cu",
           "sum.at[i] = old.at[i] + sum.at[i];", "sum.at[i] = sum.at[i];", PRODUCTS),
    kernel("products touch", "wrong leading dimension", "products.cu",
           "(long long)term * rows) * pitch);", "(long long)term * rows) * columns);", PRODUCTS),
    kernel("terms of a row together", "wrong stride", "products.cu",
           "(term * rows + row) * pitch", "(row * count + term) * pitch", PRODUCTS),
    kernel("split of the first columns alone", "wrong stride", "products.cu",
           "place += 4 * blockDim.x) {\n        Lanes<4> left", "place += columns) {\n        Lanes<4> left",
           PRODUCTS),
    kernel("blocks larger than their bounds", "launch bounds", "products.cu",
           "__launch_bounds__(1024) split_rows_f16", "__launch_bounds__(256) split_rows_f16", PRODUCTS),
    kernel("rest of an infinity", "NaN from infinity", "products.cu",
           "fabsf(left.at[i]) < INFINITE ? left.at[i] - widen(rounded) : 0.0f", "left.at[i] - widen(rounded)",
           PRODUCTS),
]

KERNEL_MUTATIONS = (
    PRELUDE_MUTATIONS + ROW_MUTATIONS + NORM_MUTATIONS + FUNCTION_MUTATIONS + PRODUCT_MUTATIONS
    + ATTENTION_MUTATIONS + DISTRIBUTION_MUTATIONS)
