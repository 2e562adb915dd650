"""Seeds bugs into the CUDA backend, one at a time, and checks that the tests notice each.

    run.py --check
    run.py [--package FOLDER] [--scratch FOLDER] [--only PATTERN] [--part kernels|host|all]
           [--jobs NUMBER] [--results FILE]

Works on a copy of the package in the scratch folder, which is kept, so that later runs build less.  Bugs in
kernels reach the emulated compiler as a patch; bugs in host code are built.  First all named tests must pass
without a bug.  A bug counts as caught when a test fails, crashes or hangs; one whose source does not compile
is a mistake of the table.  Ends with a table, and with exit status 1 if a bug went unnoticed that tests can
notice, or if one was noticed that the table calls hidden.  With --check it only looks whether every bug still
finds its place.

Needs Python 3.11, git, swift, and clang++ for the emulated GPU.
"""

import argparse
import json
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from host_mutations import HOST_MUTATIONS
from kernel_mutations import KERNEL_MUTATIONS
from mutation import KERNELS, Mutation
from trials import Package, TestProgram, Verdict

# Says, by being skipped, that no emulated GPU was there to test on.
GUARD = "ComputeTests.EmulatedBackendTests"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--package", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--scratch", type=Path, default=Path("/tmp/remedi-mutations"))
    parser.add_argument("--check", action="store_true", help="look at the table alone")
    parser.add_argument("--only", default="", help="a regular expression; names of mutations to try")
    parser.add_argument("--part", choices=["kernels", "host", "all"], default="all")
    parser.add_argument("--jobs", type=int, default=2, help="how many mutations of kernels run at once")
    parser.add_argument("--results", type=Path, help="a file that keeps results as JSON, one a line")
    return parser.parse_args()


def check_table(package: Path, mutations: list[Mutation]):
    """Every old text must occur once, and every name too."""
    texts = {m.file: (package / m.file).read_text() for m in mutations}
    folder = package / KERNELS
    kernels = "".join(p.read_text() for p in sorted(folder.iterdir()) if p.suffix in (".cu", ".cuh"))
    problems = []
    for m in mutations:
        count = (kernels if m.is_kernel else texts[m.file]).count(m.old)
        if count != 1 or m.old not in texts[m.file]:
            problems.append(f"{m.name}: its old text occurs {count} times")
        if m.old == m.new:
            problems.append(f"{m.name}: changes nothing")
    names = [m.name for m in mutations]
    problems += [f"{name} is the name of two" for name in sorted(set(names)) if names.count(name) > 1]
    if problems:
        sys.exit("\n".join(problems))


def demand_success(program: TestProgram, mutations: list[Mutation]):
    for order in sorted({order for m in mutations for order in m.orders}):
        chosen = sorted({test for m in mutations if order in m.orders for test in m.tests})
        verdict = program.run((GUARD, *chosen), {"EMULATED_CUDA_ORDER": order})
        if not verdict.passed:
            sys.exit(f"the tests must pass before bugs are seeded, {order}: {verdict.words}")
        print(f"without a bug, {order}: all tests pass  ({verdict.seconds:.0f} s)", flush=True)


def try_kernel(program: TestProgram, mutation: Mutation, scratch: Path) -> Verdict:
    patch = scratch / f"{mutation.name.replace(' ', '-')}.patch"
    escaped = [text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
               for text in (mutation.old, mutation.new)]
    patch.write_text("\t".join(escaped) + "\n")
    seconds = 0.0
    for order in mutation.orders:
        verdict = program.run(
            (GUARD, *mutation.tests), {"EMULATED_CUDA_PATCH": str(patch), "EMULATED_CUDA_ORDER": order})
        seconds += verdict.seconds
        verdict.seconds = seconds
        if not verdict.passed:
            if order != "forward":
                verdict.by += f" in {order} order"
            break
    return verdict


def try_host(package: Package, mutation: Mutation) -> Verdict:
    started = time.monotonic()
    with package.changed(mutation.file, mutation.old, mutation.new):
        problem = package.build()
        if problem:
            return Verdict("invalid", problem, time.monotonic() - started)
        verdict = package.program.run((GUARD, *mutation.tests), {})
    verdict.seconds = time.monotonic() - started
    return verdict


def report(results: list[tuple[Mutation, Verdict]]) -> int:
    print("\n| mutation | kind | file | result |\n|---|---|---|---|")
    for mutation, verdict in results:
        print(f"| {mutation.name} | {mutation.kind} | `{Path(mutation.file).name}` | {verdict.words} |")
    unnoticed = [m.name for m, v in results if v.passed and not m.hidden]
    invalid = [m.name for m, v in results if v.state == "invalid"]
    noticed = [m.name for m, v in results if m.hidden and not v.passed and v.state != "invalid"]
    caught = sum(not v.passed and v.state != "invalid" for _, v in results)
    seconds = sum(v.seconds for _, v in results)
    print(f"\n{len(results)} mutations, {caught} caught, {len(unnoticed)} not caught though they could be, "
          f"{sum(bool(m.hidden) for m, _ in results)} hidden; {seconds / 60:.0f} minutes")
    wrong = {"NOT CAUGHT": unnoticed, "INVALID": invalid, "caught, but called hidden": noticed}
    for title, names in wrong.items():
        if names:
            print(f"{title}: {', '.join(names)}")
    return 1 if unnoticed or invalid or noticed else 0


def main() -> int:
    options = arguments()
    parts = {"kernels": KERNEL_MUTATIONS, "host": HOST_MUTATIONS, "all": KERNEL_MUTATIONS + HOST_MUTATIONS}
    check_table(options.package, KERNEL_MUTATIONS + HOST_MUTATIONS)
    if options.check:
        return 0
    mutations = [m for m in parts[options.part] if re.search(options.only, m.name)]
    package = Package(options.package, options.scratch)
    package.refresh()
    problem = package.build()
    if problem:
        sys.exit(f"the package does not build: {problem}")
    # The host's mutations build over the program that those of kernels run.
    unchanged = package.keep_program()
    demand_success(unchanged, mutations)
    results = []

    def keep(mutation: Mutation, verdict: Verdict):
        results.append((mutation, verdict))
        print(f"{mutation.name}: {verdict.words}  ({verdict.seconds:.0f} s)", flush=True)
        if options.results:
            line = {"name": mutation.name, "result": verdict.words, "seconds": round(verdict.seconds)}
            with options.results.open("a") as file:
                file.write(json.dumps(line) + "\n")

    kernels = [m for m in mutations if m.is_kernel]
    with ThreadPoolExecutor(options.jobs) as pool:
        verdicts = pool.map(lambda m: try_kernel(unchanged, m, options.scratch), kernels)
        for mutation, verdict in zip(kernels, verdicts):
            keep(mutation, verdict)
    for mutation in mutations:
        if not mutation.is_kernel:
            keep(mutation, try_host(package, mutation))
    return report(results)


if __name__ == "__main__":
    sys.exit(main())
