#!/usr/bin/env python3
"""The tiny checkpoints of `tiny_models.py` as GGUF files, one with weights in blocks, and blocks of every format.

    gguf_models.py MODELS OUT    (both below Tests/LanguageModelsTests/Fixtures: models, gguf)

Made with gguf 0.19.0, transformers 5.24.0, torch 2.15.0, accelerate.  Names, arrangements and metadata are those of
llama.cpp's convert_hf_to_gguf.py.  Where transformers reads the architecture's GGUF files itself, its logits are
compared with those of the checkpoint.  OUT holds

    <case>.gguf               the checkpoint <case>, whose expected logits lie beside it in MODELS, or
    <case>.gguf, .json        a model drawn here, and the logits of transformers
    llama-blocks.gguf, .json  weights in blocks, and logits of transformers on what `gguf` makes of them
    blocks.safetensors        for each format bytes [N, block bytes] and the float32 values [N, block] of `gguf`
"""
import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Kind, quants
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

ARCHITECTURES = {"llama": "llama", "qwen3": "qwen3", "gemma": "gemma", "phi": "phi2", "phi3": "phi3", "olmo2": "olmo2",
                 "stablelm": "stablelm", "gpt2": "gpt2", "gpt_neox": "gptneox", "gptj": "gptj",
                 "stablelm-parallel": "stablelm"}
