"""Makes the fixtures of the entailment and mediation tests with PyTorch, one sequence at a time in float64.

Usage: make_entailment.py REPOSITORY, after make_evaluation.py, whose checkpoints, cases and editor it uses.
Writes Tests/RemediCoreTests/Fixtures/entailment/expected.json: for both checkpoints

  entailment   for every condition the log-probabilities of all features of some samples of
               Tests/Fixtures/mcrae.txt (as raw_data_sets.py reads it), and the metrics by SciPy and NumPy
  mediation    of the CounterFact cases and the Winoventi excerpt the likeliest tokens, the log-probabilities
               of both targets (first tokens, whole words) and the accuracies

Made with torch 2.15, transformers 5.23, tokenizers 0.23, numpy 2.4, scipy 1.16; seeded, deterministic.
"""

import json
import math
import pathlib
import re
import sys
import warnings

import numpy as np
import scipy.stats
import torch
import transformers
from tokenizers import Tokenizer

import make_evaluation
import raw_data_sets
import torch_remedi as remedi
import facts as invented

LIMIT = 64  # positions of the tiny checkpoints
SAMPLES = 8
LISTS = {"co_features": ("all_co_features", "co_prob"), "orig_features": ("original_features", "prob"),
         "unrel_features": ("unrelated_features", None)}
CONDITIONS = {
    "unedited": {}, "prefix": {"prefix": True}, "linear": {"editor": "linear"},
    "identity": {"editor": "identity"}, "scaled": {"editor": "linear", "alpha": 1.5, "beta": 0.25},
    "rounded": {"editor": "linear", "rounded": True}}


def references(sample, rounded):
    """For each list its features with the logarithms of people's probabilities; those of 0 left out."""
    result = {}
    for name, (key, probability) in LISTS.items():
        kept = []
        for feature in sample["source"][key]:
            if probability is None:
                kept.append((feature, None))
                continue
            p = float(feature[probability])
            p = float(f"{p:.2f}") if rounded else p
            if p > 0:
                kept.append((feature, math.log(p)))
        result[name] = kept
    return result


def edit_for(model, tokenizer, sample, condition, editor):
    if "editor" not in condition:
        return None
    ids, span = remedi.find(tokenizer, sample["context"], sample["attribute"])
    state = remedi.state_after_block(model, ids)[slice(*span)].mean(0)
    return state if condition["editor"] == "identity" else editor(None, state)


def score(model, tokenizer, sample, feature, condition, direction):
    """The log-probability of the whole target at the end of the text."""
    front = feature["prompt"]
    if condition.get("prefix"):
        front = sample["context"].rstrip(". ") + ". " + front
    text = f"{front} {feature['target']}"
    ids, offsets = remedi.encode(tokenizer, text)
    start, _ = remedi.token_range(offsets, len(front) + 1, len(text))
    if len(ids) - 1 > LIMIT:
        return None
    if direction is None:
        logp = remedi.log_probabilities(model, ids[:-1])
    else:
        at = re.search(rf"(?<!\w){re.escape(sample['entity'])}(?!\w)", text)
        last = remedi.token_range(offsets, at.start(), at.end())[1]
        with remedi.Edited(model, direction, (last - 1, last), condition.get("alpha", 1.0),
                           condition.get("beta", 1.0)):
            logp = remedi.log_probabilities(model, ids[:-1])
    return sum(logp[i - 1, ids[i]].item() for i in range(start, len(ids)))


def correlation(values, known):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        r = scipy.stats.pearsonr(values, known)[0] if len(values) > 1 else math.nan
    return None if math.isnan(r) else r


def mean_std(values):
    values = [v for v in values if v is not None]
    return [np.mean(values), np.std(values), len(values)] if values else None


