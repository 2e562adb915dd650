#!/usr/bin/env python3
"""Makes Tests/LanguageModelsTests/Fixtures/names: tiny checkpoints and what transformers computes of them however
their tensors are named, wrapped or left out.

    python3 Scripts/oracle/stored_names.py        # transformers 5.24, torch, safetensors

`gpt2` is said to be tied but stores a head of its own; `gpt_neox` stores its head as `lm_head`.  `expected.json` has
the logits after the last token of TOKENS for every variant that transformers loaded.
"""

import json
import shutil
import tempfile
from pathlib import Path

import safetensors.torch
import torch
import transformers

TOKENS = [3, 1, 4, 1, 5, 9, 2, 6]
TARGET = Path(__file__).resolve().parents[2] / "Tests/LanguageModelsTests/Fixtures/names"


def logits(folder, state, metadata=None):
    """The last logits of the model that transformers loads from `state` beside the folder's configuration."""
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(folder / "config.json", scratch)
        safetensors.torch.save_file(state, Path(scratch) / "model.safetensors", {"format": "pt", **(metadata or {})})
        model = transformers.AutoModelForCausalLM.from_pretrained(scratch, dtype=torch.float32).eval()
        with torch.no_grad():
            return model(torch.tensor([TOKENS])).logits[0, -1].tolist()


def make(name, configuration):
    folder = TARGET / name
    folder.mkdir(parents=True, exist_ok=True)
    keys = configuration.to_diff_dict()
    keys = {key: keys[key] for key in keys if key not in ("transformers_version", "dtype")}
    (folder / "config.json").write_text(json.dumps({"model_type": configuration.model_type, **keys}, indent=1) + "\n")
    torch.manual_seed(7)
    state = transformers.AutoModelForCausalLM.from_config(configuration).state_dict()
    return folder, {key: torch.randn(value.shape) * 0.3 for key, value in state.items()}


def without(state, *names):
    return {key: value for key, value in state.items() if key not in names}


def main():
    expected = {"tokens": TOKENS, "transformers": transformers.__version__}
    folder, state = make(
        "gpt2",
        transformers.GPT2Config(
            vocab_size=24, n_embd=8, n_head=2, n_layer=1, n_positions=32, bos_token_id=0, eos_token_id=0
        ),
    )
    safetensors.torch.save_file(state, folder / "model.safetensors", {"format": "pt"})
    embedding = "transformer.wte.weight"
    doubles = {key: value.double() * 1.000000001 for key, value in state.items()}
    expected["gpt2"] = {
        "head differs": logits(folder, state),
        "head is left out": logits(folder, without(state, "lm_head.weight")),
        "head equals": logits(folder, {**state, "lm_head.weight": state[embedding].clone()}),
        "only the head": logits(
            folder, without({**state, "lm_head.weight": state[embedding]}, embedding), {embedding: "lm_head.weight"}
        ),
        "F64": logits(folder, doubles),
    }
    folder, state = make(
        "gpt_neox",
        transformers.GPTNeoXConfig(
            vocab_size=24, hidden_size=16, num_attention_heads=2, num_hidden_layers=1, intermediate_size=16,
            max_position_embeddings=32,
        ),
    )
    state = {key.replace("embed_out", "lm_head"): value for key, value in state.items()}
    safetensors.torch.save_file(state, folder / "model.safetensors", {"format": "pt"})
    old = {key.replace("lm_head", "embed_out"): value for key, value in state.items()}
    expected["gpt_neox"] = {"lm_head": logits(folder, state), "embed_out": logits(folder, old)}
    (TARGET / "expected.json").write_text(json.dumps(expected) + "\n")


main()
