"""Makes the fixtures of the evaluation tests with PyTorch, one sequence at a time in float64.

Usage: make_evaluation.py REPOSITORY, after torch_remedi.py, whose tiny checkpoints and helpers it uses.
Writes into Tests/RemediCoreTests/Fixtures/evaluation:

  cases.json                    cases of facts.py in CounterFact's raw form, with further prompts
  linear/1/weights.pth          a linear editor as torch.save writes its state dict
  expected.json                 for both checkpoints and every condition the log-probabilities of the two
                                words after each prompt (first tokens, then whole words), or why there are
                                none, and the metrics by NumPy

Made with torch 2.15, transformers 5.23, tokenizers 0.23, numpy 2.4; seeded, deterministic.
"""

import json
import pathlib
import sys

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer

import torch_remedi as remedi
from facts import facts

LIMIT = 64  # positions of the tiny checkpoints
COUNT = 10


def make_cases():
    """Cases with their entity in every prompt but one, and a prompt twice.  Two cannot be used: number 3 has
    no prompt with its entity, number 4 none that fits."""
    cases = []
    for case, _ in facts()[:COUNT]:
        subject = case["requested_rewrite"]["subject"]
        first = case["paraphrase_prompts"][0]
        case["paraphrase_prompts"] = [first, f"About {subject}: it", first, "Nobody knows"]
        case["neighborhood_prompts"] += [f"Near {subject} they"]
        cases.append(case)
    cases[3]["paraphrase_prompts"] = ["Nobody knows"]
    cases[4]["paraphrase_prompts"] = [cases[4]["requested_rewrite"]["subject"] + " in" * 70]
    cases[5]["neighborhood_prompts"] = []
    return cases


def sample_of(case, prompts):
    rewrite = case["requested_rewrite"]
    reference = prompts[str(case["case_id"])]
    if len(case["paraphrase_prompts"]) == 1:  # one of ours, which cleaning leaves as it is
        reference["prompt"] = case["paraphrase_prompts"][0]
    return {"id": str(case["case_id"]), "entity": rewrite["subject"], "attribute": reference["attribute"],
            "context": reference["context"], "prompt": reference["prompt"],
            "new": rewrite["target_new"]["str"], "true": rewrite["target_true"]["str"],
            "rewrite": rewrite["prompt"].replace("{}", rewrite["subject"]),
            "paraphrase": list(dict.fromkeys(case["paraphrase_prompts"])),
            "neighborhood": list(dict.fromkeys(case["neighborhood_prompts"]))}


class Asker:
    def __init__(self, model, tokenizer, sample, condition, editor):
        self.model, self.tokenizer, self.sample, self.condition = model, tokenizer, sample, condition
        self.direction = None
        if condition["kind"] == "edited":
            ids, span = remedi.find(tokenizer, sample["context"], sample["attribute"])
            h_attr = remedi.state_after_block(model, ids)[slice(*span)].mean(0)
            self.direction = h_attr if editor is None else editor(None, h_attr)

    def word(self, prompt, span, word):
        """Log-probabilities of the word's first token and of the whole word."""
        tokens = self.tokenizer.encode(" " + word, add_special_tokens=False).ids
        if len(prompt) + len(tokens) - 1 > LIMIT:
            return None
        ids = prompt + tokens[:-1]
        if span is None:
            logp = remedi.log_probabilities(self.model, ids)
        else:
            edit = remedi.Edited(self.model, self.direction, (span[1] - 1, span[1]),
                                 self.condition.get("alpha", 1.0), self.condition.get("beta", 1.0))
            with edit:
                logp = remedi.log_probabilities(self.model, ids)
        each = [logp[len(prompt) - 1 + i, t].item() for i, t in enumerate(tokens)]
        return each[0], sum(each)

    def ask(self, text, target, comparator, entity_needed=True):
        span = None
        if self.condition["kind"] == "prefix":
            text = self.sample["context"].rstrip(". ") + ". " + text
        if self.direction is None:
            prompt = remedi.encode(self.tokenizer, text)[0]
        elif self.sample["entity"] in text:
            prompt, span = remedi.find(self.tokenizer, text, self.sample["entity"])
        elif entity_needed:
            return "entity not in the prompt"
        else:
            prompt = remedi.encode(self.tokenizer, text)[0]
        t = self.word(prompt, span, target)
        c = self.word(prompt, span, comparator)
        if t is None or c is None:
            return "longer than the model reads"
        return [t[0], c[0], t[1], c[1]]


def expected(model, tokenizer, samples, condition, editor):
    found = {name: {} for name in ("efficacy", "rewrite", "paraphrase", "neighborhood")}
    for sample in samples:
        asker = Asker(model, tokenizer, sample, condition, editor)
        new, true = sample["new"], sample["true"]
        found["efficacy"][sample["id"]] = [asker.ask(sample["prompt"], new, true)]
        found["rewrite"][sample["id"]] = [asker.ask(sample["rewrite"], new, true)]
        found["paraphrase"][sample["id"]] = [asker.ask(p, new, true) for p in sample["paraphrase"]]
        found["neighborhood"][sample["id"]] = [
            asker.ask(p, true, new, entity_needed=False) for p in sample["neighborhood"]]
    return {name: {"samples": by_id, "metrics": metrics(by_id)} for name, by_id in found.items()}


def metrics(by_id):
    scores, magnitudes = [], []
    for prompts in by_id.values():
        usable = np.array([p for p in prompts if not isinstance(p, str)])
        if len(usable):
            scores.append(np.mean(usable[:, 0] > usable[:, 1]))
            magnitudes.append(np.mean(np.exp(usable[:, 0]) - np.exp(usable[:, 1])))
    return {"score": [np.mean(scores), np.std(scores)],
            "magnitude": [np.mean(magnitudes), np.std(magnitudes)], "count": len(scores)}


CONDITIONS = {
    "unedited": {"kind": "unedited"},
    "prefix": {"kind": "prefix"},
    "identity": {"kind": "edited"},
    "linear": {"kind": "edited"},
    "scaled": {"kind": "edited", "alpha": 1.5, "beta": 0.25},
}


def main(root):
    root = pathlib.Path(root)
    fixtures = root / "Tests/RemediCoreTests/Fixtures"
    folder = fixtures / "evaluation"
    (folder / "linear/1").mkdir(parents=True, exist_ok=True)
    cases = make_cases()
    (folder / "cases.json").write_text("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")
    prompts = {sample["id"]: sample for _, sample in facts()}
    samples = [sample_of(case, prompts) for case in cases]
    torch.manual_seed(7)
    editor = remedi.Linear(remedi.HIDDEN)
    with torch.no_grad():
        editor.w.weight.mul_(3)
    torch.save(editor.state_dict(), folder / "linear/1/weights.pth")
    editor = editor.double()
    result = {}
    for family in ("gpt2", "llama"):
        checkpoint = fixtures / "training" / family
        model = transformers.AutoModelForCausalLM.from_pretrained(
            checkpoint, dtype=torch.float32, attn_implementation="eager").double().eval()
        tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
        with torch.no_grad():
            result[family] = {
                name: expected(model, tokenizer, samples, condition,
                               None if name == "identity" else editor)
                for name, condition in CONDITIONS.items()}
    (folder / "expected.json").write_text(json.dumps(rounded(result)) + "\n")


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(v) for v in value]
    return value if value is None or isinstance(value, (str, int)) else round(float(value), 8)


if __name__ == "__main__":
    main(*sys.argv[1:])
