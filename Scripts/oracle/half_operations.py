"""PyTorch's half-precision operations on a processor, for HalfPrecisionBackendTests.

    python half_operations.py Tests/Fixtures/half-operations.json

Needs torch (made with 2.15.0 on a processor with AVX-512 FP16; others sum products in another order).  Everything
that a model of the GPT-2 family and its editor's training do in half precision, written as transformers writes it.
What follows `ordered` has operands that the test makes by the same formula, so long rows cost nothing here.
"""

import base64
import json
import math
import sys

import torch

torch.manual_seed(7)
torch.set_num_threads(1)


def half(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).half()


def numbers(tensor):
    return [float(x) for x in tensor.detach().float().flatten()]


def gelu():
    x = torch.cat([half(40, scale=2), torch.tensor([0.0, 6e-8, -12.0, 12.0, 70.0]).half()]).requires_grad_()
    dy = half(45)
    root = math.sqrt(2.0 / math.pi)
    y = 0.5 * x * (1.0 + torch.tanh(root * (x + 0.044715 * torch.pow(x, 3.0))))
    y.backward(dy)
    return {"x": numbers(x), "dy": numbers(dy), "y": numbers(y), "dx": numbers(x.grad)}


def attention(tokens=7, heads=2, size=8):
    q, k, v = (half(heads, tokens, size).requires_grad_() for _ in range(3))
    d_output = half(heads, tokens, size)
    scores = q @ k.transpose(-1, -2) / torch.full([], size**0.5, dtype=torch.half)
    mask = torch.tril(torch.ones(tokens, tokens, dtype=torch.bool))
    scores = torch.where(mask, scores, torch.full([], torch.finfo(torch.half).min, dtype=torch.half))
    output = torch.softmax(scores, dim=-1) @ v
    output.backward(d_output)
    names = {"q": q, "k": k, "v": v, "d_output": d_output, "output": output}
    names |= {"dq": q.grad, "dk": k.grad, "dv": v.grad}
    # [tokens, heads · size]
    return {name: numbers(x.transpose(0, 1).reshape(tokens, -1)) for name, x in names.items()}


def distribution(vocabulary=50, batch=14):
    logits = half(3, vocabulary, scale=3).requires_grad_()
    base = half(3, vocabulary, scale=3)
    logp, logp_base = torch.log_softmax(logits, -1), torch.log_softmax(base, -1)
    loss = logp.new_zeros(1)
    target = logp[0, 4]
    loss = loss - 1.0 * (target / batch)
    comparator = torch.log(1 - torch.exp(logp[0, 9]))
    loss = loss - 1.0 * (comparator / batch)
    divergences = torch.stack([
        torch.nn.functional.kl_div(logp[i], logp_base[i], reduction="sum", log_target=True) for i in (1, 2)])
    joint = torch.nn.functional.kl_div(logp[1:], logp_base[1:], reduction="sum", log_target=True)
    loss = loss + 10.0 * (joint / batch)
    loss.backward()
    return {
        "batch": batch, "target": 4, "comparator": 9, "logits": numbers(logits), "base": numbers(base),
        "values": [float(target), float(comparator)] + numbers(divergences), "gradient": numbers(logits.grad)}


def adamw(steps=12, count=40):
    parameter = torch.nn.Parameter(half(count, scale=0.08))
    start = numbers(parameter)
    optimizer = torch.optim.AdamW([parameter], lr=1e-3, eps=1e-4)
    gradients = []
    for _ in range(steps):
        parameter.grad = (torch.randn(count) * torch.logspace(-6, 0, count)).half()
        gradients.append(numbers(parameter.grad))
        optimizer.step()
    state = optimizer.state[parameter]
    return {
        "start": start, "gradients": gradients, "parameters": numbers(parameter),
        "first": numbers(state["exp_avg"]), "second": numbers(state["exp_avg_sq"])}


def layer_norm(rows=4, size=48):
    norm = torch.nn.LayerNorm(size).half()
    with torch.no_grad():
        norm.weight.copy_(torch.randn(size))
        norm.bias.copy_(torch.randn(size))
    x, dy = half(rows, size, scale=1.5).requires_grad_(), half(rows, size)
    y = norm(x)
    y.backward(dy)
    return {
        "gain": numbers(norm.weight), "bias": numbers(norm.bias), "x": numbers(x), "dy": numbers(dy),
        "y": numbers(y), "dx": numbers(x.grad)}


