#!/usr/bin/env python3
"""What result files hold, as the reference's notebooks expect it, and a check of results folders by it.

    result_keys.py FOLDER...        (folders such as results/emnlp_eval_gen_counterfact_gptj)

Every file of the reference is parsed, and its keys and the kinds of its values are compared with the tables
below; more keys are allowed.  X_metrics.json must equal the metrics of X.json.  weights.pth and dump.pth are
loaded with torch.  Written with Python 3.11 and torch 2.15.
"""
import json
import re
import sys
from pathlib import Path


class Maybe:
    """A value of this form, or null; never left out."""

    def __init__(self, form):
        self.form = form


METRIC = {"mean": float, "std": float, "values": Maybe([float])}
SCORES = {"score": METRIC, "magnitude": METRIC}
PREFERENCE = {"id": str, "prompt": str, "target_score": float, "comparator_score": float}
FACT = {"logp_target": float, "logp_comparator": float, "score_target": float, "score_comparator": float}
RATES = {"f1": float, "mcc": float, "accuracy": float}
FEATURE = {"feature": str, "logp_pre": float, "logp_post": Maybe(float), "logp_ref": Maybe(float)}
CORRELATIONS = {"orig_corr_pre": METRIC, "orig_corr_post": Maybe(METRIC), "co_corr_pre": METRIC,
                "co_corr_post": Maybe(METRIC)}
MEDIATION = {
    "samples": [{"id": str, "predictions": [str], "logp_target": float, "logp_comparator": float}],
    "metrics": {"accuracy": float},
}
CORRECTION = {
    "samples": [{
        "id": str, "prompt": str, "generation": str, "predictions": [str], "target": str,
        "logp_predictions": [float], "logp_target": float, "fluency": float, "consistency": float}],
    "metrics": {"top1_accuracy": float, "topk_accuracy": float, "k": int, "fluency": METRIC,
                "consistency": METRIC},
}
EDITED = r"\w+/\d+"
PROMPTED = rf"({EDITED}|prefix|replace|unedited)"
CONTROLS = r"(_control_task)?(_control_model)?"
# A file's path below its experiment's folder, without ".json", and its form.
FORMS = {
    rf"{PROMPTED}/(efficacy|rewrite)": {"samples": [PREFERENCE], "metrics": SCORES},
    rf"{PROMPTED}/paraphrase": {
        "samples": [{"id": str, "prompts": [PREFERENCE], "efficacy_score": float,
                     "efficacy_magnitude": float}],
        "metrics": SCORES,
    },
    rf"{PROMPTED}/generation": {
        "samples": [{"id": str, "generations": [str], "references": [str], "fluency_score": float,
                     "consistency_score": float}],
        "metrics": {"fluency": METRIC, "consistency": METRIC},
    },
    rf"{PROMPTED}/essence": {
        "samples": [{"id": str, "generation": str, "references": [str], "essence_score": float,
                     "fluency_generation_score": float, "fluency_references_score": float}],
        "metrics": {"essence": METRIC, "fluency_generaton": METRIC, "fluency_references": METRIC},
    },
    "essence_references": {"references": [str]},
    rf"{EDITED}/fact_cls_layer_\d+{CONTROLS}": {
        "samples": [{"id": str, "contextual": FACT, "decontextual": FACT}],
        "metrics": {"contextual": RATES, "decontextual": RATES},
    },
    rf"{EDITED}/error_cls_layer_\d+{CONTROLS}": {
        "samples": [{"id": str, "model_top_k": [str], "model_top_k_logp": [float], "predicted_top_k": [str],
                     "predicted_top_k_scores": [float], "ground_truth": str}],
        "metrics": {"f1": float, "mcc": float, "probe_recall_1": float, "probe_recall_k": float,
                    "model_recall_1": float, "model_recall_k": float, "k": int},
    },
    rf"(contextual|decontextual)/(baseline|{EDITED}/error_correction)": CORRECTION,
    rf"{PROMPTED}/entailment": {
        "samples": [{"id": str, "co_features": [FEATURE], "orig_features": [FEATURE],
                     "unrel_features": [FEATURE]}],
        "metrics": CORRELATIONS,
    },
    "mediation": {"contextual": MEDIATION, "decontextual": MEDIATION},
    "sweep": {"swept": str, "criterion": str, "chosen": Maybe(int),
              "layers": [{"layer": int, "validation": Maybe(float), "test": Maybe(float)}]},
}
WITHOUT_METRICS_FILE = {"baseline", "mediation", "essence_references", "sweep"}
# A figure of one sample that cannot be had (no reference texts, a layer without a counterpart) is null there.
MAY_BE_NULL = {"consistency", "consistency_score"}
# What is there besides: settings, manifests, dumps, and benchmarks and files that the reference has not.
OTHERS = {"manifest", "experiment", "dump", "neighborhood", "training", "log"}
WEIGHTS = {
    "linear": [{"w.weight", "w.bias"}, {"w.0.weight", "w.0.bias", "w.1.weight", "w.1.bias"}],
    "biaffine": [{"w_entity.weight", "w_entity.bias", "w_attribute.weight", "w_attribute.bias"}],
    "mlp": [{"mlp.0.weight", "mlp.0.bias", "mlp.2.weight", "mlp.2.bias"}],
    "scalar": [{"scalar.weight", "scalar.bias"}],
}
DUMPED = ["direction", "h_entity_pre", "h_entity_post", "h_attr", "id", "entity", "prompt", "context",
          "attribute"]


