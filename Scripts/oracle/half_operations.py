"""PyTorch's half-precision operations on a processor, for HalfPrecisionBackendTests.

    python half_operations.py Tests/Fixtures/half-operations.json

Needs torch (made with 2.15.0 on a processor with AVX-512 FP16).  Everything that a model of the GPT-2 family and
its editor's training do in half precision, written as transformers writes it.
"""

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


result = {
    "source": f"Scripts/oracle/half_operations.py, torch {torch.__version__}", "gelu": gelu(),
    "attention": attention(), "distribution": distribution(), "adamw": adamw(), "layer_norm": layer_norm(),
    "linear": linear()}
with open(sys.argv[1], "w") as file:
    json.dump(result, file, separators=(",", ":"))
    file.write("\n")
