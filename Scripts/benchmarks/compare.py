#!/usr/bin/env python3
"""Compares `remedi` with the same work in PyTorch and transformers on this machine's processor.

    compare.py REMEDI_BINARY COUNTERFACT PROMPTS [--archive remedi-….tar.gz] [--vocabulary FOLDER] [--small]
               [--out FILE]

REMEDI_BINARY is a release build.  COUNTERFACT is a file of at least 5,100 CounterFact cases, PROMPTS has one line of
JSON for each with its `id`, cleaned `prompt`, `context` and `attribute`.  Both sides train a linear editor on those
cases, evaluate that editor, and continue a prompt, in turns, with a GPT-2 of random weights and GPT-2 small's shape,
which is made first in a temporary folder (--small makes a tiny one, to try the script).  Whatever they compute is
compared too: losses, log-probabilities and texts.  Prints a Markdown table, the agreement, the machine, and what was
not run.  Takes about five minutes on two idle cores.

FOLDER holds GPT-2's vocab.json and merges.txt; without it they are made from the installed `openai-whisper`.
Needs torch, transformers, tokenizers, safetensors, and openai-whisper unless --vocabulary is given.  Used
with: torch 2.15, transformers 5.23, openai-whisper 20250625.
"""
import argparse
import importlib.metadata
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOT_RUN = (
    "the reference's own code: the PyTorch side is ours, written to the same rules, with the language model's"
    " weights frozen and without needless gradients, which makes it faster than the reference's loop",
    "a GPU",
    "models larger than GPT-2 small, and weights in half precision",
    "other processors than the one named here",
)


@dataclass
class Run:
    """What one process took."""
    output: str
    seconds: float
    peak: int


@dataclass
class Row:
    """One line of the table: figures of both sides, one a turn."""
    name: str
    unit: str
    ours: list = field(default_factory=list)
    theirs: list = field(default_factory=list)


