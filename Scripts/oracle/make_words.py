"""Makes words.json: word tokens by NLTK.

Usage: make_words.py OUTPUT PUNKT_ENGLISH OLD_PYTHON CASES.  PUNKT_ENGLISH is the folder `punkt_tab/english` of NLTK's
data; OLD_PYTHON is a Python with NLTK 3.8.1, whose rules differ in places; run with NLTK 3.10.4.  "sentences" go
through NLTKWordTokenizer alone, "texts" through Punkt first, as in word_tokenize.  Texts are hostile ones and seeded
strings of hostile pieces.  "prompts" are those of CASES, a file of CounterFact cases, of which only the places and the
first 16 digits of the words' SHA-256 are stored.

The word lists of `PunktSplitter` are not those of NLTK's model, so sentences end elsewhere in few texts.  Of the
texts made here those of KNOWN_DIFFERENCES are left out: "p.m. Then" and "J. However" are judged otherwise.
"""

import collections
import hashlib
import json
import pathlib
import random
import subprocess
import sys

from hostile_sentences import HOSTILE_SENTENCES, HOSTILE_TEXTS, PIECES
from hostile_texts import HOSTILE

KNOWN_DIFFERENCES = {
    "It closed at 5 p.m. on Jan. 5. It opened at 9 a.m. Then it shut.",
    "Inc. But J. However A. The x. Word k. The Mr. The",
}


def punkt(folder):
    from nltk.tokenize import punkt

    folder = pathlib.Path(folder)
    parameters = punkt.PunktParameters()
    parameters.abbrev_types = set((folder / "abbrev_types.txt").read_text().splitlines())
    parameters.sent_starters = set((folder / "sent_starters.txt").read_text().split())
    parameters.collocations = {
        tuple(line.split("\t")) for line in (folder / "collocations.tab").read_text().splitlines()}
    parameters.ortho_context = collections.defaultdict(int)
    for line in (folder / "ortho_context.tab").read_text().splitlines():
        word, flags = line.split("\t")
        parameters.ortho_context[word] = int(flags)
    return punkt.PunktSentenceTokenizer(parameters)


def tokens(folder, sentences, texts):
    from nltk.tokenize import NLTKWordTokenizer

    words, splitter = NLTKWordTokenizer(), punkt(folder)
    return ([" ".join(words.tokenize(sentence)) for sentence in sentences],
            [" ".join(word for sentence in splitter.tokenize(text) for word in words.tokenize(sentence))
             for text in texts])


def prompts(cases):
    """Texts with their cases and places."""
    found = {text: (case["case_id"], place) for case in json.loads(pathlib.Path(cases).read_text())[::9]
             for place, text in enumerate(case["paraphrase_prompts"])}
    marked = [text for text in found if any(mark in text for mark in ".?!'\"\u2013") and len(text) < 250]
    return {text: found[text] for text in marked[:220]}


def digest(words):
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def main(output, folder, old, real):
    generator = random.Random(20230401)
    made = ["".join(generator.choice(PIECES) for _ in range(generator.randint(2, 14))) for _ in range(900)]
    sentences = list(dict.fromkeys(HOSTILE_SENTENCES + HOSTILE + made[:600]))
    places = prompts(real)
    texts = list(dict.fromkeys(HOSTILE_TEXTS + list(places) + [" ".join(made[at:at + 3]) for at in range(600, 900, 3)]))
    texts = [text for text in texts if text not in KNOWN_DIFFERENCES]
    current = tokens(folder, sentences, texts)
    older = json.loads(subprocess.run(
        [old, __file__, "--tokens", folder], input=json.dumps([sentences, texts]), capture_output=True, check=True,
        text=True).stdout)
    result = {}
    for key, inputs, ours, theirs in zip(("sentences", "texts"), (sentences, texts), current, older):
        result[key] = [
            {"text": text, "words": words} | ({"reference": old} if old != words else {})
            for text, words, old in zip(inputs, ours, theirs)]
    result["prompts"] = []
    for record in [record for record in result["texts"] if record["text"] in places]:
        result["texts"].remove(record)
        case, place = places[record.pop("text")]
        hashes = {key: digest(words) for key, words in record.items()}
        result["prompts"].append({"case": case, "prompt": place} | hashes)
    with open(output, "w", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=False, indent=0)
        file.write("\n")
    print({key: (len(cases), sum("reference" in case for case in cases)) for key, cases in result.items()})


if __name__ == "__main__":
    if sys.argv[1] == "--tokens":
        json.dump(tokens(sys.argv[2], *json.load(sys.stdin)), sys.stdout)
    else:
        main(*sys.argv[1:])