# Families whose tiny checkpoint has settings that such files cannot express: others are drawn.
SIZES = dict(hidden_size=24, intermediate_size=38, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=32, vocab_size=91, bos_token_id=0, eos_token_id=1, pad_token_id=0)
DRAWN = {"qwen2": (dict(SIZES, model_type="qwen2"), "qwen2"),
         "starcoder2": (dict(SIZES, model_type="starcoder2", sliding_window=None), "starcoder2"),
         "gemma3_text": (dict(SIZES, model_type="gemma3_text", num_hidden_layers=7, head_dim=8, sliding_window=4,
                              query_pre_attn_scalar=8), "gemma3"),
         "llama3": (dict(SIZES, model_type="llama", hidden_size=64, max_position_embeddings=64, rope_parameters={
             "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
             "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}), "llama")}
COMMON = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
          "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
          "self_attn.o_proj": "attn_output", "self_attn.dense": "attn_output", "self_attn.qkv_proj": "attn_qkv",
          "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "input_layernorm": "attn_norm",
          "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.gate_up_proj": "ffn_up",
          "mlp.down_proj": "ffn_down", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down", "mlp.fc1": "ffn_up",
          "mlp.fc2": "ffn_down", "model.final_layernorm": "output_norm"}
NAMES = {
    "": {**COMMON, "post_attention_layernorm": "ffn_norm"},
    "gemma3": {**COMMON, "post_attention_layernorm": "post_attention_norm",
               "pre_feedforward_layernorm": "ffn_norm", "post_feedforward_layernorm": "post_ffw_norm"},
    "olmo2": {**COMMON, "post_attention_layernorm": "post_attention_norm",
              "post_feedforward_layernorm": "post_ffw_norm"},
    "gpt2": {"transformer.wte": "token_embd", "transformer.wpe": "position_embd", "transformer.ln_f": "output_norm",
             "ln_1": "attn_norm", "ln_2": "ffn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output",
             "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"},
    "gptj": {"transformer.wte": "token_embd", "transformer.ln_f": "output_norm", "lm_head": "output",
             "ln_1": "attn_norm", "attn.q_proj": "attn_q", "attn.k_proj": "attn_k", "attn.v_proj": "attn_v",
             "attn.out_proj": "attn_output", "mlp.fc_in": "ffn_up", "mlp.fc_out": "ffn_down"},
    "gptneox": {"gpt_neox.embed_in": "token_embd", "gpt_neox.final_layer_norm": "output_norm", "embed_out": "output",
                "lm_head": "output", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
                "attention.query_key_value": "attn_qkv", "attention.dense": "attn_output",
                "mlp.dense_h_to_4h": "ffn_up", "mlp.dense_4h_to_h": "ffn_down"},
}


def pick(config, *keys, standard=None):
    for key in keys:
        if config.get(key) is not None:
            return config[key]
    return standard


def facts(config, architecture):
    """The metadata below the architecture's name."""
    rope = config.get("rope_parameters") or {}
    width, heads = pick(config, "hidden_size", "n_embd"), pick(config, "num_attention_heads", "n_head")
    head = config.get("head_dim") or width // heads
    found = {"context_length": pick(config, "max_position_embeddings", "n_positions"), "embedding_length": width,
             "block_count": pick(config, "num_hidden_layers", "n_layer"),
             "feed_forward_length": pick(config, "intermediate_size", "n_inner", standard=4 * width),
             "attention.head_count": heads,
             "attention.head_count_kv": pick(config, "num_key_value_heads", standard=heads)}
    epsilon = pick(config, "rms_norm_eps")
    if epsilon is not None:
        found["attention.layer_norm_rms_epsilon"] = epsilon
    else:
        found["attention.layer_norm_epsilon"] = pick(config, "layer_norm_eps", "norm_epsilon", "layer_norm_epsilon")
    if architecture == "gptj":
        found["rope.dimension_count"] = config["rotary_dim"]
    if architecture in ("gpt2", "gptj"):
        return found
    share = pick(config, "partial_rotary_factor", "rotary_pct", standard=rope.get("partial_rotary_factor", 1))
    if "full_attention" in rope:
        rope = rope["full_attention"]
    found["rope.freq_base"] = float(pick(rope, "rope_theta", standard=pick(config, "rope_theta", "rotary_emb_base",
                                                                          standard=10000.0)))
    found["rope.dimension_count"] = int(share * head)
    if config.get("head_dim"):
        found["attention.key_length"] = found["attention.value_length"] = head
    if config.get("sliding_window") and architecture in ("gemma3", "phi3"):
        found["attention.sliding_window"] = config["sliding_window"]
    if "use_parallel_residual" in config:
        found["use_parallel_residual"] = config["use_parallel_residual"]
    return found


def interleave(weight, heads):
    """llama.cpp rotates neighbors: of every head the two halves of rows are interleaved."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(
        weight.shape)


def by_parts(tensor, heads):
    """[heads, 3, head size] becomes [3, heads, head size]."""
    return tensor.reshape(heads, 3, tensor.shape[0] // heads // 3, *tensor.shape[1:]).swapaxes(0, 1).reshape(
        tensor.shape)


def arranged(name, tensor, config, architecture):
    heads = pick(config, "num_attention_heads", "n_head")
    if architecture == "llama" and name == "attn_q":
        return interleave(tensor, heads)
    if architecture == "llama" and name == "attn_k":
        return interleave(tensor, config.get("num_key_value_heads") or heads)
    if architecture == "gptneox" and name == "attn_qkv":
        return by_parts(tensor, heads)
    if architecture.startswith("gemma") and name.endswith("norm"):
        return tensor + 1
    if architecture == "gpt2" and tensor.ndim == 2 and name.startswith(("attn", "ffn")):
        return tensor.T.copy()
    return tensor


def renamed(key, architecture):
    stem, kind = key.rsplit(".", 1)
    table = NAMES.get(architecture, NAMES[""])
    for prefix in ("model.layers.", "transformer.h.", "gpt_neox.layers."):
        if stem.startswith(prefix):
            block, rest = stem[len(prefix):].split(".", 1)
            return (f"blk.{block}.{table[rest]}.{kind}", table[rest]) if rest in table else None
    return (f"{table[stem]}.{kind}", table[stem]) if stem in table else None


def write(path, config, tensors, architecture, kinds=lambda name, tensor: None):
    writer = gguf.GGUFWriter(str(path), architecture)
    for key, value in facts(config, architecture).items():
        add = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32}[type(value)]
        add(f"{architecture}.{key}", value)
    # One token for each letter, as far as there are tokens, a space and one merge.
    count = pick(config, "vocab_size")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([chr(33 + number) for number in range(count - 2)] + ["Ġ", '!"'])
    writer.add_token_merges(['! "'])
    writer.add_eos_token_id(1)
    if architecture == "llama" and "rope_freqs" in config:
        writer.add_tensor("rope_freqs.weight", config["rope_freqs"])
    for key, tensor in tensors.items():
        found = renamed(key, architecture)
        if found is None or (config.get("tie_word_embeddings") and found[1] == "output"):
            continue
        name, role = found
        is_half = tensor.dtype == torch.float16
        values = arranged(role, tensor.float().numpy(), config, architecture)
        kind = kinds(name, values)
        if kind is not None:
            writer.add_tensor(name, quants.quantize(values, kind), raw_dtype=kind)
        elif values.ndim > 1 and is_half:
            writer.add_tensor(name, values.astype(np.float16))
        elif values.ndim > 1 and tensor.dtype == torch.bfloat16:
            writer.add_tensor(name, quants.quantize(values, Kind.BF16), raw_dtype=Kind.BF16)
        else:
            writer.add_tensor(name, values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def check(path, expected):
    """The logits that transformers computes from the file, where it reads such files."""
    try:
        model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()
    except Exception as error:
        return f"not read by transformers ({str(error)[:60]})"
    with torch.no_grad():
        differences = [(model(torch.tensor([ids])).logits[0] - logits).abs().max().item()
                       for ids, logits in expected]
    return f"transformers differs by {max(differences):.1e}"


def tiny(models, out):
    for case, architecture in ARCHITECTURES.items():
        folder = models / case
        config = json.loads((folder / "config.json").read_text())
        tensors = {}
        for file in sorted(folder.glob("*.safetensors")):
            tensors.update(load_file(file))
        for file in sorted(folder.glob("*.bin")):
            tensors.update(torch.load(file, weights_only=True))
        if case == "gpt2":
            tensors = {key if key.startswith("transformer.") else "transformer." + key: value
                       for key, value in tensors.items()}
        write(out / f"{case}.gguf", config, tensors, architecture)
        told = json.loads((models / f"{case}.expected.json").read_text())
        logits = load_file(models / f"{case}.expected.safetensors")
        print(case, check(out / f"{case}.gguf", [
            (ids, logits[f"logits.{number}"]) for number, ids in enumerate(told["sequences"])]))


def drawn(out):
    for case, (settings, architecture) in DRAWN.items():
        torch.manual_seed(3)
        settings = dict(settings)
        config = AutoConfig.for_model(settings.pop("model_type"), **settings)
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
        for parameter in model.parameters():
            parameter.data.add_(torch.randn_like(parameter) * 0.1)
        facts = config.to_dict()
        if case == "llama3":
            # The factors by which llama.cpp's converter divides frequencies.
            frequencies = 1 / 500000.0 ** (np.arange(0, 16, 2) / 16)
            facts["rope_freqs"] = (frequencies / model.model.rotary_emb.inv_freq.numpy()).astype(np.float32)
        write(out / f"{case}.gguf", facts, model.state_dict(), architecture)
        ids = [3, 17, 88, 40, 8, 61, 22, 5, 71, 36]
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0]
        (out / f"{case}.json").write_text(json.dumps({"tokens": ids, "logits": logits.tolist()}) + "\n")
        print(case, check(out / f"{case}.gguf", [(ids, logits)]))


def in_blocks(out):
    """A model whose rows fill blocks, in as many formats as `gguf` can write."""
    torch.manual_seed(5)
    config = LlamaConfig(hidden_size=64, intermediate_size=256, num_hidden_layers=2, num_attention_heads=4,
                         num_key_value_heads=2, max_position_embeddings=32, vocab_size=96, bos_token_id=0,
                         eos_token_id=1, tie_word_embeddings=True)
    model = LlamaForCausalLM(config).eval()
    for parameter in model.parameters():
        parameter.data.add_(torch.randn_like(parameter) * 0.05)
    kinds = {"token_embd.weight": Kind.Q8_0, "attn_q.weight": Kind.Q4_0, "attn_k.weight": Kind.Q4_1,
             "attn_v.weight": Kind.Q5_0, "attn_output.weight": Kind.Q5_1, "ffn_gate.weight": Kind.Q8_0,
             "ffn_up.weight": Kind.Q4_1, "ffn_down.weight": Kind.TQ2_0}
    path = out / "llama-blocks.gguf"
    write(path, config.to_dict(), model.state_dict(), "llama",
          lambda name, values: next((kind for end, kind in kinds.items() if name.endswith(end)), None))
    # What the file means, brought back into the model.
    reader = gguf.GGUFReader(path)
    state = {}
    for key in model.state_dict():
        name, role = renamed(key, "llama")
        tensor = next((tensor for tensor in reader.tensors if tensor.name == name), None)
        if tensor is None:
            continue
        values = quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        heads = {"attn_q": 4, "attn_k": 2}.get(role)
        if heads:
            size = values.shape[0] // heads
            values = values.reshape(heads, size // 2, 2, -1).swapaxes(1, 2).reshape(values.shape)
        state[key] = torch.from_numpy(values.copy())
    model.load_state_dict(state, strict=False)
    ids = [3, 17, 95, 40, 8, 61, 22]
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    (out / "llama-blocks.json").write_text(json.dumps({"tokens": ids, "logits": logits.tolist()}) + "\n")
    print("llama-blocks", check(path, [(ids, logits)]))


def blocks(out):
    random = np.random.default_rng(7)
    halves = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108],
              "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "IQ4_NL": [0], "IQ4_XS": [0], "TQ1_0": [52],
              "TQ2_0": [64], "MXFP4": []}
    tensors = {}
    for name, places in halves.items():
        values, size = gguf.GGML_QUANT_SIZES[Kind[name]]
        count = 4 if values == 256 else 16
        content = random.integers(0, 256, (count, size), dtype=np.uint8)
        for place in places:
            content[:, place:place + 2] = random.normal(0, 1, count).astype(np.float16).view(np.uint8).reshape(count, 2)
        if name == "MXFP4":
            content[:, 0] = [0, 1, 2, 120, 127, 130, 140, 200] * 2
        found = quants.dequantize(content.reshape(-1), Kind[name]).reshape(count, values).astype(np.float32)
        tensors[f"{name}.bytes"] = torch.from_numpy(content.copy())
        tensors[f"{name}.values"] = torch.from_numpy(found.copy())
    save_file(tensors, out / "blocks.safetensors")


if __name__ == "__main__":
    models, out = map(Path, sys.argv[1:])
    out.mkdir(exist_ok=True)
    tiny(models, out)
    drawn(out)
    in_blocks(out)
    blocks(out)
