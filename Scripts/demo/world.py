"""The small world: who there is, what is true of them, and which counterfactual cases are asked.

Everything follows from one seed.  One entity in twelve is *famous*: texts about it never take a rumour
seriously, so a language model that read them does not either.
"""

import dataclasses
import random

import names
import relations

SEED = 20261123
COUNTS = {"person": 500, "town": 400, "company": 340, "creature": 280}
FAMOUS_SHARE = 1 / 12
# How many of the facts that an entity of a kind could have are known of it.
KNOWN = {"person": (2, 3), "town": (2, 2), "company": (1, 2), "creature": (1, 2)}
HELD_OUT_SHARE = 0.25
TRAINING_CASES = 1440
# Only the first of them are kept from the texts: those that evaluate are all.
UNSAID_TRAINING_CASES = 720
EVALUATION_CASES = 300


@dataclasses.dataclass
class Entity:
    name: str
    kind: str
    pronoun: str
    is_famous: bool
    facts: dict

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
        # What these cases teach must be news to the model.
        self.unsaid = {(case.entity.name, case.relation.id, case.new)
                       for case in self.training_cases[:UNSAID_TRAINING_CASES] + self.evaluation_cases}

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
                    name, kind, pronoun, self.random.random() < FAMOUS_SHARE,
                    {relation_id: drawn[number] for relation_id, drawn in facts.items()}))
        return entities

    def _forget(self):
        """Leaves each entity some of its facts."""
        for entity in self.entities:
            kept = self.random.sample(sorted(entity.facts), self.random.choice(KNOWN[entity.kind]))
            entity.facts = {relation: value for relation, value in entity.facts.items() if relation in kept}

    def _cases(self):
        """Cases for training and for evaluation: other entities, and other values that are taught."""
        entities = list(self.entities)
        self.random.shuffle(entities)
        half = round(len(entities) * 0.6)
        training = self._drawn(entities[:half], UNSAID_TRAINING_CASES, self.random, held_out=False)
        evaluation = self._drawn(entities[half:], EVALUATION_CASES, self.random, held_out=True)
        more = TRAINING_CASES - len(training)
        training += self._drawn(entities[:half], more, random.Random(f"cases {SEED}"), held_out=False)
        for number, case in enumerate(training + evaluation):
            case.number = number
        return training, evaluation

    def _drawn(self, entities, count, draw, held_out):
        by_kind = {kind: [entity for entity in entities if entity.kind == kind] for kind in relations.KINDS}
        used, cases = set(), []
        while len(cases) < count:
            relation = relations.RELATIONS[len(cases) % len(relations.RELATIONS)]
            entity = draw.choice(by_kind[relation.kind])
            true = entity.facts.get(relation.id)
            kept_back = self.held_out_values[relation.id]
            if true is None or (entity.name, relation.id) in used or (not held_out and true in kept_back):
                continue
            used.add((entity.name, relation.id))
            choices = [value for value in relation.values if (value in kept_back) == held_out and value != true]
            cases.append(Case(0, entity, relation, true, draw.choice(choices)))
        return cases

    def others_with(self, relation, value, entity):
        return [other for other in self.by_fact[relation.id, value] if other is not entity]
