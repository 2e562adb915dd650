"""Makes text_metrics.json: n-gram entropies, binary classification, correlations and ranks.

Usage: make_text_metrics.py OUTPUT.  Made with NumPy 2.4, SciPy 1.17, scikit-learn 1.9 and NLTK 3.10; deterministic.
Intervals come from the streams of random numbers that the program documents, as in make_metrics.py.
"""

import json
import sys
import warnings

import nltk
import numpy as np
from make_metrics import splitmix, stream
from nltk.tokenize import NLTKWordTokenizer
from scipy import stats
from sklearn import metrics

SENTENCES = [
    "", "one", "one two", "the the the the the", "a b a b a b a c",
    "The quick brown fox jumps over the lazy dog, and the quick brown fox sleeps.",
    "He's said he's not the one who's said it, hasn't he",
    "Paris is the capital of France and the capital of France is Paris, the capital",
    "no no no yes no no no yes no no no yes maybe",
]
MEASURES = ["f1", "mcc", "accuracy", "precision", "recall"]


def entropy(words, n):
    """In bits, by way of NLTK's n-grams and frequencies."""
    counts = np.array(list(nltk.FreqDist(nltk.ngrams(words, n)).values()), dtype=float)
    return float(stats.entropy(counts, base=2)) if counts.size else 0.0


def measures(truths, predictions):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            metrics.f1_score(truths, predictions, zero_division=0),
            metrics.matthews_corrcoef(truths, predictions),
            metrics.accuracy_score(truths, predictions),
            metrics.precision_score(truths, predictions, zero_division=0),
            metrics.recall_score(truths, predictions, zero_division=0)]


def resampled(count, seed, key, resamples):
    draws = splitmix(next(stream(seed, "bootstrap", key)))
    for _ in range(resamples):
        words = [next(draws) for _ in range((count + 1) // 2)]
        yield [part * count >> 32 for word in words for part in (word & 0xFFFFFFFF, word >> 32)][:count]


def classification(name, truths, predictions, resamples):
    truths, predictions = np.array(truths, dtype=bool), np.array(predictions, dtype=bool)
    case = {"name": name, "truths": truths.tolist(), "predictions": predictions.tolist(),
            "values": dict(zip(MEASURES, map(float, measures(truths, predictions))))}
    if resamples:
        drawn = np.array([measures(truths[list(at)], predictions[list(at)])
                          for at in resampled(len(truths), 7, name, resamples)])
        bounds = np.quantile(drawn, [0.025, 0.975], axis=0).T
        case |= {"resamples": resamples, "intervals": dict(zip(MEASURES, bounds.tolist()))}
    return case


def correlation(name, first, second):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = float(stats.pearsonr(first, second).statistic) if len(first) > 1 else float("nan")
    return {"name": name, "first": list(map(float, first)), "second": list(map(float, second)),
            "value": None if np.isnan(value) else value}


def ranks(scores):
    """The rank of every label, equal scores in order of the index."""
    order = np.argsort(-np.asarray(scores), kind="stable")
    return np.argsort(order).tolist()


def main(path):
    generator = np.random.default_rng(20230401)
    words = NLTKWordTokenizer()
    texts = [{"text": text, "bits": [entropy(words.tokenize(text), n) for n in (1, 2, 3)]} for text in SENTENCES]
    for case in texts:
        case["fluency"] = float(np.mean(np.array(case["bits"][1:]) * np.array([2 / 3, 4 / 3])))
    truths = generator.random(61) < 0.3
    noisy = np.where(generator.random(61) < 0.25, ~truths, truths)
    classes = [
        classification("noisy", truths, noisy, 200),
        classification("even", truths[:40], noisy[:40], 200),
        classification("rare", np.arange(12) == 3, np.arange(12) % 6 == 3, 200),
        classification("truths all true", np.ones(9), noisy[:9], 0),
        classification("truths all false", np.zeros(9), noisy[:9], 0),
        classification("predictions all true", truths[:9], np.ones(9), 0),
        classification("predictions all false", truths[:9], np.zeros(9), 0),
        classification("all true", np.ones(4), np.ones(4), 50),
        classification("all false", np.zeros(4), np.zeros(4), 50),
        classification("opposite", [1, 0, 1], [0, 1, 0], 0),
        classification("one", [1], [1], 0),
    ]
    x = generator.normal(size=30)
    pairs = [
        correlation("related", x, x + generator.normal(size=30)),
        correlation("opposite", x, -2 * x + 5),
        correlation("two", [1, 2], [5, 3]),
        correlation("far", x + 1e6, x**2 + 1e6),
        correlation("large", x * 1e200, x**3 * 1e-200),
        correlation("constant", [2, 2, 2], [1, 2, 3]),
        correlation("both constant", [2, 2], [1, 1]),
        correlation("one", [1], [2]),
        correlation("none", [], []),
    ]
    rows = [generator.normal(size=7).round(1).tolist() for _ in range(5)]
    rows += [[1, 1, 1, 1], [0, 2, 2, 1, 2], [5]]
    case = {"texts": texts, "classifications": classes, "correlations": pairs,
            "ranks": [{"scores": row, "ranks": ranks(row)} for row in rows]}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(case, file)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