def linear(rows=3, inputs=20, outputs=12):
    x, weight, bias = half(rows, inputs), half(outputs, inputs), half(outputs)
    residual = half(rows, outputs)
    y = torch.nn.functional.linear(x, weight, bias)
    return {
        "x": numbers(x), "weight": numbers(weight), "bias": numbers(bias), "residual": numbers(residual),
        "y": numbers(y), "sum": numbers(residual + y)}


def bits(tensor):
    """float16 values, little-endian, in base64."""
    return base64.b64encode(tensor.detach().contiguous().numpy().astype("<f2").tobytes()).decode()


def formula(seed, *shape):
    """Numbers of eleven bits and nine scales, so that sums round."""
    count = math.prod(shape)
    values = [
        ((i * 7919 + i * i * 31 + seed * 104729) % 2047 - 1023) / 512 / 2 ** ((i * i * 13 + i + seed) % 9)
        for i in range(count)]
    return torch.tensor(values).reshape(shape).half()


def ordered_norm(size, rows=2):
    x, dy = formula(1, rows, size).requires_grad_(), formula(2, rows, size)
    y, mean, inverse = torch.native_layer_norm(x, (size,), formula(3, size), formula(4, size), 1e-5)
    y.backward(dy)
    statistics = torch.stack([mean.flatten(), inverse.flatten()], -1)
    return {"size": size, "y": bits(y), "statistics": bits(statistics), "dx": bits(x.grad)}


def mirrored(seed, lines, depth, negated=False):
    """Rows whose second half repeats the first.  Negated but for a few elements, it takes back most of what sums
    grew by, so that the rounding of the sums shows in half precision."""
    first = formula(seed, lines, depth // 2)
    if not negated:
        return torch.cat([first, first], -1)
    kept = torch.arange(depth // 2, depth) % 97 == 0
    return torch.cat([first, torch.where(kept, first, -first)], -1)


def ordered_product(depth, rows=9, others=16):
    x, weight = mirrored(5, rows, depth), mirrored(6, others, depth, negated=True)
    y = torch.nn.functional.linear(x, weight, formula(7, others))
    outer = mirrored(9, rows, depth) @ mirrored(10, others, depth, negated=True).t()
    backward = x @ mirrored(8, others, depth, negated=True).t().contiguous()
    return {"depth": depth, "linear": bits(y), "backward": bits(backward), "outer": bits(outer)}


def ordered_attention(tokens, heads=1, size=16):
    q, k, v = (formula(11 + i, tokens, heads, size).transpose(0, 1).requires_grad_() for i in range(3))
    for x in (q, k, v):
        x.retain_grad()
    d_output = formula(14, tokens, heads, size).transpose(0, 1)
    scores = q @ k.transpose(-1, -2) / torch.full([], size**0.5, dtype=torch.half)
    mask = torch.tril(torch.ones(tokens, tokens, dtype=torch.bool))
    scores = torch.where(mask, scores, torch.full([], torch.finfo(torch.half).min, dtype=torch.half))
    output = torch.softmax(scores, dim=-1) @ v
    output.backward(d_output)
    found = {"output": output, "dq": q.grad, "dk": k.grad, "dv": v.grad}
    return {"tokens": tokens} | {
        name: bits(x.transpose(0, 1).reshape(tokens, -1)) for name, x in found.items()}


def ordered_distribution(vocabulary):
    logits, base = formula(15, 1, vocabulary).requires_grad_(), formula(16, 1, vocabulary)
    logp, logp_base = torch.log_softmax(logits, -1), torch.log_softmax(base, -1)
    divergence = torch.nn.functional.kl_div(logp, logp_base, reduction="sum", log_target=True)
    (10.0 * (divergence / 16)).backward()
    return {"vocabulary": vocabulary, "gradient": bits(logits.grad)}


def ordered_sums(rows, size=40):
    x = formula(17, rows, size)
    return {"rows": rows, "sum": bits(x.sum(0)), "mean": bits(x.mean(0))}


result = {
    "source": f"Scripts/oracle/half_operations.py, torch {torch.__version__}", "gelu": gelu(),
    "attention": attention(), "distribution": distribution(), "adamw": adamw(), "layer_norm": layer_norm(),
    "linear": linear(),
    "ordered": {
        "norm": [ordered_norm(size) for size in (5, 12, 25, 100, 530)],
        "product": [ordered_product(depth) for depth in (512, 576, 1024, 1100, 2200)],
        "attention": [ordered_attention(tokens) for tokens in (21, 37)],
        "distribution": [ordered_distribution(count) for count in (40, 167)],
        "sums": [ordered_sums(rows) for rows in (7, 14, 70)]}}
with open(sys.argv[1], "w") as file:
    json.dump(result, file, separators=(",", ":"))
    file.write("\n")
