"""Makes small raw files in the true formats of Bias in Bios and of the McRae norms.

Writes biosbias.pkl (a pickled list of dicts, protocol 4) and mcrae.txt (tab-separated, every column name of
the norms' own file) into the folder given first.  People, biographies and production frequencies are
invented.  With a number after the folder, the pickle holds so many further records, for speed trials.
Python 3.11, standard library only; deterministic.
"""

import pathlib
import pickle
import random
import sys

TITLES = {
    "professor": [
        ("teaches {a} at the university and directs a small laboratory that studies {b}",
         "Students praise the lectures on {a} and the patience with which every question is answered"),
        ["medieval history", "organic chemistry", "number theory", "marine biology", "comparative law"],
        ["river sediments", "ancient trade routes", "coral growth", "prime gaps", "the customs of courts"],
    ],
    "physician": [
        ("treats patients with {a} at a clinic near the harbour and takes a special interest in {b}",
         "After a residency in internal medicine there followed two years of work on {b} in rural hospitals"),
        ["diabetes", "asthma", "high blood pressure", "kidney disease", "chronic pain"],
        ["preventive care", "travel medicine", "sleep disorders", "the health of sailors", "rare fevers"],
    ],
    "attorney": [
        ("represents clients in matters of {a} and has argued before the state's highest court about {b}",
         "Before joining the firm there were six years as a clerk, most of them spent on cases of {b}"),
        ["employment law", "bankruptcy", "family law", "real estate", "patent disputes"],
        ["unpaid wages", "water rights", "wills and trusts", "broken leases", "public records"],
    ],
    "photographer": [
        ("takes portraits of {a} on large format film and prints every picture by hand in a cellar full of {b}",
         "Galleries in four countries have shown the series on {a}, which took eleven winters to finish"),
        ["fishermen", "circus families", "retired boxers", "mountain guides", "night watchmen"],
        ["old lenses", "glass plates", "drying racks", "borrowed lamps", "forgotten negatives"],
    ],
    "journalist": [
        ("writes about {a} for a weekly newspaper and covered {b} from the first day to the last",
         "Her colleagues remember the long reports on {b}, which changed the way the city spends money"),
        ["local politics", "science", "the oil trade", "football", "housing"],
        ["the harbour strike", "two elections", "the flood", "the trial of a mayor", "the closing of a mine"],
    ],
    "nurse": [
        ("cares for {a} on the night shift and trains new colleagues in {b}",
         "The ward depends on a calm voice and on quick hands when {b} is needed in a hurry"),
        ["newborn children", "burn victims", "elderly patients", "patients after surgery", "accident victims"],
        ["wound care", "safe lifting", "the giving of injections", "palliative care", "first aid"],
    ],
    "software_engineer": [
        ("builds {a} for a company of nine people and maintains a widely used library for {b}",
         "Evenings go into free programs for {b}, some of which now run in thousands of offices"),
        ["compilers", "mobile applications", "databases", "games", "medical devices"],
        ["parsing dates", "drawing maps", "compressing images", "sorting mail", "testing hardware"],
    ],
    "composer": [
        ("has written {a} for orchestras on three continents and leads a festival devoted to {b}",
         "Critics have called the latest work, a setting of {b}, the boldest of the whole season"),
        ["string quartets", "film scores", "two operas", "choral works", "chamber music"],
        ["forgotten hymns", "bird song", "electronic sound", "old dances", "letters from the front"],
    ],
}

FIRST = ["Amara", "Bjorn", "Carlotta", "Dmitri", "Esperanza", "Farid", "Greta", "Hiroshi", "Ingrid", "Jamal",
         "Katarzyna", "Leopold", "Mireille", "Nkechi", "Octavio", "Priya", "Quentin", "Rosalind", "Soren",
         "Tamika", "Ulrich", "Valentina", "Wendell", "Xiomara", "Yusuf", "Zdenka", "Abigail", "Bartholomew"]
MIDDLE = ["", "", "", "J.", "Marie", "van", "A.", "Lee"]
LAST = ["Okafor", "Lindqvist", "Marchetti", "Petrov", "Delgado", "Haddad", "Vogel", "Tanaka", "Solberg",
        "Whitfield", "Nowak", "Bauer", "Fontaine", "Eze", "Reyes", "Raman", "Ashby", "Thornbury", "Kierk",
        "Okonkwo", "Brandt", "Rossi", "Pryce", "Mendoza", "Demir", "Horak", "Stone", "Finch"]
