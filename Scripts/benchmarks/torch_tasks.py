#!/usr/bin/env python3
"""The tasks of compare.py in plain PyTorch and transformers, one a process: train, evaluate, generate.

    torch_tasks.py train MODEL_DIR CASES.jsonl COUNTERFACT.json --cases 96 --layer 1 --editor E
    torch_tasks.py evaluate MODEL_DIR CASES.jsonl COUNTERFACT.json --layer 1 --editor E --prompts PROMPTS.json
    torch_tasks.py generate MODEL_DIR --layer 1 --editor E --fact FACT.json --tokens 100

Written as somebody would who knows PyTorch: hooks on a transformers model, as torch_epoch.py, but with the
language model's weights frozen, no gradients where none are needed, batches of equal size, logits only at the
positions that are read, and a cache of keys and values.  E is a weights.safetensors of `remedi train`.
Prints one JSON object; "seconds" leaves out imports and loading.  Needs torch, transformers, safetensors.
Used with: torch 2.15, transformers 5.23.
"""
import argparse
import json
import time

import torch
from safetensors.torch import load_file

from torch_epoch import Loop, read_samples, token_range


def loop_of(args):
    torch.set_num_threads(args.threads)
    torch.manual_seed(123456)
    loop = Loop(args.model, args.layer)
    loop.model.requires_grad_(False)
    if args.editor:
        weights = load_file(args.editor)
        loop.editor.load_state_dict({"weight": weights["w.weight"], "bias": weights["w.bias"]})
    return loop


def edited(loop, prompt, entity):
    """The place of the entity's last token, which is the one edited."""
    offsets = loop.tokenizer(prompt, return_offsets_mapping=True)["offset_mapping"]
    start = prompt.index(entity)
    return token_range(offsets, start, start + len(entity))[1] - 1


def attribute_state(loop, context, attribute):
    offsets = loop.tokenizer(context, return_offsets_mapping=True)["offset_mapping"]
    start = context.rindex(attribute)
    first, last = token_range(offsets, start, start + len(attribute))
    return loop.hidden(context)[first:last].mean(0)


def train(args):
    """Epochs that change the editor, each timed, and the mean loss of the editor that they began with."""
    loop = loop_of(args)
    samples = read_samples(args.cases, args.counterfact, args.count)
    loop.prepare(samples)
    initial = loop.epoch(samples, args.batch_size, args.lam_kl)[0] if args.editor else None
    optimizer = torch.optim.AdamW(loop.editor.parameters(), lr=1e-3)
    epochs = [loop.epoch(samples, args.batch_size, args.lam_kl, optimizer) for _ in range(args.epochs)]
    return {"seconds": [e[1] for e in epochs], "losses": [e[0] for e in epochs], "initial_loss": initial,
            "cases": len(samples)}


@torch.no_grad()
def evaluate(args):
    """Log-probabilities of the new and the true object at the end of every edited prompt."""
    loop = loop_of(args)
    rewrites = {str(c["case_id"]): c["requested_rewrite"] for c in json.load(open(args.counterfact))}
    lines = {record["id"]: record for record in map(json.loads, open(args.cases))}
    prompts = json.load(open(args.prompts))
    start = time.perf_counter()
    states = {}
    for case, _ in prompts:
        if case not in states:
            states[case] = attribute_state(loop, lines[case]["context"], lines[case]["attribute"])
    scores = []
    for first in range(0, len(prompts), args.batch_size):
        batch = prompts[first:first + args.batch_size]
        inputs = loop.tokenizer([prompt for _, prompt in batch], return_tensors="pt", padding=True)
        mask = inputs["attention_mask"]
        inputs["position_ids"] = (mask.cumsum(-1) - 1).clamp(min=0)
        pad = mask.shape[1] - mask.sum(-1)
        rows = torch.arange(len(batch))
        places = torch.tensor([edited(loop, prompt, rewrites[case]["subject"]) for case, prompt in batch])
        directions = loop.editor(torch.stack([states[case] for case, _ in batch]))

        def edit(module, arguments, output):
            hidden = output[0] if isinstance(output, tuple) else output
            hidden[rows, pad + places] += directions
            return output

        hook = loop.block.register_forward_hook(edit)
        chances = loop.model(**inputs, logits_to_keep=1).logits[:, -1].log_softmax(-1)
        hook.remove()
        for row, (case, _) in enumerate(batch):
            rewrite = rewrites[case]
            ids = [loop.tokenizer(" " + rewrite[key]["str"])["input_ids"][0]
                   for key in ("target_new", "target_true")]
            scores.append([chances[row, id].item() for id in ids])
    return {"seconds": time.perf_counter() - start, "scores": scores}


@torch.no_grad()
def generate(args):
    """The likeliest continuation of a prompt, without the edit and with it."""
    loop = loop_of(args)
    fact = json.load(open(args.fact))
    inputs = loop.tokenizer(fact["prompt"], return_tensors="pt")
    place = edited(loop, fact["prompt"], fact["entity"])
    direction = loop.editor(attribute_state(loop, fact["context"], fact["attribute"]))

    def edit(module, arguments, output):
        hidden = output[0] if isinstance(output, tuple) else output
        # The prompt alone is edited; what is generated comes token by token.
        if hidden.shape[1] > 1:
            hidden[0, place] += direction
        return output

    def text():
        ids = loop.model.generate(
            **inputs, max_new_tokens=args.tokens, min_new_tokens=args.tokens, do_sample=False,
            pad_token_id=loop.tokenizer.pad_token_id)
        return loop.tokenizer.decode(ids[0, inputs["input_ids"].shape[1]:])

    start = time.perf_counter()
    before = text()
    hook = loop.block.register_forward_hook(edit)
    after = text()
    hook.remove()
    return {"seconds": time.perf_counter() - start, "before": before, "after": after}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tasks = parser.add_subparsers(required=True)
    for task in (train, evaluate, generate):
        options = tasks.add_parser(task.__name__)
        options.set_defaults(task=task)
        options.add_argument("model")
        if task is not generate:
            options.add_argument("cases")
            options.add_argument("counterfact")
        options.add_argument("--layer", type=int, default=1)
        options.add_argument("--editor")
        options.add_argument("--threads", type=int, default=torch.get_num_threads())
        options.add_argument("--batch-size", type=int, default=16)
        options.add_argument("--cases", dest="count", type=int, default=96)
        options.add_argument("--epochs", type=int, default=2)
        options.add_argument("--lam-kl", type=float, default=0.625)
        options.add_argument("--prompts")
        options.add_argument("--fact")
        options.add_argument("--tokens", type=int, default=100)
    args = parser.parse_args()
    print(json.dumps(args.task(args)))


if __name__ == "__main__":
    main()
