#!/bin/sh
# One would guess that a tokenizer loads with the ids that "added_tokens_decoder" of tokenizer_config.json writes down:
# it is a table by id, and save_pretrained writes it.  With transformers 5.24.0 (tokenizers 0.23) and a tokenizer.json
# that lacks such a token, the key is only an order: the token gets the next free id, without an error or a warning.  A
# model whose rows were trained for the written ids is then fed others.  Source:
# transformers/tokenization_utils_tokenizers.py, TokenizersBackend.__init__ (tokens_to_add).
# Prints the version, the ids written and the ids given; exits 1 if this has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet transformers==5.24.0 tokenizers==0.23.3 2>&1 | grep -v notice || true
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - "$folder/model" <<'PYTHON'
import json
import pathlib
import sys

import tokenizers
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoTokenizer

transformers.logging.set_verbosity_error()
folder = pathlib.Path(sys.argv[1])
folder.mkdir()
alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(alphabet)}, []))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.save(str(folder / "tokenizer.json"))
written = {"300": "<entity>", "301": "<end>"}
(folder / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
(folder / "tokenizer_config.json").write_text(json.dumps({
    "tokenizer_class": "PreTrainedTokenizerFast",
    "added_tokens_decoder": {
        number: {"content": token, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False,
                 "special": True}
        for number, token in written.items()
    },
}))
loaded = AutoTokenizer.from_pretrained(folder)
given = {token: loaded.convert_tokens_to_ids(token) for token in written.values()}
print("transformers", transformers.__version__, "tokenizers", tokenizers.__version__)
print("written", {token: int(number) for number, token in written.items()})
print("given  ", given)
sys.exit(0 if given == {"<entity>": 256, "<end>": 257} else 1)
PYTHON
