#!/usr/bin/env python3
"""Indexing and querying a file shaped like ROME's attribute_snippets.json: speed and peak memory.

    python Scripts/benchmarks/snippets.py [--size 926285719] [--terms 1380271] [--folder FOLDER]

Makes the data (seeded) in FOLDER, by default a temporary one that is removed afterwards, first checks the
queries against Python's own `json` on 5 MB in several spellings, then measures: making the index, opening with
the index there, the texts of 200 pairs, and loading a vocabulary and idf.npy of the true number of terms.
Every figure is from a process of its own; memory is the system's VmHWM.  Needs NumPy and swiftc.
"""
import argparse
import contextlib
import json
import pathlib
import random
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = {
    "LanguageModels": [
        "LanguageModelError.swift", "JSON/*.swift", "Files/AtomicFile.swift", "Files/NumPyFile.swift",
        "Files/RandomAccessFile.swift", "Files/SHA256.swift", "Files/SystemCall.swift",
        "Tokens/ByteStringTable.swift", "Tokens/ByteStrings.swift", "Tokens/ScalarClasses.swift"],
    "RemediCore": [
        "Progress.swift", "RemediError.swift", "Samples/AttributeSnippets.swift", "Samples/SnippetIndex*.swift",
        "Texts/SparseVector.swift", "Texts/Term*.swift"],
}
SIZE, TERMS = 926_285_719, 1_380_271
SYLLABLES = [first + second for first in "bcdfghklmnprstvz" for second in "aeiou"]


def build(folder):
    """Compiles the sources in modules of their own, as the package has them."""
    flags = ["swiftc", "-O", "-wmo", "-swift-version", "6", "-package-name", "remedi", "-parse-as-library"]
    objects = []
    for name, patterns in MODULES.items():
        sources = [path for pattern in patterns for path in sorted((ROOT / "Sources" / name).glob(pattern))]
        objects.append(folder / f"{name}.o")
        subprocess.run(
            [*flags, "-module-name", name, "-I", folder, "-emit-module", "-emit-module-path",
             folder / f"{name}.swiftmodule", "-c", *sources, "-o", objects[-1]], check=True)
    (folder / "main.swift").write_text((ROOT / "Scripts/benchmarks/snippets.swift").read_text())
    flags.remove("-parse-as-library")
    binary = folder / "snippets"
    subprocess.run([*flags, "-I", folder, folder / "main.swift", *objects, "-o", binary], check=True)
    return binary


def word(source):
    return "".join(source.choice(SYLLABLES) for _ in range(source.randint(1, 4)))


def paragraphs(source, count):
    words = [word(source) for _ in range(8000)]
    strange = ["“quoted”", "naïve", "Kraków", "\n\n", "\"so\"", "back\\slash", "東京", "😀", "\t", "dash–dash"]
    def one():
        chosen = [source.choice(words) for _ in range(source.randint(40, 180))]
        for _ in range(source.randint(0, 6)):
            chosen[source.randrange(len(chosen))] = source.choice(strange)
        return " ".join(chosen) + "."
    return [one() for _ in range(count)]


