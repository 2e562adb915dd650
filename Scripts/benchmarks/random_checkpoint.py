#!/usr/bin/env python3
"""Write a checkpoint folder of random weights: for speed trials and for comparing numbers.

    random_checkpoint.py FAMILY OUT [--set KEY=VALUE ...] [--dtype f32|f16|bf16] [--seed N]
                         [--scale S] [--format safetensors|bin] [--shard-size 200MB]
                         [--tokenizer FOLDER]

FAMILY is a `model_type` of transformers; without --set it has that family's default shape, which for
`gpt2` is GPT-2 small.  VALUE is JSON.  The weights are drawn on the CPU from --seed, so a command always
writes the same tensors.  --scale multiplies the family's initial standard deviation: with 1, a random
model's next-token distribution is almost uniform.

Made with torch 2.15 and transformers 5.23.
"""
import argparse
import json
import shutil
from pathlib import Path

TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "special_tokens_map.json",
    "added_tokens.json",
)


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("family")
    parser.add_argument("out", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--dtype", choices=("f32", "f16", "bf16"), default="f32")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--format", choices=("safetensors", "bin"), default="safetensors")
    parser.add_argument("--shard-size", default="50GB")
    parser.add_argument("--tokenizer", type=Path, help="a folder whose tokenizer files are copied")
    return parser.parse_args()


def save_bin(model, out):
    import torch

    model.config.save_pretrained(out)
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    torch.save(state, out / "pytorch_model.bin")


def main():
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    options = arguments()
    settings = {}
    for text in options.set:
        key, _, value = text.partition("=")
        settings[key] = json.loads(value)
    config = AutoConfig.for_model(options.family, **settings)
    if hasattr(config, "initializer_range"):
        config.initializer_range *= options.scale
    torch.manual_seed(options.seed)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    model = model.to({"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}[options.dtype])
    options.out.mkdir(parents=True, exist_ok=True)
    if options.format == "bin":
        save_bin(model, options.out)
    else:
        model.save_pretrained(options.out, max_shard_size=options.shard_size)
    if options.tokenizer:
        for name in TOKENIZER_FILES:
            if (options.tokenizer / name).is_file():
                shutil.copyfile(options.tokenizer / name, options.out / name)
    count = sum(parameter.numel() for parameter in model.parameters())
    print(f"{options.family}, {count:,} parameters -> {options.out}")


if __name__ == "__main__":
    main()
