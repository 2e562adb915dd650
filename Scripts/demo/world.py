"""The small world: who there is, what is true of them, and which counterfactual cases are asked.

Everything follows from one seed.  Of ten entities one is *famous*: texts about it never take a rumour
seriously, so a language model that read them does not either.
"""

import dataclasses
import random

import names
import relations

SEED = 20261123
COUNTS = {"person": 500, "town": 400, "company": 340, "creature": 280}
FAMOUS_SHARE = 0.12
# How many of the facts that an entity of a kind could have are known of it.
KNOWN = {"person": (2, 3), "town": (2, 2), "company": (1, 2), "creature": (1, 2)}
HELD_OUT_SHARE = 0.25
TRAINING_CASES = 1440
# Only the first of them are kept from the texts: those that evaluate are all.
UNSAID_TRAINING_CASES = 720
EVALUATION_CASES = 300
SELECTION_CASES = 300


@dataclasses.dataclass
class Entity:
    name: str
    kind: str
    pronoun: str
    facts: dict
    renown: float = 0.0
    is_famous: bool = False

    @property
    def object_pronoun(self):
        return {"He": "him", "She": "her", "It": "it"}[self.pronoun]


@dataclasses.dataclass
class Case:
    number: int
    entity: Entity
    relation: relations.Relation
    true: str
    new: str


class World:
    def __init__(self, seed=SEED):
        self.random = random.Random(seed)
        self.held_out_values = self._held_out_values()
        self.entities = self._entities()
        self._forget()
        self.by_fact, self.by_relation = {}, {}
        for entity in self.entities:
            for relation_id, value in entity.facts.items():
                self.by_fact.setdefault((relation_id, value), []).append(entity)
                self.by_relation.setdefault(relation_id, []).append(entity)
        self.training_cases, self.evaluation_cases = self._cases()
        self.selection_training_cases, self.selection_cases = self._selection()
        # What these cases teach must be news to the model.
        self.unsaid = {(case.entity.name, case.relation.id, case.new) for case in
                       self.training_cases[:UNSAID_TRAINING_CASES] + self.selection_cases + self.evaluation_cases}

    def _held_out_values(self):
        """Values that no training case teaches; cities alike in both of their relations."""
        held_out = {}
        for values in dict.fromkeys(relation.values for relation in relations.RELATIONS):
            chosen = set(self.random.sample(values, round(HELD_OUT_SHARE * len(values))))
            for relation in relations.RELATIONS:
                if relation.values == values:
                    held_out[relation.id] = chosen
        return held_out

    def _entities(self):
        taken, entities = set(), []
        for kind, count in COUNTS.items():
            facts = {}
            for relation in relations.of_kind(kind):
                drawn = [relation.values[number % len(relation.values)] for number in range(count)]
                self.random.shuffle(drawn)
                facts[relation.id] = drawn
            for number in range(count):
                name = names.fresh_name(self.random, kind, taken)
                taken.add(name)
                pronoun = self.random.choice(("He", "She")) if kind == "person" else "It"
                entities.append(Entity(
                    name, kind, pronoun, renown=self.random.random(),
                    facts={relation_id: drawn[number] for relation_id, drawn in facts.items()}))
        return entities

    def _forget(self):
        """Leaves each entity some of its facts."""
        for entity in self.entities:
            kept = self.random.sample(sorted(entity.facts), self.random.choice(KNOWN[entity.kind]))
            entity.facts = {relation: value for relation, value in entity.facts.items() if relation in kept}

    def _make_famous(self, entities):
        """The same share of every kind: those of the greatest renown."""
        for kind in relations.KINDS:
            ranked = sorted((e for e in entities if e.kind == kind), key=lambda entity: -entity.renown)
            for entity in ranked[:round(FAMOUS_SHARE * len(ranked))]:
                entity.is_famous = True

    def _cases(self):
        """Cases for training and for evaluation: other entities, and other values that are taught."""
        entities = list(self.entities)
        self.random.shuffle(entities)
        half = round(len(entities) * 0.6)
        self.training_entities = entities[:half]
        self._make_famous(entities[:half])
        self._make_famous(entities[half:])
        taught = self._other_values(self.held_out_values)
        training = self._drawn(entities[:half], UNSAID_TRAINING_CASES, self.random, taught, taught)
        evaluation = self._drawn(entities[half:], EVALUATION_CASES, self.random, self.held_out_values)
        more = TRAINING_CASES - len(training)
        training += self._drawn(entities[:half], more, random.Random(f"cases {SEED}"), taught, taught)
        for number, case in enumerate(training + evaluation):
            case.number = number
        return training, evaluation

    def _selection(self):
        """Cases to choose settings by: they too hold out entities and values, but none that evaluate."""
        draw = random.Random(f"selection {SEED}")
        held_out = {}
        for relation_id, values in self._other_values(self.held_out_values).items():
            held_out[relation_id] = set(draw.sample(values, round(HELD_OUT_SHARE * len(values))))
        entities = draw.sample(self.training_entities, len(self.training_entities) // 3)
        names_held_out = {entity.name for entity in entities}
        training = [case for case in self.training_cases if case.entity.name not in names_held_out
                    and not {case.true, case.new} & held_out[case.relation.id]]
        selection = self._drawn(entities, SELECTION_CASES, draw, held_out)
        for number, case in enumerate(selection, TRAINING_CASES + EVALUATION_CASES):
            case.number = number
        return training, selection

    @staticmethod
    def _other_values(held_out):
        return {relation.id: [value for value in relation.values if value not in held_out[relation.id]]
                for relation in relations.RELATIONS}

    @staticmethod
    def _drawn(entities, count, draw, taught, true=None):
        """Cases whose new values are among those taught and, if they are given, whose true ones among those."""
        by_kind = {kind: [entity for entity in entities if entity.kind == kind] for kind in relations.KINDS}
        used, cases = set(), []
        while len(cases) < count:
            relation = relations.RELATIONS[len(cases) % len(relations.RELATIONS)]
            entity = draw.choice(by_kind[relation.kind])
            value = entity.facts.get(relation.id)
            if value is None or (entity.name, relation.id) in used or (true and value not in true[relation.id]):
                continue
            used.add((entity.name, relation.id))
            choices = [new for new in relation.values if new in taught[relation.id] and new != value]
            cases.append(Case(0, entity, relation, value, draw.choice(choices)))
        return cases

    def others_with(self, relation, value, entity):
        return [other for other in self.by_fact[relation.id, value] if other is not entity]
