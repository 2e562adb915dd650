#!/usr/bin/env python3
"""What transformers does with every key of config.json that it reads for every family.

    make_configuration_keys.py REPOSITORY

Made with torch 2.15.0, transformers 5.24.0.  Keys are found in transformers' own source: the fields of the
configuration classes, and every attribute that the models, the rotary embeddings, the masks and the caches
read.  Each is set, in a tiny checkpoint, to every one of VALUES; the logits of one pass, and of a pass in
steps over a cache, are compared with those of the unchanged checkpoint.  Writes

    Tests/LanguageModelsTests/Fixtures/configurations/keys.json

    values   VALUES
    bases    BASES
    families family: key: one letter a value
    cases    [family, keys that are changed, letter]

Letters: s the same logits, o other logits, w other or more weights are needed, r refused.
"""
import dataclasses
import json
import re
import sys
import tempfile
import warnings
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from transformers.cache_utils import DynamicCache
from transformers.generation.configuration_utils import GenerationConfig

FAMILIES = ["gpt2", "gptj", "gpt_neo", "gpt_neox", "llama", "mistral", "qwen2", "qwen3", "olmo2", "smollm3", "gemma",
            "gemma3_text", "phi", "phi3", "stablelm", "starcoder2"]
# Where transformers keeps a family, where it is not under the family's own name.
FOLDERS = {"gemma3_text": "gemma3"}
VALUES = [None, True, False, 0, 1, 7, 0.5, "text", [], {}]
TOKENS = [5, 17, 3, 60, 41, 8, 8, 29, 77, 14, 2, 33]
SHARED = ["modeling_rope_utils.py", "masking_utils.py", "cache_utils.py"]
# What the checkpoints' own settings are replaced by: enough turning elements that the base matters.
BASES = {"gpt_neox": {"rotary_pct": 0.6}}
# Names of attributes that are no keys.
METHODS = {"get_text_config", "to_dict", "from_pretrained", "standardize_rope_params", "per_layer_attributes",
           "is_heterogeneous", "sub_configs", "validate_rope", "default_theta", "default_rope_type",
           # Arguments of methods that read and write configurations.
           "cache_dir", "commit_message", "force_download", "gguf_file", "json", "local_files_only", "proxies",
           "repo_id", "return_unused_kwargs", "revision", "subfolder", "token", "trust_remote_code"}
