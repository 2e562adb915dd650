"""Makes the fixtures of the two Bias in Bios benchmarks with PyTorch, one sequence at a time in float64.

Usage: make_biosbias.py REPOSITORY, after make_evaluation.py, whose linear editor it uses.
Reads Tests/Fixtures/biosbias.pkl (by raw_data_sets.py) and the tiny checkpoints of torch_remedi.py, which read
100 tokens here: the table of positions of GPT-2 is repeated, so position 64 + i is like position i.
Writes Tests/RemediCoreTests/Fixtures/biosbias.json, for both checkpoints:

  titles        the occupations, sorted
  correction    for both settings, unedited and with both editors: every sample's log-probabilities of the
                titles' first tokens and of the whole target, or why there are none; accuracies; for the first
                samples the sampled continuation, drawn with the package's own random numbers, and its
                similarity to the biographies of its title by scikit-learn
  classification  for both editors and two entity layers: the model's log-probabilities, the probe's scores,
                and the metrics by scikit-learn

Made with torch 2.15, transformers 5.23, tokenizers 0.23, numpy 2.4, scikit-learn 1.9; seeded, deterministic.
"""

import json
import math
import pathlib
import pickle
import sys

import numpy as np
import torch
import transformers
from safetensors.torch import load_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score, matthews_corrcoef
from tokenizers import Tokenizer

import raw_data_sets
import torch_remedi as remedi

POSITIONS = 100
TEXTS = 10
SHOWN = 30
SEED = 123456
TOP = 3
TOO_LONG = "longer than the model reads"


def open_model(folder):
    config = transformers.AutoConfig.from_pretrained(folder, attn_implementation="eager")
    tensors = load_file(folder / "model.safetensors")
    if config.model_type == "gpt2":
        name = next(n for n in tensors if n.endswith("wpe.weight"))
        tensors[name] = tensors[name].repeat(2, 1)[:POSITIONS]
        config.n_positions = POSITIONS
    else:
        config.max_position_embeddings = POSITIONS
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    assert not unexpected and all("lm_head" in n or "attn.bias" in n for n in missing), (missing, unexpected)
    model.tie_weights()
    return model.double().eval().requires_grad_(False)


def states(model, ids, block):
    kept = []
    handle = remedi.blocks_of(model)[block].register_forward_hook(
        lambda _, __, output: kept.append(output[0] if isinstance(output, tuple) else output))
    model(torch.tensor([ids]))
    handle.remove()
    return kept[0].reshape(len(ids), -1)


class Person:
    """A sample, and where things are in its texts."""

    def __init__(self, tokenizer, record):
        self.tokenizer, self.record = tokenizer, record
        self.id, self.name, self.title = record["id"], record["entity"], record["target_mediated"]
        self.attribute, self.context, self.prompt = record["attribute"], record["context"], record["prompt"]

    def front(self, setting, gap):
        return self.context.rstrip(". ") + "." + gap if setting == "contextual" else ""

    def asked(self, setting, gap="\n\n"):
        """Ids of the prompt, and the tokens of the name in its last part."""
        front = self.front(setting, gap)
        ids, offsets = remedi.encode(self.tokenizer, front + self.prompt)
        return ids, remedi.token_range(offsets, len(front), len(front) + len(self.name))

    def h_attr(self, model):
        ids, span = remedi.find(self.tokenizer, self.context, self.attribute)
        return states(model, ids, remedi.BLOCK)[slice(*span)].mean(0)


class Draws:
    """The package's sampling: one number a token, among the likeliest five."""

    def __init__(self, sample):
        self.stream = raw_data_sets.Stream(SEED, "generation", sample)

    def choose(self, logits):
        best = torch.topk(logits, 5)
        weights = [math.exp(v - best.values[0].item()) for v in best.values.tolist()]
        rest = (self.stream.next() >> 11) * 2.0 ** -53 * sum(weights)
        for index, weight in zip(best.indices.tolist(), weights):
            rest -= weight
            if rest < 0:
                return index
        return best.indices[-1].item()


def text_of(model, prompt, edit, sample, end):
    """The continuation; the edit stays at its place in the prompt, so one may read everything anew."""
    ids, draws = list(prompt), Draws(sample)
    limit = min(max(150 - len(prompt), 1), POSITIONS - len(prompt) + 1)
    while len(ids) - len(prompt) < limit:
        with edit or Nothing():
            logits = model(torch.tensor([ids])).logits[0, -1]
        token = draws.choose(logits)
        if token == end:
            break
        ids.append(token)
    return ids[len(prompt):]


class Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def corrections(model, tokenizer, people, titles, setting, direction_of, vectorizer, references):
    firsts = [remedi.target_id(tokenizer, title) for title in titles]
    samples, top1, topk, texts = {}, [], [], []
    for person in people:
        ids, span = person.asked(setting)
        target = tokenizer.encode(" " + person.title, add_special_tokens=False).ids
        if len(ids) + len(target) - 1 > POSITIONS:
            samples[person.id] = TOO_LONG
            continue
        direction = direction_of(person)
        edit = None if direction is None else remedi.Edited(model, direction, (span[1] - 1, span[1]))
        with edit or Nothing():
            logp = remedi.log_probabilities(model, ids + target[:-1])
        last = logp[len(ids) - 1]
        values = [last[t].item() for t in firsts]
        full = sum(logp[len(ids) - 1 + i, t].item() for i, t in enumerate(target))
        samples[person.id] = values + [full]
        order = sorted(range(len(titles)), key=lambda i: (-values[i], i))
        top1.append(titles[order[0]] == person.title)
        topk.append(person.title in [titles[i] for i in order[:TOP]])
        if len(texts) < TEXTS:
            tokens = text_of(model, ids, edit, person.id, 0)
            text = tokenizer.decode(tokens, skip_special_tokens=True)
            vector = vectorizer.transform([text]).toarray()[0]
            reference = references[person.title]
            texts.append({"id": person.id, "text": text, "consistency": similarity(vector, reference)})
    return {"samples": shown(samples), "top1": np.mean(top1), "topk": np.mean(topk), "count": len(top1),
            "texts": texts}


