"""Results of every kind as the reference writes them, small and invented, for the tests of `inspect run`.

    make_report_results.py OUT [--samples N] [--layers 1 4 8] [--entity-layers 10 11]

Makes the folders OUT/editors_demo, OUT/eval_gen_demo, OUT/eval_cls_demo, OUT/eval_bias_demo,
OUT/eval_ent_demo and OUT/eval_med_demo.  Samples are drawn from a seeded generator; metrics are computed from them
by NumPy, SciPy and scikit-learn.  OUT/comparison.json holds what comparing eval_gen_demo/prefix with
eval_gen_demo/linear/1 must give.  Written with numpy 2.4, scipy 1.17 and scikit-learn 1.9.
"""
import argparse
import json
from pathlib import Path

import numpy as np
from scipy.stats import pearsonr, permutation_test
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

parser = argparse.ArgumentParser()
parser.add_argument("out", type=Path)
parser.add_argument("--samples", type=int, default=5)
parser.add_argument("--layers", type=int, nargs="+", default=[1, 4])
parser.add_argument("--entity-layers", type=int, nargs="+", default=[5, 6])
args = parser.parse_args()
rng = np.random.default_rng(20231107)
N = args.samples
LABELS = ["nurse", "poet", "surgeon", "pilot", "dentist"]
WORDS = ("the of a in and river city born near old became known for work on music light first years after "
         "small house wrote played north sea harbour garden winter song teacher").split()
NAMES = ["Ada <Lovelace> & Co", "Šárka O'Neil", "Ibn al-Haytham", "Zoë \"Zed\" Quinn", "Wu Zetian", "Tom_50%"]


def number(x):
    return round(float(x), 6)


def metric(values):
    values = np.asarray(values, float)
    return {"mean": float(values.mean()), "std": float(values.std()), "values": None}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False))


def write_result(folder, name, content):
    write(folder / f"{name}.json", content)
    write(folder / f"{name}_metrics.json", content["metrics"])


def prose(count):
    return " ".join(rng.choice(WORDS, count)) + "."


def scores(strength):
    t = rng.normal(-5 + strength, 1.6, N).clip(max=-0.01)
    c = rng.normal(-3.2 - 0.4 * strength, 1.3, N).clip(max=-0.01)
    return [number(x) for x in t], [number(x) for x in c]


def preference(pairs):
    t, c = np.asarray(pairs, float).T
    return float((t > c).mean()), float((np.exp(t) - np.exp(c)).mean())


def efficacy(folder, strength):
    t, c = scores(strength)
    samples = [{"id": str(i), "prompt": f"{NAMES[i % len(NAMES)]} is a native speaker of", "target_score": a,
                "comparator_score": b} for i, (a, b) in enumerate(zip(t, c))]
    found = [preference([(a, b)]) for a, b in zip(t, c)]
    write_result(folder, "efficacy", {"samples": samples, "metrics": {
        "score": metric([f[0] for f in found]), "magnitude": metric([f[1] for f in found])}})


def paraphrase(folder, strength):
    t, c = scores(strength)
    t2, c2 = scores(strength - 0.5)
    samples, found = [], []
    for i in range(N):
        pairs = [(t[i], c[i]), (t2[i], c2[i])]
        s, m = preference(pairs)
        found.append((s, m))
        samples.append({"id": str(i), "prompts": [
            {"id": str(i), "prompt": f"{word} {NAMES[i % len(NAMES)]} speaks", "target_score": a,
             "comparator_score": b} for word, (a, b) in zip(["At home", "Often"], pairs)],
            "efficacy_score": s, "efficacy_magnitude": m})
    write_result(folder, "paraphrase", {"samples": samples, "metrics": {
        "score": metric([f[0] for f in found]), "magnitude": metric([f[1] for f in found])}})


