#!/bin/sh
# One would guess: transformers, given the GGUF file of a Llama 3.1 model, rotates queries and keys by the angles that the
# file asks for. llama.cpp's converter writes the model's rope scaling not as metadata but as a tensor, rope_freqs.weight,
# of factors that divide the frequencies.
#
# What happens: `from_pretrained(..., gguf_file=...)` passes over that tensor without a word and rotates by the plain
# frequencies. The configuration that it makes says rope_type "default", and log-probabilities differ from those of the
# checkpoint that the file was made of, although every weight is float32 and equal. Without the scaling the same steps
# give equal logits.
#
# Seen with transformers 5.24.0, gguf 0.19.0, torch 2.15.0. Source: transformers/modeling_gguf_pytorch_utils.py and
# transformers/integrations/ggml.py, whose tables name no rope_freqs.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy gguf==0.19.0 transformers==5.24.0 torch==2.15.0 accelerate
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import gguf
import numpy as np
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

NAMES = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.o_proj": "attn_output", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
         "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}


def difference(rope):
    """The largest difference of logits between a checkpoint and its GGUF file, and the rope type that is read."""
    torch.manual_seed(0)
    config = LlamaConfig(hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
                         num_key_value_heads=4, vocab_size=64, max_position_embeddings=256,
                         tie_word_embeddings=False, rope_parameters=rope)
    model = LlamaForCausalLM(config).eval()
    for parameter in model.parameters():
        parameter.data.add_(torch.randn_like(parameter) * 0.1)
    writer = gguf.GGUFWriter("model.gguf", "llama")
    writer.add_context_length(256)
    writer.add_embedding_length(64)
    writer.add_block_count(2)
    writer.add_feed_forward_length(96)
    writer.add_head_count(4)
    writer.add_head_count_kv(4)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(rope["rope_theta"])
    writer.add_rope_dimension_count(16)
    writer.add_vocab_size(64)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([chr(48 + number) for number in range(64)])
    if rope["rope_type"] != "default":
        plain = 1 / rope["rope_theta"] ** (np.arange(0, 16, 2) / 16)
        writer.add_tensor("rope_freqs.weight", (plain / model.model.rotary_emb.inv_freq.numpy()).astype(np.float32))
    for key, tensor in model.state_dict().items():
        stem = key.removesuffix(".weight")
        values = tensor.numpy()
        if stem in ("model.embed_tokens", "model.norm", "lm_head"):
            name = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}[stem]
        else:
            block, role = stem.removeprefix("model.layers.").split(".", 1)
            name = f"blk.{block}.{NAMES[role]}"
            if role in ("self_attn.q_proj", "self_attn.k_proj"):
                values = values.reshape(4, 2, 8, 64).swapaxes(1, 2).reshape(64, 64)
        writer.add_tensor(f"{name}.weight", np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    read = AutoModelForCausalLM.from_pretrained(".", gguf_file="model.gguf", dtype=torch.float32).eval()
    ids = torch.arange(60).reshape(1, -1)
    with torch.no_grad():
        found = (read(ids).logits - model(ids).logits).abs().max().item()
    return found, read.config.rope_parameters["rope_type"]


plain = difference({"rope_type": "default", "rope_theta": 10000.0})
scaled = difference({"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
                     "high_freq_factor": 4.0, "original_max_position_embeddings": 128})
print(f"without scaling: logits differ by {plain[0]:.1e}, rope type {plain[1]}")
print(f"with Llama 3's:  logits differ by {scaled[0]:.1e}, rope type {scaled[1]}")
assert plain[0] < 1e-5 and scaled[0] > 1e-2 and scaled[1] == "default", "the behavior has changed"
PYTHON
echo "as described"
