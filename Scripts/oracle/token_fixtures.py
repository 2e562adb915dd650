#!/usr/bin/env python3
"""Writes Tests/LanguageModelsTests/Fixtures/tokens: what `tokenizers` 0.23.3 makes of texts.

    python Scripts/oracle/token_fixtures.py SMOLLM2_FOLDER PROMPTS

SMOLLM2_FOLDER holds SmolLM2's tokenizer.json; PROMPTS has the cleaned prompt, context and attribute of 6,000
CounterFact cases, one JSON object a line; GPT-2's vocabulary comes from the package `openai-whisper`
through Scripts/fetch/gpt2_vocabulary.py.  `transformers` 5.23.0 is asked as well where it builds a tokenizer from
vocab.json and merges.txt.  Deterministic.

    gpt2-merges.txt, smollm2-merges.txt   merges; the vocabularies follow from them
    smollm2-settings.json                 the rest of SmolLM2's tokenizer.json, and its first tokens
    counterfact.json                      a digest for every 50 prompts, contexts or attributes'
                                          token ranges, and some in full
    hostile.json                          a page of awkward texts, in full
    kinds.json                            small tokenizers of every kind: a digest for each of the awkward
                                          texts, some encodings in full, some decodings
    bare.json                             tokenizers that transformers builds from vocab.json and merges.txt,
                                          with encodings of some of the awkward texts
    unicode.json                          classes of scalars; digests of composed texts
"""
import json
import pathlib
import sys
import tempfile
import unicodedata

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Scripts/fetch"), str(ROOT / "Scripts/oracle")]

import gpt2_vocabulary  # noqa: E402
from hostile_texts import HOSTILE  # noqa: E402
from token_kinds import KINDS  # noqa: E402

OUT = ROOT / "Tests/LanguageModelsTests/Fixtures/tokens"
GROUP = 50
MASK = (1 << 64) - 1


class Digest:
    """FNV-1a, 64 bits, over numbers as four bytes, lowest first."""

    def __init__(self):
        self.value = 0xCBF29CE484222325

    def add(self, number):
        for byte in number.to_bytes(4, "little"):
            self.value = ((self.value ^ byte) * 0x100000001B3) & MASK

    def add_encoding(self, encoding):
        self.add(len(encoding.ids))
        for number in encoding.ids:
            self.add(number)
        for start, end in encoding.offsets:
            self.add(start)
            self.add(end)

    def __str__(self):
        return f"{self.value:016x}"


