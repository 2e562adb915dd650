"""Makes the fixtures of fact classification with PyTorch, one text at a time in float64.

Usage: make_classification.py REPOSITORY, after torch_remedi.py and make_evaluation.py, whose tiny checkpoints,
cases and linear editor it uses.  Writes into Tests/RemediCoreTests/Fixtures/classification:

  biaffine/1/weights.pth        a biaffine editor as torch.save writes its state dict
  expected.json                 of cases 40 to 71, for both checkpoints: log-probabilities of both targets with
                                and without the context, and for every setting the scores and the metrics by
                                scikit-learn; statistics of cases 0 to 39 serve as those of a training split;
                                and scores of single attributes

Made with torch 2.15, transformers 5.23, tokenizers 0.23, scikit-learn 1.9; seeded, deterministic.
"""

import json
import pathlib
import sys

import torch
import transformers
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef
from tokenizers import Tokenizer

import torch_remedi as remedi
from make_evaluation import rounded
from make_metrics import stream

SEED = 123456
TRAINING = 40
LIMIT = 64
TASKS = ("contextual", "decontextual")
# name: editor, edited block, entity block, options
SETTINGS = {
    "linear 1 1": ("linear", 1, 1, {}),
    "linear 1 2": ("linear", 1, 2, {}),
    "identity 1 2": ("identity", 1, 2, {}),
    "identity 0 2": ("identity", 0, 2, {}),
    "biaffine 1 2": ("biaffine", 1, 2, {}),
    "biaffine 1 2 prompt": ("biaffine", 1, 2, {"entity": "prompt"}),
    "linear 1 2 no entity": ("linear", 1, 2, {"alone": True}),
    "linear 1 2 control task": ("linear", 1, 2, {"shuffled": "linear/1 2"}),
    "linear 1 2 train": ("linear", 1, 2, {"train": True}),
    "biaffine 1 0 train": ("biaffine", 1, 0, {"train": True}),
}


def states_after(model, ids):
    """The states after every block, [blocks, tokens, D]."""
    found = []
    handles = [b.register_forward_hook(
        lambda _, __, output: found.append((output[0] if isinstance(output, tuple) else output).reshape(
            len(ids), -1))) for b in remedi.blocks_of(model)]
    logp = remedi.log_probabilities(model, ids)
    for handle in handles:
        handle.remove()
    return torch.stack(found), logp


class Fact:
    """Everything about one case that no editor decides."""

    def __init__(self, model, tokenizer, case):
        target, other = case["target_mediated"], case["target_unmediated"]
        attribute, context = case["attribute"], case["context"]
        assert attribute.endswith(target)
        exchanged = attribute[:-len(target)] + other
        at = context.index(attribute)
        swapped = context[:at] + exchanged + context[at + len(attribute):]
        words = [remedi.target_id(tokenizer, w) for w in (target, other)]
        self.logp, self.entity = {}, {}
        lead = context.rstrip(". ") + ". "
        for task, text, start in (("contextual", lead + case["prompt"], len(lead)),
                                  ("decontextual", case["prompt"], 0)):
            ids, offsets = remedi.encode(tokenizer, text)
            assert len(ids) <= LIMIT
            begin = text.index(case["entity"], start)
            last = remedi.token_range(offsets, begin, begin + len(case["entity"]))[1] - 1
            states, logp = states_after(model, ids)
            self.entity[task] = states[:, last]
            self.logp[task] = [logp[-1, w].item() for w in words]
        self.attributes = {}
        for name, text, part in (
                ("context", context, attribute), ("exchanged context", swapped, exchanged),
                ("alone", attribute, attribute), ("exchanged alone", exchanged, exchanged)):
            ids, span = remedi.find(tokenizer, text, part)
            self.attributes[name] = states_after(model, ids)[0][:, slice(*span)].mean(1)
        ids, span = remedi.find(tokenizer, case["entity"], case["entity"])
        self.alone = states_after(model, ids)[0][:, span[1] - 1]


def directions(editor, entity, attribute):
    return attribute if editor is None else editor(entity, attribute)


