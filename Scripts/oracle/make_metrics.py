"""Makes metrics.json: means, deviations, bootstrap intervals and paired tests of seeded values.

Usage: make_metrics.py OUTPUT.  Made with Python 3 and NumPy 2 and SciPy 1; deterministic.  The bootstrap
draws from an own implementation of the streams that the program documents (FNV-1a key, SplitMix64, one draw
of 64 bits for two indices), so that intervals can be compared to the last digits; that NumPy's own generator
gives the same intervals within the error of 10,000 resamples is asserted here.
"""

import json
import sys

import numpy as np
from scipy import stats

MASK = (1 << 64) - 1


def splitmix(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def stream(seed, purpose, sample):
    key = 0xCBF29CE484222325
    for byte in seed.to_bytes(8, "little") + purpose.encode() + b"\xff" + sample.encode():
        key = ((key ^ byte) * 0x100000001B3) & MASK
    return splitmix(key)


def bootstrap(values, seed, key, resamples):
    draws = splitmix(next(stream(seed, "bootstrap", key)))
    n = len(values)
    need = n // 2 + n % 2
    words = np.array([next(draws) for _ in range(resamples * need)], dtype=np.uint64).reshape(resamples, need)
    low = ((words & np.uint64(0xFFFFFFFF)) * np.uint64(n)) >> np.uint64(32)
    high = ((words >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32)
    indices = np.stack([low, high], axis=2).reshape(resamples, -1)[:, :n]
    return np.quantile(values[indices.astype(int)].mean(axis=1), [0.025, 0.975])


def metric_case(name, values, seed):
    values = np.asarray(values, dtype=float)
    interval = bootstrap(values, seed, name, 10_000)
    generator = np.random.default_rng(1)
    usual = [values[generator.integers(0, len(values), len(values))].mean() for _ in range(10_000)]
    slack = 4 * values.std() / np.sqrt(len(values)) / np.sqrt(2_000)
    assert np.abs(np.quantile(usual, [0.025, 0.975]) - interval).max() <= slack + 1.5 / len(values), name
    return {"name": name, "seed": seed, "values": values.tolist(), "mean": values.mean(),
            "std": values.std(), "interval": interval.tolist()}


def paired_case(name, first, second):
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    difference = second - first
    nonzero = difference[difference != 0]
    if len(nonzero) == 0:
        p = 1.0
    elif np.unique(np.abs(nonzero)).size == 1:
        p = stats.binomtest(int((nonzero > 0).sum()), len(nonzero), 0.5).pvalue
    else:
        signs = ((np.arange(1 << len(nonzero))[:, None] >> np.arange(len(nonzero))) & 1) * 2 - 1
        sums = np.abs(signs @ nonzero)
        p = float((sums >= abs(nonzero.sum()) - 1e-12).mean())
    return {"name": name, "first": first.tolist(), "second": second.tolist(),
            "difference": difference.mean(), "p": p}


def main(path):
    generator = np.random.default_rng(20230401)
    coins = (generator.random(151) < 0.7).astype(float)
    metrics = [
        metric_case("coins", coins, 123456),
        metric_case("even", generator.normal(size=40).round(6), 123456),
        metric_case("odd", generator.normal(size=41).round(6), 7),
        metric_case("pair", [0.25, 0.75], 1),
    ]
    other = np.where(generator.random(151) < 0.2, 1 - coins, coins)
    small = generator.normal(size=12).round(3)
    paired = [
        paired_case("coins", coins, other),
        paired_case("same", coins, coins),
        paired_case("small", small, (small + generator.normal(0.5, 1, size=12)).round(3)),
        paired_case("one", [0], [1]),
    ]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"metrics": metrics, "paired": paired}, file)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
