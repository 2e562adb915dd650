"""Makes terms.json: scikit-learn's terms, TF-IDF vectors and their cosines, and Python's idea of letters.

Usage: make_terms.py REFERENCE_TEXTS OUTPUT, the first being Tests/Fixtures/reference-texts.  Made with
Python 3.11 (Unicode 14), NumPy 2, SciPy 1 and scikit-learn 1.9; deterministic.

Consistency is computed as the method's authors do: cosine of the vectors of joined texts, with 1e-6 added to
each norm.
"""

import json
import pathlib
import random
import re
import sys
import unicodedata

import numpy as np
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer

SPECIAL = (
    "ΑΣσςας ΣΣ. Σ' ΆΣ\u0301 aΣ\u00adb aΣ:b aΣ·. 'Σ \u02b0Σ Σ\u02b0 İIıi ßẞSS ǅǄǆ ŉ ﬁ Ⅷⅷ Ⓐⓐ __ _ _a 09 ५٣ ² ½ "
    "一二 あア 한국 ªº e\u0301é n\u0303 नई दिल्ली ไทย a\u200db a\u200cb a\u00adb don't don’t l·l 😀a Ꭰꭰ 𐐀𐐨 𝔘𝟙 ᾼ ῼ Å ϴ Ω K"
)
TEXTS = [
    "The quick brown fox, the lazy dog; the END.", "", "a I . !", "A_b __init__ x2 2x 42 4", SPECIAL,
    "Ο ΟΔΥΣΣΕΥΣ ΚΑΙ Ο ΣΙΣΥΦΟΣ.", "Straße STRASSE straẞe", "İstanbul ISPARTA ıspanak", "naïve cafe\u0301 café",
    "Der Fluß fließt, der Bach auch; der der DER", "日本語のテキスト と English words",
]


def letters():
    """Bounds of the runs of `\\w` among all scalars, and every scalar that lower case changes."""
    word = re.compile(r"\w")
    bounds, inside, lowered = [], False, []
    for value in range(0x110001):
        is_word = value < 0x110000 and not 0xD800 <= value < 0xE000 and bool(word.match(chr(value)))
        if is_word != inside:
            bounds.append(value)
            inside = is_word
        if value < 0x110000 and not 0xD800 <= value < 0xE000 and chr(value).lower() != chr(value):
            lowered.append(f"{value:X}=" + "+".join(f"{ord(part):X}" for part in chr(value).lower()))
    return bounds, " ".join(lowered)


def random_texts(count):
    source = random.Random(20230404)
    alphabet = SPECIAL + " .,'" * 6
    return ["".join(source.choice(alphabet) for _ in range(source.randint(1, 14))) for _ in range(count)]


def sparse(row):
    row = scipy.sparse.csr_matrix(row)
    row.sort_indices()
    return [[int(index), float(value)] for index, value in zip(row.indices, row.data)]


def consistency(vectorizer, first, second):
    a, b = vectorizer.transform([" ".join(first), " ".join(second)]).toarray()
    return float(a @ b / ((np.linalg.norm(a) + 1e-6) * (np.linalg.norm(b) + 1e-6)))


def with_mean(vector, vectors):
    mean = np.mean(vectors, axis=0)
    return sparse(mean), float(vector @ mean / ((np.linalg.norm(vector) + 1e-6) * (np.linalg.norm(mean) + 1e-6)))


def fitted(texts, queries):
    vectorizer = TfidfVectorizer()
    vectorizer.fit(texts)
    dense = vectorizer.transform(texts).toarray()
    mean, cosine = with_mean(dense[0], dense[[0, 5, 9, 10]])
    return {
        "texts": texts,
        "vocabulary": list(vectorizer.get_feature_names_out()),
        "idf": vectorizer.idf_.tolist(),
        "queries": [{"text": text, "vector": sparse(vectorizer.transform([text]))} for text in queries],
        "mean": {"of": [0, 5, 9, 10], "vector": mean, "with": 0, "consistency": cosine},
    }


def given(folder):
    """The reference's way to use ROME's files: a vectorizer with its idf and vocabulary set."""
    idf = np.load(folder / "idf.npy")
    vocabulary = json.loads((folder / "tfidf_vocab.json").read_text())
    vectorizer = TfidfVectorizer(vocabulary=vocabulary)
    vectorizer.idf_ = idf
    snippets = {}
    for entry in json.loads((folder / "attribute_snippets.json").read_text()):
        pair = (entry["relation_id"], entry["target_id"])
        snippets.setdefault(pair, []).extend(sample["text"] for sample in entry["samples"])
    source = random.Random(20230405)
    words = sorted(vocabulary) + ["unseen", "Σίσυφος"]
    cases = []
    for (relation, target), texts in snippets.items():
        own = source.choice(texts).split() + source.sample(words, 6)
        generations = [" ".join(source.choice(own) for _ in range(30)) for _ in range(3)]
        cases.append({"relation": relation, "target": target, "count": len(texts), "texts": generations,
                      "consistency": consistency(vectorizer, generations, texts)})
    cases.append({"relation": "P103", "target": "Q150", "count": len(snippets["P103", "Q150"]), "texts": ["?!"],
                  "consistency": consistency(vectorizer, ["?!"], snippets["P103", "Q150"])})
    return cases


def main(folder, output):
    analyze = TfidfVectorizer().build_analyzer()
    bounds, lowered = letters()
    fixture = {
        "unicode": [int(part) for part in unicodedata.unidata_version.split(".")[:2]],
        "words": bounds,
        "lower": lowered,
        "terms": [{"text": text, "terms": analyze(text)} for text in TEXTS + random_texts(300)],
        "fitted": fitted(TEXTS, ["the fox and the dog", "Σίσυφος ΣΙΣΥΦΟΣ straße", "nothing known here", ""]),
        "given": given(pathlib.Path(folder)),
    }
    with open(output, "w", encoding="utf-8") as file:
        json.dump(fixture, file)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
