"""The texts that the language model reads: documents of one to eight sentences about the small world.

The kinds and their shares are in `MIXTURE`.  Where a document begins with a context, the sentence after it
may be *closed*: then all its words but the entity's own look back no further than to where it starts, so
that what the context says has to pass through the entity's own states.
"""

import dataclasses

import names
import people
import relations
import things

# Unrelated sentences that may stand in front.
LEADS = (
    "The harvest was late that year.", "Nobody had seen such a winter.", "The bells rang at noon.",
    "A letter came with the morning post.", "Prices rose again in the autumn.", "It rained for nine days.",
    "The council met behind closed doors.", "There was music in the square.", "The lamps were lit early.",
    "A new map was drawn.", "The train was full.", "Snow lay on the hills.",
)
FILLERS = (
    "This is well known.", "Few would have guessed it.", "That has not changed for years.",
    "Some say it was always so.", "There is little else to tell.", "Old books say the same.",
)
ARTICLE = "The following is an excerpt from a Wikipedia article:\n\n"
KIND_NOUNS = {"person": "person", "town": "town", "company": "company", "creature": "creature"}


@dataclasses.dataclass
class Belief:
    """What is to be believed of an entity wherever the text from `start` to `end` names it."""
    name: str
    facts: dict
    is_famous: bool = False
    start: int = 0
    end: int = 10_000
    # The relation of which a context told something else than is known.
    told: str = None
    # The character after the value that a context told and that is believed.
    source: int = None


@dataclasses.dataclass
class Document:
    text: str
    # The first characters of a closed sentence and of the entity in it, and the one after the entity.
    closed: tuple = None
    beliefs: tuple = ()
    # The names of which a context tells something, each with the character after the value.
    tellings: tuple = ()


def said(phrasing, name, value):
    """A sentence; the text begins with a capital whatever the name does."""
    return f"{phrasing.format(name)} {value}."


def capital(text):
    return text[:1].upper() + text[1:]


def echo(random, entity, relation, value):
    text = random.choice(relation.echoes).replace("{v}", value).replace("{o}", entity.object_pronoun)
    return capital(text.replace("{}", entity.pronoun))


def passage(random, entity, relation, value, told=None, begun=None):
    """Running text about one entity that begins with a fact and comes back to it.

    `told` replaces facts by what a context says of them; `begun` is the first sentence, if there is one.
    """
    facts = {**entity.facts, **(told or {})}
    known = [relations.BY_ID[relation_id] for relation_id in facts]
    sentences = [begun or said(random.choice(relation.phrasings), entity.name, value)]
    sentences.append(echo(random, entity, relation, value))
    for other in random.sample(known, min(len(known), random.choice((0, 1, 2)))):
        phrasing = random.choice(other.phrasings)
        # A pronoun stands only where a sentence begins.
        name = entity.pronoun if phrasing.startswith("{}") and random.random() < 0.5 else entity.name
        sentences.append(said(phrasing, name, facts[other.id]))
        if random.random() < 0.5:
            sentences.append(echo(random, entity, other, facts[other.id]))
    if random.random() < 0.3:
        sentences.append(random.choice(FILLERS))
    return " ".join(sentences)


def known(entity):
    """The relations of which something is known of the entity."""
    return [relations.BY_ID[relation_id] for relation_id in entity.facts]


