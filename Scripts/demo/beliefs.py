"""A second task while the model is trained: an entity's state shall hold what is believed of the entity.

After some blocks a read-out, the same one for all of them, has to tell from the state of an entity's last
token every attribute that is believed of it there, whether the model knows it or was just told.  After an
earlier block the state of a value in a context has to tell whose value it is said to be, and in between some
heads have to look from an entity to what was told of it.  The state of such a value also has to go on telling
which value it is, in one code for all values.  The read-outs are thrown away after the training.
"""

import torch
from torch import nn
from torch.nn import functional

import relations

BLOCKS = (2, 3, 4)
SUBJECT_BLOCK = 1
VALUE_BLOCKS = (1, 2, 3, 4)
FAME_BLOCKS = (1, 2, 3, 4)
# So many heads of the first of the blocks look for what was told.
FINDING_HEADS = 4
# The greater, the smaller a part of a state suffices.
SCALE = 10.0


class Beliefs(nn.Module):
    """Compares states, turned, with the embeddings of a relation's values."""

    def __init__(self, tokenizer, embedding):
        super().__init__()
        width = embedding.weight.shape[1]
        # In a list, for it is no part of this module.
        self.embedding = [embedding]
        self.turn = nn.Linear(width, width, bias=False)
        self.value_turn = nn.Linear(width, width, bias=False)
        self.name_turns = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(2))
        for turn in (self.turn, self.value_turn, *self.name_turns):
            nn.init.orthogonal_(turn.weight)
        self.fame = nn.Linear(width, 1)
        values = [(number, tokenizer.encode(f" {value}").ids[0])
                  for number, relation in enumerate(relations.RELATIONS) for value in relation.values]
        self.tokens = sorted({token for _, token in values})
        self.columns = {token: column for column, token in enumerate(self.tokens)}
        self.forbidden = torch.ones(len(relations.RELATIONS), len(self.tokens), dtype=torch.bool)
        for number, token in values:
            self.forbidden[number, self.columns[token]] = False

    def begin(self, mentions, subjects):
        """Both as `Batches` gives them."""
        self.places = torch.tensor([(row, place) for row, place, *_ in mentions]).T
        self.sources = torch.tensor([source for _, _, source, *_ in mentions])
        self.famous = torch.tensor([float(famous) for *_, famous in mentions])
        facts = [(index, relation, self.columns[token], told)
                 for index, (*_, believed, _) in enumerate(mentions) for relation, token, told in believed]
        self.mention, self.relation, self.wanted, told = torch.tensor(facts).T
        self.told = told.bool()
        self.subjects = torch.tensor(subjects).T
        self.values = torch.tensor([self.columns[value] for _, _, value, *_ in subjects])
        # For the log: the shares of right answers, of what is known and what contexts spoke of, and of names.
        self.losses, self.rights = [], {}

    def watcher(self, block, mask):
        """For the block in which entities find what contexts tell of them."""
        return (lambda queries, keys: self._find(queries, keys, mask)) if block == BLOCKS[0] else None

    def _find(self, queries, keys, mask):
        """Some heads have to look from the mention of an entity to the value told of it, or to itself."""
        row, place = self.places
        query, key = queries[row, :FINDING_HEADS, place].float(), keys[row, :FINDING_HEADS].float()
        scores = torch.einsum("mhd,mhtd->hmt", query, key) / query.shape[2] ** 0.5
        scores = scores.masked_fill(~mask[row, 0, place], -1e9).flatten(0, 1)
        sources, is_told = self.sources.repeat(FINDING_HEADS), (self.sources != place).repeat(FINDING_HEADS)
        right = (scores.argmax(-1) == sources).float()
        self.rights["found"] = right[is_told].mean().item()
        self.rights["not found"] = right[~is_told].mean().item()
        losses = functional.cross_entropy(scores, sources, reduction="none")
        self.losses.append((losses[is_told].mean() + losses[~is_told].mean()) / 2)

    def read(self, block, states):
        states = states.float()
        if block == SUBJECT_BLOCK:
            self._read_subjects(states)
        if block in VALUE_BLOCKS:
            self._read_values(block, states)
        if block in FAME_BLOCKS:
            self._read_fame(block, states)
        if block in BLOCKS:
            self._read_beliefs(block, states)

    def _scores(self, turn, states):
        """How close states come to the code of each value."""
        # What all states have in common is no part of the code.
        states = functional.normalize(turn(states - states.mean(0)), dim=-1)
        codes = self.embedding[0].weight[self.tokens]
        return SCALE * states @ functional.normalize(codes - codes.mean(0), dim=-1).T

    def _read_beliefs(self, block, states):
        scores = self._scores(self.turn, states[self.places[0], self.places[1]])[self.mention]
        scores = scores.masked_fill(self.forbidden[self.relation], -1e9)
        right = (scores.argmax(-1) == self.wanted).float()
        self.rights[f"known {block}"] = right[~self.told].mean().item()
        self.rights[f"told {block}"] = right[self.told].mean().item()
        losses = functional.cross_entropy(scores, self.wanted, reduction="none")
        # What contexts speak of is as much as what is known.
        self.losses.append((losses[~self.told].mean() + losses[self.told].mean()) / 2)

    def _read_fame(self, block, states):
        states = states[self.places[0], self.places[1]]
        fame = SCALE * self.fame(functional.normalize(states - states.mean(0), dim=-1))[:, 0]
        self.rights[f"fame {block}"] = ((fame > 0) == (self.famous > 0)).float().mean().item()
        self.losses.append(functional.binary_cross_entropy_with_logits(fame, self.famous))

    def _read_values(self, block, states):
        scores = self._scores(self.value_turn, states[self.subjects[0], self.subjects[1]])
        self.rights[f"value {block}"] = (scores.argmax(-1) == self.values).float().mean().item()
        self.losses.append(functional.cross_entropy(scores, self.values))

    def _read_subjects(self, states):
        row, place, _, *names = self.subjects
        states = states[row, place]
        for number, (turn, name) in enumerate(zip(self.name_turns, names)):
            scores = functional.normalize(turn(states), dim=-1) @ functional.normalize(
                self.embedding[0].weight, dim=-1).T
            self.rights[f"subject {number}"] = (scores.argmax(-1) == name).float().mean().item()
            self.losses.append(functional.cross_entropy(SCALE * scores, name))

    def loss(self):
        return sum(self.losses) / len(self.losses)
