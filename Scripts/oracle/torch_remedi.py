"""A plain PyTorch implementation of REMEDI's training, and the fixtures that ours is checked against.

Everything is done one sequence at a time, without padding, in float64, with autograd: slow and easy to read.
Two tiny random checkpoints (GPT-2 and Llama, the latter with a start token) with a byte-level BPE tokenizer
trained on the cases are written beside what this loop computes with them:

  <family>/config.json, model.safetensors, tokenizer.json   the checkpoint
  <family>/gradients.safetensors   for every editor variant: its parameters, and for every loss term the
                                   gradients of the parameters and of the directions; losses in the metadata
  samples.jsonl                    72 invented cases (facts.py): 8 validate, 64 train
  gradient-samples.jsonl           six cases: one without target_unmediated, the last with its entity at the
                                   very end of the prompt
  trajectory.json                  losses of epochs 0 to 3 in both forms of the KL term
  random-numbers.json              NumPy permutations and the first values of torch's nn.Linear layers
  reference/linear/1/weights.pth   a linear editor as torch.save writes its state dict

Run as:  python torch_remedi.py <repository root>
Made with torch 2.15, transformers 5.23, tokenizers 0.23, numpy 2.4, safetensors 0.8.
"""

import copy
import json
import math
import pathlib
import sys

import numpy as np
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from facts import facts

SEED = 123456
HIDDEN = 16
BLOCK = 1
LAMBDAS = {"mediated": 1.0, "unmediated": 1.0, "kl": 0.625, "norm": 0.3, "essence": 0.7}


# ---------------------------------------------------------------- cases

def choose_cases():
    """72 ASCII cases with short texts."""
    return [sample for _, sample in facts()]


def gradient_cases(cases):
    batch = copy.deepcopy(cases[:6])
    batch[2]["target_unmediated"] = None
    batch[5]["prompt"] = "Everybody talks about " + batch[5]["entity"]
    return batch


# ---------------------------------------------------------------- checkpoints

def make_tokenizer(cases, start_token):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = [start_token] if start_token else ["<|endoftext|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(
        [c["context"] + " " + c["prompt"] + " " + c["target_unmediated"] for c in cases], trainer)
    if start_token:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{start_token} $A", special_tokens=[(start_token, tokenizer.token_to_id(start_token))])
    return tokenizer


def make_model(family, vocabulary):
    torch.manual_seed(SEED)
    if family == "gpt2":
        config = transformers.GPT2Config(
            vocab_size=vocabulary, n_positions=64, n_embd=HIDDEN, n_layer=3, n_head=2,
            initializer_range=0.3, bos_token_id=0, eos_token_id=0)
    else:
        config = transformers.LlamaConfig(
            vocab_size=vocabulary, max_position_embeddings=64, hidden_size=HIDDEN, num_hidden_layers=3,
            num_attention_heads=2, num_key_value_heads=1, intermediate_size=40, initializer_range=0.3,
            bos_token_id=0, eos_token_id=0)
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    with torch.no_grad():  # norms and biases that are not just ones and zeros
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    return model


def blocks_of(model):
    return model.transformer.h if hasattr(model, "transformer") else model.model.layers


# ---------------------------------------------------------------- tokens

def encode(tokenizer, text):
    """Ids and offsets; start tokens get no offsets."""
    encoding = tokenizer.encode(text)
    special = encoding.special_tokens_mask
    return encoding.ids, [None if s else o for o, s in zip(encoding.offsets, special)]


def token_range(offsets, start, end):
    """First token that touches `start` to first token that touches `end`, inclusive."""
    def first(position):
        return next(i for i, o in enumerate(offsets) if o and o[0] <= position <= o[1])
    return first(start), first(end) + 1


def find(tokenizer, text, part):
    ids, offsets = encode(tokenizer, text)
    at = text.index(part)
    return ids, token_range(offsets, at, at + len(part))


def target_id(tokenizer, word):
    return None if word is None else tokenizer.encode(" " + word, add_special_tokens=False).ids[0]


# ---------------------------------------------------------------- one sequence through the model