def generation(folder, strength):
    samples = [{"id": str(i), "generations": [f"{NAMES[i % len(NAMES)]} is {prose(24)}"], "references": [prose(8)],
                "fluency_score": number(rng.normal(5.6, 0.35)),
                "consistency_score": number(np.clip(rng.normal(0.14 + 0.05 * strength, 0.07), 0, 1))}
               for i in range(N)]
    write_result(folder, "generation", {"samples": samples, "metrics": {
        "fluency": metric([s["fluency_score"] for s in samples]),
        "consistency": metric([s["consistency_score"] for s in samples])}})


def essence(folder, strength):
    samples = [{"id": str(i), "generation": prose(10), "references": [prose(10)],
                "essence_score": number(np.clip(rng.normal(0.4 - 0.03 * strength, 0.1), 0, 1)),
                "fluency_generation_score": number(rng.normal(5.5, 0.3)),
                "fluency_references_score": number(rng.normal(5.7, 0.3))} for i in range(N)]
    write_result(folder, "essence", {"samples": samples, "metrics": {
        "essence": metric([s["essence_score"] for s in samples]),
        "fluency_generaton": metric([s["fluency_generation_score"] for s in samples]),
        "fluency_references": metric([s["fluency_references_score"] for s in samples])}})


def judged(truth, prediction):
    return {"f1": float(f1_score(truth, prediction, zero_division=0)),
            "mcc": float(matthews_corrcoef(truth, prediction)),
            "accuracy": float(accuracy_score(truth, prediction))}


def fact_cls(folder, layer, suffix, skill):
    samples = [{"id": str(i)} for i in range(N)]
    metrics = {}
    for setting in ("contextual", "decontextual"):
        truth, prediction = [], []
        for sample in samples:
            lt, lc = (number(x) for x in rng.normal(-4, 1.5, 2))
            agrees = rng.random() < skill
            low, high = sorted(number(x) for x in rng.normal(0, 20, 2))
            st, sc = (high, low) if (lt > lc) == agrees else (low, high)
            sample[setting] = {"logp_target": lt, "logp_comparator": lc, "score_target": st, "score_comparator": sc}
            truth.append(not lt > lc)
            prediction.append(not st > sc)
        metrics[setting] = judged(truth, prediction)
    write_result(folder, f"fact_cls_layer_{layer}{suffix}", {"samples": samples, "metrics": metrics})


def error_cls(folder, layer, suffix, skill):
    samples, truth, prediction = [], [], []
    for i in range(N):
        model = list(rng.permutation(LABELS)[:3])
        actual = model[0] if rng.random() < 0.6 else str(rng.choice(LABELS))
        others = [label for label in rng.permutation(LABELS) if label != actual]
        probe = [actual] + others[:2] if rng.random() < skill else others[:3]
        samples.append({"id": f"p{i}", "model_top_k": [str(m) for m in model],
                        "model_top_k_logp": [-1.0, -2.0, -3.0], "predicted_top_k": [str(p) for p in probe],
                        "predicted_top_k_scores": [3.0, 2.0, 1.0], "ground_truth": actual})
        truth.append(model[0] != actual)
        prediction.append(model[0] not in probe)
    share = lambda test: float(np.mean([test(s) for s in samples]))
    write_result(folder, f"error_cls_layer_{layer}{suffix}", {"samples": samples, "metrics": {
        "f1": judged(truth, prediction)["f1"], "mcc": judged(truth, prediction)["mcc"],
        "probe_recall_1": share(lambda s: s["predicted_top_k"][0] == s["ground_truth"]),
        "probe_recall_k": share(lambda s: s["ground_truth"] in s["predicted_top_k"]),
        "model_recall_1": share(lambda s: s["model_top_k"][0] == s["ground_truth"]),
        "model_recall_k": share(lambda s: s["ground_truth"] in s["model_top_k"]), "k": 3}})


