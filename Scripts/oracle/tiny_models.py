#!/usr/bin/env python3
"""Tiny random checkpoints of every model family, and what transformers computes with them.

    tiny_models.py OUT        (OUT: Tests/LanguageModelsTests/Fixtures/models)

Made with torch 2.15.0, transformers 5.23.0, safetensors 0.8.  Every OUT/<case> holds config.json and the
weights as the case says; beside it lie

    <case>.expected.json         token sequences, edits, read positions, greedy continuations
    <case>.expected.safetensors  states.<s> [L, T, D] after every block, logits.<s> [T, V], and per edit e
                                 edit.<e>.directions [directions, D], .cotangent [R, V], .logits [R, V],
                                 .gradient [directions, D] = d sum(cotangent * logits) / d directions

All of it is computed in float32 on the weights as stored.  Norm gains and biases are random too.
"""
import copy
import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file

SEED = 20230403
LENGTHS = [1, 6, 9]
# block, alpha, beta, and per sequence: number, edited range, read positions, direction
EDITS = [
    {"block": 0, "alpha": 1.0, "beta": 1.0, "sequences": [
        {"sequence": 2, "tokens": [3, 4], "read": [3, 5, 8], "direction": 0}]},
    {"block": 1, "alpha": 0.75, "beta": 0.5, "sequences": [
        {"sequence": 1, "tokens": [2, 5], "read": [5, 2], "direction": 1},
        {"sequence": 2, "tokens": [1, 2], "read": [6], "direction": 0},
        {"sequence": 0, "tokens": [0, 1], "read": [0], "direction": 1}]},
    {"block": -1, "alpha": 1.0, "beta": 1.0, "sequences": [
        {"sequence": 1, "tokens": [3, 5], "read": [3, 4, 5], "direction": 0}]},
]

GPT2 = dict(model_type="gpt2", n_embd=24, n_layer=3, n_head=3, n_inner=52, n_positions=24, vocab_size=89)
NEOX = dict(model_type="gpt_neox", hidden_size=30, num_hidden_layers=3, num_attention_heads=3,
            intermediate_size=46, max_position_embeddings=24, vocab_size=83)
LLAMA = dict(model_type="llama", hidden_size=24, num_hidden_layers=3, num_attention_heads=4,
             num_key_value_heads=2, intermediate_size=38, max_position_embeddings=32, vocab_size=91)
