#!/usr/bin/env python3
"""Tokens per second against Hugging Face `tokenizers` on one thread, in one run on the same texts.

    python Scripts/benchmarks/tokens.py PROMPTS FOLDER [FOLDER …] [--rounds 7]

FOLDER holds `tokenizer.json`, or `vocab.json` and `merges.txt` (as Scripts/fetch/gpt2_vocabulary.py writes them).
The texts are the `prompt` and `context` of every line of PROMPTS, JSON Lines such as 6,000 CounterFact cases.  Both
sides take the best of the rounds, each on a tokenizer just loaded (cold: its word cache is empty) and once
more (warm); what counts is processor time, which other work on the machine changes least.  Needs
`tokenizers` and swiftc.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import tokenizers  # noqa: E402  (the thread count must be set first)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Sources/LanguageModels"


def texts(path):
    lines = path.read_text(encoding="utf-8")
    cases = [json.loads(line) for line in lines.split("\n") if line]
    return [case["prompt"] for case in cases] + [case["context"] for case in cases]


def load_theirs(folder):
    if (folder / "tokenizer.json").exists():
        return tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    model = tokenizers.models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens(["<|endoftext|>"])
    return tokenizer


def seconds(body):
    start = time.process_time()
    result = body()
    return time.process_time() - start, result


def theirs(folder, samples, rounds):
    best = {}

    def note(name, value):
        best[name] = min(best.get(name, float("inf")), value)

    for _ in range(rounds):
        for name, encode in {
            "encode": lambda tokenizer: [tokenizer.encode(text) for text in samples],
            "encode_batch": lambda tokenizer: tokenizer.encode_batch(samples),
            "encode_batch_fast": lambda tokenizer: tokenizer.encode_batch_fast(samples),
        }.items():
            time_to_load, tokenizer = seconds(lambda: load_theirs(folder))
            note("load", time_to_load)
            note(f"{name} cold", seconds(lambda: encode(tokenizer))[0])
            time_warm, encodings = seconds(lambda: encode(tokenizer))
            note(f"{name} warm", time_warm)
    return best, sum(len(encoding.ids) for encoding in encodings)


def build(folder):
    binary = folder / "tokens"
    files = [
        *sorted((SOURCES / "Tokens").glob("*.swift")),
        *sorted((SOURCES / "JSON").glob("*.swift")),
        SOURCES / "LanguageModelError.swift",
        folder / "main.swift",
    ]
    (folder / "main.swift").write_text((ROOT / "Scripts/benchmarks/tokens.swift").read_text())
    command = ["swiftc", "-O", "-wmo", "-swift-version", "6", "-package-name", "remedi"]
    subprocess.run([*command, *map(str, files), "-o", str(binary)], check=True)
    return binary


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prompts", type=pathlib.Path)
    parser.add_argument("folders", type=pathlib.Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    samples = texts(options.prompts)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        binary = build(scratch)
        lines = scratch / "texts.jsonl"
        lines.write_text("".join(json.dumps(text) + "\n" for text in samples))
        for folder in options.folders:
            command = [str(binary), str(folder), str(lines), str(options.rounds)]
            ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            other, count = theirs(folder, samples, options.rounds)
            report(folder, ours, other, count)


def report(folder, ours, other, count):
    print(f"{folder}: {ours['tokens']} tokens (tokenizers {tokenizers.__version__}: {count})")
    print(f"  load      ours {ours['load'] * 1e3:6.1f} ms, theirs {other['load'] * 1e3:6.1f} ms")
    for state in ("cold", "warm"):
        print(f"  {state}      ours {ours['tokens'] / ours[state] / 1e6:6.2f} M tokens/s")
        for name in ("encode", "encode_batch", "encode_batch_fast"):
            time_taken = other[f"{name} {state}"]
            speed, ratio = count / time_taken / 1e6, time_taken / ours[state]
            print(f"    {name:18} {speed:6.2f} M tokens/s, ours {ratio:5.2f} times as fast")


if __name__ == "__main__":
    main()
