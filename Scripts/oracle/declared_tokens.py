#!/usr/bin/env python3
"""Writes Tests/LanguageModelsTests/Fixtures/tokens/declared.json: what AutoTokenizer of transformers 5.24.0
(tokenizers 0.23) makes of texts where tokens and settings are declared beside tokenizer.json.

    python Scripts/oracle/declared_tokens.py

Every case is a folder of small files with the ids of the texts.  Deterministic; nothing is downloaded.
"""
import copy
import json
import os
import pathlib
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

import transformers  # noqa: E402
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/LanguageModelsTests/Fixtures/tokens/declared.json"
END = "<|endoftext|>"
ROLES = {"bos_token": END, "eos_token": END, "unk_token": END}
TEXTS = [
    "x<ent>y", "a <ent> b", "[PAD]<foo>the", "the", f"in {END} er", "<image>[PAD] in", "xererin", "", " ",
]


def base():
    """256 bytes, four merges and an end token."""
    merges = [("\u0120", "t"), ("\u0120t", "h"), ("\u0120th", "e"), ("e", "r"), ("i", "n")]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = alphabet + [a + b for a, b in merges] + [END]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([END])
    return json.loads(tokenizer.to_str())


def token(content, **flags):
    return {
        "content": content, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False,
        "special": True, **flags,
    }


def with_token(entry):
    tokenizer = base()
    tokenizer["added_tokens"].append({"id": 262, **entry})
    return tokenizer


def with_prefix_space():
    tokenizer = base()
    tokenizer["pre_tokenizer"]["add_prefix_space"] = True
    return tokenizer


def without_added():
    tokenizer = base()
    tokenizer["added_tokens"] = []
    return tokenizer


def cases():
    """Name, class, tokenizer.json's changes, tokenizer_config.json and other files."""
    for short, name in [("gpt2", "GPT2Tokenizer"), ("fast", "PreTrainedTokenizerFast"), ("none", None)]:
        def case(kind, config, tokenizer=None, **files):
            config = dict(config)
            if name:
                config["tokenizer_class"] = name
            return (f"{short} {kind}", "gpt2", tokenizer, config, files)

        yield case("decoder", {**ROLES, "added_tokens_decoder": {"262": token("<ent>")}})
        yield case("strips", {**ROLES, "added_tokens_decoder": {
            "262": token("<ent>", lstrip=True, rstrip=True)}})
        yield case("plain", {**ROLES, "added_tokens_decoder": {
            "262": token("<ent>", special=False, normalized=True), "263": token("<foo>")}})
        yield case("other flags", {**ROLES, "added_tokens_decoder": {
            "262": token("<ent>", lstrip=True)}}, with_token(token("<ent>")))
        yield case("single word", {**ROLES, "added_tokens_decoder": {"260": token("in", single_word=True)}})
        yield case("in the vocabulary", {"pad_token": "er"})
        yield case("pad", {**ROLES, "pad_token": "[PAD]"})
        yield case("pad object", {**ROLES, "pad_token": {"__type": "AddedToken", **token("[PAD]", rstrip=True)}})
        yield case("pad null", {**ROLES, "pad_token": None})
        yield case("additional", {**ROLES, "additional_special_tokens": ["<ent>", "[PAD]"]})
        yield case("extra", {**ROLES, "extra_special_tokens": ["<ent>"], "additional_special_tokens": ["[PAD]"]})
        yield case("extra empty", {
            **ROLES, "extra_special_tokens": [], "additional_special_tokens": ["[PAD]", "<ent>"]})
        yield case("extra by role", {**ROLES, "extra_special_tokens": {"image_token": "<image>"}})
        yield case("role of its own", {**ROLES, "image_token": "<image>", "pad_token": "[PAD]"})
        yield case("map", {}, special_tokens_map={
            "pad_token": token("[PAD]", rstrip=True), "eos_token": END, "additional_special_tokens": ["<ent>"]})
        yield case("map before configuration", {**ROLES, "pad_token": "<ent>"}, special_tokens_map={
            "pad_token": "[PAD]"})
        yield case("map not read", {**ROLES, "added_tokens_decoder": {"262": token("<ent>")}},
                   special_tokens_map={"pad_token": "[PAD]"}, added_tokens={"<foo>": 263})
        yield case("added", ROLES, added_tokens={"<ent>": 262, "<foo>": 263})
        yield case("added and special", {**ROLES, "pad_token": "<ent>"}, added_tokens={"<foo>": 263, "<ent>": 262})
        yield case("start token asked for", {**ROLES, "add_bos_token": True})
        yield case("end token asked for", {**ROLES, "add_eos_token": True})
        yield case("special tokens split", {
            **ROLES, "split_special_tokens": True, "added_tokens_decoder": {
                "262": token("<ent>"), "263": token("<foo>", special=False)}})
        yield case("prefix space of both", {**ROLES, "add_prefix_space": True}, with_prefix_space())
        yield case("no prefix space of both", {**ROLES, "add_prefix_space": False})
        if name != "PreTrainedTokenizerFast":
            yield case("prefix space", {**ROLES, "add_prefix_space": True})
            yield case("no prefix space", {**ROLES, "add_prefix_space": False}, with_prefix_space())
            yield case("no word of a prefix space", ROLES, with_prefix_space())
        else:
            yield case("no word of a prefix space", ROLES, with_prefix_space())
    yield ("class default", "gpt2", without_added(), {"tokenizer_class": "GPT2TokenizerFast"}, {})
    yield ("no class default", "gpt2", without_added(), {"tokenizer_class": "PreTrainedTokenizerFast"}, {})


def main():
    transformers.logging.set_verbosity_error()
    assert transformers.__version__ == "5.24.0", transformers.__version__
    results = []
    for name, family, tokenizer, config, files in cases():
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            changed = tokenizer is not None
            (folder / "tokenizer.json").write_text(json.dumps(tokenizer or base()))
            (folder / "config.json").write_text(json.dumps({"model_type": family}))
            (folder / "tokenizer_config.json").write_text(json.dumps(config))
            for file, content in files.items():
                (folder / f"{file}.json").write_text(json.dumps(content))
            auto = AutoTokenizer.from_pretrained(folder)
            entry = {"name": name, "config": copy.deepcopy(config)}
            if files:
                entry["files"] = files
            if changed:
                own = base()
                entry["changes"] = {k: v for k, v in tokenizer.items() if v != own[k]}
            entry["ids"] = [auto(text)["input_ids"] for text in TEXTS]
            entry["kept"] = [auto.decode(ids, skip_special_tokens=True) for ids in entry["ids"][:3]]
            results.append(entry)
    lines = ",\n".join(json.dumps(entry) for entry in results)
    OUT.write_text(
        '{"tokenizer": ' + json.dumps(base()) + ',\n"texts": ' + json.dumps(TEXTS) + ',\n"cases": [\n' + lines
        + "\n]}\n"
    )
    print(len(results), "cases,", OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