def error_correction(folder, name, skill):
    samples = []
    for i in range(N):
        target = str(rng.choice(LABELS))
        others = [str(label) for label in rng.permutation(LABELS) if label != target]
        top = [target] + others[:2] if rng.random() < skill else others[:3]
        samples.append({"id": f"p{i}", "prompt": f"{NAMES[i % len(NAMES)]} has the occupation of",
                        "generation": " " + prose(16), "predictions": top, "target": target,
                        "logp_predictions": [-1.0, -2.0, -3.0], "logp_target": number(rng.normal(-3, 1)),
                        "fluency": number(rng.normal(5.2, 0.3)),
                        "consistency": number(np.clip(rng.normal(0.1 + 0.1 * skill, 0.04), 0, 1))})
    content = {"samples": samples, "metrics": {
        "top1_accuracy": float(np.mean([s["predictions"][0] == s["target"] for s in samples])),
        "topk_accuracy": float(np.mean([s["target"] in s["predictions"] for s in samples])), "k": 3,
        "fluency": metric([s["fluency"] for s in samples]),
        "consistency": metric([s["consistency"] for s in samples])}}
    if name == "baseline":
        write(folder / "baseline.json", content)
    else:
        write_result(folder, name, content)


def features(group, count, gain, has_reference, pre):
    found = []
    for j in range(count):
        reference = float(np.log(rng.uniform(0.05, 0.95)))
        post = None if gain is None else number(pre[j] + gain + rng.normal(0, 0.7) + 0.8 * (reference if has_reference else 0))
        found.append({"feature": f"has {group} feature {j}", "logp_pre": number(pre[j]), "logp_post": post,
                      "logp_ref": number(reference) if has_reference else None})
    return found


def correlations(samples, group, key):
    found = []
    for sample in samples:
        pairs = [(f[key], f["logp_ref"]) for f in sample[group]]
        found.append(pearsonr(*np.asarray(pairs, float).T).statistic)
    return found


def entailment(folder, gain, pres):
    samples = []
    for i in range(N):
        pre = pres[i] if gain is not None else pres[i] + 0.6
        samples.append({"id": f"concept {i}", "co_features": features("co", 5, gain, True, pre[:5]),
                        "orig_features": features("orig", 4, None if gain is None else gain / 3, True, pre[5:9]),
                        "unrel_features": features("unrel", 3, None if gain is None else 0.0, False, pre[9:])})
    metrics = {}
    for group in ("orig", "co"):
        metrics[f"{group}_corr_pre"] = metric(correlations(samples, f"{group}_features", "logp_pre"))
        metrics[f"{group}_corr_post"] = (
            None if gain is None else metric(correlations(samples, f"{group}_features", "logp_post")))
    write_result(folder, "entailment", {"samples": samples, "metrics": metrics})


def training(folder, layer, epochs=6):
    start, lines = 9.0 + 0.1 * layer, []
    for epoch in range(epochs):
        part = lambda scale: {"loss": number(start * 0.62 ** epoch * scale + 2), "mediated":
                              number(start * 0.6 ** epoch * scale + 1.2), "unmediated": number(0.05 + 0.01 * epoch * scale),
                              "kl": number(0.5 + 0.3 * (1 - 0.7 ** epoch) * scale)}
        lines.append({"epoch": epoch, "train": part(1.0), "validation": part(1.08 + 0.02 * epoch), "seconds": 3.5})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    write(folder / "manifest.json", {
        "kind": "editor", "version": "0.1.0", "type": "linear", "layer": layer, "seed": "123456",
        "model": {"name": "demo", "fingerprint": "a" * 64},
        "data": {"dataset": "counterfact", "file_sha256": "b" * 64, "training_samples": 90,
                 "validation_samples": 10, "dropped": {}},
        "device": "cpu", "started": "2023-11-07T10:00:00Z", "finished": "2023-11-07T10:00:21Z", "inputs": {},
        "result": {"epochs": epochs - 1, "best_epoch": epochs - 1,
                   "best_validation_loss": lines[-1]["validation"]["loss"], "seconds": 17.5}})


def arguments(folder, **values):
    write(folder / "args-20231107-101112.json", {k: str(v) for k, v in values.items()})


out = args.out
for layer in args.layers:
    training(out / "editors_demo" / "linear" / str(layer), layer)