def entailment(model, tokenizer, samples, condition, editor):
    found, metrics = {}, {}
    for sample in samples:
        features = references(sample, condition.get("rounded", False))
        direction = edit_for(model, tokenizer, sample, condition, editor)
        entry = {}
        for name, kept in features.items():
            before = [score(model, tokenizer, sample, f, {}, None) for f, _ in kept]
            after = [score(model, tokenizer, sample, f, condition, direction) for f, _ in kept]
            entry[name] = {"before": before, "after": after, "reference": [r for _, r in kept]}
        if any(v is None for part in entry.values() for v in part["after"]):
            continue
        found[sample["id"]] = entry
        for name, part in entry.items():
            short = name.split("_")[0]
            if part["after"]:
                change = np.mean(np.exp(part["after"]) - np.exp(part["before"]))
                metrics.setdefault(f"{short}_delta_p", []).append(change)
            if name != "unrel_features":
                for when in ("before", "after"):
                    metrics.setdefault(f"{short}_corr_{when}", []).append(
                        correlation(part[when], part["reference"]))
    samples = {id: {name: [part["before"], part["after"]] for name, part in entry.items()}
               for id, entry in found.items()}
    return {"samples": samples, "metrics": {name: mean_std(values) for name, values in metrics.items()}}


def mediation(model, tokenizer, samples):
    found = {}
    for sample in samples:
        prompts = {"contextual": sample["context"].rstrip(". ") + ". " + sample["prompt"],
                   "decontextual": sample["prompt"]}
        targets = [sample["new"], sample["true"]]
        entry = {}
        for part, prompt in prompts.items():
            ids, _ = remedi.encode(tokenizer, prompt)
            words = [tokenizer.encode(" " + t, add_special_tokens=False).ids for t in targets]
            if max(len(ids) + len(w) - 1 for w in words) > LIMIT:
                entry = None
                break
            row = remedi.log_probabilities(model, ids)[-1]
            top = [tokenizer.id_to_token(i) for i in row.argsort(descending=True)[:3].tolist()]
            full = []
            for word in words:
                logp = remedi.log_probabilities(model, ids + word[:-1])
                full.append(sum(logp[len(ids) - 1 + i, t].item() for i, t in enumerate(word)))
            pair = [row[w[0]].item() for w in words] + full
            entry[part] = [top] + (pair if part == "contextual" else [pair[1], pair[0], pair[3], pair[2]])
        if entry:
            found[sample["id"]] = entry
    metrics = {part: [np.mean([e[part][1] > e[part][2] for e in found.values()]),
                      np.mean([e[part][3] > e[part][4] for e in found.values()])]
               for part in ("contextual", "decontextual")}
    metrics["both"] = [
        np.mean([all(e[p][i] > e[p][i + 1] for p in e) for e in found.values()]) for i in (1, 3)]
    return {"samples": found, "metrics": metrics}


def main(root):
    torch.set_num_threads(1)
    root = pathlib.Path(root)
    fixtures = root / "Tests/RemediCoreTests/Fixtures"
    lines, _ = raw_data_sets.norms(root / "Tests/Fixtures/mcrae.txt", False)
    norms = [json.loads(line) for line in lines[:SAMPLES]]
    prompts = {sample["id"]: sample for _, sample in invented.facts()}
    facts = [make_evaluation.sample_of(case, prompts)
             for case in json.loads((fixtures / "evaluation/cases.json").read_text())]
    words = []
    for line in (fixtures / "winoventi.jsonl").read_text().splitlines():
        sample = json.loads(line)
        words.append({"id": sample["id"], "context": sample["context"], "prompt": sample["prompt"],
                      "new": sample["target_mediated"], "true": sample["target_unmediated"]})
    editor = remedi.Linear(remedi.HIDDEN)
    editor.load_state_dict(torch.load(fixtures / "evaluation/linear/1/weights.pth"))
    editor = editor.double()
    result = {}
    for family in ("gpt2", "llama"):
        checkpoint = fixtures / "training" / family
        model = transformers.AutoModelForCausalLM.from_pretrained(
            checkpoint, dtype=torch.float32, attn_implementation="eager").double().eval()
        tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
        with torch.no_grad():
            result[family] = {
                "entailment": {name: entailment(model, tokenizer, norms, condition, editor)
                               for name, condition in CONDITIONS.items()},
                "mediation": {"counterfact": mediation(model, tokenizer, facts),
                              "winoventi": mediation(model, tokenizer, words)}}
    folder = fixtures / "entailment"
    folder.mkdir(exist_ok=True)
    (folder / "expected.json").write_text(json.dumps(make_evaluation.rounded(result)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