class Numbers:
    """SplitMix64, as the tests have it."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        value = self.state
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        return (value ^ (value >> 31)) % limit


def write(name, value, ascii_only=True):
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only)
    (OUT / name).write_text(text.replace('},{"', '},\n{"') + "\n", encoding="utf-8")
    print(f"{name}: {(OUT / name).stat().st_size} bytes")


def flat(offsets):
    return [number for pair in offsets for number in pair]


def encoded(tokenizer, text):
    """Encoding as a prompt, and the decoding where it is not the text itself."""
    encoding = tokenizer.encode(text)
    result = {"ids": encoding.ids, "offsets": flat(encoding.offsets)}
    decoded = tokenizer.decode(encoding.ids)
    if decoded != text:
        result["decoded"] = decoded
    return result


def counterfact(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8")
    return [json.loads(line) for line in lines.split("\n") if line]


def gpt2():
    """The vocabulary, merges, and the tokenizer; transformers' own must agree."""
    vocabulary, merges = gpt2_vocabulary.build(gpt2_vocabulary.installed_ranks())
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>"])
    lines = ["#version: 0.2", *(f"{left} {right}" for left, right in merges)]
    (OUT / "gpt2-merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tokenizer


def compare_with_transformers(tokenizer, texts):
    from transformers import GPT2Tokenizer

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        vocabulary = {token: number for token, number in tokenizer.get_vocab().items()}
        ordered = dict(sorted(vocabulary.items(), key=lambda item: item[1]))
        (folder / "vocab.json").write_text(json.dumps(ordered))
        (folder / "merges.txt").write_text((OUT / "gpt2-merges.txt").read_text(encoding="utf-8"))
        (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "GPT2Tokenizer"}')
        other = GPT2Tokenizer.from_pretrained(str(folder))
        for text in texts:
            mine = tokenizer.encode(text)
            theirs = other(text, return_offsets_mapping=True)
            assert mine.ids == theirs["input_ids"], text
            assert mine.offsets == [tuple(pair) for pair in theirs["offset_mapping"]], text
    print(f"transformers' GPT2Tokenizer agrees on {len(texts)} texts")


def smollm2(folder):
    """SmolLM2's tokenizer, taken apart such that the tests can put it together again."""
    path = pathlib.Path(folder) / "tokenizer.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    merges = whole["model"].pop("merges")
    vocabulary = whole["model"].pop("vocab")
    ordered = [token for token, _ in sorted(vocabulary.items(), key=lambda item: item[1])]
    first = ordered[: len(ordered) - len(merges)]
    rebuilt = {token: number for number, token in enumerate(first)}
    for left, right in merges:
        rebuilt[left + right] = len(rebuilt)
    assert rebuilt == vocabulary
    lines = [f"{left} {right}" for left, right in merges]
    (OUT / "smollm2-merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write("smollm2-settings.json", {"settings": whole, "first": first})
    again = json.loads((OUT / "smollm2-settings.json").read_text())
    again["settings"]["model"]["vocab"] = rebuilt
    again["settings"]["model"]["merges"] = [line.split(" ") for line in lines]
    assert again["settings"] == json.loads(path.read_text(encoding="utf-8"))
    return Tokenizer.from_file(str(path))


def digests(tokenizer, texts):
    result = []
    for start in range(0, len(texts), GROUP):
        digest = Digest()
        for text in texts[start : start + GROUP]:
            digest.add_encoding(tokenizer.encode(text))
        result.append(str(digest))
    return result


def attribute_ranges(tokenizer, cases):
    """Digests of the attributes' token ranges in the contexts, as the reference has them and as ours are."""
    result = []
    for start in range(0, len(cases), GROUP):
        digest = Digest()
        for case in cases[start : start + GROUP]:
            begin = case["context"].find(case["attribute"])
            if begin < 0 or not case["attribute"]:
                continue
            end = begin + len(case["attribute"])
            offsets = tokenizer.encode(case["context"]).offsets
            first = next(i for i, (a, b) in enumerate(offsets) if a <= begin <= b)
            last = next(i for i, (a, b) in enumerate(offsets) if a <= end <= b)
            sharing = [i for i, (a, b) in enumerate(offsets) if a < end <= b]
            for number in (first, last + 1, max([last, *sharing]) + 1):
                digest.add(number)
        result.append(str(digest))
    return result


def kinds(cases):
    training = [case["prompt"] for case in cases[:1500]]
    entries = []
    for name, build in KINDS.items():
        tokenizer = build(training)
        numbers = Numbers(7)
        size = tokenizer.get_vocab_size()
        lists = [[numbers.below(size + 1) for _ in range(numbers.below(9))] for _ in range(25)]
        entries.append(
            {
                "name": name,
                "tokenizer": json.loads(tokenizer.to_str()),
                "digests": [kind_digest(tokenizer, text) for text in HOSTILE],
                "encodings": [
                    {"text": index, **encoded(tokenizer, text)}
                    for index, text in enumerate(HOSTILE)
                    if index % 9 == 0 and len(text) < 70
                ],
                "lists": lists,
                "decoded": [tokenizer.decode(numbers) for numbers in lists],
                "special": [tokenizer.decode(numbers, skip_special_tokens=False) for numbers in lists],
            }
        )
    write("kinds.json", entries, ascii_only=False)


def kind_digest(tokenizer, text):
    digest = Digest()
    digest.add_encoding(tokenizer.encode(text))
    return str(digest)


def bare(cases):
    """Tokenizers that transformers builds from vocab.json and merges.txt."""
    from transformers import GPT2Tokenizer, Qwen2Tokenizer

    trained = json.loads(KINDS["cl100k"]([case["prompt"] for case in cases[:1500]]).to_str())["model"]
    vocabulary = {token: number for token, number in trained["vocab"].items() if token != "<|end|>"}
    vocabulary = {token: number for number, token in enumerate(vocabulary)}
    vocabulary["<|endoftext|>"] = len(vocabulary)
    merges = [" ".join(pair) for pair in trained["merges"]]
    entries = []
    for kind, config in [
        (GPT2Tokenizer, {}),
        (GPT2Tokenizer, {"add_bos_token": True}),
        (GPT2Tokenizer, {"add_prefix_space": True}),
        (Qwen2Tokenizer, {"tokenizer_class": "Qwen2Tokenizer"}),
    ]:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "vocab.json").write_text(json.dumps(vocabulary))
            (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
            (folder / "tokenizer_config.json").write_text(json.dumps(config))
            tokenizer = kind.from_pretrained(str(folder))
            encodings = []
            for index, text in enumerate(HOSTILE):
                if index % 4 == 0 and len(text) < 70:
                    found = tokenizer(text, return_offsets_mapping=True)
                    offsets = flat(found["offset_mapping"])
                    encodings.append({"text": index, "ids": found["input_ids"], "offsets": offsets})
            entries.append({"config": config, "encodings": encodings})
    write("bare.json", {"vocab": vocabulary, "merges": merges, "tokenizers": entries}, ascii_only=False)


def scalar_ranges(pattern):
    """The scalars that a regular expression of the library's matches, as a flat list of ranges."""
    splitter = pre_tokenizers.Split(Regex(pattern), "removed")
    codes = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    ranges = []
    for start in range(0, len(codes), 4096):
        chunk = codes[start : start + 4096]
        left = {ord(c) for piece, _ in splitter.pre_tokenize_str("".join(map(chr, chunk))) for c in piece}
        for code in chunk:
            if code not in left:
                if ranges and ranges[-1] == code:
                    ranges[-1] = code + 1
                else:
                    ranges += [code, code + 1]
    return ranges


def composition():
    """Digests of composed texts: random mixtures of scalars that compose, decompose or reorder."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: number for number, c in enumerate(alphabet)}, merges=[]))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    scalars = [
        code
        for code in range(0x110000)
        if unicodedata.combining(chr(code))
        or (unicodedata.decomposition(chr(code)) and not unicodedata.decomposition(chr(code)).startswith("<"))
    ]
    scalars = scalars[::3] + [*range(0x1100, 0x1120), *range(0x1160, 0x1180), *range(0x11A0, 0x11C8)]
    scalars += [*range(0xAC00, 0xAC20), *map(ord, "aeouAEOUyωαηcg<>= ")] * 8
    scalars += [0x300, 0x301, 0x323, 0x327, 0x328, 0x344, 0x345, 0x342, 0x313, 0x338, 0x31B, 0x308] * 40
    scalars += [0x11131, 0x11127, 0x11347, 0x1133E, 0x9C7, 0x9BE, 0x1025, 0x102E, 0x1D165, 0x1D16E] * 10
    numbers = Numbers(11)
    found = []
    for _ in range(30):
        digest = Digest()
        for _ in range(100):
            text = "".join(chr(scalars[numbers.below(len(scalars))]) for _ in range(1 + numbers.below(8)))
            digest.add_encoding(tokenizer.encode(text))
        found.append(str(digest))
    settings = json.loads(tokenizer.to_str())
    return {"tokenizer": settings, "scalars": scalars, "seed": 11, "texts": 100, "digests": found}


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    cases = counterfact(sys.argv[2])
    prompts = [case["prompt"] for case in cases]
    contexts = [case["context"] for case in cases]
    tokenizers = {"gpt2": gpt2(), "smollm2": smollm2(sys.argv[1])}
    compare_with_transformers(tokenizers["gpt2"], prompts + contexts + HOSTILE)
    write(
        "counterfact.json",
        {
            name: {
                "prompts": digests(tokenizer, prompts),
                "contexts": digests(tokenizer, contexts),
                "attributes": attribute_ranges(tokenizer, cases),
                "first": [encoded(tokenizer, text) for text in prompts[:5]],
            }
            for name, tokenizer in tokenizers.items()
        },
    )
    found = {name: [encoded(tokenizer, text) for text in HOSTILE] for name, tokenizer in tokenizers.items()}
    write("hostile.json", {"texts": HOSTILE, **found})
    kinds(cases)
    bare(cases)
    classes = {"letters": r"\p{L}", "numbers": r"\p{N}", "spaces": r"\s"}
    classes = {name: scalar_ranges(pattern) for name, pattern in classes.items()}
    write("unicode.json", {**classes, "composition": composition()})


if __name__ == "__main__":
    main()