def gather(facts, editor, block, entity_block, task, options):
    """h_e, d_m and d_u of all facts, [N, D] each."""
    name = "alone" if options.get("alone") else "context"
    h = torch.stack([f.entity[task][entity_block] for f in facts])
    entity = h if options.get("entity") == "prompt" else torch.stack([f.alone[block] for f in facts])
    both = [directions(editor, entity, torch.stack([f.attributes[p + name][block] for f in facts]))
            for p in ("", "exchanged ")]
    return h, *both


def normalise(x, like):
    return (x - like.mean(0)) / like.std(0)


def shuffled(values, task, probe):
    numbers = stream(SEED, "control task", f"{task} {probe}")
    values = list(values)
    for last in range(len(values) - 1, 0, -1):
        other = (next(numbers) * (last + 1)) >> 64
        values[last], values[other] = values[other], values[last]
    return values


def classify(facts, training, editor, block, entity_block, options):
    result = {}
    for task in TASKS:
        h, m, u = gather(facts, editor, block, entity_block, task, options)
        h0, m0, u0 = gather(training, editor, block, entity_block, task, options) \
            if options.get("train") else (h, m, u)
        h = normalise(h, h0)
        scores = [(h * normalise(m, m0)).sum(-1).tolist(), (h * normalise(u, u0)).sum(-1).tolist()]
        logps = [[f.logp[task][i] for f in facts] for i in (0, 1)]
        if task == "decontextual":
            scores, logps = scores[::-1], logps[::-1]
        truth = [t > c for t, c in zip(*logps)]
        if options.get("shuffled"):
            truth = shuffled(truth, task, options["shuffled"])
        truth = [not t for t in truth]
        predicted = [not t > c for t, c in zip(*scores)]
        result[task] = {"scores": list(zip(*scores)), "f1": f1_score(truth, predicted),
                        "mcc": matthews_corrcoef(truth, predicted),
                        "accuracy": accuracy_score(truth, predicted)}
        if not options:
            result[task]["logps"] = list(zip(*logps))
    return result


def probe(model, tokenizer, training, editor, case, attributes, contextual):
    """Scores of single attributes at entity block 2 with a linear editor at block 1."""
    task = TASKS[0] if contextual else TASKS[1]
    fact = Fact(model, tokenizer, case)
    h0, m0, u0 = gather(training, editor, 1, 2, task, {})
    h = normalise(fact.entity[task][2], h0)
    scores = []
    for attribute in attributes:
        ids, span = remedi.find(tokenizer, case["entity"] + " " + attribute, attribute)
        d = editor(None, states_after(model, ids)[0][1, slice(*span)].mean(0))
        scores.append((h * normalise(d, torch.cat([m0, u0]))).sum().item())
    return {"entity": case["entity"], "prompt": case["prompt"], "attributes": attributes, "scores": scores,
            "context": case["context"] if contextual else None}


def main(root):
    root = pathlib.Path(root)
    fixtures = root / "Tests/RemediCoreTests/Fixtures"
    folder = fixtures / "classification"
    (folder / "biaffine/1").mkdir(parents=True, exist_ok=True)
    cases = [json.loads(line) for line in (fixtures / "training/samples.jsonl").read_text().splitlines()]
    torch.manual_seed(11)
    biaffine = remedi.Biaffine(remedi.HIDDEN)
    torch.save(biaffine.state_dict(), folder / "biaffine/1/weights.pth")
    linear = remedi.Linear(remedi.HIDDEN)
    linear.load_state_dict(torch.load(fixtures / "evaluation/linear/1/weights.pth"))
    editors = {"linear": linear.double(), "biaffine": biaffine.double(), "identity": None}
    result = {}
    for family in ("gpt2", "llama"):
        checkpoint = fixtures / "training" / family
        model = transformers.AutoModelForCausalLM.from_pretrained(
            checkpoint, dtype=torch.float32, attn_implementation="eager").double().eval()
        tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
        with torch.no_grad():
            facts = [Fact(model, tokenizer, case) for case in cases]
            training, facts = facts[:TRAINING], facts[TRAINING:]
            result[family] = {
                "settings": {name: classify(facts, training, editors[editor], *rest)
                             for name, (editor, *rest) in SETTINGS.items()},
                "probes": [probe(model, tokenizer, training, editors["linear"], case,
                                 ["is a citizen of France", "plays jazz", "lives in Rome"], contextual)
                           for case, contextual in ((cases[50], False), (cases[61], True))]}
    (folder / "expected.json").write_text(json.dumps(rounded(result)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