class Edited:
    """Within `with`, adds to the state after the block: h <- beta h + alpha d at tokens start:end."""

    def __init__(self, model, direction, span, alpha=1.0, beta=1.0):
        self.arguments = direction, span, alpha, beta
        self.block = blocks_of(model)[BLOCK]

    def __enter__(self):
        direction, (start, end), alpha, beta = self.arguments

        def hook(_, __, output):
            hidden = output[0] if isinstance(output, tuple) else output
            middle = beta * hidden[:, start:end] + alpha * direction
            hidden = torch.cat([hidden[:, :start], middle, hidden[:, end:]], dim=1)
            return (hidden, *output[1:]) if isinstance(output, tuple) else hidden

        self.handle = self.block.register_forward_hook(hook)

    def __exit__(self, *_):
        self.handle.remove()


def log_probabilities(model, ids):
    return torch.log_softmax(model(torch.tensor([ids])).logits[0], dim=-1)


def state_after_block(model, ids):
    states = []
    handle = blocks_of(model)[BLOCK].register_forward_hook(
        lambda _, __, output: states.append(output[0] if isinstance(output, tuple) else output))
    model(torch.tensor([ids]))
    handle.remove()
    return states[0].reshape(len(ids), HIDDEN)


def prepare(model, tokenizer, case, all_tokens=False):
    """Everything about a case that does not depend on the editor."""
    with torch.no_grad():
        context, attribute = find(tokenizer, case["context"], case["attribute"])
        alone, entity = find(tokenizer, case["entity"], case["entity"])
        prompt, mention = find(tokenizer, case["prompt"], case["entity"])
        essence, essence_mention = find(tokenizer, case["entity"] + " is a", case["entity"])
        if not all_tokens:
            entity, mention_edit, essence_edit = (
                (r[1] - 1, r[1]) for r in (entity, mention, essence_mention))
        else:
            mention_edit, essence_edit = mention, essence_mention
        return {
            "h_attr": state_after_block(model, context)[slice(*attribute)].mean(0),
            "h_entity": state_after_block(model, alone)[slice(*entity)].mean(0),
            "prompt": prompt, "edit": mention_edit, "last_entity_token": mention[1] - 1,
            "base": log_probabilities(model, prompt),
            "essence": essence, "essence_edit": essence_edit,
            "essence_base": log_probabilities(model, essence)[-1],
            "target": target_id(tokenizer, case["target_mediated"]),
            "comparator": target_id(tokenizer, case["target_unmediated"])}


# ---------------------------------------------------------------- editors

class Linear(torch.nn.Module):
    def __init__(self, size, rank=None, use_entity=False):
        super().__init__()
        inputs = 2 * size if use_entity else size
        self.use_entity = use_entity
        self.w = torch.nn.Linear(inputs, size) if rank is None else torch.nn.Sequential(
            torch.nn.Linear(inputs, rank), torch.nn.Linear(rank, size))

    def forward(self, entity, attribute):
        return self.w(torch.cat([entity, attribute], -1) if self.use_entity else attribute)