def mismatches(value, form, place="", key=""):
    """What in a value is not as its form says."""
    if isinstance(form, Maybe):
        return [] if value is None else mismatches(value, form.form, place, key)
    if value is None and key in MAY_BE_NULL:
        return []
    if isinstance(form, dict):
        if not isinstance(value, dict):
            return [f"{place}: not an object"]
        found = [f"{place}: no '{name}'" for name in form if name not in value]
        for name, part in form.items():
            if name in value:
                found += mismatches(value[name], part, f"{place}.{name}", name)
        return found
    if isinstance(form, list):
        if not isinstance(value, list):
            return [f"{place}: not a list"]
        return [line for n, part in enumerate(value) for line in mismatches(part, form[0], f"{place}[{n}]")]
    kinds = (int, float) if form is float else (form,)
    fits = isinstance(value, kinds) and not (isinstance(value, bool) and form is not bool)
    return [] if fits else [f"{place}: {json.dumps(value)[:40]} is not {form.__name__}"]


def check_json(file, name):
    try:
        value = json.loads(file.read_bytes())
    except ValueError as error:
        return [f"does not parse: {error}"]
    stem = file.stem
    if stem.startswith("args-"):
        return [f"{key} is no text" for key, text in value.items() if not isinstance(text, str)]
    if stem.endswith("_metrics"):
        whole = file.with_name(stem.removesuffix("_metrics") + ".json")
        if not whole.is_file():
            return ["without its result"]
        return [] if value == json.loads(whole.read_bytes())["metrics"] else ["differs from the metrics"]
    form = next((form for pattern, form in FORMS.items() if re.fullmatch(pattern, name)), None)
    if form is None:
        return [] if stem in OTHERS else ["a file that nobody knows"]
    found = mismatches(value, form)
    if stem not in WITHOUT_METRICS_FILE and not file.with_name(f"{stem}_metrics.json").is_file():
        found.append("without its metrics file")
    if stem in {"baseline", "mediation"} and file.with_name(f"{stem}_metrics.json").exists():
        found.append("with a metrics file")
    if stem != "sweep" and b"\n" in file.read_bytes().strip():
        found.append("more than one line")
    return found


def check_weights(file):
    import torch

    state = torch.load(file, weights_only=True)
    known = WEIGHTS.get(file.parent.parent.name, [])
    found = [] if set(state) in known else [f"holds {sorted(state)}"]
    kinds = {str(tensor.dtype) for tensor in state.values()}
    return found + ([] if len(kinds) == 1 else [f"of {sorted(kinds)}"])


def check_dump(file):
    import torch

    samples = torch.load(file, weights_only=True)
    found = [] if isinstance(samples, list) and samples else ["no list of samples"]
    for n, sample in enumerate(samples):
        if list(sample) != DUMPED:
            return found + [f"[{n}] holds {list(sample)}"]
        layers = list(sample["h_entity_pre"])
        if any(type(layer) is not int for layer in layers) or layers != list(sample["h_entity_post"]):
            return found + [f"[{n}] has the layers {layers}"]
        width = sample["direction"].shape
        states = [sample["h_attr"], *sample["h_entity_pre"].values(), *sample["h_entity_post"].values()]
        if len(width) != 1 or any(state.shape != width for state in states):
            return found + [f"[{n}] has states of other widths"]
    return found


def check(folder):
    """What is wrong in an experiment's folder, and how many files were looked at."""
    wrong, count = [], 0
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(file.relative_to(folder)).removeprefix("validation/")
        if file.name.endswith(".jsonl") and "journal" in file.name:
            found = ["a journal is left"]
        elif file.suffix == ".json":
            found = check_json(file, name.removesuffix(".json"))
        elif file.name == "weights.pth":
            found = check_weights(file)
        elif file.name == "dump.pth":
            found = check_dump(file)
        else:
            continue
        count += 1
        wrong += [f"{file.relative_to(folder)}: {line}" for line in found]
    return wrong, count


if __name__ == "__main__":
    failed = False
    for folder in map(Path, sys.argv[1:]):
        wrong, count = check(folder)
        failed = failed or bool(wrong)
        print(f"{folder}: {count} files, {'as they should be' if not wrong else f'{len(wrong)} complaints'}")
        for line in wrong[:20]:
            print("   ", line)
    sys.exit(failed)
