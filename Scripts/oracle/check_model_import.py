"""Checks `remedi model import` with checkpoints that torch wrote: one file and shards, whole and half
precision, tied heads and buffers.  Every tensor that transformers loads must be the same before and after.

Usage: check_model_import.py REMEDI_BINARY
Written with torch 2.15, transformers 5.23.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM

BINARY = sys.argv[1]
CONFIGS = {
    "gpt2": dict(n_embd=64, n_layer=2, n_head=4, n_positions=64),
    "gptj": dict(n_embd=64, n_layer=2, n_head=4, rotary_dim=8, n_positions=64),
    "gpt_neox": dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128),
    "llama": dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128,
                  tie_word_embeddings=True),
}


def state_of(folder):
    model, info = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", output_loading_info=True)
    assert not any(info.values()), info
    return model.state_dict()


def save(model, folder, shards):
    """Writes torch files as older versions of transformers did, buffers and tied heads included."""
    model.config.save_pretrained(folder)
    names = {"lm_head.weight": "embed_out.weight"} if model.config.model_type == "gpt_neox" else {}
    state = {names.get(key, key): value for key, value in model.state_dict().items()}
    state["transformer.h.0.attn.bias"] = torch.ones(1, 1, 8, 8, dtype=torch.bool).tril()
    keys = list(state)
    if shards == 1:
        torch.save(state, folder / "pytorch_model.bin")
        return
    files = {f"pytorch_model-{i + 1:05}-of-{shards:05}.bin": keys[i::shards] for i in range(shards)}
    for file, part in files.items():
        torch.save({key: state[key] for key in part}, folder / file)
    index = {"metadata": {}, "weight_map": {key: file for file, part in files.items() for key in part}}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))


for kind, values in CONFIGS.items():
    for dtype, shards in [(torch.float32, 1), (torch.float16, 3), (torch.bfloat16, 1)]:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "source"), Path(folder, "target")
            source.mkdir()
            torch.manual_seed(1)
            config = AutoConfig.for_model(kind, vocab_size=300, **values)
            model = AutoModelForCausalLM.from_config(config, dtype=dtype)
            save(model, source, shards)
            subprocess.run([BINARY, "model", "import", source, "-o", target], check=True,
                           stdout=subprocess.DEVNULL)
            before = model.state_dict()
            files = sorted(path.name for path in target.iterdir())
            assert files[-1] == "model.safetensors", files
            kept = {"transformer.h.0.attn.bias"}
            from safetensors import safe_open
            with safe_open(target / "model.safetensors", "pt") as opened:
                assert kept <= set(opened.keys())
                assert opened.get_tensor("transformer.h.0.attn.bias").dtype == torch.bool
                tied = config.tie_word_embeddings and shards == 1
                assert ("lm_head.weight" in opened.keys()) == (not tied and kind != "gpt_neox")
            (target / "model.safetensors").rename(target / "kept")
            from safetensors.torch import load_file, save_file
            state = load_file(target / "kept")
            del state["transformer.h.0.attn.bias"]
            save_file(state, target / "model.safetensors", {"format": "pt"})
            after = state_of(target)
            assert set(after) == set(before), set(after) ^ set(before)
            for key in before:
                assert before[key].dtype == after[key].dtype and torch.equal(before[key], after[key]), key
            print(kind, dtype, shards, f"{len(before)} tensors: ok")
