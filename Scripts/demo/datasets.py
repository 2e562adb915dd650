"""Writes the demonstration's data sets, each in the form in which its authors publish it."""

import csv
import io
import json
import math
import pickle
import random
import re
import struct

import people
import relations
import texts
import things
from world import EVALUATION_CASES, TRAINING_CASES

SNIPPETS_PER_VALUE = 2
BIOGRAPHIES = (220, 110)
MCRAE_COLUMNS = ("Concept", "Feature", "WB_Label", "WB_Maj", "WB_Min", "BR_Label", "Prod_Freq", "Rank_PF")
WINOVENTI_COLUMNS = ("Word", "Associative Bias", "Alternative", "biased_word_context", "adversarial_word_context",
                     "masked_prompt", "target", "incorrect", "test_type")


def write_all(world, all_things, folder):
    folder.mkdir(parents=True, exist_ok=True)
    cases = [counterfact_case(world, case) for case in world.training_cases + world.evaluation_cases]
    write_lines(folder / "counterfact.json", cases)
    snippets = attribute_snippets(world)
    write_lines(folder / "attribute_snippets.json", snippets)
    write_terms(folder, [sample["text"] for entry in snippets for sample in entry["samples"]])
    write_biographies(folder / "biosbias.pkl")
    write_mcrae(folder / "CONCS_FEATS_concstats_brm.txt", all_things)
    write_winoventi(folder / "winoventi_bert_large_final.tsv", all_things)
    # So many samples of each file are for training; the others evaluate.
    splits = {"counterfact.json": TRAINING_CASES, "biosbias.pkl": BIOGRAPHIES[0],
              "CONCS_FEATS_concstats_brm.txt": 300, "winoventi_bert_large_final.tsv": 120}
    (folder / "splits.json").write_text(json.dumps(splits, indent=2) + "\n")


def write_selection(world, folder):
    """Cases to choose settings by, in a folder that has the form of the data sets'."""
    folder.mkdir(parents=True, exist_ok=True)
    training = world.selection_training_cases
    write_lines(folder / "counterfact.json",
                [counterfact_case(world, case) for case in training + world.selection_cases])
    (folder / "splits.json").write_text(json.dumps({"counterfact.json": len(training)}) + "\n")


def write_lines(file, records):
    """One JSON array, a record a line."""
    lines = ",\n".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records)
    file.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def counterfact_case(world, case):
    """A case of CounterFact; those that only train get fewer prompts than those that evaluate."""
    draw = random.Random(f"case {case.number}")
    relation, name = case.relation, case.entity.name
    is_evaluated = case.number >= TRAINING_CASES
    paraphrases = [phrasing.format(name) for phrasing in relation.paraphrases]
    draw.shuffle(paraphrases)
    # As in CounterFact, unrelated text may stand in front of a paraphrase.
    paraphrases = [f"{draw.choice(texts.LEADS)} {text}" if draw.random() < 0.3 else text for text in paraphrases]
    neighbors = world.others_with(relation, case.true, case.entity)
    others = world.others_with(relation, case.new, case.entity)

    def asked(entities, phrasings, count):
        chosen = draw.sample(entities, min(count, len(entities)))
        return [draw.choice(phrasings).format(entity.name) for entity in chosen]

    return {
        "case_id": case.number, "pararel_idx": 1000 + case.number,
        "requested_rewrite": {
            "prompt": relation.rewrite, "relation_id": relation.id,
            "target_new": {"str": case.new, "id": relation.value_id(case.new)},
            "target_true": {"str": case.true, "id": relation.value_id(case.true)},
            "subject": name,
        },
        "paraphrase_prompts": paraphrases if is_evaluated else paraphrases[:1],
        "neighborhood_prompts": asked(neighbors, relation.neighborhood, 3 if is_evaluated else 1),
        "attribute_prompts": asked(others, relation.neighborhood, 2 if is_evaluated else 0),
        "generation_prompts": [p.format(name) for p in relation.generation] if is_evaluated
        else [relation.generation[0].format(name)],
    }


def attribute_snippets(world):
    """Running text about entities that truly have each value."""
    entries = []
    for relation in relations.RELATIONS:
        for value in relation.values:
            draw = random.Random(f"snippets {relation.id} {value}")
            having = world.by_fact[relation.id, value]
            chosen = draw.sample(having, min(SNIPPETS_PER_VALUE, len(having)))
            entries.append({"relation_id": relation.id, "target_id": relation.value_id(value), "samples": [
                {"name": entity.name, "target": value,
                 "text": texts.passage(draw, entity, relation, value)} for entity in chosen]})
    return entries


def write_terms(folder, documents):
    """idf.npy and tfidf_vocab.json as ROME's: smoothed inverse document frequencies, terms of two letters up."""

    found = [set(re.findall(r"\b\w\w+\b", document.lower())) for document in documents]
    terms = sorted(set().union(*found))
    counts = {term: sum(term in document for document in found) for term in terms}
    idf = [math.log((1 + len(found)) / (1 + counts[term])) + 1 for term in terms]
    vocabulary = {term: index for index, term in enumerate(terms)}
    (folder / "tfidf_vocab.json").write_text(
        json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({len(idf)},), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    (folder / "idf.npy").write_bytes(
        b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(idf)}d", *idf))


def write_biographies(file):
    draw = random.Random("biographies")
    records = [people.record(draw) for _ in range(sum(BIOGRAPHIES))]
    file.write_bytes(pickle.dumps(records, protocol=4))


def write_table(file, columns, rows):
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
    writer.writerow(columns)
    writer.writerows(rows)
    file.write_text(text.getvalue(), encoding="utf-8")


def write_mcrae(file, all_things):
    rows = []
    for concept, features in all_things.concepts.items():
        ranked = sorted(features, key=lambda feature: -feature[1])
        for rank, (feature, count) in enumerate(ranked, 1):
            rows.append((concept, feature, "", "", "", "", count, rank))
    write_table(file, MCRAE_COLUMNS, rows)


def write_winoventi(file, all_things):
    """Two rows for each word: the usual state after a usual context, and the other after an unusual one."""
    draw = random.Random("winoventi")
    rows = []
    for word, (state, is_first) in all_things.words.items():
        usual, unusual, usuals, unusuals = things.usual_state(state, is_first)
        biased, adversarial = draw.choice(usuals), draw.choice(unusuals)
        for number, (context, target, other) in enumerate(
                ((biased, usual, unusual), (adversarial, unusual, usual)), 1):
            rows.append((word, usual, unusual, biased, adversarial,
                         f"The {word} {context}. The {word} is [MASK].", target, other, number))
    draw.shuffle(rows)
    write_table(file, WINOVENTI_COLUMNS, rows)
