#!/usr/bin/env python3
"""Writes Tests/RemediTests/Fixtures/reference-evaluations.json: some values of what the reference's program computed.

    python Scripts/oracle/make_reference_evaluations.py RUNS

RUNS holds the result files that the reference's own program (evandez/REMEDI at fe16234; torch 2.13, transformers
4.30.2, seed 123456) wrote for the demonstration's model and data: folders eval-gen-counterfact-greedy,
eval-cls-counterfact-batch16, and so on.  Only runs without trained editors are taken, so that the tests need
nothing but what the program has inside.  Records 1440 to 1599 of the demonstration's CounterFact cases are
classified, of which the first 40 are continued with the likeliest tokens; of biographies the first 48 of the
evaluation split; of McRae's norms the first 24 samples of the evaluation split.
"""
import json
import pathlib
import sys

FIXTURE = pathlib.Path(__file__).resolve().parents[2] / "Tests/RemediTests/Fixtures/reference-evaluations.json"


def main(runs):
    def read(path):
        return json.loads((runs / path).read_text())

    def some(path, places):
        """The metrics, and some samples by their places."""
        file = read(path)
        return {"metrics": file["metrics"], "samples": {str(place): file["samples"][place] for place in places}}

    values = {}
    for batch in 16, 1:
        for layer in 1, 3:
            name = f"eval-cls-counterfact-batch{batch}/identity/1/fact_cls_layer_{layer}.json"
            values[name] = some(name, (0, 15, 16, 100, 159))
            name = f"eval-cls-biosbias-batch{batch}/identity/1/error_cls_layer_{layer}.json"
            values[name] = some(name, (0, 17, 47))
        for setting in "contextual", "decontextual":
            name = f"eval-gen-biosbias-batch{batch}/{setting}/baseline.json"
            values[name] = some(name, (0, 17, 47))
    for condition in "prefix", "replace":
        for benchmark in "efficacy", "essence":
            name = f"eval-gen-counterfact-greedy/{condition}/{benchmark}.json"
            values[name] = some(name, (0, 1, 17, 39))
        for benchmark in "paraphrase", "generation":
            # The order of a case's prompts is that of a Python set, which is another in every process.
            name = f"eval-gen-counterfact-greedy/{condition}/{benchmark}.json"
            values[name] = {"metrics": read(name)["metrics"], "samples": {}}
    entailment = read("eval-ent-mcrae/prefix/entailment.json")
    sample = {key: entailment["samples"][0][key] for key in ("id", "unrel_features")}
    values["eval-ent-mcrae/prefix/entailment.json"] = {"metrics": entailment["metrics"], "samples": {"0": sample}}
    file = read("eval-ent-mcrae/linear/1/entailment.json")["samples"][10]
    feature = {key: file["co_features"][13][key] for key in ("feature", "logp_pre")}
    values["first occurrence"] = {"id": file["id"], "place": 13, "feature": feature}
    FIXTURE.write_text(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(FIXTURE.stat().st_size, "bytes")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