PLACES = ["Lisbon", "Toronto", "Leeds", "Austin", "Nairobi", "Osaka", "Perth", "Krakow", "Lima", "Boston"]
ENDINGS = [
    "The family lives outside {p} with two dogs and a garden that is mostly weeds.",
    "Free hours are spent on long walks along the coast near {p}.",
    "Earlier years in {p} were devoted to study and to rowing.",
    "A degree from the university of {p} hangs in the hall, slightly crooked.",
]


def biography(rng, index, title):
    """One record as the scripts of the data set's authors leave it."""
    (first_form, second_form), a_words, b_words = TITLES[title]
    first = FIRST[index % len(FIRST)]
    last = LAST[(index * 5 + index // len(FIRST)) % len(LAST)]
    middle = rng.choice(MIDDLE)
    female = rng.random() < 0.5
    pronoun, mister = ("She", "Ms.") if female else ("He", "Mr.")
    a, b, place = rng.choice(a_words), rng.choice(b_words), rng.choice(PLACES)
    full = " ".join(part for part in (first, middle, last) if part)
    occupation = title.replace("_", " ")
    article = "an" if occupation[0] in "aeiou" else "a"
    opening = f"{full} is {article} {occupation} in {place}."
    lead = rng.choice([
        f"{pronoun}", f"{first}", f"Dr. {last}", f"{mister} {last}", f"{first} {last}", f"{last}",
        f"Prof. {first} {last}", f"PROFESSOR {last}", f"{full}", f"{pronoun}", f"Rev. {last}",
    ])
    body = f"{lead} {first_form.format(a=a, b=b)}."
    more = second_form.format(a=a, b=b).replace("Her ", "Her " if female else "His ") + "."
    end = rng.choice(ENDINGS).format(p=rng.choice(PLACES))
    parts = [body, more, end]
    if rng.random() < 0.3:
        parts = [more, body, end]
    raw = " ".join([opening] + parts)
    return record((first, middle, last), raw, title, "F" if female else "M", len(opening), index)


def record(name, raw, title, gender, start, index):
    """The bio lacks the first sentence and names its subject nowhere."""
    bio = raw[start:].strip()
    for part in sorted({part for part in name if part}, key=len, reverse=True):
        bio = bio.replace(part, "_")
    return {
        "raw": raw, "name": name, "raw_title": title.replace("_", " "), "gender": gender,
        "start_pos": start, "title": title, "URI": f"http://example.org/people/{index}", "bio": bio,
        "path": f"crawl-data/segment-{index % 7}/wet-{index:05d}.gz",
    }


def hostile(index):
    """Records that try a rule each."""
    long = "has spent thirty years on the quiet study of bridges and the people who cross them"
    cases = [
        (("Al", "", "Also"), f"Al Also is a nurse. Also Al {long}."),
        (("Al", "", "Green"), f"Al Green is a nurse. Also, Green {long}, always alone and always early."),
        (("Non-Residential", "", "Services"), f"Services is a nurse. Non-Residential {long}."),
        (("Šárka", "Ž.", "Šťastná"), f"Šárka Ž. Šťastná is a poet. DR. Šťastná {long}."),
        (("Šárka", "", "Šťastná"), f"It is so. Šťastnáková {long}."),
        (("May", "", "Day"), f"May Day is a nurse. In May 2009 Ms. Day {long}."),
        (("Ali", "", "Ali"), f"Ali is a nurse. Doctor Ali {long}."),
        (("Plato", "", ""), f"Plato is a teacher. Plato {long}."),
        (("Anne-Marie", "B.", "Smith-Jones"), f"She is a nurse. • Mrs. Anne-Marie Smith-Jones {long}."),
        (("Jo", "", "March"), "Jo March is a nurse. She likes short sentences very much."),
        (("Jo", "", "March"), f"Every year in Leeds rev March {long}."),
        (("Jo", "", "March"), "Too short. No. Never."),
        (("Kim", "", "Ono"), "Kim Ono is a nurse. After all these years everybody in the ward still calls"
         " for Kim."),
        (("J.(R", "[x", "O'Neil*"), f"J.(R O'Neil* is a nurse. Mr O'Neil* {long}."),
        (("Tom", None, "Reed"), f"Tom Reed is a nurse. Tom's brother and Pastor Reed {long}."),
        (("Tom", None, "Reed"), f"Tom Reed is a nurse. He {long}; “quoted”\tand\nbroken \\ lines."),
        (("Tom", "", "Reed"), f"Tom Reed is a nurse. Reed, Reedy and REED {long}."),
    ]
    return [
        record(name, raw, "nurse", "F", raw.index(".") + 1, index + number)
        for number, (name, raw) in enumerate(cases)
    ]


# What a feature is, and how many of thirty people name it, by concept.
CONCEPTS = {
    "robin": "a_bird:24 beh_-_flies:19 has_wings:14 has_a_red_breast:22 beh_-_lays_eggs:9 beh_-_eats_worms:8",
    "eagle": "a_bird:26 beh_-_flies:20 has_wings:12 has_a_beak:8 hunted_by_people:3 is_majestic:9",
    "owl": "a_bird:22 beh_-_flies:13 has_big_eyes:15 inbeh_-_hoots:17 found_in_forests:7 is_wise:11",
    "penguin": "a_bird:20 has_wings:6 is_black:16 lives_in_cold_places:14 beh_-_swims:18 like_a_duck:2",
    "ostrich": "a_bird:23 has_long_legs:17 has_wings:5 is_fast:10 beh_-_buries_head_in_sand:12",
    "parrot": "a_bird:21 beh_-_flies:11 different_colours:13 beh_-_talks:18 eg_-_Polly:3 found_in_jungles:7",
    "bat_(animal)": "an_animal:12 beh_-_flies:22 has_wings:15 found_in_caves:14 is_black:11 is_blind:9",
    "bat_(baseball)": "made_of_wood:23 used_for_hitting_balls:18 is_long:10 made_of_aluminum:8 has_a_handle:5",
    "dog": "an_animal:16 has_four_legs:13 beh_-_barks:20 is_loyal:8 beh_-_eats:6 owned_by_people:9",
    "lion": "an_animal:18 has_a_mane:19 beh_-_roars:15 is_dangerous:9 king_of_the_jungle:14 found_in_Africa:11",
    "beaver": "an_animal:17 has_a_tail:14 beh_-_builds_dams:21 killed_for_fur:4 has_teeth:9 beh_-_swims:8",
    "elephant": "an_animal:15 is_large:22 has_a_trunk:19 has_four_legs:8 is_grey:13 found_in_Africa:9",
    "otter": "an_animal:16 beh_-_swims:19 has_a_tail:7 lives_in_water:12 is_cute:6",
    "ant": "an_insect:22 is_small:19 has_six_legs:8 beh_-_works:7 lives_in_ground:9",
    "apple": "a_fruit:26 is_red:21 beh_-_grows_on_trees:15 tastes_sweet:10 eaten_in_pies:9 is_round:11",
    "orange": "a_fruit:25 is_orange:22 has_peel:13 tastes_sweet:11 is_round:12 comes_from_Florida:4",
    "banana": "a_fruit:24 is_yellow:25 has_peel:16 beh_-_grows_on_trees:9 is_long:8 comes_in_bunches:7",
    "cherry": "a_fruit:23 is_red:22 has_a_pit:17 is_small:14 eaten_in_pies:12 tastes_sweet:9",
    "onion": "a_vegetable:20 causes_tears:16 has_layers:13 tastes_strong:9 used_in_cooking:6 is_white:7",
    "carrot": "a_vegetable:24 is_orange:23 is_long:9 eaten_by_rabbits:14 beh_-_grows_in_ground:11",
    "spinach": "a_vegetable:22 is_green:24 used_in_salads:13 associated_with_Popeye:15 tastes_bad:6",
    "pumpkin": "is_orange:22 is_round:14 associated_with_Halloween:23 eaten_in_pies:13 is_large:8 a_vegetable:9",
    "axe": "a_tool:17 used_for_chopping:21 made_of_metal:13 has_a_handle:18 is_sharp:15 is_dangerous:7",
    "hammer": "a_tool:23 used_for_pounding_nails:20 has_a_handle:14 made_of_metal:12 is_heavy:9",
    "scissors": "used_for_cutting:24 has_two_blades:9 is_sharp:19 made_of_metal:14 bought/sold_in_pairs:2",
    "knife": "used_for_cutting:25 is_sharp:22 has_a_handle:13 found_in_kitchens:12 is_dangerous:10 a_utensil:8",
    "spoon": "a_utensil:15 used_for_eating:17 made_of_metal:11 found_in_kitchens:10 has_a_handle:9 is_round:3",
    "stove": "found_in_kitchens:20 used_for_cooking:23 is_hot:17 an_appliance:13 requires_gas:9 uses_electricity:8",
    "toaster": "an_appliance:16 found_in_kitchens:14 used_for_toast:19 is_hot:11 uses_electricity:12",
    "car": "used_for_transportation:20 has_wheels:17 has_an_engine:13 requires_gas:9 is_fast:10 has_doors:6",
    "unicycle": "has_one_wheel:23 used_by_clowns:11 requires_balance:9 found_in_circuses:10 is_fun:5",
    "bus": "used_for_transportation:19 has_wheels:15 is_large:13 is_yellow:10 has_an_engine:8 requires_a_driver:7",
    "airplane": "beh_-_flies:22 has_wings:16 used_for_transportation:15 is_fast:11 is_large:12 has_an_engine:9",
    "umbrella": "used_when_raining:16 has_a_handle:17 different_colours:9 is_waterproof:10 found_at_beaches:3",
    "hourglass": "used_for_telling_time:18 made_of_glass:15 contains_sand:20 is_fragile:6 found_on_desks:2",
    "urn": "made_of_clay:9 contains_ashes:16 is_fragile:7 found_over_fireplaces:5 like_a_vase:6",
    "piano": "a_musical_instrument:21 has_keys:19 is_large:10 made_of_wood:13 requires_a_player:3 is_heavy:11",
    "violin": "a_musical_instrument:22 has_strings:18 made_of_wood:15 used_with_a_bow:12 part_of_an_orchestra:9",
    "boots": "worn_on_feet:19 made_of_leather:14 worn_for_hiking:8 different_colours:5 is_waterproof:9",
    "shirt": "worn_by_men:8 has_sleeves:15 has_buttons:13 made_of_cotton:14 different_colours:11 is_attached_to_a_hanger:1",
    "desk": "made_of_wood:17 has_drawers:13 used_for_studying:12 found_in_offices:11 used_as_a_table:4",
    "nightingale": "a_bird:22 beh_-_sings:19 has_wings:7 beh_-_flies:10 is_small:12 becomes_a_symbol:2",
}

COLUMNS = [
    "Concept", "Feature", "WB_Label", "WB_Maj", "WB_Min", "BR_Label", "Prod_Freq", "Rank_PF",
    "Sum_PF_No_Tax", "CPF", "Disting", "Distinct", "CV_No_Tax", "Intercorr_Str_Tax", "Intercorr_Str_No_Tax",
    "Feat_Length_Including_Spaces", "Phon_1st", "KF", "ln(KF)", "BNC", "ln(BNC)", "Familiarity",
    "Length_Letters", "Length_Phonemes", "Length_Syllables", "Bigram", "Trigram", "ColtheartN",
    "Num_Feats_Tax", "Num_Feats_No_Tax", "Num_Disting_Feats_No_Tax", "Disting_Feats_%_No_Tax",
    "Mean_Distinct_No_Tax", "Mean_CV_No_Tax", "Density_No_Tax", "Num_Corred_Pairs_No_Tax",
    "%_Corred_Pairs_No_Tax", "Num_Func", "Num_Vis_Mot", "Num_VisF&S", "Num_Vis_Col", "Num_Sound",
    "Num_Taste", "Num_Smell", "Num_Tact", "Num_Ency", "Num_Tax",
]


def norms(rng):
    rows = [(concept, *item.rsplit(":", 1)) for concept in sorted(CONCEPTS) for item in
            CONCEPTS[concept].split()]
    count = {}
    for _, feature, _ in rows:
        count[feature] = count.get(feature, 0) + 1
    lines = ["\t".join(COLUMNS)]
    for concept, feature, frequency in rows:
        fields = [concept, feature, "entity_behavior" if "beh" in feature else "entity_component",
                  "e", "b", "visual-motion" if "beh" in feature else "encyclopaedic", frequency]
        rest = [str(rng.randrange(1, 9)) for _ in COLUMNS[7:]]
        rest[2:4] = [str(count[feature]), "D" if count[feature] < 3 else "ND"]
        lines.append("\t".join(fields + rest))
    return "\r\n".join(lines) + "\r\n"


def people(extra):
    rng = random.Random(7)
    titles = list(TITLES)
    records = [biography(rng, index, titles[index % len(titles)]) for index in range(72)]
    if extra:
        records += [biography(rng, 1000 + index, rng.choice(titles)) for index in range(extra)]
    special = hostile(90)
    for number, item in enumerate(special):
        records.insert(3 + 4 * number, item)
    return records


def main(folder, extra="0"):
    folder = pathlib.Path(folder)
    records = people(int(extra))
    with open(folder / "biosbias.pkl", "wb") as file:
        pickle.dump(records, file, protocol=4)
    (folder / "mcrae.txt").write_bytes(norms(random.Random(11)).encode("latin-1"))
    print(f"{len(records)} people, {sum(len(v.split()) for v in CONCEPTS.values())} rows of features")


if __name__ == "__main__":
    main(*sys.argv[1:])
