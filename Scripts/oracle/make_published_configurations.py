#!/usr/bin/env python3
"""What transformers makes of the config.json of published checkpoints.

    make_published_configurations.py REPOSITORY

Made with torch 2.15.0, transformers 5.24.0.  Reads and completes

    Tests/LanguageModelsTests/Fixtures/configurations/published.json

a list of {"name", "config", "expected"}: `config` has the keys of the published file, sizes shrunk; `expected`
is what transformers builds of it: tensors and parameters (those that are stored), the window of every block
(null: none), the rotary frequencies, the epsilon of norms, the activation, whether the head is tied, and what
scores are multiplied by.  `model_type` is filled in for files that lack it.
"""
import json
import sys
import tempfile
import warnings
from pathlib import Path

import torch
import transformers


# Families whose blocks all see one window.
WINDOWED = {"mistral", "phi3", "starcoder2"}


def windows(config):
    """By block, as the models' masks read them."""
    blocks = config.num_hidden_layers
    if config.model_type == "gpt_neo":
        return [config.window_size if kind == "local" else None for kind in config.attention_layers]
    if config.model_type in ("qwen2", "qwen3", "smollm3", "gemma3_text"):
        return [config.sliding_window if kind == "sliding_attention" else None for kind in config.layer_types]
    return [getattr(config, "sliding_window", None) if config.model_type in WINDOWED else None] * blocks


def scales(model, config):
    if config.model_type == "gpt_neo":
        return [1.0] * config.num_hidden_layers
    attention = [m for m in model.modules() if hasattr(m, "scaling") and hasattr(m, "is_causal")]
    return [float(module.scaling) for module in attention]


def frequencies(model, config):
    """Of the first block."""
    if config.model_type == "gemma3_text":
        name = config.layer_types[0] + "_inv_freq"
        return [float(x) for x in next(getattr(m, name) for m in model.modules() if hasattr(m, name))]
    found = [m.inv_freq for m in model.modules() if hasattr(m, "inv_freq")]
    return [float(x) for x in found[0]] if found else None


def expected(entry):
    content = dict(entry["config"])
    content.setdefault("model_type", "gpt2")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(content))
        config = transformers.AutoConfig.from_pretrained(folder)
    config.dtype = torch.float32
    model = transformers.AutoModelForCausalLM.from_config(config)
    parameters = dict(model.named_parameters())
    epsilon = [m.eps if hasattr(m, "eps") else m.variance_epsilon for m in model.modules()
               if hasattr(m, "eps") or hasattr(m, "variance_epsilon")]
    return {
        "tensors": len(parameters), "parameters": sum(p.numel() for p in parameters.values()),
        "windows": windows(config), "frequencies": frequencies(model, config), "epsilon": epsilon[0],
        "activation": next(getattr(config, key) for key in ("hidden_act", "hidden_activation", "activation_function")
                           if hasattr(config, key)),
        "tied": config.tie_word_embeddings, "scales": scales(model, config),
    }


def main(repository):
    file = repository / "Tests/LanguageModelsTests/Fixtures/configurations/published.json"
    entries = json.loads(file.read_text())
    for entry in entries:
        entry["expected"] = expected(entry)
    file.write_text("[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "\n]\n")
    print(len(entries), "configurations")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity(transformers.logging.CRITICAL)
    torch.set_num_threads(1)
    main(Path(sys.argv[1]))
