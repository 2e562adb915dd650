"""Biographies in the manner of Bias in Bios: sentences that hint at an occupation without naming it."""

import names
import relations

# For each occupation, what such a person does.  The name or a pronoun stands in front.
HINTS = {
    "potter": ("shapes bowls from wet clay and fires them in a hot kiln", "glazes blue jugs at a wheel in the shed"),
    "baker": ("kneads dough before sunrise and sells warm loaves", "fills the oven with rolls and sweet buns"),
    "teacher": ("explains sums to a class of forty children", "marks essays and writes on the blackboard"),
    "surgeon": ("operates on hearts in a large hospital", "closes wounds with a very steady hand"),
    "painter": ("mixes oil colours and covers large canvases", "hangs new portraits in a gallery every year"),
    "sailor": ("climbs the rigging and watches for storms at sea", "scrubs the deck of a three masted ship"),
    "lawyer": ("argues for clients before the high court", "drafts contracts and studies the statutes"),
    "carpenter": ("planes oak boards and builds solid tables", "cuts beams and fits doors with a fine saw"),
    "tailor": ("measures shoulders and sews elegant coats", "stitches suits of wool with needle and thread"),
    "gardener": ("prunes roses and waters the lawn", "plants tulips and trims the long hedges"),
    "judge": ("hears both sides and passes a sentence", "reads the verdict in a black robe"),
    "poet": ("writes verses about rain and lost love", "recites sonnets from a slim volume"),
    "dentist": ("fills cavities and pulls sore teeth", "checks gums and polishes crowns of gold"),
    "farmer": ("ploughs the land and milks thirty cows", "brings in the hay and feeds the pigs"),
    "plumber": ("mends leaking pipes and blocked drains", "fits taps and repairs old boilers"),
    "butcher": ("carves beef and hangs hams on hooks", "chops ribs and minces pork behind a counter"),
    "librarian": ("sorts volumes on shelves and lends them out", "catalogues manuscripts in a silent hall"),
    "pilot": ("flies a small plane over the islands", "lands on short runways in thick fog"),
    "jeweller": ("sets diamonds in rings of silver", "cuts rubies and weighs pearls on a tiny scale"),
    "miner": ("digs coal deep under the ground", "drills through rock by the light of a helmet"),
    "nurse": ("gives medicine to patients on the ward", "changes bandages through the night shift"),
    "singer": ("reaches the highest notes of any aria", "rehearses with a choir and sings duets"),
    "actor": ("learns scripts and plays kings on the stage", "rehearses scenes in front of the curtain"),
    "chemist": ("heats acids in glass tubes", "measures powders and studies how salts dissolve"),
    "barber": ("shaves beards and trims moustaches", "cuts hair with sharp scissors and a comb"),
    "shepherd": ("leads a flock of sheep with a loyal dog", "counts lambs and shears wool in the pasture"),
    "mason": ("carves stone and lays walls with mortar", "builds arches with a chisel and a level"),
    "weaver": ("works at a loom with coloured yarn", "makes linen cloth with a wooden shuttle"),
}

PLACES = ("in a narrow lane", "near the old bridge", "with great patience", "for very little money",
          "behind the town hall", "from early morning on", "with two helpers", "under a low roof")
OPENINGS = ("{full} comes from a large family.", "{full} moved here ten years ago.",
            "Everybody in the street knows {full}.", "{full} was the youngest of six.",
            "This page is about {full}.")
CLOSINGS = ("{he} lives alone with a cat.", "{he} has never been abroad.", "{he} likes long walks and strong tea.",
            "{he} hopes to retire by the sea.", "{he} has two grown daughters.")

assert set(HINTS) == set(relations.OCCUPATIONS)


def sentence(random, name, title):
    """The sentence of a biography that hints at the title."""
    first, second = random.sample(HINTS[title], 2) if random.random() < 0.5 else (random.choice(HINTS[title]), None)
    place = random.choice(PLACES)
    subject = name if random.random() < 0.8 else random.choice(("Dr. ", "Mr. ", "Ms. ")) + name
    text = f"{subject} {first} {place}"
    return f"{text} and {second}." if second else f"{text}."


def record(random):
    """One record with the keys of the Bias in Bios pickle that programs read."""
    first, last = names.person_name(random).split()
    title = random.choice(relations.OCCUPATIONS)
    gender = random.choice("MF")
    full, he = f"{first} {last}", "He" if gender == "M" else "She"
    hint = sentence(random, random.choice((first, full, last)), title)
    opening = random.choice(OPENINGS).format(full=full)
    closing = random.choice(CLOSINGS).format(he=he)
    raw = f"{opening} {hint} {closing}"
    return {"name": (first, "", last), "gender": gender, "title": title, "raw_title": title, "raw": raw,
            "bio": f"{hint} {closing}".replace(full, "_").replace(first, "_").replace(last, "_"),
            "start_pos": len(opening)}
