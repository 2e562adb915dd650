#!/usr/bin/env python3
"""Compare a training epoch of `remedi train` with torch_epoch.py's, in turns, on the same cases.

    epoch.py REMEDI_BINARY MODEL_DIR CASES.jsonl COUNTERFACT.json --cases 96 --layer 1 --repeats 3

REMEDI_BINARY is a release build.  Both train on the first cases of the data set, batch 16, with the same
weights of the loss.  Prints seconds of each epoch and peak memory of both, the medians' ratio last.
Needs what torch_epoch.py needs.
"""
import argparse, json, os, statistics, subprocess, sys, tempfile
from pathlib import Path


def run(command):
    """Standard output, peak resident bytes and processor seconds of a child."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        if status != 0:
            sys.exit(f"failed: {' '.join(map(str, command))}")
        out.seek(0)
        return out.read().decode(), usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime


def remedi(args):
    with tempfile.TemporaryDirectory() as results:
        _, peak, processor = run([
            args.remedi, "train", "-m", args.model, "-f", args.counterfact, "-n", "speed", "-l", str(args.layer),
            "--size", str(args.count), "--hold-out", "0", "--max-epochs", str(args.epochs),
            "--threads", str(args.threads), "--results-dir", results])
        lines = (Path(results) / "speed" / "linear" / str(args.layer) / "metrics.jsonl").read_text().splitlines()
        epochs = [json.loads(line) for line in lines]
        return {"seconds": [e["seconds"] for e in epochs[1:]], "peak": peak, "processor": processor,
                "first_pass": epochs[0]["seconds"], "losses": [e["train"]["loss"] for e in epochs[1:]]}


def torch(args):
    here = Path(__file__).parent
    out, peak, processor = run([
        sys.executable, here / "torch_epoch.py", args.model, args.cases, args.counterfact, "--cases",
        str(args.count), "--layer", str(args.layer), "--epochs", str(args.epochs), "--threads", str(args.threads)])
    result = json.loads(out.splitlines()[-1])
    return {"seconds": result["seconds"], "peak": peak, "processor": processor, "losses": result["losses"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("remedi")
    parser.add_argument("model")
    parser.add_argument("cases")
    parser.add_argument("counterfact")
    parser.add_argument("--cases", dest="count", type=int, default=96)
    parser.add_argument("--layer", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    ours, theirs = [], []
    for turn in range(args.repeats):
        ours.append(remedi(args))
        theirs.append(torch(args))
        print(json.dumps({"turn": turn, "remedi": ours[-1], "torch": theirs[-1]}), flush=True)
    def median(runs):
        return statistics.median(s for r in runs for s in r["seconds"])
    print(json.dumps({
        "epoch_ratio": median(theirs) / median(ours),
        "memory_ratio": max(r["peak"] for r in ours) / max(r["peak"] for r in theirs)}))


if __name__ == "__main__":
    main()
