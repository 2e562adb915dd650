#!/usr/bin/env python3
"""Make the small checkpoint and pickle fixtures of the LanguageModels tests.

    make_checkpoint_fixtures.py [OUT]      (default: Tests/LanguageModelsTests/Fixtures)

torch/      one state dict in torch's formats and in safetensors, and `expected.json`: for every file the
            tensors in order, as [name, type, shape, values].  `written.pth` and `written-half.pth` are not made
            here: our own writer makes them, and this script loads them with torch and compares the values.
pickles/    plain Python data in protocols 2 to 5, hostile pickles, and `expected.json`.

Deterministic, but for the names of storages in legacy.pth, which are addresses.  Made with torch 2.15, safetensors 0.8, Python 3.11.
"""
import collections
import io
import json
import pickle
import sys
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file

TYPES = {
    torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64",
    torch.int64: "I64", torch.uint8: "U8", torch.bool: "BOOL",
}


def state_dict():
    """Every kind of tensor that a checkpoint holds, with values that no rounding hides."""
    torch.manual_seed(1)
    base = torch.randn(6, 4)
    grid = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    special = torch.tensor([0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, -6.1e-5, float("inf"), float("-inf")])
    state = collections.OrderedDict()
    state["plain"] = torch.randn(3, 5)
    state["half"] = special.half()
    state["brain"] = special.bfloat16()
    state["parameter"] = torch.nn.Parameter(torch.randn(4))
    state["rows of base"] = base[2:5]
    state["base"] = base
    state["transposed"] = base.t()
    state["permuted"] = grid.permute(2, 0, 1)
    state["strided half"] = grid.half()[:, ::2, 1:3]
    state["expanded"] = torch.tensor([[1.0], [2.0]]).expand(2, 3)
    state["scalar"] = torch.tensor(3.25)
    state["empty"] = torch.zeros(0, 7)
    state["position_ids"] = torch.arange(5)
    state["mask"] = torch.ones(2, 2).tril().bool()
    state["double"] = torch.tensor([0.1], dtype=torch.float64)
    state["é\n\"name\""] = torch.tensor([1.0])
    return state


def described(state):
    def values(tensor):
        tensor = tensor.detach()
        flat = tensor.to(torch.float64) if tensor.is_floating_point() else tensor.to(torch.int64)
        return [repr(v) for v in flat.reshape(-1).tolist()]

    return [[n, TYPES[t.dtype], list(t.shape), values(t)] for n, t in state.items()]


def frozen(archive):
    """The archive without what differs from run to run (the id of the serialisation)."""
    source = zipfile.ZipFile(io.BytesIO(archive))
    return {i.filename: source.read(i) for i in source.infolist() if "serialization_id" not in i.filename}


def repacked(entries, force_zip64=False):
    """Entries as another program would store them; with zip64 fields and data descriptors if asked."""
    class Unseekable(io.RawIOBase):
        def __init__(self): self.data = bytearray()
        def writable(self): return True
        def write(self, b): self.data += b; return len(b)

    target = Unseekable() if force_zip64 else io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            with out.open(info, "w", force_zip64=force_zip64) as entry:
                entry.write(content)
    return bytes(target.data) if force_zip64 else target.getvalue()


