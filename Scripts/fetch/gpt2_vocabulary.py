#!/usr/bin/env python3
"""Rebuilds GPT-2's vocab.json and merges.txt from the ranks in the PyPI package `openai-whisper`.

    pip download --no-deps openai-whisper    # or have it installed
    python Scripts/fetch/gpt2_vocabulary.py FOLDER [RANKS]

RANKS is `gpt2.tiktoken` (found in the installed package if left out): one token and its rank a line.  A
token's merge is what byte-pair encoding with the earlier merges makes of it: exactly two parts.  The
files are checked against the sums that OpenAI's own have.  Needs nothing beyond Python's standard library.
"""
import argparse
import base64
import hashlib
import importlib.util
import json
import pathlib

# OpenAI's encoder.json and vocab.bpe, as `tiktoken` checks them.
SUMS = {
    "vocab.json": "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
    "merges.txt": "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
}


def byte_alphabet():
    """The printable scalar that spells each byte."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    spelling = {byte: chr(byte) for byte in printable}
    moved = 0x100
    for byte in range(256):
        if byte not in spelling:
            spelling[byte] = chr(moved)
            moved += 1
    return spelling


def installed_ranks():
    spec = importlib.util.find_spec("whisper")
    if spec is None:
        raise SystemExit("openai-whisper is not installed: give the path of gpt2.tiktoken")
    return pathlib.Path(spec.origin).parent / "assets" / "gpt2.tiktoken"


def read_ranks(path):
    ranks = {}
    for line in path.read_bytes().splitlines():
        if line:
            token, rank = line.split()
            ranks[base64.b64decode(token)] = int(rank)
    return ranks


def halves(token, ranks):
    """The two tokens whose merge made `token`."""
    parts = [bytes([byte]) for byte in token]
    limit = ranks[token]
    while len(parts) > 2:
        found = [ranks.get(left + right, limit) for left, right in zip(parts, parts[1:])]
        best = min(found)
        if best >= limit:
            raise SystemExit(f"no merge makes {token!r}")
        place = found.index(best)
        parts[place : place + 2] = [parts[place] + parts[place + 1]]
    return parts


def build(path):
    """The vocabulary (spelling to id) and the merges (pairs of spellings) of a rank file."""
    ranks = read_ranks(path)
    spelling = byte_alphabet()

    def spell(token):
        return "".join(spelling[byte] for byte in token)

    vocabulary = {spell(token): rank for token, rank in sorted(ranks.items(), key=lambda item: item[1])}
    merges = []
    for token, _ in sorted(ranks.items(), key=lambda item: item[1]):
        if len(token) > 1:
            left, right = halves(token, ranks)
            merges.append((spell(left), spell(right)))
    vocabulary["<|endoftext|>"] = len(vocabulary)
    return vocabulary, merges


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("ranks", type=pathlib.Path, nargs="?")
    options = parser.parse_args()
    vocabulary, merges = build(options.ranks or installed_ranks())
    options.folder.mkdir(parents=True, exist_ok=True)
    (options.folder / "vocab.json").write_text(json.dumps(vocabulary))
    lines = ["#version: 0.2", *(f"{left} {right}" for left, right in merges)]
    (options.folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, expected in SUMS.items():
        if hashlib.sha256((options.folder / name).read_bytes()).hexdigest() != expected:
            raise SystemExit(f"{name} differs from OpenAI's")
    print(f"{len(vocabulary)} tokens, {len(merges)} merges in {options.folder}")


if __name__ == "__main__":
    main()
