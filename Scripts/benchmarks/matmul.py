#!/usr/bin/env python3
"""Compares the CPU matrix products of Sources/CKernels with PyTorch's, run by run in one process.

Builds the C kernels into a shared library, then times both sides in turn on the same data and prints
the median GFLOP/s of each and the median of their ratios (above 1: ours is faster).  One thread is timed by
its processor time, which other programs disturb less; several by the clock.  PyTorch computes with
weights of the named type; for f16 that means f16 activations too, since it has no mixed product.

    python3 Scripts/benchmarks/matmul.py [--threads 1 2] [--levels avx512 avx2] [--elements f32 f16]
        [--repeats 9] [--limit 3] [--only TEXT]

Needs clang, numpy and torch (written with torch 2.15).
"""

import argparse
import ctypes
import pathlib
import statistics
import subprocess
import tempfile
import time

import torch

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources" / "CKernels"
LEVELS = {"plain": 0, "neon": 1, "avx2": 2, "avx512": 3}
ELEMENTS = {"f32": (0, torch.float32), "f16": (1, torch.float16), "bf16": (2, torch.bfloat16)}

# M rows, K inputs, N outputs of the weight, and what is computed: y = x Wᵀ ("linear"), dx = dy W
# ("backward"), c = dyᵀ x ("outer").  "io" marks a weight stored inputs by outputs.
SHAPES = [
    (1, 768, 3072, "linear"), (1, 768, 3072, "linear io"), (4, 768, 3072, "linear"),
    (8, 768, 3072, "linear"), (8, 768, 3072, "linear io"), (16, 768, 3072, "linear"),
    (1, 768, 50257, "linear"),
    (96, 3072, 768, "linear"), (96, 3072, 768, "linear io"), (320, 768, 2304, "linear"),
    (320, 3072, 768, "linear"), (320, 768, 2304, "backward"), (96, 576, 1536, "linear"),
    (112, 768, 50257, "linear"), (112, 768, 50257, "backward"), (100, 768, 768, "outer"),
]


class Gemm(ctypes.Structure):
    _fields_ = [
        ("rows", ctypes.c_size_t), ("columns", ctypes.c_size_t), ("depth", ctypes.c_size_t),
        ("a", ctypes.c_void_p), ("a_stride", ctypes.c_size_t), ("a_transposed", ctypes.c_bool),
        ("b", ctypes.c_void_p), ("b_stride", ctypes.c_size_t), ("b_transposed", ctypes.c_bool),
        ("b_type", ctypes.c_int), ("bias", ctypes.c_void_p), ("c", ctypes.c_void_p),
        ("c_stride", ctypes.c_size_t), ("accumulate", ctypes.c_bool),
    ]


def build():
    folder = tempfile.mkdtemp()
    library = f"{folder}/kernels.so"
    sources = [str(path) for path in [*SOURCES.glob("gemm*.c"), SOURCES / "pool.c"]]
    flags = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-shared", "-fPIC", "-pthread"]
    subprocess.run(
        ["clang", *flags, f"-I{SOURCES}/include", f"-I{SOURCES}", *sources, "-lm", "-o", library], check=True)
    kernels = ctypes.CDLL(library)
    kernels.ck_pool_create.restype = ctypes.c_void_p
    kernels.ck_pool_create.argtypes = [ctypes.c_size_t]
    kernels.ck_gemm_scratch_bytes.restype = ctypes.c_size_t
    kernels.ck_gemm.argtypes = [
        ctypes.POINTER(Gemm), ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    kernels.ck_gemm.restype = None
    return kernels


def problem(m, k, n, kind, element):
    """The operands, PyTorch's way to multiply them and our description of the same product."""
    code, dtype = ELEMENTS[element]
    if kind == "outer":
        dy, x, c = torch.randn(m, n), torch.randn(m, k), torch.empty(n, k)
        gemm = Gemm(n, k, m, dy.data_ptr(), n, True, x.data_ptr(), k, False, 0, None, c.data_ptr(), k, False)
        return gemm, c, (lambda: dy.t() @ x), [dy, x], dy.double().t() @ x.double()
    swapped = kind.endswith("io")
    stored = torch.randn((k, n) if swapped else (n, k)).to(dtype)
    weight = stored.t() if swapped else stored
    forward = kind.startswith("linear")
    a = torch.randn(m, k if forward else n)
    c = torch.empty(m, n if forward else k)
    gemm = Gemm(
        m, c.shape[1], a.shape[1], a.data_ptr(), a.shape[1], False, stored.data_ptr(), stored.shape[1],
        forward != swapped, code, None, c.data_ptr(), c.shape[1], False)
    typed = a.to(dtype)
    call = (lambda: torch.nn.functional.linear(typed, weight)) if forward else (lambda: typed @ weight)
    exact = a.double() @ (weight.double().t() if forward else weight.double())
    return gemm, c, call, [a, stored, typed], exact


def seconds(call, count, clock):
    time.sleep(0.003)
    call()
    start = clock()
    for _ in range(count):
        call()
    return (clock() - start) / count


def compare(kernels, pool, level, shape, element, repeats, limit):
    m, k, n, kind = shape
    gemm, c, theirs, kept, exact = problem(m, k, n, kind, element)
    scratch = torch.empty(kernels.ck_gemm_scratch_bytes(ctypes.byref(gemm), level) + 64, dtype=torch.uint8)
    aligned = (scratch.data_ptr() + 63) // 64 * 64

    def ours():
        kernels.ck_gemm(ctypes.byref(gemm), level, pool, aligned)

    ours()
    error = ((c.double() - exact).abs().max() / exact.abs().max()).item()
    assert error < 1e-6 + 1e-7 * gemm.depth**0.5, f"{shape} {element}: relative error {error}"
    count = max(1, int(2e8 / (2 * m * k * n)))
    clock = time.thread_time if torch.get_num_threads() == 1 else time.perf_counter
    times, end = [], time.monotonic() + limit
    while len(times) < repeats and (time.monotonic() < end or not times):
        times.append((seconds(ours, count, clock), seconds(theirs, count, clock)))
    del kept
    mine, other = (statistics.median(side) for side in zip(*times))
    return 2e-9 * m * k * n / mine, 2e-9 * m * k * n / other, statistics.median(t / o for o, t in times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--levels", nargs="+", default=["avx512"], choices=list(LEVELS))
    parser.add_argument("--elements", nargs="+", default=["f32", "f16"], choices=list(ELEMENTS))
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--limit", type=float, default=3, help="seconds for a shape, roughly")
    parser.add_argument("--only", default="", help="shapes whose printed form contains this text")
    options = parser.parse_args()
    kernels = build()
    torch.manual_seed(0)
    for threads in options.threads:
        torch.set_num_threads(threads)
        pool = kernels.ck_pool_create(threads)
        for level in options.levels:
            for shape in SHAPES:
                for element in options.elements:
                    name = f"{shape[3]:9} {shape[0]}x{shape[1]}x{shape[2]} {element}"
                    if options.only not in name or (shape[3] == "outer" and element != "f32"):
                        continue
                    mine, other, ratio = compare(
                        kernels, pool, LEVELS[level], shape, element, options.repeats, options.limit)
                    print(
                        f"{threads} threads {level} {name:28} {mine:7.1f} GFLOP/s, "
                        f"torch {other:7.1f}, ratio {ratio:5.2f}", flush=True)


if __name__ == "__main__":
    main()
