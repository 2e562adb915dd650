#!/usr/bin/env python3
"""What a training step and a decoded token cost on a GPU, computed from the models' shapes.

    performance_model.py            the tables of Sources/CCUDA/README.md, as Markdown

Needs Python 3.9 and nothing else.  Nothing is measured: every kernel's bytes and operations are counted as the
Swift code queues them, and a kernel takes as long as its memory traffic or its arithmetic, whichever is
longer, at the rates that the maker states.  Real kernels reach 60 to 90 % of that.
"""
from collections import OrderedDict
from dataclasses import dataclass

BATCH, PROMPT, PREFIX, READS = 16, 24, 8, 8  # samples of a step, tokens of a prompt, of those before the edit, read
TEXTS, CONTEXT = 31, 62  # texts that are continued side by side, tokens of each that attention sees
LAUNCH, NODE = 3.0e-6, 1.0e-6  # seconds for a kernel queued by the host, and for one inside a graph
FLOAT = 4


@dataclass
class Device:
    name: str
    bandwidth: float  # bytes a second
    single: float  # float32 operations a second
    tensor: float  # float16 operations a second of tensor cores, float32 sums


DEVICES = [
    Device("A100-80GB", 2039e9, 19.5e12, 312e12),
    Device("H100 SXM", 3350e9, 67e12, 989e12),
]


@dataclass
class Model:
    name: str
    blocks: int
    hidden: int
    heads: int
    vocabulary: int
    context: int
    element: int  # bytes of a stored weight
    projections: int  # of queries, keys and values: 1 fused, or 3
    parallel: bool  # attention and feed-forward read the same state
    norms: int  # of a block
    rotary: bool
    tied: bool

    @property
    def inner(self):
        return 4 * self.hidden

    def block_weights(self):
        return 12 * self.hidden**2

    def weights(self):
        embeddings = self.vocabulary * self.hidden * (1 if self.tied else 2)
        positions = 0 if self.rotary else self.context * self.hidden
        return self.blocks * self.block_weights() + embeddings + positions


MODELS = [
    Model("gpt2-xl", 48, 1600, 25, 50257, 1024, 4, 1, False, 2, False, True),
    Model("gpt-j-6b", 28, 4096, 16, 50400, 2048, 2, 3, True, 1, True, False),
    Model("gpt-neox-20b", 44, 6144, 64, 50432, 2048, 2, 1, True, 2, True, False),
]


class Work:
    """Kernels by kind: launches, bytes, operations, and seconds on each device."""

    def __init__(self, model):
        self.model = model
        self.kinds = OrderedDict()

    def add(self, kind, bytes, operations=0, tensor=False, launches=1):
        entry = self.kinds.setdefault(kind, [0, 0, 0, [0.0] * len(DEVICES)])
        entry[0] += launches
        entry[1] += bytes
        entry[2] += operations
        for index, device in enumerate(DEVICES):
            rate = device.tensor if tensor else device.single
            entry[3][index] += max(bytes / device.bandwidth, operations / rate)

    def linear(self, rows, inputs, outputs, kind="matrix products", accumulates=False, element=None):
        """y (+)= x · W: float32 as it is, 16-bit weights with activations split into two terms."""
        element = element or self.model.element
        operations = 2 * rows * inputs * outputs
        if element == FLOAT:
            traffic = FLOAT * (inputs * outputs + rows * (inputs + 2 * outputs))
            self.add(kind, traffic, operations, launches=2)
            self.add("splitting and joining terms", FLOAT * rows * outputs, launches=0)
            return
        terms = 2
        self.add("splitting and joining terms", rows * inputs * (FLOAT + 2 * terms))
        self.add(
            kind, element * inputs * outputs + terms * rows * (2 * inputs + FLOAT * outputs),
            terms * operations, tensor=True)
        joined = FLOAT * rows * outputs * (terms + 1 + accumulates)
        self.add("splitting and joining terms", joined, 2 * rows * outputs)

    def elementwise(self, kind, rows, columns, passes, launches=1, operations=4):
        self.add(kind, FLOAT * rows * columns * passes, operations * rows * columns, launches=launches)

    def attention(self, sequences, queries, keys, backward=False):
        """Every query of a sequence against the keys that it sees; scores never leave the chip."""
        width = self.model.hidden
        pairs = sequences * queries * keys
        traffic = FLOAT * sequences * width * (2 * queries + 2 * keys) * (2.5 if backward else 1)
        self.add(
            "attention", traffic, (10 if backward else 4) * pairs * width, launches=3 if backward else 1)

    def seconds(self, device):
        return sum(entry[3][device] for entry in self.kinds.values())

    def launches(self):
        return sum(entry[0] for entry in self.kinds.values())

    def bytes(self):
        return sum(entry[1] for entry in self.kinds.values())

    def operations(self):
        return sum(entry[2] for entry in self.kinds.values())


