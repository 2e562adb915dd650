#!/usr/bin/env python3
"""Run every named experiment to its end on tiny models of every family, and check what it wrote.

    trial_run.py REMEDI WORK_FOLDER [--models NAME...] [--experiments GLOB...] [--winoventi TSV] [--once]

WORK_FOLDER gets models of random weights in the shapes of GPT-J, GPT-2, GPT-NeoX and Llama (with as many blocks
as the named experiments ask for), the small data sets of Tests/Fixtures under the names that a data folder has,
and configurations that are those of Configs with one epoch of training.  Every experiment runs as
`experiments run NAME --with-dependencies -m MODEL`, then once more, when nothing may be computed and the table
must be the same.  result_keys.py judges the files.  Ends with a table and, if anything failed, with 1.

Written with Python 3.11, torch 2.15, transformers 5.23.
"""
import argparse
import fnmatch
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from result_keys import check

REPOSITORY = Path(__file__).resolve().parents[2]
TRAINING = REPOSITORY / "Tests/RemediCoreTests/Fixtures/training"
FIXTURES = REPOSITORY / "Tests/Fixtures"
TEXTS = FIXTURES / "reference-texts"
# name: family, configuration, tokenizer; a context long enough for every biography
MODELS = {
    "gptj": ("gptj", dict(n_embd=16, n_layer=28, n_head=2, rotary_dim=4, n_positions=1024), "gpt2"),
    "gpt2": ("gpt2", dict(n_embd=16, n_layer=12, n_head=2, n_positions=1024), "gpt2"),
    "gpt2-xl": ("gpt2", dict(n_embd=16, n_layer=48, n_head=2, n_positions=1024), "gpt2"),
    "neox": ("gpt_neox", dict(hidden_size=32, num_hidden_layers=3, num_attention_heads=2,
                              intermediate_size=64, max_position_embeddings=1024), "gpt2"),
    "tinyllama": ("llama", dict(hidden_size=32, num_hidden_layers=3, num_attention_heads=4,
                                num_key_value_heads=2, intermediate_size=64,
                                max_position_embeddings=1024), "llama"),
    "smollm2": ("llama", dict(hidden_size=16, num_hidden_layers=30, num_attention_heads=4,
                              num_key_value_heads=2, intermediate_size=32, tie_word_embeddings=True,
                              max_position_embeddings=1024), "llama"),
}
DATA = {
    "counterfact.json": FIXTURES / "counterfact-full.json",
    "winoventi_bert_large_final.tsv": REPOSITORY / "Tests/RemediCoreTests/Fixtures/winoventi.tsv",
    "BIOS.pkl": FIXTURES / "biosbias.pkl",
    "CONCS_FEATS_concstats_brm.txt": FIXTURES / "mcrae.txt",
    "attribute_snippets.json": TEXTS / "attribute_snippets.json",
    "idf.npy": TEXTS / "idf.npy",
    "tfidf_vocab.json": TEXTS / "tfidf_vocab.json",
}
# Samples that an evaluation takes at most.
SIZE = 40
PROMPTED = ["efficacy", "paraphrase", "generation", "essence"]
# What an experiment's folder must hold, by the start of its name.
EXPECTED = {
    "train.smollm2": ["linear/*/weights.safetensors"],
    "train.demo": ["linear/*/weights.safetensors"],
    "train.": ["linear/*/weights.pth"],
    "eval.gen.counterfact": [f"{place}/{name}.json" for place in ("linear/*", "prefix", "replace")
                             for name in PROMPTED] + ["essence_references.json"],
    "eval.gen.smollm2": [f"{place}/efficacy.json" for place in ("linear/*", "prefix", "unedited")],
    "eval.gen.demo": [f"{place}/efficacy.json" for place in ("linear/*", "prefix", "unedited")],
    "eval.gen.biosbias": [f"{context}/{file}" for context in ("contextual", "decontextual")
                          for file in ("baseline.json", "linear/*/error_correction.json")],
    "eval.cls.biosbias": ["linear/*/error_cls_layer_*.json", "identity/*/error_cls_layer_*.json",
                          "linear/*/error_cls_layer_*_control_task.json",
                          "linear/*/error_cls_layer_*_control_model.json"],
    "eval.cls.demo": ["linear/*/fact_cls_layer_*.json", "linear/*/fact_cls_layer_*_control_task.json",
                      "identity/*/fact_cls_layer_*.json"],
    "eval.cls.": ["linear/*/fact_cls_layer_*.json", "identity/*/fact_cls_layer_*.json",
                  "linear/*/fact_cls_layer_*_control_task.json",
                  "linear/*/fact_cls_layer_*_control_model.json"],
    "eval.ent.": ["linear/*/entailment.json", "prefix/entailment.json"],
    "eval.med.": ["mediation.json"],
    "dump.": ["linear/*/dump.pth", "linear/*/dump.safetensors"],
    "sweep.gen.biosbias": ["sweep.json", "decontextual/linear/*/error_correction.json",
                           "validation/decontextual/linear/*/error_correction.json"],
    "sweep.gen.smollm2": ["sweep.json"] + [f"{part}linear/*/{name}.json" for part in ("", "validation/")
                                           for name in ("efficacy", "paraphrase")],
    "sweep.gen.": ["sweep.json"] + [f"{part}linear/*/{name}.json" for part in ("", "validation/")
                                    for name in PROMPTED],
    "sweep.cls.biosbias": ["sweep.json", "linear/*/error_cls_layer_*.json",
                           "validation/linear/*/error_cls_layer_*.json"],
    "sweep.cls.": ["sweep.json", "linear/*/fact_cls_layer_*.json",
                   "validation/linear/*/fact_cls_layer_*.json"],
    "sweep.ent.": ["sweep.json", "linear/*/entailment.json", "validation/linear/*/entailment.json"],
}


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("remedi", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--experiments", nargs="+", default=["*"], metavar="GLOB")
    parser.add_argument("--winoventi", type=Path, help="the whole data set instead of an excerpt")
    parser.add_argument("--once", action="store_true", help="not a second time")
    return parser.parse_args()


class Trial:
    def __init__(self, options):
        self.remedi = options.remedi.resolve()
        self.work = options.work.resolve()
        self.results = self.work / "results"
        self.environment = os.environ | {
            "REMEDI_CONFIGS": str(self.work / "Configs"), "REMEDI_DATA_DIR": str(self.work / "data"),
            "REMEDI_MODELS_DIR": str(self.work / "models"), "REMEDI_RESULTS_DIR": str(self.results),
        }

    def make_places(self, models, winoventi):
        configs = self.work / "Configs"
        configs.mkdir(parents=True, exist_ok=True)
        for file in (REPOSITORY / "Configs").glob("*.json"):
            settings = json.loads(file.read_text())
            if file.name.startswith("train."):
                settings["max_epochs"] = 1
            # None of the small sets reaches the evaluation split.
            elif "dataset" in settings:
                settings |= {"split": "all", "size": SIZE}
            (configs / file.name).write_text(json.dumps(settings))
        data = self.work / "data"
        data.mkdir(exist_ok=True)
        for name, source in DATA.items():
            shutil.copyfile(winoventi if winoventi and "winoventi" in name else source, data / name)
        for name in models:
            make_model(name, self.work / "models" / name)

    def run(self, *words):
        return subprocess.run([self.remedi, *words], env=self.environment, cwd=self.work, text=True,
                              capture_output=True)

    def names(self):
        listed = self.run("experiments", "list", "--json")
        return [entry["name"] for entry in json.loads(listed.stdout)]

    def folders(self, experiment, model):
        status = self.run("experiments", "status", experiment, "-m", model, "--json")
        return {entry["experiment"]: (Path(entry["folder"]), entry["state"])
                for entry in json.loads(status.stdout)}

    def complaints(self, experiment, model):
        """What is wrong with an experiment's files."""
        wrong, count = [], 0
        for name, (folder, state) in self.folders(experiment, model).items():
            if state != "finished":
                wrong.append(f"{name} is {state}")
            pattern = max((start for start in EXPECTED if name.startswith(start)), key=len, default=None)
            for path in EXPECTED.get(pattern, ["nothing is known of this experiment"]):
                if not any(folder.glob(path)):
                    wrong.append(f"{folder.name}: no {path}")
            found, files = check(folder)
            wrong += [f"{folder.name}/{line}" for line in found]
            count += files
        return wrong, count

    def results_seen(self):
        """Every computed file with its time of change; arguments and records are written by every run."""
        return {
            path: path.stat().st_mtime_ns for path in self.results.rglob("*")
            if path.is_file() and not path.name.startswith(("args-", "experiment.json", "sweep.json", "."))
        }


def make_model(name, folder):
    if (folder / "config.json").is_file():
        return
    family, settings, tokenizer = MODELS[name]
    words = [f"--set={key}={json.dumps(value)}" for key, value in settings.items()]
    command = [sys.executable, REPOSITORY / "Scripts/benchmarks/random_checkpoint.py", family, folder, *words,
               "--set=vocab_size=400", "--set=bos_token_id=0", "--set=eos_token_id=0", "--scale=10",
               f"--tokenizer={TRAINING / tokenizer}"]
    subprocess.run(command, check=True)


def fits(experiment, model):
    """Experiments made for one model run on that model."""
    return model == "smollm2" or not experiment.endswith(("smollm2", "demo"))


def attempt(trial, experiment, model, once):
    words = ["experiments", "run", experiment, "--with-dependencies", "-m", model]
    begun = time.monotonic()
    first = trial.run(*words)
    seconds = time.monotonic() - begun
    if first.returncode:
        return [f"ended with {first.returncode}: {first.stderr.strip().splitlines()[-1:]}"], 0, seconds
    wrong, count = trial.complaints(experiment, model)
    if not once:
        before = trial.results_seen()
        second = trial.run(*words)
        if second.returncode or second.stdout != first.stdout:
            wrong.append(f"the second time: {second.returncode}, another table:\n{first.stdout}{second.stdout}")
        after = trial.results_seen()
        changed = [path for path in after if before.get(path) != after[path]]
        wrong += [f"{path.relative_to(trial.results)} was written again" for path in changed]
    return wrong, count, seconds


def main():
    options = arguments()
    trial = Trial(options)
    trial.make_places(options.models, options.winoventi)
    jobs = [(experiment, model) for model in options.models for experiment in trial.names()
            if fits(experiment, model)
            and any(fnmatch.fnmatch(experiment, glob) for glob in options.experiments)]
    failed = 0
    for experiment, model in jobs:
        wrong, count, seconds = attempt(trial, experiment, model, options.once)
        failed += bool(wrong)
        print(f"{experiment:24}{model:12}{'FAILED' if wrong else 'ok':8}{count:5} files{seconds:8.1f} s", flush=True)
        for line in wrong[:12]:
            print("    " + line, flush=True)
    print(f"{len(jobs) - failed} of {len(jobs)} ran to their end and wrote what they should")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
