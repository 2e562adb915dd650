"""Trains the demonstration's language model on texts of the small world, with checkpoints.

    python train_model.py OUT [--steps 2400] [--threads 2] …

Writes OUT/config.json, tokenizer.json and model.safetensors (f16), which
`transformers` loads as GPT-2; OUT/training.pt is the checkpoint from which a stopped run goes on.
Written with torch 2.15, tokenizers 0.23, safetensors.
"""

import argparse
import json
import pathlib
import random
import time

import torch

import vocabulary
from batches import Batches
from beliefs import Beliefs
from model import Model, save
from muon import Muon
from texts import Texts
from things import Things
from world import SEED, World


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--width", type=int, default=144)
    parser.add_argument("--blocks", type=int, default=6)
    parser.add_argument("--heads", type=int, default=6)
    parser.add_argument("--vocabulary", type=int, default=2200)
    parser.add_argument("--positions", type=int, default=160)
    parser.add_argument("--length", type=int, default=112)
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--belief-weight", type=float, default=2.0)
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


def rate(step, steps, peak):
    """Rises over the first 100 steps, stays, and falls to a fiftieth over the last two fifths."""
    return peak * min(1, (step + 1) / 100, 0.02 + 0.98 * (steps - step) / (0.4 * steps))


def make_optimizers(model, beliefs, rate):
    """Muon for the matrices of the blocks, AdamW for everything else."""
    matrices = [p for p in model.blocks.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if not any(p is matrix for matrix in matrices)]
    others += beliefs.parameters()
    return [
        Muon(matrices, lr=rate, weight_decay=0.05),
        torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    world = World()
    things = Things(random.Random(SEED + 1))
    tokenizer = vocabulary.load_or_make(options.out / "tokenizer.json", world, things, options.vocabulary)
    texts = Texts(world, things, random.Random(options.seed + 2))
    batches = Batches(texts, tokenizer, options.rows, options.length)
    model = Model(tokenizer.get_vocab_size(), options.width, options.blocks, options.heads, options.positions)
    beliefs = Beliefs(tokenizer, model.tokens)
    print(sum(p.numel() for p in model.parameters()), "parameters", flush=True)
    optimizers = make_optimizers(model, beliefs, options.rate)
    checkpoint = options.out / "training.pt"
    first = 0
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(stored["model"])
        beliefs.load_state_dict(stored["beliefs"])
        for optimizer, state in zip(optimizers, stored["optimizers"]):
            optimizer.load_state_dict(state)
        texts.random.setstate(stored["random"])
        batches.waiting = stored["waiting"]
        first = stored["step"]
    began, mean, rights = time.time(), None, None
    for step in range(first, options.steps):
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate(step, options.steps, options.rate)
        *batch, mentions, subjects = batches.next()
        beliefs.begin(mentions, subjects)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = model.loss(*batch, beliefs)
        (loss + options.belief_weight * beliefs.loss()).backward()
        rights = {key: 0.96 * (rights or beliefs.rights)[key] + 0.04 * new for key, new in beliefs.rights.items()}
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
        if (step + 1) % 25 == 0:
            seconds = (time.time() - began) / (step + 1 - first)
            print(json.dumps({"step": step + 1, "loss": round(mean, 4),
                              **{key: round(share, 3) for key, share in rights.items()},
                              "seconds a step": round(seconds, 3)}),
                  flush=True)
        if (step + 1) % 50 == 0 or step + 1 == options.steps:
            torch.save({"model": model.state_dict(), "beliefs": beliefs.state_dict(),
                        "optimizers": [o.state_dict() for o in optimizers],
                        "random": texts.random.getstate(), "waiting": batches.waiting, "step": step + 1}, checkpoint)
            save(model, tokenizer, options.out)


if __name__ == "__main__":
    main()
