"""Compares `remedi model random` with the models that transformers initialises, tensor kind by tensor kind.

For every family a config of middling size is written, both draw a model of it, and for every tensor the
mean and standard deviation are compared: exactly for constants, within five standard errors for the rest.
Also checks that transformers loads ours without a missing or left-over tensor, and that embeddings of the
padding token and tied heads are what they are there.

Usage: check_random_model.py REMEDI_BINARY
Written with torch 2.15, transformers 5.23, safetensors 0.6.
"""
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM

BINARY = sys.argv[1]
SMALL = dict(vocab_size=600)
CONFIGS = {
    "gpt2": dict(n_embd=96, n_layer=3, n_head=4, n_positions=128, initializer_range=0.03),
    "gptj": dict(n_embd=96, n_layer=2, n_head=4, rotary_dim=8, n_positions=128),
    "gpt_neo": dict(hidden_size=96, num_layers=2, num_heads=4, attention_types=[[["global", "local"], 1]],
                    max_position_embeddings=128),
    "gpt_neox": dict(hidden_size=96, num_hidden_layers=2, num_attention_heads=4, intermediate_size=200),
    "llama": dict(hidden_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                  intermediate_size=200, pad_token_id=7, tie_word_embeddings=True, bos_token_id=1,
                  eos_token_id=2),
    "mistral": dict(hidden_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                    intermediate_size=200, initializer_range=0.0, bos_token_id=1, eos_token_id=2),
    "qwen2": dict(hidden_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                  intermediate_size=200, pad_token_id=3, initializer_range=0.05),
}


def compare(name, ours, theirs):
    if ours.shape != theirs.shape:
        return f"{name}: shape {tuple(ours.shape)}, not {tuple(theirs.shape)}"
    a, b = ours.double(), theirs.double()
    if b.numel() > 1 and b.std() == 0 or b.numel() == 1:
        return None if torch.equal(a, b) else f"{name}: not the constant {b.flatten()[0]}"
    zero_a, zero_b = (set((x == 0).all(-1).nonzero().flatten().tolist()) for x in (a, b))
    if zero_a != zero_b:
        return f"{name}: empty rows {zero_a}, not {zero_b}"
    error = b.std() / math.sqrt(b.numel())
    if abs(a.mean() - b.mean()) > 5 * math.sqrt(2) * error:
        return f"{name}: mean {a.mean()}, not {b.mean()}"
    if abs(a.std() - b.std()) > 5 * error:
        return f"{name}: deviation {a.std()}, not {b.std()}"
    z = (a / a.std()).flatten()
    if abs((z**4).mean() - 3) > 5 * math.sqrt(96 / z.numel()):
        return f"{name}: kurtosis {(z**4).mean()}, not that of a normal distribution"
    return None


def main():
    failures = 0
    for kind, values in CONFIGS.items():
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "source"), Path(folder, "target")
            source.mkdir()
            config = AutoConfig.for_model(kind, **SMALL, **values)
            config.save_pretrained(source)
            subprocess.run([BINARY, "model", "random", "-m", source, "-o", target, "-q"], check=True,
                           stdout=subprocess.DEVNULL)
            torch.manual_seed(1)
            theirs = AutoModelForCausalLM.from_config(config)
            ours, info = AutoModelForCausalLM.from_pretrained(target, output_loading_info=True)
            found = [f"{key}: {value}" for key, value in info.items() if value]
            reference = dict(theirs.named_parameters())
            for name, tensor in ours.named_parameters():
                found.append(compare(name, tensor.detach(), reference.pop(name).detach()))
            found += [f"{name}: not there" for name in reference]
            theirs.save_pretrained(Path(folder, "saved"))
            saved = load_file(Path(folder, "saved", "model.safetensors"))
            written = load_file(target / "model.safetensors")
            if set(saved) != set(written):
                found.append(f"names differ: {sorted(set(saved) ^ set(written))}")
            found = [line for line in found if line]
            count = sum(tensor.numel() for tensor in written.values())
            dtype = json.loads((target / "config.json").read_text()).get("dtype")
            print(kind, f"{len(written)} tensors, {count} parameters, {dtype}:", "; ".join(found) or "ok")
            failures += len(found)
    sys.exit(failures > 0)


main()
