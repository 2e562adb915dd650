"""Makes Tests/RemediCoreTests/Fixtures/models/tied.bin: a torch file in which a head is the embedding.

Usage: make_tied_checkpoint.py
Written with torch 2.15.
"""
from pathlib import Path

import torch

embedding = torch.arange(20, dtype=torch.float32).reshape(5, 4)
target = Path(__file__).parents[2] / "Tests/RemediCoreTests/Fixtures/models/tied.bin"
target.parent.mkdir(parents=True, exist_ok=True)
torch.save({"lm_head.weight": embedding, "transformer.wte.weight": embedding,
            "steps": torch.tensor([7]), "mask": torch.tensor([True, False, True])}, target)
