#!/usr/bin/env python3
"""Writes Sources/RemediCore/Texts/Sentences/PunktEnglish+Capitals.swift.

    python3.11 Scripts/tables/capitals_table.py CASES WINOVENTI

Counts how words are written, as Kiss and Strunk's method does, in three bodies of text: the prompts of
CASES, 6,000 CounterFact cases (MIT licence), the sentences of WINOVENTI, the file
`winoventi_bert_large_final.tsv` (MIT licence), and the documentation strings of the running Python's own
library, without its tests, with the topics of its `help` (PSF licence).  Kept are words that stand in lower
case COMMON times or more and also with a capital, and letters that CounterFact follows with a full stop more
often than not.  Made with Python 3.11.7.
"""
import ast
import collections
import json
import pathlib
import pydoc_data.topics
import re
import sys
import sysconfig
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "Sources/RemediCore/Texts/Sentences/PunktEnglish+Capitals.swift"
COMMON = 20
TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\S")
HEADER = '''/// How English writes words: with a capital at the beginning of sentences only, or also inside them.
///
/// Counted by `Scripts/tables/capitals_table.py` in the prompts of CounterFact and the sentences of Winoventi, both
/// under the MIT licence, and in the documentation of Python 3.11's library, under the PSF licence.
extension PunktEnglish {
'''


def counterfact(path):
    for case in json.loads(pathlib.Path(path).read_text()):
        for key in ("paraphrase_prompts", "neighborhood_prompts", "attribute_prompts", "generation_prompts"):
            yield from case[key]


def winoventi(path):
    for line in pathlib.Path(path).read_text().splitlines()[1:]:
        fields = line.split("\t")
        yield fields[5].replace("[MASK]", fields[6])


def documentation():
    library = pathlib.Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.rglob("*.py")):
        if {"site-packages", "dist-packages", "test", "tests"} & set(path.parts):
            continue
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from re.split(r"\n\s*\n", ast.get_docstring(node) or "")
    for topic in pydoc_data.topics.topics.values():
        yield from re.split(r"\n\s*\n", topic)


def capitals(texts):
    """Word -> how often it is in lower case, begins a sentence with a capital, has one inside."""
    counts = collections.defaultdict(lambda: [0, 0, 0])
    for text in texts:
        is_first = True
        for token in TOKEN.findall(text):
            if not token[0].isalpha():
                is_first = token in ".?!:"
                continue
            if token.islower():
                counts[token][0] += 1
            elif token[0].isupper():
                counts[token.lower()][1 if is_first else 2] += 1
            is_first = False
    return counts


def initials(texts):
    stopped = collections.Counter()
    for text in texts:
        for letter, stop in re.findall(r"(?<!\S)([A-Za-z])(\.?)(?=\s)", text):
            stopped[letter.lower()] += 1 if stop else -1
    return sorted(letter for letter, balance in stopped.items() if balance > 0)


def listing(name, comment, words):
    lines = textwrap.wrap(" ".join(words), 98, break_on_hyphens=False, break_long_words=False)
    body = " \\\n".join(f"        {line}" for line in lines)
    return f"    /// {comment}\n    static let {name} = words(\n        \"\"\"\n{body}\n        \"\"\")\n"


def main(cases, path):
    texts = [*counterfact(cases), *winoventi(path), *documentation()]
    counts = {word: (first, inside) for word, (lower, first, inside) in capitals(texts).items()
              if len(word) > 1 and lower >= COMMON and first + inside}
    certain = sorted(word for word, (_, inside) in counts.items() if inside < 2)
    others = sorted(word for word, (_, inside) in counts.items() if inside >= 2)
    TARGET.write_text(HEADER + "\n".join([
        listing("initials", "Letters that are rarely words.", initials(counterfact(cases))),
        listing("uncapitalized", "Words that have a capital at the beginning of sentences only.", certain),
        listing("sometimesCapitalized", "Words that also have one inside names.", others),
    ]) + "}\n")
    print(len(certain), len(others))


if __name__ == "__main__":
    main(*sys.argv[1:])
