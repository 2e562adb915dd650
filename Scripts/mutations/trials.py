"""Building the package with a change and running its tests until one fails."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

# Far more than the slowest of the tests take on a busy machine.
MOST_SECONDS = 600


@dataclass
class Verdict:
    # caught, passed, invalid
    state: str
    # The test that failed and how, or what is invalid.
    by: str
    seconds: float

    @property
    def passed(self) -> bool:
        return self.state == "passed"

    @property
    def words(self) -> str:
        return {"caught": f"caught by {self.by}", "passed": "NOT CAUGHT", "invalid": f"INVALID: {self.by}"}[
            self.state]


@dataclass
class TestProgram:
    """A built bundle of tests, which Linux runs as a program."""

    path: Path

    def run(self, tests: tuple[str, ...], environment: dict[str, str]) -> Verdict:
        """Runs the tests until the first failure."""
        started = time.monotonic()
        process = subprocess.Popen(
            [self.path, ",".join(tests)], env={**os.environ, **environment}, text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        timer = threading.Timer(MOST_SECONDS, lambda: _stop(process))
        timer.start()
        try:
            state, by = self._judge(process)
        finally:
            timer.cancel()
            _stop(process)
            process.wait()
        return Verdict(state, by, time.monotonic() - started)

    def _judge(self, process) -> tuple[str, str]:
        running, executed = "no test", 0
        for line in process.stdout:
            if "tested on the CPU alone" in line:
                return "invalid", line.split("tested on the CPU alone:")[-1].strip()
            if match := re.match(r"Test Case '(\S+)' started", line):
                running = match[1]
            if "The kernels could not be compiled" in line:
                return "invalid", line.split("error:")[-1].strip()
            if match := re.search(r": error: (\S+) : (.*)", line):
                return "caught", f"`{match[1]}`"
            if match := re.match(r"Test Case '\S+' passed", line):
                executed += 1
        status = process.wait()
        if status == -signal.SIGKILL:
            return "caught", f"`{running}`, which hangs"
        if status != 0:
            return "caught", f"`{running}`, which crashes"
        return ("passed", "") if executed > 0 else ("invalid", "no test ran")


def _stop(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


class Package:
    """A copy of a package in a Git repository, built again and again."""

    def __init__(self, original: Path, scratch: Path):
        self.original = original
        self.folder = scratch / "package"
        self.kept = scratch / "unchanged"

    def refresh(self):
        names = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=self.original,
            check=True, capture_output=True, text=True).stdout.split("\0")
        wanted = {Path(name) for name in names if name and (self.original / name).is_file()}
        for name in wanted:
            source, target = self.original / name, self.folder / name
            # What has not changed keeps its date, so that it is not built again.
            if not target.exists() or source.read_bytes() != target.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
        for top in self.folder.iterdir():
            for path in [top, *top.rglob("*")] if top.name not in (".build", ".git") else []:
                if path.is_file() and path.relative_to(self.folder) not in wanted:
                    path.unlink()

    @property
    def _products(self) -> Path:
        return self.folder / ".build/debug"

    @property
    def program(self) -> TestProgram:
        return TestProgram(next(self._products.glob("*.xctest")))

    def build(self) -> str:
        """Returns what is wrong, or nothing."""
        run = subprocess.run(
            ["nice", "-n", "5", "swift", "build", "--build-tests"], cwd=self.folder, capture_output=True,
            text=True, errors="replace")
        if run.returncode == 0:
            return ""
        errors = [line for line in (run.stdout + run.stderr).splitlines() if "error:" in line]
        return (errors or [run.stdout[-500:]])[0]

    def keep_program(self) -> TestProgram:
        """A copy of the program and of what it looks for beside itself."""
        shutil.rmtree(self.kept, ignore_errors=True)
        self.kept.mkdir(parents=True)
        for path in [self.program.path, *self._products.glob("*.so"), *self._products.glob("*.resources")]:
            copy = shutil.copytree if path.is_dir() else shutil.copy2
            copy(path, self.kept / path.name)
        return TestProgram(self.kept / self.program.path.name)

    @contextlib.contextmanager
    def changed(self, file: str, old: str, new: str):
        path = self.folder / file
        text = path.read_text()
        path.write_text(text.replace(old, new))
        try:
            yield
        finally:
            path.write_text(text)