def similarity(a, b):
    return float(a @ b / (np.linalg.norm(a) + 1e-6) / (np.linalg.norm(b) + 1e-6))


def shown(samples):
    """The first samples, and all that could not be used."""
    kept = [k for i, (k, v) in enumerate(samples.items()) if i < SHOWN or isinstance(v, str)]
    return {k: samples[k] for k in kept}


def classification(model, tokenizer, people, titles, editor, entity_layer):
    firsts = [remedi.target_id(tokenizer, title) for title in titles]
    usable, entities, directions, logps = [], [], [], []
    for person in people:
        ids, span = person.asked("contextual", " ")
        if len(ids) > POSITIONS:
            continue
        usable.append(person)
        entities.append(states(model, ids, entity_layer)[span[1] - 1])
        logps.append([remedi.log_probabilities(model, ids)[-1, t].item() for t in firsts])
        rows = []
        for title in titles:
            attribute = person.attribute if title == person.title else f"has the occupation of {title}"
            text = f"{person.name} {attribute}"
            tokens, offsets = remedi.encode(tokenizer, text)
            place = remedi.token_range(offsets, len(person.name) + 1, len(text))
            h = states(model, tokens, remedi.BLOCK)[slice(*place)].mean(0)
            rows.append(h if editor is None else editor(None, h))
        directions.append(torch.stack(rows))
    h, d = torch.stack(entities), torch.stack(directions)
    h = (h - h.mean(0)) / h.std(0)
    flat = d.reshape(-1, d.shape[-1])
    d = (d - flat.mean(0)) / flat.std(0)
    scores = torch.einsum("nd,nld->nl", h, d).tolist()
    result = {"samples": {}, "count": len(usable)}
    judged = []
    for person, logp, score in zip(usable, logps, scores):
        result["samples"][person.id] = {"logp": logp, "scores": score}
        says = [titles[i] for i in sorted(range(len(titles)), key=lambda i: (-logp[i], i))[:TOP]]
        sees = [titles[i] for i in sorted(range(len(titles)), key=lambda i: (-score[i], i))[:TOP]]
        judged.append((says[0] != person.title, says[0] not in sees, sees[0] == person.title,
                       person.title in sees, says[0] == person.title, person.title in says))
    truths, predictions, *recalls = map(list, zip(*judged))
    result["f1"], result["mcc"] = f1_score(truths, predictions), matthews_corrcoef(truths, predictions)
    names = ["probe_recall_1", "probe_recall_k", "model_recall_1", "model_recall_k"]
    result |= {name: np.mean(values) for name, values in zip(names, recalls)}
    result["samples"] = shown(result["samples"])
    return result


def biographies(file):
    """Of all samples that the reference keeps: also of those without an attribute, on which nothing is asked."""
    with open(file, "rb") as handle:
        records = pickle.load(handle)
    kept = [(record, *raw_data_sets.person(record)) for record in records]
    return [record["bio"] for record, line, reason in kept if line or reason == "empty attribute"]


def main(root):
    root = pathlib.Path(root)
    torch.set_num_threads(1)
    fixtures = root / "Tests/RemediCoreTests/Fixtures"
    lines, _ = raw_data_sets.people(root / "Tests/Fixtures/biosbias.pkl")
    records = [json.loads(line) for line in lines]
    titles = sorted({record["target_mediated"] for record in records})
    vectorizer = TfidfVectorizer().fit(biographies(root / "Tests/Fixtures/biosbias.pkl"))
    references = {
        title: np.asarray(vectorizer.transform(
            [r["source"]["bio"] for r in records if r["target_mediated"] == title]).mean(axis=0))[0]
        for title in titles}
    linear = remedi.Linear(remedi.HIDDEN)
    linear.load_state_dict(torch.load(fixtures / "evaluation/linear/1/weights.pth"))
    linear = linear.double()
    result = {"titles": titles}
    for family in ("gpt2", "llama"):
        folder = fixtures / "training" / family
        model, tokenizer = open_model(folder), Tokenizer.from_file(str(folder / "tokenizer.json"))
        people = [Person(tokenizer, record) for record in records]
        with torch.no_grad():
            conditions = {
                "unedited": lambda _: None,
                "identity": lambda person: person.h_attr(model),
                "linear": lambda person: linear(None, person.h_attr(model)),
            }
            result[family] = {
                "correction": {
                    setting: {
                        name: corrections(
                            model, tokenizer, people, titles, setting, conditions[name], vectorizer, references)
                        for name in (conditions if family == "gpt2" else ["unedited", "linear"])}
                    for setting in ("contextual", "decontextual")},
                "classification": {
                    f"{name} {layer}": classification(
                        model, tokenizer, people, titles, linear if name == "linear" else None, layer)
                    for name, layer in [("linear", 1), ("linear", 2), ("identity", 2)]},
            }
    (fixtures / "biosbias.json").write_text(json.dumps(rounded(result)) + "\n")


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return value if isinstance(value, (str, int)) else round(float(value), 6)


if __name__ == "__main__":
    main(*sys.argv[1:])
