"""Makes a small CounterFact in the true raw format and the reference texts that go with it.

Usage: make_reference_texts.py FOLDER (Tests/Fixtures).  Writes counterfact-full.json (24 cases with every
field: both ids, two paraphrase prompts after unrelated text, ten neighbourhood, attribute and generation
prompts, the last with repeats) and reference-texts/attribute_snippets.json, idf.npy and tfidf_vocab.json as
ROME's data folder has them.  All wording is our own; the facts are common knowledge.

What the files hold on purpose: a (relation, target) pair in two entries, one without any entry (P413,
Q1048902), entities among the names of their own new target's snippets, names and texts beyond ASCII.
Made with Python 3.11, NumPy 2 and scikit-learn 1.9; deterministic.
"""

import json
import pathlib
import random
import sys

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

RELATIONS = {
    "P103": {
        "rewrite": "The native language of {} is",
        "paraphrases": ["{} grew up speaking", "At home, the family of {} spoke"],
        "neighbours": ["The native language of {} is", "The mother tongue of {} is"],
        "attributes": ["{} was raised in a household that spoke", "The first language of {} is"],
        "generations": ["{} wrote letters in", "As a child, {} learned to speak", "When dreaming, {} talks in"],
        "targets": {
            "French": ("Q150", ["Marcel Proust", "Édith Piaf", "Victor Hugo", "Émile Zola", "Jean-Paul Sartre"]),
            "English": ("Q1860", ["Jane Austen", "Charles Dickens", "Emily Brontë", "Isaac Newton", "Mary Shelley"]),
            "Russian": ("Q7737", ["Leo Tolstoy", "Anton Chekhov", "Anna Akhmatova", "Boris Pasternak", "Nikolai Gogol"]),
            "German": ("Q188", ["Franz Schubert", "Bertolt Brecht", "Clara Schumann", "Heinrich Heine", "Thomas Mann"]),
        },
        "sentences": [
            "{} first spoke {target} at home and kept to it for life.",
            "Letters by {} survive in {target}, with a few lines in other tongues.",
            "Critics praise the {target} of {} for its rhythm and its plain words.",
            "“I think in {target},” {} once told a friend – or so the friend said.",
            "A school reader of 1921 prints two pages by {} in {target}.",
        ],
    },
    "P30": {
        "rewrite": "{} is located in the continent of",
        "paraphrases": ["{} lies on the continent of", "The landmass that holds {} is"],
        "neighbours": ["{} is located in the continent of", "{} belongs to the continent of"],
        "attributes": ["{} can be found on the continent of", "{} is a part of the continent of"],
        "generations": ["People travel to {} in order to", "The area around {} is known for", "{} is surrounded by"],
        "targets": {
            "Africa": ("Q15", ["Lake Victoria", "Nairobi", "Mount Kilimanjaro", "Ghana", "Côte d'Ivoire"]),
            "Europe": ("Q46", ["Lake Geneva", "Kraków", "Mont Blanc", "Portugal", "Tromsø"]),
            "Asia": ("Q48", ["Lake Baikal", "Hanoi", "Mount Fuji", "Nepal", "Bengaluru"]),
            "Antarctica": ("Q51", ["Lake Vostok", "Ross Island", "Mount Erebus", "Victoria Land", "Vinson Massif"]),
        },
        "sentences": [
            "{} is one of the best known places of {target}.",
            "Maps of {target} have shown {} since the 17th century.",
            "The climate of {} is typical of its part of {target}; rain falls in spring.",
            "Birds that winter in {target} rest near {} in great numbers.",
            "An expedition across {target} set out from {} in 1908.",
        ],
    },
    "P413": {
        "rewrite": "{} plays in the position of",
        "paraphrases": ["On the field, {} is a", "The role of {} in the team is"],
        "neighbours": ["{} plays in the position of", "The position of {} on the field is"],
        "attributes": ["{} is known as a", "In every match, {} plays as"],
        "generations": ["{} trains every day to", "The greatest strength of {} is", "In the final, {} managed to"],
        "targets": {
            "goalkeeper": ("Q201330", ["Iker Casillas", "Petr Čech", "Lev Yashin", "Hope Solo", "Gianluigi Buffon"]),
            "midfielder": ("Q193592", ["Andrea Pirlo", "Luka Modrić", "Xavi", "Megan Rapinoe", "Michel Platini"]),
            "quarterback": ("Q622747", ["Tom Brady", "Joe Montana", "Peyton Manning", "Dan Marino", "Brett Favre"]),
            "pitcher": ("Q1048902", ["Nolan Ryan", "Sandy Koufax", "Greg Maddux", "Randy Johnson", "Pedro Martínez"]),
        },
        "sentences": [
            "{} joined the club as a {target} and stayed for nine seasons.",
            "As a {target}, {} read the game better than most.",
            "Fans voted {} {target} of the decade; the vote was close.",
            "The coach moved {} from the bench to {target} after an injury.",
            "\"A {target} has to be patient,\" {} said in an interview.\n",
        ],
    },
    "P495": {
        "rewrite": "{} was created in the country of",
        "paraphrases": ["{} was first made in", "The country where {} comes from is"],
        "neighbours": ["{} was created in the country of", "{} originated in"],
        "attributes": ["{} comes from the country of", "{} was developed in"],
        "generations": ["Fans of {} often visit", "The story behind {} begins in", "{} became famous because"],
        "targets": {
            "Japan": ("Q17", ["Pokémon", "Spirited Away", "Seven Samurai", "Naruto", "Sailor Moon"]),
            "France": ("Q142", ["Amélie", "Les Misérables", "La Haine", "Asterix", "The Artist"]),
            "Italy": ("Q38", ["La Dolce Vita", "Suspiria", "Cinema Paradiso", "Pinocchio", "Amarcord"]),
            "India": ("Q668", ["Mother India", "Lagaan", "Sholay", "Pather Panchali", "3 Idiots"]),
        },
        "sentences": [
            "{} was made in {target} by a team of about fifty people.",
            "Few works from {target} have travelled as far as {}.",
            "The first audience of {} in {target} laughed, cried and came back. 😀",
            "Posters of {} hung in every town of {target} that summer.",
            "{} (东京, Paris, नई दिल्ली: it was shown everywhere) remains a classic of {target}.",
        ],
    },
}
LEADS = [
    "The bridge was closed for repairs in May. ", "Shirley wrote three books about moths. ",
    "In 1987 the mill burned down. ", "He was born in Leeds (b. 1912). ", "It rained for a week.\n",
    "Category:Lists of towns\n", "The second album sold better! ", "Who won the cup that year? ",
]
MISSING = ("P413", "Q1048902")


