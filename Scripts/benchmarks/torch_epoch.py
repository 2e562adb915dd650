#!/usr/bin/env python3
"""Time REMEDI training epochs in plain PyTorch: the yardstick for `remedi train`.

It does what a researcher would wire up by hand: forward hooks on a `transformers` model, left-padded
batches, one full unedited and one full edited pass per batch, and a language model whose parameters all
collect gradients.  Representations are computed before the clock starts.

    torch_epoch.py MODEL_DIR CASES.jsonl COUNTERFACT.json --cases 96 --layer 1 --epochs 2

CASES.jsonl holds {"id", "prompt", "context", "attribute"} lines, COUNTERFACT.json the cases they belong to.
Prints one JSON object.  Used with: torch 2.15, transformers 5.23.
"""
import argparse, json, resource, time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def read_samples(cases_path, counterfact_path, count):
    cases = {str(c["case_id"]): c["requested_rewrite"] for c in json.load(open(counterfact_path))}
    samples = []
    for line in open(cases_path):
        record = json.loads(line)
        rewrite = cases[record["id"]]
        if record["attribute"] and rewrite["subject"] in record["prompt"]:
            record.update(entity=rewrite["subject"], mediated=rewrite["target_new"]["str"],
                          unmediated=rewrite["target_true"]["str"])
            samples.append(record)
        if len(samples) == count:
            return samples
    return samples


def token_range(offsets, start, stop):
    first = next(i for i, (a, b) in enumerate(offsets) if a <= start <= b and b > a)
    last = next(i for i, (a, b) in enumerate(offsets) if a <= stop <= b and b > a)
    return first, last + 1


class Loop:
    def __init__(self, model_dir, layer):
        self.tokenizer = AutoTokenizer.from_pretrained(model_dir)
        self.tokenizer.pad_token = self.tokenizer.eos_token or self.tokenizer.convert_ids_to_tokens(0)
        self.tokenizer.padding_side = "left"
        self.model = AutoModelForCausalLM.from_pretrained(model_dir, dtype=torch.float32)
        self.model.train(False)
        body = self.model.base_model
        self.block = (body.h if hasattr(body, "h") else body.layers)[layer]
        self.editor = torch.nn.Linear(self.model.config.hidden_size, self.model.config.hidden_size)

    def hidden(self, text):
        kept = []
        hook = self.block.register_forward_hook(
            lambda m, i, o: kept.append(o[0] if isinstance(o, tuple) else o))
        with torch.no_grad():
            self.model(**self.tokenizer(text, return_tensors="pt"))
        hook.remove()
        return kept[0].reshape(-1, kept[0].shape[-1])

    def prepare(self, samples):
        for s in samples:
            enc = self.tokenizer(s["context"], return_offsets_mapping=True)
            at = s["context"].rindex(s["attribute"])
            i, j = token_range(enc["offset_mapping"], at, at + len(s["attribute"]))
            s["h_attr"] = self.hidden(s["context"])[i:j].mean(0)
            enc = self.tokenizer(s["prompt"], return_offsets_mapping=True)
            at = s["prompt"].index(s["entity"])
            i, j = token_range(enc["offset_mapping"], at, at + len(s["entity"]))
            s["edited"], s["length"] = j - 1, len(enc["input_ids"])
            s["ids"] = [self.tokenizer(" " + s[k])["input_ids"][0] for k in ("mediated", "unmediated")]

    def loss(self, batch, lam_kl):
        inputs = self.tokenizer([s["prompt"] for s in batch], return_tensors="pt", padding=True)
        inputs["position_ids"] = (inputs["attention_mask"].cumsum(-1) - 1).clamp(min=0)
        width = inputs["input_ids"].shape[1]
        pad = [width - s["length"] for s in batch]
        rows = torch.arange(len(batch))
        at = torch.tensor([p + s["edited"] for p, s in zip(pad, batch)])
        direction = self.editor(torch.stack([s["h_attr"] for s in batch]))

        def edit(module, args, output):
            h = output[0] if isinstance(output, tuple) else output
            h = h.clone()
            h[rows, at] = h[rows, at] + direction
            return (h, *output[1:]) if isinstance(output, tuple) else h

        with torch.no_grad():
            base = self.model(**inputs).logits.log_softmax(-1)
        hook = self.block.register_forward_hook(edit)
        logp = self.model(**inputs).logits.log_softmax(-1)
        hook.remove()
        mediated, unmediated = torch.tensor([s["ids"] for s in batch]).T
        loss = -logp[rows, -1, mediated].mean()
        loss = loss - torch.log1p(-logp[rows, -1, unmediated].exp()).mean()
        kl = 0.0
        for b in range(len(batch)):
            p, q = base[b, at[b]:-1], logp[b, at[b]:-1]
            kl = kl + (p.exp() * (p - q)).sum()
        return loss + lam_kl * kl / len(batch)

    def epoch(self, samples, batch_size, lam_kl, optimizer=None):
        total, start = 0.0, time.perf_counter()
        for i in range(0, len(samples), batch_size):
            batch = samples[i:i + batch_size]
            if optimizer is None:
                with torch.no_grad():
                    loss = self.loss(batch, lam_kl)
            else:
                optimizer.zero_grad()
                loss = self.loss(batch, lam_kl)
                loss.backward()
                optimizer.step()
            total += loss.item() * len(batch)
        return total / len(samples), time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("cases")
    parser.add_argument("counterfact")
    parser.add_argument("--cases", dest="count", type=int, default=96)
    parser.add_argument("--layer", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--lam-kl", type=float, default=0.625)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(123456)
    loop = Loop(args.model, args.layer)
    samples = read_samples(args.cases, args.counterfact, args.count)
    loop.prepare(samples)
    optimizer = torch.optim.AdamW(loop.editor.parameters(), lr=1e-3)
    epochs = [loop.epoch(samples, args.batch_size, args.lam_kl, optimizer) for _ in range(args.epochs)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"cases": len(samples), "threads": args.threads, "losses": [e[0] for e in epochs],
                      "seconds": [e[1] for e in epochs], "peak_bytes": peak}))


if __name__ == "__main__":
    main()
