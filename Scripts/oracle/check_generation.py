"""Judges the texts of a results folder again, with scikit-learn and NLTK's word tokens.

    check_generation.py RESULTS DATA

RESULTS is an experiment's folder with generation.json or essence.json anywhere below it, DATA holds
attribute_snippets.json, idf.npy and tfidf_vocab.json.  Sentences are split by this script's own copy of the
English Punkt parameters if NLTK has them (nltk.download("punkt_tab")), else every text is taken as one
sentence and fluency is only reported, not compared.  Prints the largest differences.

Written with scikit-learn 1.9, NLTK 3.10, NumPy 2.4.
"""

import json
import math
import pathlib
import sys
from collections import Counter

import numpy
from nltk.tokenize import NLTKWordTokenizer
from sklearn.feature_extraction.text import TfidfVectorizer

results, data = (pathlib.Path(argument) for argument in sys.argv[1:3])
vocabulary = json.loads((data / "tfidf_vocab.json").read_text())
vectorizer = TfidfVectorizer(vocabulary=vocabulary)
vectorizer.idf_ = numpy.load(data / "idf.npy")

try:
    from nltk.tokenize import sent_tokenize

    sent_tokenize("One. Two.")
except LookupError:
    sent_tokenize = None


def words(text):
    sentences = sent_tokenize(text) if sent_tokenize else [text]
    return [word for sentence in sentences for word in NLTKWordTokenizer().tokenize(sentence)]


def entropy(tokens, n):
    grams = Counter(zip(*(tokens[i:] for i in range(n))))
    total = sum(grams.values())
    return -sum(c / total * math.log2(c / total) for c in grams.values())


def fluency(text):
    tokens = words(text)
    return (2 / 3 * entropy(tokens, 2) + 4 / 3 * entropy(tokens, 3)) / 2


def similarity(first, second):
    a, b = (vectorizer.transform([" ".join(texts)]).toarray()[0] for texts in (first, second))
    return float(a @ b / ((numpy.linalg.norm(a) + 1e-6) * (numpy.linalg.norm(b) + 1e-6)))


worst = Counter()


def compare(name, ours, theirs):
    worst[name] = max(worst[name], abs(ours - theirs))


for file in sorted(results.rglob("generation.json")):
    for sample in json.loads(file.read_text())["samples"]:
        made = sample["generations"]
        compare("fluency", sample["fluency_score"], numpy.mean([fluency(text) for text in made]))
        if sample["references"]:
            compare("consistency", sample["consistency_score"], similarity(made, sample["references"]))
for file in sorted(results.rglob("essence.json")):
    for sample in json.loads(file.read_text())["samples"]:
        text, reference = sample["generation"], sample["references"][0]
        compare("essence", sample["essence_score"], similarity([text], [reference]))
        compare("fluency", sample["fluency_generation_score"], fluency(text))
        compare("fluency", sample["fluency_references_score"], fluency(reference))
print("sentences by", "Punkt" if sent_tokenize else "nobody: fluency is not comparable")
for name, difference in worst.items():
    print(f"{name}: largest difference {difference:.2e}")
