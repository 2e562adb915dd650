#!/usr/bin/env python3
"""Writes Sources/RemediCore/Texts/PunktEnglish.swift.

    python Scripts/punkt_table.py PUNKT_ENGLISH

PUNKT_ENGLISH is the folder `tokenizers/punkt_tab/english` of NLTK's data (it also comes inside the PyPI
package `llama-index-core`; made with that of version 0.14.25).  Kept are its abbreviations, its words that
often begin sentences, and words that it has seen in lower case: those it has also seen begin a sentence, and
those among the 1,000 commonest of the CounterFact cases in Tests/Fixtures.  After an abbreviation or an initial
such a word with a capital may begin a sentence.
"""
import collections
import json
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[1]
TARGET = ROOT / "Sources/RemediCore/Texts/PunktEnglish.swift"
COMMON = 1_000
FIRST_UPPER, MIDDLE_UPPER, LOWER = 2, 4, 16 + 32 + 64
HEADER = '''/// What `PunktSplitter` knows about English.
///
/// Written by `Scripts/punkt_table.py` from the English model that comes with NLTK, which Strunk and Kiss
/// trained on newspaper text.
enum PunktEnglish {
'''


def common_words():
    cases = json.loads((ROOT / "Tests/Fixtures/counterfact-6k.json").read_text())
    counts = collections.Counter()
    for case in cases:
        for key in ("paraphrase_prompts", "neighborhood_prompts", "generation_prompts"):
            for text in case[key]:
                counts.update(re.findall(r"[a-z]+", text.lower()))
    return [word for word, _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:COMMON]]


def listing(name, comment, words):
    lines = textwrap.wrap(" ".join(words), 98, break_on_hyphens=False, break_long_words=False)
    body = " \\\n".join(f"        {line}" for line in lines)
    return (f"    /// {comment}\n    static let {name} = words(\n        \"\"\"\n{body}\n"
            '        """)\n')


def main(folder):
    folder = pathlib.Path(folder)
    abbreviations = sorted(
        word for word in (folder / "abbrev_types.txt").read_text().splitlines() if " " not in word)
    starters = sorted((folder / "sent_starters.txt").read_text().split())
    contexts = {}
    for line in (folder / "ortho_context.tab").read_text().splitlines():
        word, flags = line.split("\t")
        contexts[word] = int(flags)
    common = set(common_words())
    lower = [word for word, flags in contexts.items()
             if flags & LOWER and (flags & FIRST_UPPER or word in common)]
    certain = sorted(word for word in lower if not contexts[word] & MIDDLE_UPPER)
    others = sorted(word for word in lower if contexts[word] & MIDDLE_UPPER)
    TARGET.write_text(HEADER + "\n".join([
        listing("abbreviations", "Words that a full stop belongs to.", abbreviations),
        listing("starters", "Words that often begin sentences.", starters),
        listing("uncapitalized", "Words that have a capital at the beginning of sentences only.", certain),
        listing("sometimesCapitalized", "Words that also have one inside names.", others),
        "    private static func words(_ text: String) -> Set<String> {\n"
        '        Set(text.split(separator: " ").map(String.init))\n    }\n}\n']))
    print(len(abbreviations), len(starters), len(certain), len(others))


if __name__ == "__main__":
    main(*sys.argv[1:])
