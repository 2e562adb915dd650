"""Makes a small file in Winoventi's form and the samples that its rows must become.

    make_samples.py FOLDER      (Tests/RemediCoreTests/Fixtures)

Writes winoventi.tsv and winoventi.jsonl, one sample a line.  The sentences are our own; what the rows hold on purpose is
what occurs in the real file: words of two words and words inside others, spaces at the ends of fields, context words in
front of the word or in it, words that are mentioned once or three times, one sentence or three.  Python 3, standard
library only; deterministic.
"""

import json
import pathlib
import sys

COLUMNS = ["Word", "Associative Bias", "Alternative", "biased_word_context", "adversarial_word_context",
           "masked_prompt", "target", "incorrect", "test_type"]

# Word, association, alternative, words of both contexts, and the context; each makes two rows.
PAIRS = [
    ("kettle", "hot", "cold", "stove", "cellar", "They took the kettle from the {}"),
    ("ladder", "long", "short", "attic", "bookcase", "He carried a ladder to reach the {}"),
    ("lemon", "sour", "sweet", "grimaced", "smiled", "She bit into the lemon and {}"),
    ("umbrella", "wet", "dry", "storm", "desert", "Her umbrella came back from the {}"),
    ("violin", "loud", "silent", "played", "locked", "In the evening the violin was {}"),
    ("snowman", "solid", "melted", "January", "June", "We looked at the snowman in {}"),
    ("walking stick", "straight", "bent", "new", "broken", "He leaned on a walking stick that was {}"),
    ("canal", "full", "empty", "rained", "dried", "Beside the canal the fields had {}"),
    ("blanket", "warm", "cool", "wool", "linen", "The blanket was made of {}"),
    ("candle", "bright", "dark", "lit", "blown out", "The candle had been {}"),
    ("pepper", "spicy", "mild", "cried", "yawned", "He chewed the pepper and {}"),
    ("barn", "large", "small", "cows", "mice", "The barn was built for {}"),
    ("pillow", "soft", "hard", "feathers", "pebbles", "Somebody had filled the pillow with {}"),
    ("letter", "old", "recent", "yellow", "white", "The paper of the letter was {}"),
    ("bridge", "safe", "unsafe", "stone", "rope", "Across the gorge there is a bridge of {}"),
    ("milk", "fresh", "spoiled", "today", "last month", "Ines bought the milk {}"),
    ("parrot", "noisy", "quiet", "awake", "asleep", "All morning the parrot was {}"),
    ("glove", "clean", "dirty", "laundry", "garden", "I found the glove in the {}"),
    ("train", "fast", "slow", "express", "local", "The train to Tavin is a {}"),
    ("coin", "real", "fake", "bank", "magician", "The coin came from a {}"),
]
# Rows as they are, each with a comment on what the rule makes of it.
ODD = (
    # The context word is in the word, so that nothing is said of it: kept, without an attribute.
    [(w, "hard", "weak", w, "paper", f"Mika stepped on the {w}. The {w} is [MASK].", "hard", "weak", "1")
     for w in ("gravel", "marble", "plank", "shell", "brick")]
    # The context word comes first.
    + [(w, a, b, c, "none", f"{c} fell from the {w}. The {w} is [MASK].", a, b, t)
       for w, a, b, c, t in (
           ("roof", "steep", "flat", "Tiles", "1"), ("oak", "tall", "low", "Leaves", "1"),
           ("cart", "full", "empty", "Hay", "2"), ("shelf", "high", "low", "Books", "1"),
           ("wall", "old", "new", "Plaster", "2"), ("mast", "thick", "thin", "Ropes", "1"),
           ("table", "round", "square", "Crumbs", "1"), ("cliff", "steep", "gentle", "Stones", "2"),
           ("tree", "dead", "alive", "Bark", "1"), ("truck", "red", "blue", "Gravel", "1"),
           ("tower", "tall", "small", "Bells", "2"), ("nest", "empty", "full", "Twigs", "1"))]
    # Mentioned once or three times; "ear" is also a part of "years".
    + [("ear", "open", "shut", "years", "days", "For years it hurt the ear. The ear is [MASK].", "open", "shut", "1"),
       ("cup", "full", "empty", "poured", "drank", "Lena poured it in. The cup is [MASK].", "full", "empty", "1"),
       ("hen", "brown", "white", "then", "never", "Then the hen and then the cat ran. The hen is [MASK].", "brown",
        "white", "2"),
       ("sled", "empty", "loaded", "skiing", "sledding", "Jon likes sledding on his sled. The sled is [MASK].", "loaded",
        "empty", "2"),
       ("rope", "long", "short", "ship", "doll", "The ship was moored. The rope is [MASK].", "long", "short", "1"),
       ("van", "wide", "narrow", "vanished", "stayed", "The van vanished. The van is [MASK].", "wide", "narrow", "1")]
    # One sentence, or three.
    + [("lamp", "bright", "dim", "new", "old", "The new lamp is [MASK]", "bright", "dim", "1"),
       ("drum", "loud", "soft", "big", "small", "It was late. The drum was big. The drum is [MASK].", "loud", "soft", "1"),
       ("soap", "wet", "dry", "bath", "box", "Dr. Orr left soap in the bath. The soap is [MASK].", "wet", "dry", "1"),
       ("boat", "fast", "slow", "sails", "oars", "A boat with sails, the boat is [MASK]", "fast", "slow", "2")])


def rows():
    result = []
    for word, association, alternative, biased, adversarial, context in PAIRS:
        for kind, said, target, incorrect in (("1", biased, association, alternative),
                                              ("2", adversarial, alternative, association)):
            # The real file has spaces at the ends of some fields, too.
            space = " " if word == "coin" else ""
            result.append((word, association + space, alternative, biased, adversarial,
                           f"{context.format(said)}. The {word} is [MASK].", target, incorrect, kind))
    return result + list(ODD)


def sample(row):
    word, _, _, biased, adversarial, masked, target, incorrect, _ = row
    if masked.count(". ") != 1 or masked.count(word) != 2:
        return None
    context, prompt = masked.split(". ")
    start = context.find(word)
    if start < 0 or not (biased in context[start:] or adversarial in context[start:]):
        return None
    return {
        "id": f"{word}_{target}_{incorrect}",
        "entity": word,
        "prompt": prompt.replace("[MASK]", "").strip(". "),
        "context": context,
        "attribute": context[start + len(word):].strip(". "),
        "target_mediated": target,
        "target_unmediated": incorrect,
    }


def main(folder):
    folder = pathlib.Path(folder)
    lines = ["\t".join(row) for row in [COLUMNS, *rows()]]
    (folder / "winoventi.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    samples = [sample(row) for row in rows() if sample(row)]
    text = "".join(json.dumps(s, ensure_ascii=False) + "\n" for s in samples)
    (folder / "winoventi.jsonl").write_text(text, encoding="utf-8")
    print(f"{len(rows())} rows, {len(samples)} samples, {sum(not s['attribute'] for s in samples)} without attribute")


if __name__ == "__main__":
    main(*sys.argv[1:])