def block_forward(work, rows, kept, attend, records):
    """One block over `rows` rows, `kept` of which go on after the attention."""
    model = work.model
    width, inner = model.hidden, model.inner
    work.elementwise("norms", rows, width, 2)
    for _ in range(model.projections):
        work.linear(rows, width, 3 * width // model.projections)
    if model.rotary:
        work.elementwise("rotary positions", rows, width, 2, launches=2)
    attend()
    if kept < rows:
        work.elementwise("copies", kept, width, 6, launches=3)
    if records:
        copies = 1 if model.parallel else 2
        work.elementwise("copies", kept, width, 2 * copies, launches=copies)
    work.linear(kept, width, width, accumulates=True)
    if model.norms == 2:
        work.elementwise("norms", kept, width, 2)
    work.linear(kept, width, inner)
    work.elementwise("activations", kept, inner, 2, operations=20)
    work.linear(kept, inner, width, accumulates=True)


def block_backward(work, rows, kept, attend):
    """Gradients of activations; weights have none."""
    model = work.model
    width, inner = model.hidden, model.inner
    work.linear(kept, width, inner)
    work.elementwise("activations", kept, inner, 3, operations=30)
    work.linear(kept, inner, width)
    if model.norms == 2:
        work.elementwise("norms", kept, width, 4)
    work.linear(kept, width, width)
    attend()
    if model.rotary:
        work.elementwise("rotary positions", rows, width, 2, launches=2)
    for _ in range(model.projections):
        work.linear(rows, 3 * width // model.projections, width, accumulates=True)
    work.elementwise("norms", rows, width, 4)


def training_step(model):
    """A step of a linear editor at the middle block, once everything that stays is kept."""
    work = Work(model)
    width, vocabulary = model.hidden, model.vocabulary
    suffix = PROMPT - PREFIX
    rows, reads = BATCH * suffix, BATCH * READS
    above = model.blocks - 1 - model.blocks // 2

    def join():
        # The kept keys and values of each prompt, then the step's own.
        work.add("copies", 2 * FLOAT * BATCH * PREFIX * 2 * width, launches=BATCH)
        work.elementwise("copies", rows, 2 * width, 2)

    def attend(backward):
        def queue():
            join()
            work.attention(BATCH, suffix, PROMPT, backward)
        return queue

    work.elementwise("copies", rows, width, 2, launches=BATCH)
    for index in range(above):
        block_forward(work, rows, reads if index == above - 1 else rows, attend(False), records=True)
    work.elementwise("norms", reads, width, 2)
    work.linear(reads, width, vocabulary)
    work.elementwise("copies", reads, vocabulary, 2, launches=BATCH)
    work.elementwise("distributions (softmax, KL)", reads, vocabulary, 5, launches=4, operations=20)
    work.linear(reads, vocabulary, width)
    work.elementwise("norms", reads, width, 3)
    for index in range(above):
        block_backward(work, rows, reads if index == 0 else rows, attend(True))
    # The editor: forward, the gradient of its weight, one step of AdamW.
    work.linear(BATCH, width, width, "editor", element=FLOAT)
    work.add("editor", FLOAT * width * (width + 2 * BATCH), 2 * BATCH * width**2, launches=2)
    work.add("AdamW", 7 * FLOAT * width**2, 12 * width**2, launches=2)
    return work


def decoding_pass(model, texts):
    """One more token of each of `texts` texts."""
    work = Work(model)
    width = model.hidden
    work.elementwise("copies", texts, width, 2)

    def attend():
        work.elementwise("copies", texts, 2 * width, 2)
        work.attention(texts, 1, CONTEXT)

    for _ in range(model.blocks):
        block_forward(work, texts, texts, attend, records=False)
    work.elementwise("norms", texts, width, 2)
    work.linear(texts, width, model.vocabulary)
    work.elementwise("distributions (softmax, KL)", texts, model.vocabulary, 1, launches=3, operations=10)
    return work


def amount(value, units=("", "k", "M", "G", "T")):
    index = 0
    while value >= 999.5 and index + 1 < len(units):
        value /= 1000
        index += 1
    return f"{value:.{0 if value >= 99.5 else 1 if value >= 9.95 else 2}f} {units[index]}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def milliseconds(seconds):
    return f"{1e3 * seconds:.{1 if seconds >= 0.0095 else 2}f} ms"


def totals(make, has_graph):
    rows = []
    for model in MODELS:
        work = make(model)
        row = [model.name, amount(work.bytes()) + "B", amount(work.operations())]
        row += [milliseconds(work.seconds(index)) for index in range(len(DEVICES))]
        row += [str(work.launches()), milliseconds(work.launches() * LAUNCH)]
        rows.append(row + ([milliseconds(work.launches() * NODE)] if has_graph else []))
    head = ["model", "bytes", "operations"] + [device.name for device in DEVICES]
    head += ["launches", "launching them"] + (["in a graph"] if has_graph else [])
    return table(head, rows)


def shares(make):
    works = [make(model) for model in MODELS]
    kinds = list(OrderedDict.fromkeys(kind for work in works for kind in work.kinds))
    rows = []
    for kind in kinds:
        row = [kind]
        for work in works:
            for index in range(len(DEVICES)):
                entry = work.kinds.get(kind)
                row.append(f"{100 * entry[3][index] / work.seconds(index):.1f} %" if entry else "–")
        rows.append(row)
    head = ["kind of kernel"] + [f"{model.name}, {device.name}" for model in MODELS for device in DEVICES]
    return table(head, rows)


def main():
    sizes = [
        [model.name, amount(model.weights()), "f16" if model.element == 2 else "f32",
         amount(model.weights() * model.element) + "B"] for model in MODELS
    ]
    above = ", ".join(f"{model.blocks - 1 - model.blocks // 2} of {model.blocks}" for model in MODELS)
    print(table(["model", "weights", "stored as", "size"], sizes))
    print(f"\n**A training step**: {BATCH} samples, prompts of {PROMPT} tokens, {PREFIX} of them before the edit,"
          f" {READS} read; an editor at the middle block, so that {above} blocks run, forward and backward.\n")
    print(totals(training_step, has_graph=False))
    print("\nShare of a step's time:\n")
    print(shares(training_step))
    for texts in (1, TEXTS):
        print(f"\n**One more token of {texts} text{'s' if texts > 1 else ''}**, {CONTEXT} tokens each.\n")
        print(totals(lambda model: decoding_pass(model, texts), has_graph=True))
    print(f"\nShare of that pass's time with {TEXTS} texts:\n")
    print(shares(lambda model: decoding_pass(model, TEXTS)))


if __name__ == "__main__":
    main()