def spread(random_source, templates, names, count):
    pairs = [template.format(name) for name in names for template in templates]
    random_source.shuffle(pairs)
    return (pairs * 2)[:count]


def case(number, relation_id, relation, subject, true, new, source):
    targets = relation["targets"]
    others = [name for name in targets[true][1] if name != subject]
    leads = source.sample(LEADS, 2)
    return {
        "case_id": number,
        "pararel_idx": 1000 + 7 * number,
        "requested_rewrite": {
            "prompt": relation["rewrite"],
            "relation_id": relation_id,
            "target_new": {"str": new, "id": targets[new][0]},
            "target_true": {"str": true, "id": targets[true][0]},
            "subject": subject,
        },
        "paraphrase_prompts": [
            lead + template.format(subject) for lead, template in zip(leads, relation["paraphrases"])],
        "neighborhood_prompts": spread(source, relation["neighbours"], others, 10),
        "attribute_prompts": spread(source, relation["attributes"], targets[new][1], 10),
        "generation_prompts": [source.choice(relation["generations"]).format(subject) for _ in range(10)],
    }


def cases():
    source = random.Random(20230402)
    result = []
    for relation_id, relation in RELATIONS.items():
        names = list(relation["targets"])
        for index in range(6):
            true, new = names[index % 4], names[(index + 1 + index // 4) % 4]
            subject = relation["targets"][true][1][index // 4]
            result.append(case(0, relation_id, relation, subject, true, new, source))
    source.shuffle(result)
    for number, item in enumerate(result):
        item["case_id"], item["pararel_idx"] = number, 1000 + 7 * number
    return result


def snippet(name, number, target, relation, source):
    chosen = source.sample(relation["sentences"], source.randint(2, 4))
    text = " ".join(sentence.format(name, target=target) for sentence in chosen)
    return {"name": name, "id": f"Q{900000 + number}", "text": text}


def snippets():
    """The entries; of two pairs the last samples come in an entry of their own at the end."""
    source = random.Random(20230403)
    entries, late = [], []
    number = 0
    for relation_id, relation in RELATIONS.items():
        for target, (target_id, names) in relation["targets"].items():
            if (relation_id, target_id) == MISSING:
                continue
            samples = []
            # The subject of a case whose new target this is takes part, so that "another" has to be another.
            strangers = [names for other, (_, names) in relation["targets"].items() if other != target]
            for name in names + [strangers[0][0], names[0]]:
                samples.append(snippet(name, number, target, relation, source))
                number += 1
            entries.append({"relation_id": relation_id, "target_id": target_id, "samples": samples[:5]})
            if target in ("French", "Asia"):
                late.append({"relation_id": relation_id, "target_id": target_id, "samples": samples[5:]})
            else:
                entries[-1]["samples"] += samples[5:]
    return entries + late


def main(folder):
    folder = pathlib.Path(folder)
    texts = folder / "reference-texts"
    texts.mkdir(parents=True, exist_ok=True)
    with open(folder / "counterfact-full.json", "w", encoding="utf-8") as file:
        # As in ROME's file: indented, and nothing but ASCII.
        json.dump(cases(), file, indent=1)
        file.write("\n")
    entries = snippets()
    with open(texts / "attribute_snippets.json", "w", encoding="utf-8") as file:
        json.dump(entries, file)
    vectorizer = TfidfVectorizer()
    vectorizer.fit([sample["text"] for entry in entries for sample in entry["samples"]])
    np.save(texts / "idf.npy", vectorizer.idf_)
    with open(texts / "tfidf_vocab.json", "w", encoding="utf-8") as file:
        json.dump({token: int(index) for token, index in vectorizer.vocabulary_.items()}, file)


if __name__ == "__main__":
    main(sys.argv[1])