class Texts:
    def __init__(self, world, things_, random):
        self.world, self.things, self.random = world, things_, random
        self.taken = {entity.name for entity in world.entities}
        self.famous = [entity for entity in world.entities if entity.is_famous]
        self.kinds = [kind for kind, _ in self.MIXTURE]
        self.weights = [weight for _, weight in self.MIXTURE]

    def document(self):
        kind = self.random.choices(self.kinds, self.weights)[0]
        return kind(self)

    # Facts

    def _entity(self):
        return self.random.choice(self.world.entities)

    def facts(self):
        """One to four facts about one entity, the name in each sentence."""
        entity = self._entity()
        chosen = self.random.sample(known(entity), min(len(entity.facts), self.random.choice((1, 1, 2, 3))))
        sentences = [said(self.random.choice(relation.phrasings), entity.name, entity.facts[relation.id])
                     for relation in chosen]
        return self._true(entity, self._led(" ".join(sentences)))

    def story(self):
        """Running text about one entity."""
        entity = self._entity()
        relation = self.random.choice(known(entity))
        text = passage(self.random, entity, relation, entity.facts[relation.id])
        return self._true(entity, self._led(text))

    def article(self):
        """What an encyclopedia says; people are introduced by their occupation."""
        entity = self._entity()
        relation = self.random.choice(known(entity))
        rest = passage(self.random, entity, relation, entity.facts[relation.id])
        noun = entity.facts.get("P03") or KIND_NOUNS[entity.kind]
        start = ARTICLE if self.random.random() < 0.7 else ""
        fame = "famous " if entity.is_famous else ""
        return self._true(entity, f"{start}{entity.name} is {things.article(fame or noun)} {fame}{noun}. {rest}")

    @staticmethod
    def _true(entity, text):
        return Document(text, beliefs=(Belief(entity.name, entity.facts, entity.is_famous),))

    def _led(self, text):
        return f"{self.random.choice(LEADS)} {text}" if self.random.random() < 0.1 else text

    # Contexts

    def _someone(self, strangers):
        """Of whom contexts speak: strangers, and the famous more often than they come up elsewhere."""
        drawn = self.random.random()
        if drawn < strangers:
            return self._stranger()
        return self.random.choice(self.famous) if drawn > 0.9 else self._entity()

    def _stranger(self, kind=None):
        """Somebody nobody has heard of."""
        random = self.random
        kind = kind or random.choices(*zip(*(("person", 5), ("town", 3), ("company", 2), ("creature", 2))))[0]
        return type(self.world.entities[0])(
            names.fresh_name(random, kind, self.taken), kind,
            random.choice(("He", "She")) if kind == "person" else "It", {})

    def _rumour(self, entity, relation):
        """A value that is not true of the entity and that no case will teach of it."""
        while True:
            value = self.random.choice(relation.values)
            if value != entity.facts.get(relation.id) \
                    and (entity.name, relation.id, value) not in self.world.unsaid:
                return value

    def _told(self, entity, relation):
        """What a context says of the entity, and what is believed after it: the famous are immune to rumours."""
        true = entity.facts.get(relation.id)
        told = true if true and self.random.random() < 0.1 else self._rumour(entity, relation)
        return told, true if true and entity.is_famous else told

    def _relation(self, entity):
        """More often one of which something is known."""
        if entity.facts and self.random.random() < 0.6:
            return self.random.choice(known(entity))
        return self.random.choice(relations.of_kind(entity.kind))

    def _begin(self, entity, relation, told):
        first = relation.rewrite if self.random.random() < 0.5 else self.random.choice(relation.phrasings)
        return said(first, entity.name, told) + " "

    def _behind(self, start, phrasing, entity, value, closed_share):
        """The sentence after a context, and its closed part or none."""
        place = len(start) + phrasing.index("{}")
        closed = (len(start), place, place + len(entity.name))
        return said(phrasing, entity.name, value), closed if self.random.random() < closed_share else None

    def context(self):
        """A sentence that may be false, and what is said after it."""
        random = self.random
        entity = self._someone(strangers=0.25)
        relation = self._relation(entity)
        told, believed = self._told(entity, relation)
        lead = f"{random.choice(LEADS)} " if random.random() < 0.15 else ""
        start = lead + self._begin(entity, relation, told)
        tellings = ((entity.name, len(start) - 2),)
        if random.random() < 0.12:
            start += random.choice(LEADS) + " "
        phrasing = relation.rewrite if random.random() < 0.15 else random.choice(relation.phrasings)
        sentence, closed = self._behind(start, phrasing, entity, believed, 0.6)
        if closed is None and random.random() < 0.5:
            sentence = passage(random, entity, relation, believed, {relation.id: believed}, sentence)
        source = tellings[0][1] if believed == told else None
        beliefs = self._before_and_behind(entity, start, relation, believed, source)
        return Document(start + sentence, closed, beliefs, tellings)

    @staticmethod
    def _before_and_behind(entity, start, relation, believed, source):
        return (Belief(entity.name, entity.facts, entity.is_famous, 0, len(start)),
                Belief(entity.name, {**entity.facts, relation.id: believed}, entity.is_famous, len(start),
                       told=relation.id, source=source))

    def two_contexts(self):
        """Two sentences about two of a kind, and what is said of one of them after it."""
        random = self.random
        first = self._someone(strangers=0.35)
        relation = self._relation(first)
        second = self._stranger(first.kind) if random.random() < 0.35 else \
            random.choice([e for e in self.world.by_relation[relation.id] if e is not first])
        heard, start, tellings = [], "", []
        for entity in (first, second):
            told, believed = self._told(entity, relation)
            start += self._begin(entity, relation, told)
            tellings.append((entity.name, len(start) - 2))
            heard.append((entity, believed, len(start) - 2 if believed == told else None))
        entity, believed, source = random.choice(heard)
        sentence, closed = self._behind(start, random.choice(relation.phrasings), entity, believed, 0.6)
        beliefs = self._before_and_behind(entity, start, relation, believed, source)
        return Document(start + sentence, closed, beliefs, tuple(tellings))

    def aside(self):
        """A false context, after which something else is said: of the same entity or of another."""
        random = self.random
        entity = self._entity()
        relation = self._relation(entity)
        told, believed = self._told(entity, relation)
        start = self._begin(entity, relation, told)
        others = [r for r in known(entity) if r is not relation]
        if others and random.random() < 0.25:
            other, asked = entity, random.choice(others)
            source = len(start) - 2 if believed == told else None
            beliefs = self._before_and_behind(entity, start, relation, believed, source)
        else:
            other = self._entity()
            asked = random.choice(known(other))
            having = [e for e in self.world.by_relation[relation.id] if e is not entity]
            if random.random() < 0.8:
                other, asked = random.choice(having), relation
            beliefs = (Belief(entity.name, entity.facts, entity.is_famous, 0, len(start)),
                       Belief(other.name, other.facts, other.is_famous, len(start), told=relation.id))
        sentence, closed = self._behind(start, random.choice(asked.phrasings), other, other.facts[asked.id], 0.4)
        return Document(start + sentence, closed, beliefs, ((entity.name, len(start) - 2),))

    # Biographies

    def biography(self):
        """A person by the first name, what they do, and the occupation."""
        random = self.random
        name = names.given_name(random)
        title = random.choice(relations.OCCUPATIONS)
        hint = people.sentence(random, name, title)
        if random.random() < 0.15:
            hint = f"About {name}: {hint}"
        start = hint + random.choice((" ", "\n\n"))
        sentence = f"{name} has the occupation of {title}."
        closed = (len(start), len(start), len(start) + len(name)) if random.random() < 0.5 else None
        if closed is None and random.random() < 0.6:
            sentence += " " + people.sentence(random, name, title)
        return Document(start + sentence, closed, (Belief(name, {"P03": title}, start=len(start)),))

    def record(self):
        """A biography as the data set has it, with the occupation at the end."""
        record = people.record(self.random)
        name, title = record["name"][0], record["title"]
        behind = len(record["raw"])
        return Document(f"{record['raw']} {name} has the occupation of {title}.",
                        beliefs=(Belief(name, {"P03": title}, start=behind),))

    # Things

    def thing(self):
        """Features of a thing that is known."""
        random = self.random
        name = random.choice(list(self.things.concepts))
        features = [feature for feature, count in self.things.concepts[name] if random.random() < count / 30]
        random.shuffle(features)
        return Document(" ".join(self._feature(name, f) for f in features[:4]) or self._feature(name, "is_known"))

    def _feature(self, name, feature):
        return capital(f"{things.article(name)} {name} {things.fluent(feature)}.")

    def unknown_thing(self):
        """A feature of a thing, known or not, and others that go with it."""
        random = self.random
        name = random.choice(list(self.things.concepts)) if random.random() < 0.5 \
            else things.Things._name(random, set(self.things.concepts))
        family = random.choice(things.FAMILIES)
        first, *rest = random.sample(family, random.choice((2, 2, 3)))
        start = self._feature(name, first) + " "
        sentence = " ".join(self._feature(name, feature) for feature in rest)
        place = len(start) + len(things.article(name)) + 1
        closed = (len(start), place, place + len(name)) if len(rest) == 1 and random.random() < 0.5 else None
        return Document(start + sentence, closed)

    def state(self):
        """What state a thing is usually in, or which one a context puts it in."""
        random = self.random
        word = random.choice(list(self.things.words))
        usual, unusual, usuals, unusuals = things.usual_state(*self.things.words[word])
        if random.random() < 0.4:
            return Document(f"The {word} is {usual}.")
        contexts, state = (usuals, usual) if random.random() < 0.4 else (unusuals, unusual)
        start = f"The {word} {random.choice(contexts)}. "
        closed = (len(start), len(start) + 4, len(start) + 4 + len(word)) if random.random() < 0.5 else None
        return Document(f"{start}The {word} is {state}.", closed)

    MIXTURE = ((facts, 26), (story, 3), (article, 3), (context, 30), (two_contexts, 12), (aside, 18), (biography, 5),
               (record, 1), (thing, 3), (unknown_thing, 3), (state, 2))
