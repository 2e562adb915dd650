"""Writes what transformers makes of the demonstration's model: next-token logits, for a test.

    python make_fixture.py MODEL_FOLDER OUT.json

Written with torch 2.15 and transformers 5.23; computes in float32.
"""

import json
import pathlib
import sys

import torch
from tokenizers import Tokenizer
from transformers import GPT2LMHeadModel

from world import World

# Every so many-th entry of the vocabulary is kept.
STRIDE = 5


def main():
    folder, out = sys.argv[1:]
    model = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    world = World()
    prompts = []
    for case in world.evaluation_cases[:4]:
        name, relation = case.entity.name, case.relation
        prompts.append(relation.paraphrases[1].format(name))
        prompts.append(f"{relation.rewrite.format(name)} {case.new}. {relation.paraphrases[0].format(name)}")
    entries = []
    for prompt in prompts:
        ids = tokenizer.encode(prompt).ids
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0, -1]
        entries.append({"prompt": prompt, "ids": ids, "logits": [round(x, 5) for x in logits[::STRIDE].tolist()]})
    fixture = {"schema": 1, "made_by": "Scripts/demo/make_fixture.py", "stride": STRIDE, "entries": entries}
    pathlib.Path(out).write_text(json.dumps(fixture, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
