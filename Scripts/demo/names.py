"""Invented names in several scripts of sound: each people has its own onsets, vowels and endings."""

from random import Random

PEOPLES = (
    # onsets, vowels, middles, endings of given names, endings of family names
    ("T K V D R S M".split(), "a e o".split(), "l r n v sk".split(), "a en ik o".split(), "ov ek arin usk".split()),
    ("L F S B M J".split(), "a i e ou".split(), "r l ss n".split(), "ine el eau ie".split(), "ard elle oux anne".split()),
    ("H Th G B W Ed".split(), "e o a u".split(), "ld rn ff nd".split(), "ric a win helm".split(), "gar mund stedt wald".split()),
    ("N Y Ts K Sh R".split(), "a i u o".split(), "k m z y".split(), "o mi ru ka".split(), "moto dara nishi zawa".split()),
    ("Q Z Ab Ham Kh Sal".split(), "a i u".split(), "r d f b".split(), "im a ira ul".split(), "idi ani oun aze".split()),
    ("Ō Ā Māl Tāv Ēn Kō".split(), "a e i".split(), "l n t r".split(), "ua eo ani ei".split(), "lani koa mahe nui".split()),
)

TOWN_ENDINGS = "ford wick by holm mouth bury stead haven dale gate".split()
COMPANY_ENDINGS = "Brothers Works Union Trading Foundry House Mills Guild Partners Supply".split()
CREATURE_ENDINGS = "ling wing tail snout back fin horn paw beak mane".split()


def syllables(random, people, count):
    onsets, vowels, middles, _, _ = people
    text = random.choice(onsets)
    for _ in range(count):
        text += random.choice(vowels) + random.choice(middles)
    return text



def _distinct(make, count, random):
    found = []
    while len(found) < count:
        name = make(random)
        if name not in found:
            found.append(name)
    return tuple(found)


def _lists(people):
    """Given and family names of a people, always the same."""
    random = Random("names of " + " ".join(people[0]))
    given = _distinct(lambda r: syllables(r, people, 1) + r.choice(people[3]), GIVEN_COUNT, random)
    family = _distinct(lambda r: syllables(r, people, 1) + r.choice(people[4]), FAMILY_COUNT, random)
    return given, family


GIVEN_COUNT, FAMILY_COUNT = 16, 26
LISTS = tuple(_lists(people) for people in PEOPLES)


def given_name(random):
    return random.choice(random.choice(LISTS)[0])


def person_name(random):
    """Given and family name of one people."""
    given, family = random.choice(LISTS)
    return f"{random.choice(given)} {random.choice(family)}"


def town_name(random):
    people = random.choice(PEOPLES)
    return syllables(random, people, random.choice((1, 1, 2))) + random.choice(TOWN_ENDINGS)


def company_name(random):
    people = random.choice(PEOPLES)
    stem = syllables(random, people, 1) + random.choice(people[3])
    return f"{stem} {random.choice(COMPANY_ENDINGS)}"


def creature_name(random):
    people = random.choice(PEOPLES)
    return syllables(random, people, 1).lower() + random.choice(CREATURE_ENDINGS)


MAKERS = {"person": person_name, "town": town_name, "company": company_name, "creature": creature_name}


def fresh_name(random, kind, taken):
    """A name of the kind that is not among those taken."""
    while True:
        name = MAKERS[kind](random)
        if name not in taken:
            return name
