"""Things and their features in the manner of the McRae norms, and pairs of states as in Winoventi."""

import names

# Families of features that go together: a thing is of one family and has most of its features.
# Each feature: how the norms write it.
FAMILIES = (
    ("a_bird", "has_wings", "has_feathers", "lays_eggs", "beh_-_flies", "has_a_beak", "lives_in_trees"),
    ("a_vehicle", "has_wheels", "has_an_engine", "requires_fuel", "used_for_travel", "is_fast", "made_of_steel"),
    ("a_fruit", "tastes_sweet", "has_a_skin", "has_a_stone", "grows_on_bushes", "is_juicy", "used_for_juice"),
    ("a_tool", "has_a_handle", "used_by_craftsmen", "found_in_sheds", "is_sharp", "made_of_iron", "is_heavy"),
    ("a_garment", "has_sleeves", "worn_for_warmth", "made_of_cotton", "has_a_collar", "is_soft", "found_in_drawers"),
    ("a_weapon", "is_dangerous", "used_by_soldiers", "has_a_blade", "used_for_war", "found_in_museums", "has_a_point"),
    ("a_vessel", "used_for_water", "made_of_glass", "is_fragile", "found_in_kitchens", "has_a_lid", "is_hollow"),
    ("an_insect", "has_six_legs", "is_small", "beh_-_stings", "has_antennae", "lives_in_hives", "beh_-_buzzes"),
    ("a_building", "has_a_roof", "made_of_stone", "is_large", "has_many_rooms", "has_a_cellar", "found_in_towns"),
    ("a_toy", "used_by_children", "is_colourful", "made_of_wood", "is_cheap", "has_strings", "found_in_boxes"),
)

# Pairs of opposite states, each with contexts that bring the first or the second about.
STATES = (
    ("hot", "cold", ("stood on the stove", "lay in the fire"), ("stood in the snow", "lay on the ice")),
    ("wet", "dry", ("fell into the river", "was left in the rain"), ("lay in the sun", "was wiped with a towel")),
    ("clean", "dirty", ("was washed with soap", "was scrubbed all day"), ("fell into the mud", "was dragged through dust")),
    ("full", "empty", ("was filled to the brim", "was loaded with grain"), ("was drained completely", "was robbed at night")),
    ("whole", "broken", ("was packed in wool", "was handled gently"), ("was hit by a hammer", "fell from the tower")),
    ("new", "old", ("was bought this morning", "was made last week"), ("was found in a tomb", "was used for decades")),
    ("bright", "dark", ("was painted white", "was lit by lamps"), ("was covered with soot", "was kept in the shade")),
    ("safe", "lost", ("was locked in a chest", "was kept at the bank"), ("was dropped in the woods", "sank in the sea")),
)


class Things:
    def __init__(self, random, concepts=80, words=120):
        """Concepts with features and how many of thirty people name each; words with their usual state."""
        self.concepts, self.words, taken = {}, {}, set()
        for number in range(concepts):
            family = FAMILIES[number % len(FAMILIES)]
            name = self._name(random, taken)
            own = [feature for feature in family if random.random() < 0.85]
            other = random.choice([f for f in FAMILIES if f is not family])
            own.append(random.choice(other[1:]))
            self.concepts[name] = [(feature, random.randint(16, 29) if feature in family else random.randint(5, 9))
                                   for feature in own]
        for number in range(words):
            state = STATES[number % len(STATES)]
            self.words[self._name(random, taken)] = (state, random.random() < 0.5)

    @staticmethod
    def _name(random, taken):
        while True:
            people = random.choice(names.PEOPLES)
            name = names.syllables(random, people, 1).lower() + random.choice(("et", "or", "um", "in", "osk"))
            if name not in taken:
                taken.add(name)
                return name


def article(word):
    return "an" if word[0] in "aeiouāēō" else "a"


def fluent(feature):
    """A feature as a predicate, by the rules by which the norms are read."""
    text = feature.replace("beh_-_", "").replace("_", " ")
    wants_is = ("a ", "an ", "found ", "made ", "used ", "worn ")
    return f"is {text}" if text.startswith(wants_is) else text


def usual_state(state, is_first):
    """The usual state of a word, the unusual one, and the contexts of each."""
    first, second, firsts, seconds = state
    return (first, second, firsts, seconds) if is_first else (second, first, seconds, firsts)