# name: (config, element type, keys of config.json that are respelled or added, further options)
CASES = {
    "gpt2": (GPT2, torch.float32, {}, {"bare", "mask"}),
    "gpt2-scaled": (dict(GPT2, n_inner=None, n_embd=18, n_head=2, scale_attn_by_inverse_layer_idx=True,
                         activation_function="gelu", tie_word_embeddings=False),
                    torch.bfloat16, {}, set()),
    "gptj": (dict(model_type="gptj", n_embd=28, n_layer=3, n_head=2, rotary_dim=6, n_inner=45,
                  n_positions=24, vocab_size=90), torch.float16, {}, {"twin", "mask"}),
    "gpt_neo": (dict(model_type="gpt_neo", hidden_size=26, num_layers=4, num_heads=2, window_size=3,
                     attention_types=[[["global", "local"], 2]], intermediate_size=39,
                     max_position_embeddings=24, vocab_size=87), torch.bfloat16, {}, set()),
    "gpt_neox": (dict(NEOX, rope_parameters={"rope_type": "default", "rope_theta": 10000.0,
                                            "partial_rotary_factor": 0.25}, num_attention_heads=3),
                 torch.float16, {"rope_parameters": None, "rotary_pct": 0.25, "rotary_emb_base": 10000},
                 {"respelled"}),
    "gpt_neox-sequential": (dict(NEOX, use_parallel_residual=False, attention_bias=False, hidden_act="relu",
                                 rope_parameters={"rope_type": "linear", "factor": 2.0, "rope_theta": 500.0,
                                                  "partial_rotary_factor": 0.6}), torch.bfloat16, {}, set()),
    "llama": (dict(LLAMA, rope_theta=10000.0), torch.float32,
              {"rope_parameters": None, "rope_theta": 10000.0, "rope_scaling": None}, {"respelled"}),
    "llama-tied": (dict(LLAMA, num_key_value_heads=1, head_dim=6, tie_word_embeddings=True, attention_bias=True,
                        mlp_bias=True, hidden_size=28,
                        rope_parameters={"rope_type": "llama3", "rope_theta": 500.0, "factor": 4.0,
                                         "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                                         "original_max_position_embeddings": 16}), torch.float16, {}, set()),
    "mistral": (dict(LLAMA, model_type="mistral", num_hidden_layers=3, sliding_window=4, num_key_value_heads=4),
                torch.bfloat16, {}, set()),
    "qwen2": (dict(LLAMA, model_type="qwen2", use_sliding_window=True, sliding_window=5, max_window_layers=1),
              torch.float16, {}, set()),
    "qwen3": (dict(LLAMA, model_type="qwen3", head_dim=8, rope_theta=500.0, tie_word_embeddings=True),
              torch.bfloat16, {}, set()),
    "olmo2": (dict(LLAMA, model_type="olmo2", rope_theta=500.0, pad_token_id=1), torch.bfloat16, {}, set()),
    "smollm3": (dict(LLAMA, model_type="smollm3", num_hidden_layers=4, no_rope_layer_interval=2, pad_token_id=2,
                     use_sliding_window=True, sliding_window=5), torch.bfloat16, {}, set()),
    "gemma": (dict(LLAMA, model_type="gemma", head_dim=10, num_key_value_heads=1), torch.bfloat16, {}, set()),
    "gemma3_text": (dict(LLAMA, model_type="gemma3_text", head_dim=8, sliding_window=4, query_pre_attn_scalar=9,
                         layer_types=["sliding_attention", "full_attention", "sliding_attention"],
                         rope_parameters={"full_attention": {"rope_type": "linear", "factor": 4.0,
                                                             "rope_theta": 700.0},
                                          "sliding_attention": {"rope_type": "default", "rope_theta": 50.0}}),
                    torch.bfloat16, {}, set()),
    "phi": (dict(LLAMA, model_type="phi", partial_rotary_factor=0.67), torch.bfloat16, {}, set()),
    "phi3": (dict(LLAMA, model_type="phi3", sliding_window=6, pad_token_id=0), torch.bfloat16, {}, set()),
    "stablelm": (dict(LLAMA, model_type="stablelm", use_qkv_bias=True, partial_rotary_factor=0.67),
                 torch.bfloat16, {}, set()),
    "stablelm-parallel": (dict(LLAMA, model_type="stablelm", use_parallel_residual=True, partial_rotary_factor=0.67),
                          torch.bfloat16, {}, set()),
    "starcoder2": (dict(LLAMA, model_type="starcoder2", sliding_window=5), torch.bfloat16, {}, set()),
}


def randomise(model, generator):
    """Weights that make every term matter: attention far from uniform, gains and biases random."""
    # Gains that are stored less 1.
    centre = 0 if model.config.model_type.startswith("gemma") else 1
    with torch.no_grad():
        for name, value in model.named_parameters():
            noise = torch.randn(value.shape, generator=generator)
            if value.dim() > 1:
                spread = 0.5 if "emb" in name or "wte" in name or "wpe" in name else 1.2 / value.shape[-1] ** 0.5
                value.copy_(spread * noise)
            elif name.endswith("bias"):
                value.copy_(0.2 * noise)
            else:
                value.copy_(centre + 0.3 * noise)


def block_modules(model):
    base = model.base_model
    return base.h if hasattr(base, "h") else base.layers


def run(model, ids, edit=None):
    """Logits [T, V] and the states after every block [L, T, D] of one sequence; edit = (block, rows, d, a, b)."""
    states, hooks = [], []

    def hook(index):
        def after(_, __, output):
            hidden = output[0] if isinstance(output, tuple) else output
            if edit is not None and edit[0] == index:
                block, rows, direction, alpha, beta = edit
                mask = torch.zeros(hidden.shape[1], 1)
                mask[rows[0]:rows[1]] = 1
                hidden = hidden * (1 - mask + mask * beta) + mask * alpha * direction
                states.append(hidden[0])
                return (hidden, *output[1:]) if isinstance(output, tuple) else hidden
            states.append(hidden[0])
        return after

    for index, block in enumerate(block_modules(model)):
        hooks.append(block.register_forward_hook(hook(index)))
    try:
        logits = model(torch.tensor([ids]), use_cache=False).logits[0]
    finally:
        for handle in hooks:
            handle.remove()
    return logits, torch.stack(states)


def expected_edit(model, edit, sequences, generator):
    hidden, vocabulary = model.config.hidden_size, model.config.vocab_size
    block = edit["block"] % model.config.num_hidden_layers
    count = 1 + max(item["direction"] for item in edit["sequences"])
    directions = torch.randn(count, hidden, generator=generator).requires_grad_()
    rows = []
    for item in edit["sequences"]:
        change = (block, item["tokens"], directions[item["direction"]], edit["alpha"], edit["beta"])
        logits, _ = run(model, sequences[item["sequence"]], change)
        rows += [logits[position] for position in item["read"]]
    logits = torch.stack(rows)
    cotangent = torch.randn(len(rows), vocabulary, generator=generator)
    (logits * cotangent).sum().backward()
    tensors = {"directions": directions, "cotangent": cotangent, "logits": logits, "gradient": directions.grad}
    return dict(edit, block=block), {k: v.detach().contiguous() for k, v in tensors.items()}


def write_weights(model, folder, element, options):
    # A copy is cast: buffers such as rotary frequencies must stay float32 in the model that is run.
    copy.deepcopy(model).to(element).save_pretrained(folder)
    with torch.no_grad():
        for value in model.parameters():
            value.copy_(value.to(element).to(torch.float32))
    (folder / "generation_config.json").unlink(missing_ok=True)
    file = folder / "model.safetensors"
    tensors = load_file(file)
    if "bare" in options:
        tensors = {name.removeprefix("transformer."): value for name, value in tensors.items()}
    if "mask" in options:
        start = "" if "bare" in options else "transformer."
        mask = torch.tril(torch.ones(1, 1, 8, 8)).to(torch.bool)
        tensors[start + "h.0.attn.bias"] = mask
        tensors[start + "h.0.attn.masked_bias"] = torch.tensor(-1e9)
    save_file(tensors, file, metadata={"format": "pt"})
    if "twin" in options:
        twin = folder.with_name(folder.name + "-bin")
        shutil.rmtree(twin, ignore_errors=True)
        twin.mkdir()
        torch.save(tensors, twin / "pytorch_model.bin")
        shutil.copy(folder / "config.json", twin / "config.json")


def respell(folder, keys):
    file = folder / "config.json"
    config = json.loads(file.read_text())
    for key, value in keys.items():
        if value is None and key != "rope_scaling":
            config.pop(key, None)
        else:
            config[key] = value
    file.write_text(json.dumps(config, indent=2) + "\n")


def make(name, out):
    options, element, keys, flags = CASES[name]
    folder = out / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    options = {k: v for k, v in options.items() if not (k == "n_inner" and v is None)}
    kind = options.pop("model_type")
    config = transformers.AutoConfig.for_model(kind, **options, bos_token_id=0, eos_token_id=1)
    config._attn_implementation = "eager"
    generator = torch.Generator().manual_seed(SEED + list(CASES).index(name))
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    randomise(model, generator)
    write_weights(model, folder, element, flags)
    respell(folder, keys)
    model.generation_config.eos_token_id = None
    vocabulary = config.vocab_size
    sequences = [torch.randint(2, vocabulary, (n,), generator=generator).tolist() for n in LENGTHS]
    tensors = {}
    with torch.no_grad():
        for index, ids in enumerate(sequences):
            logits, states = run(model, ids)
            tensors[f"logits.{index}"], tensors[f"states.{index}"] = logits.clone(), states.clone()
    edits = []
    for index, edit in enumerate(EDITS):
        described, found = expected_edit(model, edit, sequences, generator)
        edits.append(described)
        tensors |= {f"edit.{index}.{key}": value for key, value in found.items()}
    greedy = [
        model.generate(torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)), do_sample=False, max_new_tokens=8,
                       pad_token_id=0)[0, len(ids):].tolist() for ids in sequences
    ]
    save_file({k: v.contiguous() for k, v in tensors.items()}, out / f"{name}.expected.safetensors")
    lines = {"sequences": sequences, "edits": edits, "greedy": greedy}
    (out / f"{name}.expected.json").write_text(json.dumps(lines) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    target = Path(sys.argv[1])
    for case in sys.argv[2:] or CASES:
        make(case, target)
        print(case, sum(f.stat().st_size for f in (target / case).iterdir()))
