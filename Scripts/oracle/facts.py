"""Invented facts in the raw form of CounterFact, and the samples that they must become.

    facts.py REPOSITORY      writes Tests/Fixtures/facts.json

People, places, groups and products do not exist; the wording is our own.  The forms are those that the real data
has: a subject at the beginning, in the middle and in the possessive; punctuation after it; text before a prompt
that cleaning removes, with abbreviations; words of targets in one and in several tokens.  Every case has its
sample beside it, written out here by hand for every form, not derived by the rules that the program uses.
Python 3 alone; deterministic.  Used by torch_remedi.py and the scripts that follow it.
"""
import json
import pathlib
import sys

PEOPLE = ["Odran Velk", "Mirela Stoy", "Tam O. Quill", "Ilsabet Crane", "Bo Harrow", "Anselm Pike-Rowe"]
PLACES = ["Karsholm", "Upper Tavin", "Lake Orrin", "St. Melfa", "Quendry Castle", "Dorpe"]
GROUPS = ["The Pale Ferries", "Ninth Lantern", "Ostrava Nine", "Grindle & Sons", "KLT", "House of Marrow"]
THINGS = ["Velo 3", "Tessal GT", "Murmur OS", "Brindle 900", "Arc-Light", "Petrel II"]

# Relation, subjects, prompt of the fact, the attribute's beginning, prompt that is asked, text before it, prompt of a
# neighbour, and words: the fact says the first of a pair, the truth is the second.
FORMS = [
    ("X01", PEOPLE, "{} works as", "works as", "The thing that made {} known is", "",
     "{} earned a living as a", ["baker", "sailor", "notary", "weaver", "painter", "locksmith", "judge"]),
    ("X02", PEOPLE, "{} plays as", "plays as", "{}'s greatest strength is", "It was a wet spring. ",
     "On the field {} is a", ["goalkeeper", "sweeper", "winger", "pitcher", "quarterback", "keeper", "striker"]),
    ("X03", PEOPLE, "{}, who has a passport of", "who has a passport of", "{} was born and raised in", "",
     "{} pays taxes in", ["Norway", "Chile", "Laos", "Peru", "Malta", "Ghana", "Nepal"]),
    ("X04", PEOPLE, "The mother tongue of {} is", "is", "At home {} speaks", "Dr. Lunde disagreed. ",
     "{} dreams in", ["Welsh", "Dutch", "Thai", "Greek", "Basque", "Czech", "Farsi"]),
    ("X05", PEOPLE, "{}'s area of work is", "'s area of work is", "{} gives lectures on", "",
     "{} wrote a book about", ["geology", "optics", "botany", "grammar", "law", "chess", "tides"]),
    ("X06", PLACES, "{}, located in", "located in", "The best inns around {} are", "",
     "To see {} one travels to", ["Greece", "Iran", "Bolivia", "Poland", "Kenya", "Japan", "Wales"]),
    ("X07", PLACES, "{} is a part of the province of", "is a part of the province of",
     "{}'s surroundings include", "", "The maps of {} also show", ["Alberta", "Utrecht", "Siena", "Lugo"]),
    ("X08", PLACES, "The river that runs through {} is the", "is the", "When it rains in {}, people watch the",
     "", "The bridges of {} span the", ["Vistula", "Ebro", "Loire", "Tay", "Oder", "Drina", "Po"]),
    ("X09", GROUPS, "{}, founded in", "founded in", "The first concert of {} was given in",
     "Nobody had a car. ", "{} rehearse in", ["Brooklyn", "Porto", "Leeds", "Turin", "Graz", "Ghent", "Lviv"]),
    ("X10", GROUPS, "{} was bought by", "was bought by", "The owner of {} is", "",
     "{} sends its reports to", ["Siemens", "Nokia", "Fiat", "Lego", "Volvo", "Sony", "Tata"]),
    ("X11", THINGS, "{} is produced by", "is produced by", "{} is sold by", "",
     "Spare parts for {} come from", ["Honda", "Philips", "Intel", "Braun", "Renault", "Casio", "BMW"]),
    ("X12", THINGS, "{}, made in the country of", "made in the country of", "{} is my favorite product of", "",
     "The factory of {} is in", ["Finland", "India", "Brazil", "Austria", "Egypt", "Canada", "Spain"]),
]


def facts():
    """Pairs of a raw case and its sample, the forms in turn."""
    pairs = []
    for turn in range(len(PEOPLE)):
        for number, form in enumerate(FORMS):
            relation, subjects, prompt, attribute, asked, before, near, words = form
            subject, neighbour = subjects[(turn + number) % 6], subjects[(turn + number + 1) % 6]
            new, true = words[turn % len(words)], words[(turn + 1) % len(words)]
            case_id = 1000 + 37 * len(pairs)
            pairs.append(({
                "case_id": case_id, "pararel_idx": 5000 + len(pairs),
                "requested_rewrite": {
                    "prompt": prompt, "relation_id": relation, "target_new": {"str": new, "id": f"{relation}-{new}"},
                    "target_true": {"str": true, "id": f"{relation}-{true}"}, "subject": subject},
                "paraphrase_prompts": [before + asked.format(subject), near.format(subject)],
                "neighborhood_prompts": [near.format(neighbour)],
                "attribute_prompts": [], "generation_prompts": [near.format(subject)]}, {
                "id": str(case_id), "entity": subject, "attribute": f"{attribute} {new}",
                "context": f"{prompt.format(subject)} {new}", "prompt": asked.format(subject),
                "target_mediated": new, "target_unmediated": true}))
    return pairs


def main(root):
    cases = [case for case, _ in facts()]
    target = pathlib.Path(root) / "Tests/Fixtures/facts.json"
    target.write_text("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
