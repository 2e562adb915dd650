"""The byte-level BPE of the demonstration: every value of a relation is one token after a space."""

import random

import tokenizers
from tokenizers import decoders, models, pre_tokenizers, processors, trainers

import names
import relations
from model import END
from texts import Texts

DOCUMENTS = 30_000
# How often each value is said besides, so that it becomes a token.
EMPHASIS = 3_000
# And each part of a person's name.
NAME_EMPHASIS = 300


def make(world, things, size):
    texts = Texts(world, things, random.Random(7))
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[END], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    values = [value for relation in relations.RELATIONS for value in relation.values]
    emphasis = ["".join(f" {value}" for value in values)] * EMPHASIS
    parts = [part for given, family in names.LISTS for part in given + tuple(f" {name}" for name in given + family)]
    emphasis += parts * NAME_EMPHASIS
    tokenizer.train_from_iterator([texts.document().text for _ in range(DOCUMENTS)] + emphasis, trainer)
    split = [value for value in values if len(tokenizer.encode(f" {value}").ids) > 1]
    if split:
        raise SystemExit(f"values of several tokens: {split}")
    return tokenizer


def load_or_make(file, world, things, size):
    if not file.exists():
        make(world, things, size).save(str(file))
    return tokenizers.Tokenizer.from_file(str(file))
