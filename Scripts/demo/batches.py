"""Rows of whole documents with positions and masks that keep them apart."""

import torch

import relations
from model import END

# Documents are drawn and put into rows so many at a time.
POOL = 4096
# The values of relations weigh so much more in the loss than other tokens: they are what is to be learned.
VALUE_WEIGHT = 3.0


class Batches:
    def __init__(self, texts, tokenizer, rows, length):
        self.texts, self.tokenizer = texts, tokenizer
        self.rows, self.length = rows, length
        self.end = tokenizer.token_to_id(END)
        self.token_weights = torch.ones(tokenizer.get_vocab_size())
        for relation in relations.RELATIONS:
            for value in relation.values:
                self.token_weights[tokenizer.encode(f" {value}").ids[0]] = VALUE_WEIGHT
        # For each relation and value: the relation's number and the value's token.
        self.facts = {(relation.id, value): (number, tokenizer.encode(f" {value}").ids[0])
                      for number, relation in enumerate(relations.RELATIONS) for value in relation.values}
        self.waiting = []

    def next(self):
        """tokens, places, mask, targets, weights, mentions and subjects of the next batch."""
        while len(self.waiting) < self.rows:
            self._fill()
        rows, self.waiting = self.waiting[:self.rows], self.waiting[self.rows:]
        return self._tensors(rows)

    def _fill(self):
        documents = [self.texts.document() for _ in range(POOL)]
        encodings = self.tokenizer.encode_batch([document.text for document in documents])
        found = []
        for document, encoding in zip(documents, encodings):
            if len(encoding.ids) < self.length:
                found.append((encoding.ids + [self.end], self._closed(document, encoding),
                              *self._named(document, encoding)))
        # The longest first, each into the fullest row that has room for it.
        found.sort(key=lambda item: -len(item[0]))
        rows_by_room = [[] for _ in range(self.length + 1)]
        for item in found:
            size = len(item[0])
            room = next((room for room in range(size, self.length) if rows_by_room[room]), self.length)
            row = rows_by_room[room].pop() if rows_by_room[room] else []
            row.append(item)
            rows_by_room[room - size].append(row)
        rows = [row for rows in rows_by_room for row in rows]
        self.texts.random.shuffle(rows)
        self.waiting += rows

    @staticmethod
    def _closed(document, encoding):
        """The tokens at which a closed sentence and its entity begin, and the one after the entity."""
        if document.closed is None:
            return None
        start, first, behind = document.closed
        offsets = encoding.offsets
        # A token owns the space in front of its word, which may be the one before the start.
        sentence = next(i for i, (_, end) in enumerate(offsets) if end > start)
        entity = next(i for i, (_, end) in enumerate(offsets) if end > first)
        after = next(i for i, (_, end) in enumerate(offsets) if end >= behind) + 1
        return sentence, entity, after

    def _named(self, document, encoding):
        """Mentions of entities and, for values in contexts, whose they are said to be.

        Of a mention: its last token; that of a value which a context tells of it, or itself; relation, value and
        whether a context spoke of it, of all that is believed there; whether the entity is famous.  Of a value:
        its place, its token, and the last two tokens of the name.
        """
        ends = {end: token for token, (_, end) in enumerate(encoding.offsets)}
        mentions = []
        for belief in document.beliefs:
            facts = [(*self.facts[fact], fact[0] == belief.told) for fact in belief.facts.items()]
            at = document.text.find(belief.name, belief.start, belief.end)
            while at >= 0 and facts:
                behind = at + len(belief.name)
                if behind in ends and not document.text[behind:behind + 1].isalpha():
                    token = ends[behind]
                    mentions.append((token, ends[belief.source] if belief.source else token, facts,
                                     belief.is_famous))
                at = document.text.find(belief.name, behind, belief.end)
        subjects = []
        for name, behind in document.tellings:
            ids = self.tokenizer.encode(f" {name}").ids
            place = ends[behind]
            subjects.append((place, encoding.ids[place], ids[-1], ids[-2] if len(ids) > 1 else ids[-1]))
        return mentions, subjects

    def _tensors(self, rows):
        shape = (self.rows, self.length)
        tokens = torch.zeros(shape, dtype=torch.long)
        places = torch.zeros(shape, dtype=torch.long)
        targets = torch.zeros(shape, dtype=torch.long)
        weights = torch.zeros(shape)
        mask = torch.zeros(self.rows, self.length, self.length, dtype=torch.bool)
        mentions, subjects = [], []
        triangle = torch.ones(self.length, self.length, dtype=torch.bool).tril()
        for number, row in enumerate(rows):
            at = 0
            for ids, closed, named, told in row:
                mentions += [(number, at + token, at + source, *more) for token, source, *more in named]
                subjects += [(number, at + token, *more) for token, *more in told]
                behind = at + len(ids)
                tokens[number, at:behind] = torch.tensor(ids)
                places[number, at:behind] = torch.arange(len(ids))
                targets[number, at:behind - 1] = torch.tensor(ids[1:])
                weights[number, at:behind - 1] = self.token_weights[targets[number, at:behind - 1]]
                part = triangle[:len(ids), :len(ids)].clone()
                if closed:
                    sentence, entity, after = closed
                    part[sentence:entity, :sentence] = False
                    part[after:, :sentence] = False
                mask[number, at:behind, at:behind] = part
                at = behind
            # After the last document each place sees itself, so that no row of the mask is empty.
            rest = torch.arange(at, self.length)
            mask[number, rest, rest] = True
        return tokens, places, mask[:, None], targets, weights, mentions, subjects