ROTARY = {"rope_theta": 500.0, "rope_type": "default"}
WINDOWED = ["full_attention", "sliding_attention", "sliding_attention"]
CASES = [
    *[(family, {"is_causal": value}) for family in FAMILIES for value in (True, False, None, 0, 1, "no")],
    *[(family, change) for family in FAMILIES for change in (
        {"chunk_size_feed_forward": 2}, {"tie_last_hidden_states": True}, {"pruned_heads": {"0": [0]}},
        {"sliding_window": 3}, {"attention_chunk_size": 3}, {"layer_types": ["full_attention"] * 3},
        {"layer_types": ["sliding_attention"] * 3}, {"is_decoder": True}, {"is_encoder_decoder": True},
        {"add_cross_attention": True}, {"attn_implementation": "eager"}, {"max_length": 5},
        {"repetition_penalty": 1.5}, {"per_layer_config": {}}, {"rope_theta": 500.0}, {"rotary_emb_base": 500.0},
        {"rotary_pct": 0.5}, {"partial_rotary_factor": 0.5}, {"rope_parameters": ROTARY}, {"rope_scaling": ROTARY},
        {"rope_scaling": {}}, {"rope_scaling": None}, {"rope_theta": None}, {"rope_interleaved": True},
        {"attention_bias": True}, {"mlp_bias": True}, {"attn_logit_softcapping": 5.0}, {"logit_scale": 2.0},
        {"use_qk_norm": True}, {"scale_attn_weights": False}, {"scale_attn_by_inverse_layer_idx": True},
        {"reorder_and_upcast_attn": True}, {"pretraining_tp": 2}, {"attention_dropout": 0.5},
        {"tie_word_embeddings": True}, {"tie_word_embeddings": False}, {"head_dim": 4}, {"kv_sharing_modes": [
            "own", "reuse", "reuse"]})],
    ("gpt_neo", {"attention_types": None}),
    ("gpt_neo", {"attention_layers": None}),
    ("gpt_neo", {"attention_layers": ["global"] * 4}),
    ("gpt_neo", {"attention_layers": ["local"] * 4, "attention_types": None}),
    ("gpt_neo", {"attention_types": [[["global"], 4]]}),
    ("gpt2", {"num_attention_heads": 1}), ("gpt2", {"num_hidden_layers": 2}), ("gpt2", {"hidden_size": 12}),
    ("gptj", {"num_attention_heads": 1}), ("gpt_neo", {"num_attention_heads": 1}),
    ("gptj", {"rotary_dim": None}), ("gptj", {"rotary_dim": 4}), ("gptj", {"rotary_dim": 14}),
    ("gpt_neox", {"rotary_pct": None}), ("gpt_neox", {"rotary_emb_base": None}),
    ("gpt_neox", {"rotary_emb_base": 500.0, "rope_theta": 7.0}),
    ("gpt_neox", {"rotary_pct": 0.5, "partial_rotary_factor": 0.25}),
    ("gpt_neox", {"rope_parameters": dict(ROTARY, partial_rotary_factor=1.0)}),
    ("gpt_neox", {"rope_scaling": {"type": "linear", "factor": 2.0}}),
    ("llama", {"rope_theta": None, "rope_parameters": ROTARY}),
    ("llama", {"rope_theta": 7.0, "rope_parameters": ROTARY}),
    ("llama", {"rope_scaling": ROTARY, "rope_parameters": {"rope_theta": 7.0, "rope_type": "default"}}),
    ("llama", {"rope_parameters": {"rope_theta": None, "rope_type": "default"}}),
    ("llama", {"rope_parameters": {"rope_theta": 500.0, "rope_type": None}}),
    ("llama", {"rope_parameters": dict(ROTARY, partial_rotary_factor=0.5)}),
    ("llama", {"rope_scaling": {"type": "linear", "factor": 2.0}}),
    ("llama", {"rope_scaling": {"type": "linear", "factor": 2.0}, "partial_rotary_factor": 0.5}),
    ("llama", {"rope_scaling": {"type": "dynamic", "factor": 2.0}}),
    ("llama", {"rope_scaling": {"rope_type": "default", "mrope_section": [1, 1, 1]}}),
    *[("llama", dict({"rope_scaling": {
        "rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, **inner}}, **outer))
      for inner, outer in (({"original_max_position_embeddings": 16}, {}), ({}, {}),
                           ({}, {"original_max_position_embeddings": 16}),
                           ({"original_max_position_embeddings": 8}, {"original_max_position_embeddings": 16}))],
    ("mistral", {"layer_types": None}), ("mistral", {"layer_types": WINDOWED}),
    ("mistral", {"layer_types": ["full_attention"] * 3}), ("mistral", {"layer_types": ["sliding_attention"] * 3}),
    ("mistral", {"sliding_window": None}), ("mistral", {"sliding_window": None, "layer_types": WINDOWED}),
    ("mistral", {"num_key_value_heads": None}), ("mistral", {"use_sliding_window": False}),
    ("qwen2", {"layer_types": None}), ("qwen2", {"layer_types": ["full_attention"] * 3}),
    ("qwen2", {"sliding_window": None}), ("qwen2", {"sliding_window": None, "layer_types": None}),
    ("qwen2", {"use_sliding_window": False}), ("qwen2", {"use_sliding_window": False, "layer_types": None}),
    ("qwen2", {"max_window_layers": 2}), ("qwen2", {"max_window_layers": 2, "layer_types": None}),
    ("qwen2", {"rope_parameters": {"full_attention": ROTARY, "sliding_attention": ROTARY}}),
    ("qwen2", {"layer_types": ["attention"] * 3}),
    ("qwen3", {"use_sliding_window": True, "sliding_window": 5, "max_window_layers": 1, "layer_types": None}),
    ("qwen3", {"use_sliding_window": True, "sliding_window": 5, "layer_types": WINDOWED}),
    ("qwen3", {"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500.0}}),
    ("smollm3", {"no_rope_layers": None}), ("smollm3", {"no_rope_layers": [1, 1, 1, 1]}),
    ("smollm3", {"no_rope_layers": [0, 1, 0, 1, 1]}), ("smollm3", {"no_rope_layers": [1, 1]}),
    ("smollm3", {"no_rope_layers": None, "no_rope_layer_interval": 3, "layer_types": None}),
    ("smollm3", {"layer_types": None, "use_sliding_window": False}),
    ("smollm3", {"rope_parameters": None}),
    ("gemma", {"hidden_act": "gelu"}), ("gemma", {"hidden_act": "silu"}), ("gemma", {"hidden_activation": "gelu"}),
    ("gemma", {"use_bidirectional_attention": True}), ("gemma", {"use_bidirectional_attention": False}),
    ("gemma3_text", {"layer_types": None}), ("gemma3_text", {"layer_types": None, "sliding_window_pattern": 2}),
    ("gemma3_text", {"layer_types": None, "_sliding_window_pattern": 2}),
    ("gemma3_text", {"sliding_window": None}), ("gemma3_text", {"use_bidirectional_attention": True}),
    ("gemma3_text", {"attn_logit_softcapping": 3.0}), ("gemma3_text", {"final_logit_softcapping": 3.0}),
    ("gemma3_text", {"query_pre_attn_scalar": 8.5}), ("gemma3_text", {"rope_parameters": None}),
    ("gemma3_text", {"rope_parameters": None, "rope_theta": 300.0, "rope_local_base_freq": 30.0}),
    ("gemma3_text", {"rope_theta": 300.0, "rope_local_base_freq": 30.0}),
    ("gemma3_text", {"rope_parameters": None, "rope_scaling": {"rope_type": "linear", "factor": 8.0}}),
    ("gemma3_text", {"rope_scaling": {"rope_type": "linear", "factor": 8.0}}),
    ("gemma3_text", {"rope_parameters": {"full_attention": ROTARY}}),
    ("gemma3_text", {"rope_parameters": {"sliding_attention": ROTARY}}),
    ("gemma3_text", {"rope_parameters": ROTARY}),
    ("phi", {"qk_layernorm": True}), ("phi", {"partial_rotary_factor": None}), ("phi", {"rope_parameters": None}),
    ("phi", {"rope_parameters": dict(ROTARY, partial_rotary_factor=1.0)}),
    ("phi3", {"rope_scaling": {"type": "longrope", "short_factor": [1.0, 2.0, 3.0], "long_factor": [1.0, 2.0, 3.0]}}),
    ("phi3", {"rope_parameters": dict(ROTARY, partial_rotary_factor=0.67)}),
    ("phi3", {"rope_parameters": None, "partial_rotary_factor": 0.67}),
    ("phi3", {"original_max_position_embeddings": 8}), ("phi3", {"sliding_window": None}),
    ("stablelm", {"qk_layernorm": True}), ("stablelm", {"use_parallel_residual": True}),
    ("stablelm", {"rope_parameters": None}), ("stablelm", {"partial_rotary_factor": None}),
    ("starcoder2", {"use_bias": False}), ("starcoder2", {"sliding_window": None}),
    ("starcoder2", {"norm_epsilon": 0.1}), ("starcoder2", {"layer_norm_eps": 0.1}),
    ("olmo2", {"rms_norm_eps": 0.1}), ("olmo2", {"attention_bias": True}),
]


def keys(family):
    """Every key that transformers reads for a family."""
    root = Path(transformers.__file__).parent
    kind = transformers.models.auto.configuration_auto.CONFIG_MAPPING[family]
    found = {field.name for field in dataclasses.fields(kind)} | set(kind.attribute_map)
    folder = FOLDERS.get(family, family)
    files = [root / "models" / folder / f"modeling_{folder}.py"] + [root / name for name in SHARED]
    for file in files:
        source = file.read_text()
        found |= set(re.findall(r"\bconfig\.([a-z][a-z0-9_]+)\b(?!\()", source))
        found |= set(re.findall(r"getattr\((?:self\.)?\w*config, \"([a-z0-9_]+)\"", source))
    source = (root / "configuration_utils.py").read_text() + (root / "modeling_rope_utils.py").read_text()
    found |= set(re.findall(r"kwargs\.(?:pop|get)\(\"([a-z0-9_]+)\"", source))
    found |= set(GenerationConfig._get_default_generation_params())
    found |= {"torch_dtype", "output_attentions", "num_labels", "is_causal", "gradient_checkpointing"}
    found |= {"rotary_emb_base", "rotary_pct"} if family == "gpt_neox" else set()
    return sorted(key for key in found - METHODS if not key.startswith("_"))


def compute(folder, configuration, tensors):
    """Logits of one pass, and of a pass in steps over a cache; None where other weights are needed."""
    (folder / "config.json").write_text(json.dumps(configuration))
    config = transformers.AutoConfig.from_pretrained(folder)
    config.dtype = torch.float32
    torch.manual_seed(1)
    model = transformers.AutoModelForCausalLM.from_config(config).eval().float()
    try:
        missing, extra = model.load_state_dict(tensors, strict=False)
    except RuntimeError:
        return None
    if model.config.tie_word_embeddings:
        missing = [name for name in missing if name != "lm_head.weight"]
    if missing or [name for name in extra if ".attn." not in name]:
        return None
    model.tie_weights()
    ids = torch.tensor([TOKENS])
    with torch.no_grad():
        whole = model(ids, return_dict=True).logits
        cache = DynamicCache(config=model.config)
        parts = [ids[:, :7]] + [ids[:, n:n + 1] for n in range(7, len(TOKENS))]
        steps = [model(part, past_key_values=cache, use_cache=True, return_dict=True).logits for part in parts]
    return torch.cat([whole, *steps], dim=1)


def letter(folder, configuration, tensors, expected):
    try:
        found = compute(folder, configuration, tensors)
    except Exception:
        return "r"
    if found is None:
        return "w"
    same = found.shape == expected.shape and torch.allclose(found, expected, atol=1e-5, rtol=0)
    return "s" if same else "o"


def main(repository):
    fixtures = repository / "Tests/LanguageModelsTests/Fixtures"
    result = {"values": VALUES, "families": {}, "cases": []}
    subjects = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for family in FAMILIES:
            base = json.loads((fixtures / "models" / family / "config.json").read_text()) | BASES.get(family, {})
            tensors = {k: v.float() for k, v in load_file(fixtures / "models" / family / "model.safetensors").items()}
            if "wte.weight" in tensors:
                tensors = {"transformer." + k: v for k, v in tensors.items()}
            # The name that the head of GPT-NeoX has in transformers 5.24.
            tensors = {k.replace("embed_out.", "lm_head."): v for k, v in tensors.items()}
            expected = compute(folder, base, tensors)
            subjects[family] = (base, tensors, expected)
            result["families"][family] = {
                key: "".join(letter(folder, dict(base, **{key: v}), tensors, expected) for v in VALUES)
                for key in keys(family) if key != "model_type"}
            print(family, len(result["families"][family]), flush=True)
        for family, change in CASES:
            base, tensors, expected = subjects[family]
            found = letter(folder, dict(base, **change), tensors, expected)
            result["cases"].append([family, change, found])
    lines = [f'"values": {json.dumps(VALUES)}', f'"bases": {json.dumps(BASES)}']
    families = ",\n".join(
        f'"{f}": {{\n' + ",\n".join(f'"{k}": "{v}"' for k, v in entries.items()) + "}"
        for f, entries in result["families"].items())
    cases = ",\n".join(json.dumps(case) for case in result["cases"])
    text = "{" + ",\n".join(lines + [f'"families": {{\n{families}}}', f'"cases": [\n{cases}]']) + "}\n"
    (fixtures / "configurations/keys.json").write_text(text)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity(transformers.logging.CRITICAL)
    torch.set_num_threads(1)
    main(Path(sys.argv[1]))
