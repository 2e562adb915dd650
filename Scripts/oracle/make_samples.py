"""Makes the Winoventi excerpt and what its rows must become.

Reads winoventi_bert_large_final.tsv (the whole data set, MIT licence) given on the command line and writes
winoventi-excerpt.tsv (every 80th row and every row of a rare kind) and winoventi-excerpt.jsonl (the samples,
one a line) into the folder given second.  Python 3, standard library only; deterministic.
"""

import json
import pathlib
import sys


def sample(row):
    word, _, _, biased, adversarial, masked, target, incorrect, _ = row
    if masked.count(". ") != 1 or masked.count(word) != 2:
        return None
    context, prompt = masked.split(". ")
    start = context.find(word)
    if start < 0 or not (biased in context[start:] or adversarial in context[start:]):
        return None
    return {
        "id": f"{word}_{target}_{incorrect}",
        "entity": word,
        "prompt": prompt.replace("[MASK]", "").strip(". "),
        "context": context,
        "attribute": context[start + len(word):].strip(". "),
        "target_mediated": target,
        "target_unmediated": incorrect,
    }


def is_rare(row):
    word, biased, adversarial, masked = row[0], row[3], row[4], row[5]
    context = masked.split(". ")[0]
    behind = context[context.find(word) + len(word):]
    inside_word = sample(row) and biased not in behind and adversarial not in behind
    return masked.count(". ") != 1 or inside_word or any(field != field.strip() for field in row[:2])


def main(source, folder):
    lines = pathlib.Path(source).read_text(encoding="utf-8").split("\n")
    rows = [line.split("\t") for line in lines[1:] if line]
    kept = [sample(row) for row in rows if sample(row)]
    print(f"{len(rows)} rows, {len(kept)} samples, {len({k['id'] for k in kept})} ids")
    picked = [row for index, row in enumerate(rows) if index % 80 == 0 or is_rare(row)]
    folder = pathlib.Path(folder)
    text = "\n".join([lines[0]] + ["\t".join(row) for row in picked]) + "\n"
    (folder / "winoventi-excerpt.tsv").write_text(text, encoding="utf-8")
    samples = [json.dumps(sample(row), ensure_ascii=False) for row in picked if sample(row)]
    (folder / "winoventi-excerpt.jsonl").write_text("\n".join(samples) + "\n", encoding="utf-8")
    print(f"excerpt: {len(picked)} rows, {len(samples)} samples")


if __name__ == "__main__":
    main(*sys.argv[1:])