gen = out / "eval_gen_demo"
arguments(gen, model="gptj", dataset="counterfact", seed=123456, layers=args.layers)
peak = args.layers[len(args.layers) // 3]
for condition, layer, strength in [("prefix", None, 2.2), ("replace", None, 1.4)] + [
        ("linear", layer, 3.4 - 0.12 * abs(layer - peak)) for layer in args.layers]:
    folder = gen / condition / (str(layer) if layer is not None else "")
    efficacy(folder, strength)
    paraphrase(folder, strength - 0.3)
    generation(folder, strength)
    essence(folder, strength)
write(gen / "essence_references.json", {"references": [prose(10) for _ in range(N)]})
cls = out / "eval_cls_demo"
arguments(cls, model="gptj", dataset="counterfact", seed=123456)
for n in args.entity_layers:
    reach = 0.62 + 0.3 * (n - min(args.entity_layers) + 1) / len(args.entity_layers)
    fact_cls(cls / "linear" / "1", n, "", reach)
    fact_cls(cls / "linear" / "1", n, "_control_task", 0.5)
    fact_cls(cls / "linear" / "1", n, "_control_model", 0.56)
    fact_cls(cls / "identity" / "1", n, "", 0.6)
    error_cls(cls / "linear" / "1", n, "", reach)
bias = out / "eval_bias_demo"
for setting, start in [("contextual", 0.55), ("decontextual", 0.2)]:
    error_correction(bias / setting, "baseline", start)
    for layer in args.layers:
        error_correction(bias / setting / "linear" / str(layer), "error_correction", start + 0.35)
ent = out / "eval_ent_demo"
pres = rng.normal(-6, 1.4, (N, 12))
for layer in args.layers:
    entailment(ent / "linear" / str(layer), 1.2 - 0.05 * abs(layer - peak), pres)
entailment(ent / "prefix", None, pres)
med = {}
for setting, skill in [("contextual", 0.7), ("decontextual", 0.8)]:
    samples = []
    for i in range(N):
        low, high = sorted(number(x) for x in rng.normal(-5, 2, 2))
        t, c = (high, low) if rng.random() < skill else (low, high)
        samples.append({"id": str(i), "predictions": ["ĠParis", "Ġthe", "Ġa"], "logp_target": t, "logp_comparator": c})
    med[setting] = {"samples": samples, "metrics": {
        "accuracy": float(np.mean([s["logp_target"] > s["logp_comparator"] for s in samples]))}}
write(out / "eval_med_demo" / "mediation.json", med)


def per_sample(folder):
    """{benchmark and metric: {id: value}} of a folder of `eval_gen_demo`."""
    found = {}
    read = lambda name: json.loads((folder / f"{name}.json").read_text())["samples"]
    for sample in read("efficacy"):
        score, magnitude = preference([(sample["target_score"], sample["comparator_score"])])
        found.setdefault("efficacy score", {})[sample["id"]] = score
        found.setdefault("efficacy magnitude", {})[sample["id"]] = magnitude
    for sample in read("paraphrase"):
        pairs = [(p["target_score"], p["comparator_score"]) for p in sample["prompts"]]
        score, magnitude = preference(pairs)
        found.setdefault("paraphrase score", {})[sample["id"]] = score
        found.setdefault("paraphrase magnitude", {})[sample["id"]] = magnitude
    for sample in read("generation"):
        found.setdefault("generation fluency", {})[sample["id"]] = sample["fluency_score"]
        found.setdefault("generation consistency", {})[sample["id"]] = sample["consistency_score"]
    return found


first, second = per_sample(gen / "prefix"), per_sample(gen / "linear" / str(args.layers[0]))
comparison = {}
for name, values in first.items():
    a = np.array(list(values.values()))
    b = np.array([second[name][key] for key in values])
    test = permutation_test((b, a), lambda x, y, axis: np.mean(x - y, axis=axis), permutation_type="samples",
                            n_resamples=np.inf, vectorized=True)
    comparison[name] = {"first": float(a.mean()), "second": float(b.mean()), "difference": float((b - a).mean()),
                        "p": float(test.pvalue)}
write(out / "comparison.json", comparison)