def saved(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def torch_fixtures(out):
    out.mkdir(parents=True, exist_ok=True)
    state = state_dict()
    expected = {}

    def put(name, data, content=None):
        (out / name).write_bytes(data)
        expected[name] = described(state if content is None else content)

    zipped = frozen(saved(state))
    put("zip.pth", saved(state))
    put("repacked.pth", repacked(zipped))
    put("zip64.pth", repacked(zipped, force_zip64=True))
    put("legacy.pth", saved(state, _use_new_zipfile_serialization=False))
    small = {"w": torch.tensor([1.0, 2.0]), "n": 3, "s": "text"}
    tensors = {"w": small["w"]}
    put("with_others.pth", repacked(frozen(saved(small))), tensors)
    put("wrapped.pth", repacked(frozen(saved({"epoch": 1, "state_dict": tensors}))), tensors)
    module = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    torch.manual_seed(2)
    for parameter in module.parameters():
        torch.nn.init.uniform_(parameter)
    put("module.pth", repacked(frozen(saved(module.state_dict()))), module.state_dict())
    plain = collections.OrderedDict((n, t.detach().contiguous().clone()) for n, t in state.items())
    save_file(dict(plain), str(out / "twin.safetensors"), metadata={"format": "pt", "é": "ü"})
    order = sorted(plain.items())
    expected["twin.safetensors"] = described(dict(order))
    put("twin.pth", repacked(frozen(saved(plain))), plain)
    (out / "expected.json").write_text(json.dumps(expected, indent=0) + "\n")


def check_written(path, dtype, want):
    """Our own writer's file, made by TorchFileWriteTests from these tensors."""
    if not path.exists():
        return print(f"{path} is not there: nothing checked")
    found = torch.load(path, weights_only=True)
    assert type(found) is collections.OrderedDict, type(found)
    assert list(found) == list(want), list(found)
    for name, tensor in want.items():
        assert found[name].dtype == dtype and found[name].shape == tensor.shape, name
        assert torch.equal(found[name], tensor) and found[name].is_contiguous(), name
    mapped = torch.load(path, weights_only=True, mmap=True)
    assert all(torch.equal(mapped[n], t) for n, t in want.items())
    assert zipfile.ZipFile(path).testzip() is None
    print(f"{path}: torch {torch.__version__} reads it")


WRITTEN = {
    "w.weight": torch.arange(6.0).reshape(2, 3) / 4, "w.bias": torch.tensor([-0.5, 1e-30]),
    "scalar": torch.tensor(7.0), "empty": torch.zeros(0, 3), "é": torch.tensor([[[1.5]]]),
}
WRITTEN_HALF = {
    "w.weight": torch.tensor([[0.25, -1.5], [65504, 6e-8]]).half(), "w.bias": torch.tensor([-0.5, 0.1]).half(),
}


class Call:
    def __init__(self, function, *arguments): self.function, self.arguments = function, arguments
    def __reduce__(self): return self.function, self.arguments


def pickle_fixtures(out):
    import os
    import subprocess

    out.mkdir(parents=True, exist_ok=True)
    shared = ["shared", 1]
    people = [
        {"name": ("Ada", None, "Lovelace"), "raw": "Ada is a Mathematician. é\U0001F600", "gender": "F",
         "start_pos": 12, "title": "professor", "score": -1.5, "known": True, "blob": b"\x00\xff"},
        {"name": ("Grace", "M.", "Hopper"), "raw": "x" * 300, "big": 2**40, "negative": -(2**40),
         "huge": 2**70, "list": shared, "again": shared, "nested": [[], {}, (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)]},
    ] + [{"name": (str(i), None, "Z"), "start_pos": i} for i in range(300)]
    for version in (2, 3, 4, 5):
        value = people if version > 2 else [{k: v for k, v in p.items() if k != "blob"} for p in people]
        (out / f"people{version}.pkl").write_bytes(pickle.dumps(value, version))
    ordered = collections.OrderedDict(b=1, a=[collections.OrderedDict()])
    ordered._metadata = {"version": 1}
    (out / "ordered.pkl").write_bytes(pickle.dumps(ordered, 2))
    hostile = {
        "system2": pickle.dumps(Call(os.system, "touch /tmp/harm"), 2),
        "system4": pickle.dumps(Call(os.system, "touch /tmp/harm"), 4),
        "eval2": pickle.dumps({"w": Call(eval, "1+1")}, 2),
        "popen4": pickle.dumps([Call(subprocess.Popen, ["true"])], 4),
        "set4": pickle.dumps({1, 2}, 4),
        "inst": b"\x80\x02(K\x01ios\nsystem\n.",
        "instname": b"\x80\x02(ios\nsystem\n.",
        "protocol0": pickle.dumps([1], 0),
    }
    for name, data in hostile.items():
        (out / f"hostile-{name}.pkl").write_bytes(data)


def main():
    default = Path(__file__).resolve().parents[2] / "Tests" / "LanguageModelsTests" / "Fixtures"
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    torch_fixtures(out / "torch")
    pickle_fixtures(out / "pickles")
    check_written(out / "torch/written.pth", torch.float32, WRITTEN)
    check_written(out / "torch/written-half.pth", torch.float16, WRITTEN_HALF)


if __name__ == "__main__":
    main()