class Biaffine(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.w_entity = torch.nn.Linear(size, size)
        self.w_attribute = torch.nn.Linear(size, size)

    def forward(self, entity, attribute):
        return self.w_entity(entity) + self.w_attribute(attribute)


class Mlp(torch.nn.Module):
    def __init__(self, size, use_entity=False):
        super().__init__()
        self.use_entity = use_entity
        self.mlp = torch.nn.Sequential(
            torch.nn.Linear(2 * size if use_entity else size, size), torch.nn.LeakyReLU(),
            torch.nn.Linear(size, size))

    def forward(self, entity, attribute):
        return self.mlp(torch.cat([entity, attribute], -1) if self.use_entity else attribute)


class Scalar(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.scalar = torch.nn.Linear(size, 1)

    def forward(self, entity, attribute):
        return self.scalar(attribute) * attribute


VARIANTS = {
    "linear": lambda n: Linear(n), "linear-rank": lambda n: Linear(n, rank=4),
    "linear-entity": lambda n: Linear(n, use_entity=True),
    "linear-rank-entity": lambda n: Linear(n, rank=4, use_entity=True),
    "biaffine": Biaffine, "mlp": Mlp, "mlp-entity": lambda n: Mlp(n, use_entity=True), "scalar": Scalar}


# ---------------------------------------------------------------- the loss

def kl(base, edited):
    return (base.exp() * (base - edited)).sum(-1)


def batch_loss(model, batch, directions, lambdas, last_sample=False, alpha=1.0, beta=1.0):
    """The terms of the loss, each with its lambda; only those named in `lambdas`."""
    count = len(batch)
    terms = {name: torch.zeros((), dtype=torch.float64) for name in lambdas}
    divergences = []
    for case, direction in zip(batch, directions):
        with Edited(model, direction, case["edit"], alpha, beta):
            edited = log_probabilities(model, case["prompt"])
        if "mediated" in lambdas and case["target"] is not None:
            terms["mediated"] = terms["mediated"] - edited[-1, case["target"]] / count
        if "unmediated" in lambdas and case["comparator"] is not None:
            terms["unmediated"] = (
                terms["unmediated"] - torch.log1p(-edited[-1, case["comparator"]].exp()) / count)
        span = slice(case["last_entity_token"], len(case["prompt"]) - 1)
        if span.start < span.stop:
            divergences.append(kl(case["base"][span], edited[span]).sum())
        if "norm" in lambdas:
            terms["norm"] = terms["norm"] + direction.norm() / count
        if "essence" in lambdas:
            with Edited(model, direction, case["essence_edit"], alpha, beta):
                essence = log_probabilities(model, case["essence"])[-1]
            terms["essence"] = terms["essence"] + kl(case["essence_base"], essence) / count
    if "kl" in lambdas and divergences:
        terms["kl"] = (divergences[-1] if last_sample else sum(divergences)) / count
    return {name: lambdas[name] * value for name, value in terms.items()}


def directions_of(editor, batch):
    return editor(torch.stack([c["h_entity"] for c in batch]), torch.stack([c["h_attr"] for c in batch]))


# ---------------------------------------------------------------- gradients

def gradient_fixture(model, tokenizer, cases, full):
    tensors, losses = {}, {}
    prepared = [prepare(model, tokenizer, case) for case in cases]
    whole = [prepare(model, tokenizer, case, all_tokens=True) for case in cases]
    settings = {"all": (prepared, LAMBDAS, {})}
    if full:
        for name, value in LAMBDAS.items():
            settings[name] = (prepared, {name: value}, {})
        settings["kl-last-sample"] = (prepared, {"kl": 10.0}, {"last_sample": True})
    for index, (variant, make) in enumerate(VARIANTS.items()):
        torch.manual_seed(1000 + index)
        editor = make(HIDDEN).double()
        with torch.no_grad():  # larger than at the start of a training, so that every term matters
            for parameter in editor.parameters():
                parameter.mul_(3).copy_(parameter.float())
        for name, parameter in editor.named_parameters():
            tensors[f"{variant}/initial/{name}"] = parameter.detach().clone()
        extra = {"all-tokens": (whole, LAMBDAS, {}), "scaled": (prepared, LAMBDAS, {"alpha": 0.75, "beta": 1.25})}
        for setting, (batch, lambdas, options) in {**settings, **(extra if variant == "linear" else {})}.items():
            editor.zero_grad()
            directions = directions_of(editor, batch)
            directions.retain_grad()
            terms = batch_loss(model, batch, directions, lambdas, **options)
            sum(terms.values()).backward()
            losses[f"{variant}/{setting}"] = {name: value.item() for name, value in terms.items()}
            tensors[f"{variant}/{setting}/directions"] = directions.grad.clone()
            for name, parameter in editor.named_parameters():
                tensors[f"{variant}/{setting}/{name}"] = parameter.grad.clone()
    return {name: value.float().contiguous() for name, value in tensors.items()}, losses


# ---------------------------------------------------------------- training

def train(model, tokenizer, cases, initial, last_sample):
    order = np.random.default_rng(SEED).permutation(len(cases))
    held = math.ceil(0.1 * len(cases))
    prepared = [prepare(model, tokenizer, cases[i]) for i in order]
    validation, training = prepared[:held], prepared[held:]
    editor = Linear(HIDDEN).double()
    editor.load_state_dict(initial)
    optimizer = torch.optim.AdamW(editor.parameters(), lr=5e-2)
    lambdas = {"mediated": 1.0, "unmediated": 1.0, "kl": 10.0 if last_sample else 0.625}

    def epoch_mean(cases, learn):
        sums = dict.fromkeys(lambdas, 0.0)
        for start in range(0, len(cases), 16):
            batch = cases[start:start + 16]
            terms = batch_loss(model, batch, directions_of(editor, batch), lambdas, last_sample)
            if learn:
                optimizer.zero_grad()
                sum(terms.values()).backward()
                optimizer.step()
            for name, value in terms.items():
                sums[name] += value.item() * len(batch) / len(cases)
        return {"loss": sum(sums.values()), **sums}

    records = []
    for epoch in range(4):
        learned = epoch_mean(training, learn=epoch > 0)
        with torch.no_grad():
            records.append({"epoch": epoch, "train": learned, "validation": epoch_mean(validation, False)})
    return records


# ---------------------------------------------------------------- random numbers

def random_numbers():
    permutations = [
        {"seed": seed, "values": np.random.default_rng(seed).permutation(count).tolist()}
        for seed, count in [(SEED, 100), (0, 7), (1, 1), (2**40 + 7, 33), (2**64 - 1, 64)]]
    whole = np.random.default_rng(SEED).permutation(5000)
    torch.manual_seed(SEED)
    layers = []
    plan = [("linear", Linear(5)), ("linear", Linear(5)), ("mlp", Mlp(5)), ("biaffine", Biaffine(5)),
            ("scalar", Scalar(5)), ("linear", Linear(300))]
    for name, editor in plan:
        bits = [p.detach().numpy().view(np.uint32).ravel() for p in editor.parameters()]
        layers.append({"type": name, "size": editor_size(editor),
                       "first": [b[:8].tolist() for b in bits], "last": [b[-3:].tolist() for b in bits]})
    return {"permutations": permutations, "permutation_5000_head": whole[:20].tolist(),
            "permutation_5000_tail": whole[-20:].tolist(), "torch_seed": SEED, "editors": layers}


def editor_size(editor):
    return next(p for n, p in editor.named_parameters() if n.endswith("weight")).shape[1]


# ---------------------------------------------------------------- files

def main(root):
    torch.set_num_threads(1)
    folder = root / "Tests/RemediCoreTests/Fixtures/training"
    cases = choose_cases()
    special = gradient_cases(cases)
    folder.mkdir(parents=True, exist_ok=True)
    for name, samples in [("samples.jsonl", cases), ("gradient-samples.jsonl", special)]:
        (folder / name).write_text("".join(json.dumps(s) + "\n" for s in samples))
    trajectory = {}
    for family, start_token in [("gpt2", None), ("llama", "<s>")]:
        out = folder / family
        tokenizer = make_tokenizer(cases, start_token)
        model = make_model(family, tokenizer.get_vocab_size())
        model.save_pretrained(out)
        (out / "generation_config.json").unlink(missing_ok=True)
        tokenizer.save(str(out / "tokenizer.json"), pretty=False)
        model = model.double().eval().requires_grad_(False)
        tensors, losses = gradient_fixture(model, tokenizer, special, full=family == "gpt2")
        save_file(tensors, out / "gradients.safetensors", metadata={"losses": json.dumps(losses)})
        prefix = "linear/initial/"
        initial = {n.removeprefix(prefix): t.double() for n, t in tensors.items() if n.startswith(prefix)}
        trajectory[family] = {
            form: train(model, tokenizer, cases, initial, form == "last-sample")
            for form in ("batch", "last-sample")}
        if family == "gpt2":
            reference = folder / "reference/linear/1"
            reference.mkdir(parents=True, exist_ok=True)
            torch.save({n: t.float() for n, t in initial.items()}, reference / "weights.pth")
    (folder / "trajectory.json").write_text(json.dumps(trajectory, indent=1) + "\n")
    (folder / "random-numbers.json").write_text(json.dumps(random_numbers()) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
