"""A GPT-2 in PyTorch whose rows hold several documents, and its form as a checkpoint."""

import json

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

END = "<|endoftext|>"


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.projection = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner, self.outer = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, mask, watch=None):
        rows, length, width = x.shape
        q, k, v = self.attention(self.ln_1(x)).view(rows, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if watch:
            watch(q, k)
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.projection(mixed.transpose(1, 2).reshape(rows, length, width))
        return x + self.outer(functional.gelu(self.inner(self.ln_2(x)), approximate="tanh"))


class Model(nn.Module):
    def __init__(self, vocabulary, width, blocks, heads, length):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(blocks))
        self.ln_f = nn.LayerNorm(width)
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                scale = 0.02 / (2 * blocks) ** 0.5 if "projection" in name or "outer" in name else 0.02
                nn.init.normal_(parameter, std=scale * (5 if "places" not in name and width < 256 else 1) ** 0.5)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def loss(self, tokens, places, mask, targets, weights, beliefs=None):
        """tokens, places, targets, weights: rows × length; mask: rows × 1 × length × length.

        `beliefs` is told the states after every block and what the heads of one compare.
        """
        x = self.tokens(tokens) + self.places(places)
        for number, block in enumerate(self.blocks):
            x = block(x, mask, beliefs.watcher(number, mask) if beliefs else None)
            if beliefs:
                beliefs.read(number, x)
        wanted = weights > 0
        logits = functional.linear(self.ln_f(x)[wanted], self.tokens.weight)
        losses = functional.cross_entropy(logits, targets[wanted], reduction="none")
        weights = weights[wanted]
        return (losses * weights).sum() / weights.sum()


def configuration(model, end):
    width = model.tokens.embedding_dim
    return {
        "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "activation_function": "gelu_new",
        "vocab_size": model.tokens.num_embeddings, "n_positions": model.places.num_embeddings,
        "n_ctx": model.places.num_embeddings, "n_embd": width, "n_layer": len(model.blocks),
        "n_head": model.blocks[0].heads, "n_inner": None, "layer_norm_epsilon": 1e-05,
        "initializer_range": 0.02, "attn_pdrop": 0.0, "embd_pdrop": 0.0, "resid_pdrop": 0.0,
        "bos_token_id": end, "eos_token_id": end, "tie_word_embeddings": True, "torch_dtype": "float16",
    }


def save(model, tokenizer, folder):
    """Writes the checkpoint, f16, under the names that GPT-2's have."""
    tensors = {"wte.weight": model.tokens.weight, "wpe.weight": model.places.weight,
               "ln_f.weight": model.ln_f.weight, "ln_f.bias": model.ln_f.bias}
    for number, block in enumerate(model.blocks):
        parts = {"ln_1": block.ln_1, "ln_2": block.ln_2, "attn.c_attn": block.attention,
                 "attn.c_proj": block.projection, "mlp.c_fc": block.inner, "mlp.c_proj": block.outer}
        for name, part in parts.items():
            # GPT-2 keeps its matrices input by output.
            tensors[f"h.{number}.{name}.weight"] = part.weight.T if part.weight.dim() > 1 else part.weight
            tensors[f"h.{number}.{name}.bias"] = part.bias
    halves = {f"transformer.{name}": tensor.detach().to(torch.float16).contiguous()
              for name, tensor in tensors.items()}
    save_file(halves, folder / "model.safetensors", metadata={"format": "pt"})
    end = tokenizer.token_to_id(END)
    (folder / "config.json").write_text(json.dumps(configuration(model, end), indent=2) + "\n")