def entries(source, texts, size):
    """Entries until their texts have `size` bytes; one in ten belongs to a pair that was there already."""
    known, written = [], 0
    while written < size:
        if known and source.random() < 0.1:
            relation, target = source.choice(known)
        else:
            relation, target = f"P{source.randint(1, 40)}", f"Q{source.randint(1, 10 ** 6)}"
            known.append((relation, target))
        samples = []
        for _ in range(min(source.randint(0, 400), 1 + (size - written) // 2500)):
            text = " ".join(source.choice(texts) for _ in range(3))
            name = f"{word(source).title()} {word(source).title()}"
            samples.append({"name": name, "id": f"Q{source.randint(1, 10 ** 6)}", "text": text})
            written += 2 * len(name) + len(text) + 60
        yield {"relation_id": relation, "target_id": target, "samples": samples}


def make(path, size):
    """Writes a file of about `size` bytes as ROME's was (ASCII, one line); returns its pairs."""
    source = random.Random(20230406)
    texts, pairs = paragraphs(source, 3000), {}
    with open(path, "w", encoding="ascii") as file:
        for number, entry in enumerate(entries(source, texts, size)):
            file.write("[" if number == 0 else ", ")
            file.write(json.dumps(entry))
            pairs[entry["relation_id"], entry["target_id"]] = True
        file.write("]")
    return list(pairs)


def run(binary, mode, *arguments):
    command = [str(part) for part in (binary, mode, *arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def write_pairs(path, pairs):
    path.write_text("".join(f"{relation} {target}\n" for relation, target in pairs))
    return path


def check(binary, folder):
    plain = folder / "small.json"
    pairs = make(plain, 5_000_000)
    data = json.loads(plain.read_text())
    expected = {pair: [] for pair in pairs}
    for entry in data:
        expected[entry["relation_id"], entry["target_id"]] += entry["samples"]
    listed = write_pairs(folder / "pairs", pairs)
    repeated = len(data) - len(pairs)
    for name, text in {
        "as ROME's": plain.read_text(),
        "pretty, UTF-8": json.dumps(data, indent=2, ensure_ascii=False),
        "compact, other order": json.dumps(
            [dict(reversed(entry.items())) for entry in data], separators=(",", ":")).replace("/", "\\/"),
    }.items():
        path = folder / "spelling.json"
        path.write_text(text, encoding="utf-8")
        found = run(binary, "print", path, listed)["pairs"]
        for pair, answer in zip(pairs, found, strict=True):
            assert answer["names"] == [sample["name"] for sample in expected[pair]], (name, pair)
            assert answer["texts"] == [sample["text"] for sample in expected[pair]], (name, pair)
        snippets = sum(len(samples) for samples in expected.values())
        print(f"{name}: {len(pairs)} pairs ({repeated} entries more), {snippets} snippets as Python reads them")


def measure_snippets(binary, folder, size):
    path = folder / "attribute_snippets.json"
    pairs = make(path, size)
    true_size = path.stat().st_size
    # Once more through the file, so that what is measured is ours and not the disk.
    subprocess.run(["cat", path], stdout=subprocess.DEVNULL, check=True)
    made, opened = run(binary, "open", path), run(binary, "open", path)
    asked_for = random.Random(1).sample(pairs, min(200, len(pairs)))
    chosen = write_pairs(folder / "pairs", asked_for)
    asked = run(binary, "query", path, chosen)
    index = path.with_name(path.name + ".index").stat().st_size
    print(f"{true_size / 1e6:.0f} MB, {len(pairs)} pairs")
    print(f"  index   {made['seconds']:.2f} s, {true_size / 1e6 / made['seconds']:.0f} MB/s, "
          f"peak {made['peak'] / 1e6:.0f} MB; the index has {index / 1e6:.1f} MB")
    print(f"  reopen  {opened['seconds'] * 1e3:.1f} ms, peak {opened['peak'] / 1e6:.0f} MB")
    print(f"  query   {asked['count']} texts of {len(asked_for)} pairs in {asked['seconds'] * 1e3:.0f} ms, "
          f"{asked['bytes'] / 1e6 / asked['seconds']:.0f} MB/s, peak {asked['peak'] / 1e6:.0f} MB")


def measure_terms(binary, folder, count):
    source = random.Random(20230407)
    terms = {}
    while len(terms) < count:
        terms.setdefault(word(source) + str(source.randint(0, 999)) + source.choice(["", "", "", "é"]), len(terms))
    vocabulary, array, text = folder / "tfidf_vocab.json", folder / "idf.npy", folder / "text"
    vocabulary.write_text(json.dumps(terms))
    np.save(array, np.ones(count))
    # A few terms make most of a text, as in any language.
    weights = [1 / rank for rank in range(1, count + 1)]
    text.write_text(" ".join(source.choices(list(terms), weights, k=300_000)))
    found = run(binary, "terms", vocabulary, array, text)
    print(f"{count} terms, {vocabulary.stat().st_size / 1e6:.1f} MB: {found['vocabulary'] * 1e3:.0f} ms, idf.npy "
          f"{found['array'] * 1e3:.0f} ms, peak {found['peak'] / 1e6:.0f} MB; a vector at "
          f"{found['bytes'] / 1e6 / found['vector']:.0f} MB/s of text")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--terms", type=int, default=TERMS)
    parser.add_argument("--folder", type=pathlib.Path)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        binary = build(folder)
        check(binary, folder)
        measure_snippets(binary, folder, options.size)
        measure_terms(binary, folder, options.terms)


if __name__ == "__main__":
    main()