def run(command):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        words = [str(word) for word in command]
        child = subprocess.Popen(words, stdout=output, stderr=errors, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        output.seek(0)
        errors.seek(0)
        if status != 0:
            sys.exit(f"failed: {' '.join(map(str, command))}\n{errors.read().decode()[-2000:]}")
        return Run(output.read().decode(), seconds, usage.ru_maxrss * 1024)


class Comparison:
    def __init__(self, args, work):
        self.args, self.work = args, work
        self.model = work / "model"
        self.shape = ["n_layer=2", "n_embd=64", "n_head=4"] if args.small else []
        self.cases, self.evaluated, self.tokens = (16, 8, 10) if args.small else (96, 100, 100)
        self.epochs, self.layer = 2, 1
        self.rows, self.agreement = {}, []

    def row(self, name, unit):
        return self.rows.setdefault(name, Row(name, unit))

    def remedi(self, *words):
        return run([self.args.remedi, *words])

    def torch(self, task, *words):
        run_of_task = run([sys.executable, HERE / "torch_tasks.py", task, self.model, *words, "--layer",
                           self.layer, "--threads", self.args.threads])
        return run_of_task, json.loads(run_of_task.output.splitlines()[-1])

    def make_model(self):
        vocabulary = self.args.vocabulary or self.work / "vocabulary"
        if not self.args.vocabulary:
            run([sys.executable, HERE.parent / "fetch" / "gpt2_vocabulary.py", vocabulary])
        settings = [word for setting in self.shape for word in ("--set", setting)]
        maker = HERE / "random_checkpoint.py"
        run([sys.executable, maker, "gpt2", self.model, "--tokenizer", vocabulary, *settings])

    # Tasks, each once for both sides.

    def start(self):
        ours, theirs = self.row("start", "ms"), self.row("start", "ms")
        for _ in range(10):
            ours.ours.append(self.remedi("--version").seconds * 1000)
        took = run([sys.executable, "-c", "import torch, transformers; transformers.AutoModelForCausalLM"])
        theirs.theirs.append(took.seconds * 1000)

    def train(self, turn):
        name = f"train-{turn}"
        took = self.remedi(
            "train", "-m", self.model, "-f", self.args.counterfact, "-n", name, "-l", self.layer, "--size", self.cases,
            "--hold-out", "0", "--max-epochs", self.epochs, "--threads", self.args.threads, "--device", "cpu",
            "--results-dir", self.work / "results")
        folder = self.work / "results" / name / "linear" / str(self.layer)
        epochs = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        self.editor = folder / "weights.safetensors"
        theirs, result = self.torch(
            "train", self.args.prompts, self.args.counterfact, "--cases", self.cases, "--epochs", self.epochs)
        assert result["cases"] == self.cases
        epoch, whole = self.row("training, an epoch", "s"), self.row("training, the whole command", "s")
        memory = self.row("training, peak memory", "MB")
        epoch.ours += [e["seconds"] for e in epochs if e["epoch"] > 0]
        epoch.theirs += result["seconds"]
        whole.ours.append(took.seconds)
        whole.theirs.append(theirs.seconds)
        memory.ours.append(took.peak / 1e6)
        memory.theirs.append(theirs.peak / 1e6)

    def evaluate(self, turn):
        name = f"evaluation-{turn}"
        took = self.remedi(
            "eval", "gen", "counterfact", "-m", self.model, "-f", self.args.counterfact, "-n", name, "-e",
            self.editor.parents[2], "-l", self.layer, "--size", self.evaluated, "-b", "efficacy",
            "paraphrase", "--conditions", "edited", "--threads", self.args.threads, "--device", "cpu", "--results-dir",
            self.work / "results")
        folder = self.work / "results" / name / "linear" / str(self.layer)
        scored = [(s["id"], s) for s in json.loads((folder / "efficacy.json").read_text())["samples"]]
        scored += [(s["id"], p) for s in json.loads((folder / "paraphrase.json").read_text())["samples"]
                   for p in s["prompts"]]
        prompts = self.work / "prompts.json"
        prompts.write_text(json.dumps([(case, prompt["prompt"]) for case, prompt in scored]))
        theirs, result = self.torch(
            "evaluate", self.args.prompts, self.args.counterfact, "--editor", self.editor, "--prompts", prompts)
        whole = self.row(f"evaluation of {self.evaluated} cases, the whole command", "s")
        memory = self.row("evaluation, peak memory", "MB")
        whole.ours.append(took.seconds)
        whole.theirs.append(theirs.seconds)
        memory.ours.append(took.peak / 1e6)
        memory.theirs.append(theirs.peak / 1e6)
        if turn == 0:
            self.compare_scores(folder, [prompt for _, prompt in scored], result["scores"])

    def generate(self, turn):
        case = json.loads(self.args.prompts.open().readline())
        entity = json.load(self.args.counterfact.open())[0]["requested_rewrite"]["subject"]
        fact = self.work / "fact.json"
        fact.write_text(json.dumps({**case, "entity": entity}))
        took = self.remedi(
            "inspect", "edit", "-m", self.model, "-e", self.editor.parents[2], "-l", self.layer, "--entity",
            entity, "--attribute", case["attribute"], "--context", case["context"], "--prompt", case["prompt"],
            "--max-new-tokens", self.tokens, "--threads", self.args.threads, "--device", "cpu", "--json")
        theirs, result = self.torch(
            "generate", "--editor", self.editor, "--fact", fact, "--tokens", self.tokens)
        whole = self.row(f"two texts of {self.tokens} tokens, the whole command", "s")
        whole.ours.append(took.seconds)
        whole.theirs.append(theirs.seconds)
        if turn == 0:
            ours = json.loads(took.output)
            same = [ours[key]["continuation"].strip() == result[key].strip() for key in ("before", "after")]
            self.agreement.append(f"texts of {self.tokens} tokens that are the same: {sum(same)} of 2")

    # Agreement.

    def compare_scores(self, folder, ours, theirs):
        worst = max(abs(score - prompt[key]) for prompt, pair in zip(ours, theirs)
                    for score, key in zip(pair, ("target_score", "comparator_score")))
        mean = json.loads((folder / "efficacy_metrics.json").read_text())["score"]["mean"]
        edited = theirs[:self.evaluated]
        efficacy = statistics.mean(new > true for new, true in edited)
        self.agreement.append(
            f"log-probabilities of {2 * len(ours)} objects: largest difference {worst:.1e}")
        self.agreement.append(f"efficacy {mean:.3f} and {efficacy:.3f}")
        if worst > 1e-3:
            sys.exit(f"the two sides disagree: log-probabilities differ by {worst}")

    def compare_losses(self):
        """The loss of the trained editor before another epoch changes it."""
        self.remedi(
            "train", "-m", self.model, "-f", self.args.counterfact, "-n", "again", "-l", self.layer, "--size",
            self.cases, "--hold-out", "0", "--max-epochs", 1, "--threads", self.args.threads, "--device", "cpu",
            "--init-from", self.editor.parents[2], "--results-dir", self.work / "results")
        folder = self.work / "results" / "again" / "linear" / str(self.layer)
        ours = json.loads((folder / "metrics.jsonl").read_text().splitlines()[0])["train"]["loss"]
        _, result = self.torch(
            "train", self.args.prompts, self.args.counterfact, "--cases", self.cases, "--epochs", 0, "--editor",
                               self.editor)
        theirs = result["initial_loss"]
        self.agreement.append(f"mean loss of the trained editor: {ours:.6f} and {theirs:.6f}")
        if abs(ours - theirs) > 1e-3 * abs(ours):
            sys.exit(f"the two sides disagree: losses {ours} and {theirs}")

    def sizes(self):
        row = self.row("installed", "MB")
        sizes = {d.name: size_of_distribution(d) / 1e6 for d in needed(["torch", "transformers"])}
        row.theirs.append(sum(sizes.values()))
        for_gpus = sum(size for name, size in sizes.items() if name.startswith(("nvidia", "cuda", "triton")))
        self.installed = (
            f"Installed: {len(sizes)} packages as pip brings them, Python left out; {for_gpus:,.0f} MB of them"
            " are libraries for GPUs.  Ours runs on GPUs too, with CUDA's libraries where they are.")
        if not self.args.archive:
            return
        with tarfile.open(self.args.archive) as archive:
            row.ours.append(sum(member.size for member in archive) / 1e6)
        self.row("to download", "MB").ours.append(Path(self.args.archive).stat().st_size / 1e6)


def needed(names):
    """Installed distributions that these need, themselves included; optional ones left out."""
    found, waiting = {}, list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        for requirement in found[name].requires or []:
            if "extra ==" not in requirement:
                waiting.append(re.match(r"[A-Za-z0-9._-]+", requirement)[0])
    return list(found.values())


def size_of_distribution(distribution):
    paths = [Path(distribution.locate_file(file)) for file in distribution.files or []]
    return sum(path.stat().st_size for path in paths if path.is_file())


def figure(values, unit):
    if not values:
        return "–"
    median = statistics.median(values)
    digits = 0 if median >= 100 else 1 if median >= 1 else 2
    return f"{median:,.{digits}f} {unit}"


def report(comparison):
    lines = ["| | remedi | PyTorch and transformers | ratio |", "|---|--:|--:|--:|"]
    for row in comparison.rows.values():
        both = row.ours and row.theirs
        ratio = f"{statistics.median(row.theirs) / statistics.median(row.ours):.1f}" if both else "–"
        lines.append(
            f"| {row.name} | {figure(row.ours, row.unit)} | {figure(row.theirs, row.unit)} | {ratio} |")
    args = comparison.args
    shape = "tiny shape" if args.small else "GPT-2 small's shape"
    lines += ["", f"Medians of {args.repeats} turns; {comparison.cases} training cases in batches of 16,"
              f" layer {comparison.layer}, {args.threads} threads, random weights of {shape} in float32.", "",
              comparison.installed, "",
              "Both compute the same:", ""]
    lines += [f"- {fact}" for fact in comparison.agreement]
    lines += ["", "Machine:", ""] + [f"- {fact}" for fact in machine(args.remedi)]
    lines += ["", "Not run:", ""] + [f"- {fact}" for fact in NOT_RUN]
    return "\n".join(lines) + "\n"


def machine(remedi):
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", "transformers"))
    return [f"{processor[1] if processor else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB",
            f"{platform.system()} {platform.release()}, load {os.getloadavg()[0]:.1f} at the end",
            run([remedi, "--version"]).output.strip(), f"Python {platform.python_version()}, {versions}"]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("remedi", type=Path)
    parser.add_argument("counterfact", type=Path)
    parser.add_argument("prompts", type=Path)
    parser.add_argument("--archive", type=Path, help="what Scripts/release/package.sh made, for its size")
    parser.add_argument("--vocabulary", type=Path)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    args.remedi = args.remedi.resolve()
    with tempfile.TemporaryDirectory() as work:
        comparison = Comparison(args, Path(work))
        comparison.make_model()
        for turn in range(args.repeats):
            print(f"turn {turn + 1} of {args.repeats}", file=sys.stderr)
            comparison.start()
            comparison.train(turn)
            comparison.evaluate(turn)
            comparison.generate(turn)
        comparison.compare_losses()
        comparison.sizes()
        text = report(comparison)
    print(text, end="")
    if args.out:
        args.out.write_text(text)


if __name__ == "__main__":
    main()
