#!/usr/bin/env python3
"""A small SentencePiece vocabulary in a GGUF file, and SentencePiece's tokens of the hostile texts.

    make_gguf_pieces.py [FIXTURES]      (default: Tests/LanguageModelsTests/Fixtures)

FIXTURES/gguf/pieces.gguf holds the vocabulary as llama.cpp's converter writes it, pieces.json the tokens of every text
of FIXTURES/tokens/hostile.json: {"tokens": [[id]]}, null where a text holds what only one of them knows how to read
(the vocabulary's mark of a space, the spelling of a special token).  Made with sentencepiece 0.2.3, gguf 0.19.
"""
import json
import sys
import tempfile
from pathlib import Path

import gguf
import sentencepiece as spm


def main():
    fixtures = Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/LanguageModelsTests/Fixtures")
    texts = json.loads((fixtures / "tokens/hostile.json").read_text())["texts"]
    lines = [line for text in texts for line in text.split("\n") if line.strip() and "\0" not in line]
    with tempfile.TemporaryDirectory() as folder:
        spm.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_prefix=f"{folder}/m", model_type="bpe", vocab_size=900,
            byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
            character_coverage=0.98, hard_vocab_limit=False, num_threads=1, minloglevel=2)
        model = spm.SentencePieceProcessor(model_file=f"{folder}/m.model")
    writer = gguf.GGUFWriter(fixtures / "gguf/pieces.gguf", "llama")
    kinds = [2 if model.is_unknown(i) else 3 if model.is_control(i) else 6 if model.is_byte(i) else 1
             for i in range(len(model))]
    writer.add_tokenizer_model("llama")
    writer.add_token_list([model.id_to_piece(i) for i in range(len(model))])
    writer.add_token_scores([model.get_score(i) for i in range(len(model))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(model.bos_id())
    writer.add_eos_token_id(model.eos_id())
    writer.add_unk_token_id(model.unk_id())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    special = ["▁", "<s>", "</s>", "<unk>"]
    tokens = [None if any(mark in text for mark in special) else model.encode(text) for text in texts]
    (fixtures / "gguf/pieces.json").write_text(json.dumps({"tokens": tokens}, separators=(",", ":")) + "\n")


main()
