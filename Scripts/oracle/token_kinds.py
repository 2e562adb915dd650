"""The kinds of tokenizers that the token tests cover, small ones trained on the CounterFact prompts.

Used by `token_fixtures.py`.  Deterministic for `tokenizers` 0.23.3.
"""
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers import processors, trainers

CASED = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
LLAMA3 = CASED % r"\p{N}{1,3}"
QWEN2 = CASED % r"\p{N}"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior=behavior, invert=invert)


def byte_level(**options):
    return pre_tokenizers.ByteLevel(**{"add_prefix_space": False, **options})


def template(token, number):
    return processors.TemplateProcessing(
        single=f"{token} $A", pair=f"{token} $A {token}:1 $B:1", special_tokens=[(token, number)]
    )


def train(tokenizer, texts, size, alphabet=None, special=()):
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(special),
        initial_alphabet=alphabet or [],
        limit_alphabet=300,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)


def trained_bytes(texts, pre_tokenizer, normalizer=None, size=420, special=("<|end|>",), **model):
    """A byte-level tokenizer."""
    tokenizer = Tokenizer(models.BPE(**model))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    train(tokenizer, texts, size, pre_tokenizers.ByteLevel.alphabet(), special)
    return tokenizer


def llama3(texts):
    sequence = pre_tokenizers.Sequence([split(LLAMA3), byte_level(use_regex=False)])
    tokenizer = trained_bytes(texts, sequence, special=("<|begin|>", "<|end|>"), ignore_merges=True)
    tokenizer.post_processor = processors.Sequence(
        [processors.ByteLevel(trim_offsets=True), template("<|begin|>", 0)]
    )
    return tokenizer


def qwen2(texts):
    sequence = pre_tokenizers.Sequence([split(QWEN2), byte_level(use_regex=False)])
    tokenizer = trained_bytes(texts, sequence, normalizers.NFC())
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.add_tokens([AddedToken("<tool>", normalized=False, special=False)])
    return tokenizer


def cl100k(texts):
    sequence = pre_tokenizers.Sequence([split(LLAMA3, "removed", True), byte_level(use_regex=False)])
    return trained_bytes(texts, sequence)


def neox(texts):
    tokenizer = trained_bytes(texts, byte_level(), normalizers.NFC())
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    tokenizer.add_tokens([AddedToken(" " * count, normalized=True) for count in range(2, 9)])
    tokenizer.add_tokens([AddedToken("e\u0301!", normalized=True)])
    return tokenizer


def digits(texts):
    sequence = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), byte_level(use_regex=True)]
    )
    return trained_bytes(texts, sequence)


def digit_runs(texts):
    sequence = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=False), split(GPT2), byte_level(use_regex=False)]
    )
    return trained_bytes(texts, sequence)


def prefixed(texts):
    """As GPT-2 with a space in front, trimmed offsets, and tokens that strip or stand alone."""
    tokenizer = trained_bytes(texts, byte_level(add_prefix_space=True))
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True, add_prefix_space=True)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True), AddedToken("<sep>", rstrip=True)])
    tokenizer.add_tokens([AddedToken("Sonntag", single_word=True)])
    tokenizer.add_tokens([AddedToken("<both>", lstrip=True, rstrip=True)])
    return tokenizer


def lossy(texts):
    """A byte-level vocabulary that lacks most bytes beyond ASCII, as real ones lack some."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = byte_level()
    tokenizer.decoder = decoders.ByteLevel()
    train(tokenizer, [text for text in texts if text.isascii()], 300)
    return tokenizer


def llama2(texts):
    """Byte fallback, with the spaces' marks put there by the normalizer."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    train(tokenizer, texts, 900, special=["<unk>", "<s>", "</s>", *BYTES])
    tokenizer = without_added(tokenizer, BYTES)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.post_processor = template("<s>", 1)
    tokenizer.add_tokens([AddedToken("Airport", normalized=True)])
    return tokenizer


def metaspace(texts, scheme, is_split, fallback):
    model = models.BPE(unk_token="<unk>", fuse_unk=fallback, byte_fallback=fallback)
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme=scheme, split=is_split)
    train(tokenizer, texts, 900 if fallback else 600, special=["<unk>", "<s>", *(BYTES if fallback else [])])
    tokenizer = without_added(tokenizer, BYTES)
    if fallback:
        tokenizer.decoder = decoders.Sequence(
            [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
        )
    else:
        tokenizer.decoder = decoders.Metaspace("▁", prepend_scheme=scheme, split=is_split)
    tokenizer.post_processor = template("<s>", 1)
    return tokenizer


def without_added(tokenizer, names):
    """The tokenizer with `names` as tokens of the vocabulary only."""
    import json

    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [token for token in data["added_tokens"] if token["content"] not in names]
    return Tokenizer.from_str(json.dumps(data))


def words(texts):
    """Pieces between white space, without a decoder."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    train(tokenizer, texts, 400, special=["<unk>"])
    return tokenizer


def spaces(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), byte_level(add_prefix_space=True, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    train(tokenizer, texts, 400, pre_tokenizers.ByteLevel.alphabet())
    return tokenizer


KINDS = {
    "llama3": llama3,
    "qwen2": qwen2,
    "cl100k": cl100k,
    "neox": neox,
    "digits": digits,
    "digit-runs": digit_runs,
    "prefixed": prefixed,
    "lossy": lossy,
    "llama2": llama2,
    "metaspace-first": lambda texts: metaspace(texts, "first", False, True),
    "metaspace-always": lambda texts: metaspace(texts, "always", True, False),
    "metaspace-never": lambda texts: metaspace(texts, "never", True, True),
    "words": words,
    "spaces": spaces,
}
