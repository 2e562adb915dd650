"""Checks a dump of directions with torch: dump.pth must load with weights_only=True, have the reference's
form, and hold the bits of dump.safetensors beside it.

Usage: check_dump.py FOLDER...   (folders such as results/…/linear/1)
Written with torch 2.15, safetensors 0.8.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open

KEYS = ["direction", "h_entity_pre", "h_entity_post", "h_attr", "id", "entity", "prompt", "context", "attribute"]


def same(a, b):
    return a.dtype == b.dtype == torch.float32 and torch.equal(a.view(torch.int32), b.view(torch.int32))


for folder in map(Path, sys.argv[1:]):
    samples = torch.load(folder / "dump.pth", weights_only=True)
    with safe_open(folder / "dump.safetensors", "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        texts = {key: json.loads(file.metadata()[key]) for key in ("ids", "entities", "prompts", "contexts", "attributes")}
    assert isinstance(samples, list) and len(samples) == len(tensors["direction"]) == len(texts["ids"])
    for n, sample in enumerate(samples):
        assert type(sample) is dict and list(sample) == KEYS, list(sample)
        for name in ("direction", "h_attr"):
            assert same(sample[name], tensors[name][n]), (n, name)
        for name in ("h_entity_pre", "h_entity_post"):
            states = sample[name]
            assert list(states) == list(range(tensors[name].shape[1])), list(states)
            assert all(type(layer) is int for layer in states)
            assert all(same(states[layer], tensors[name][n, layer]) for layer in states), (n, name)
        for key, plural in (("id", "ids"), ("entity", "entities"), ("prompt", "prompts"),
                            ("context", "contexts"), ("attribute", "attributes")):
            assert sample[key] == texts[plural][n], (n, key)
    print(f"{folder}: {len(samples)} samples, {len(samples[0]['h_entity_pre'])} layers, the same bits")
