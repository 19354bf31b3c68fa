"""`./test`: all tests but those marked `thorough`, in phases. What only computes runs on every core, politely, beside
the runs of minutes; then what has deadlines, file by file, one more of them than there are cores and with nothing
beside it.

    python -m tests.suite [--again]      every phase; --again: what failed runs once more by itself, and is told
    python -m tests.suite ARGUMENTS      pytest with these arguments

Some tests need root: their servers log real accounts in, and they mount disks. For a plain user these run with sudo.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PYTEST = (sys.executable, "-m", "pytest", "-c", str(PROJECT / "pyproject.toml"), "-p", "tests.support.phases")
NEED_ROOT = ("live", "timed")
MOST_WORKERS = 4
"""Each test starts processes of its own, and more of them side by side miss deadlines."""
POLITE = 10
"""What computes gives way to what has deadlines, as nice(1) says it."""
MOST_FORGIVEN = 20
"""A busy machine misses a deadline here and there. More failures than this are no accident."""


@dataclass(slots=True)
class Outcome:
    """What became of some tests. `is_complete`: pytest came to its end, and nothing but tests failed."""

    is_complete: bool = True
    failed: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        return self.is_complete and not self.failed

    def add(self, other: Outcome) -> None:
        self.is_complete &= other.is_complete
        self.failed += other.failed
        self.counts += other.counts


class Run:
    """One pytest under way. `quiet`: its output is shown when it has ended."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        as_root: bool = False,
        quiet: bool = False,
        nice: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tests-")
        self._outcome = Path(self._folder.name) / "outcome.json"
        self._output = (Path(self._folder.name) / "output").open("w+b") if quiet else None
        self._as_root = as_root and os.geteuid() != 0
        more = dict(environment or {})
        command = [*PYTEST, "--outcome", str(self._outcome), *arguments]
        if self._as_root:
            kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
            passed_on = [f"{name}={value}" for name, value in {**kept, **more, "PYTHONDONTWRITEBYTECODE": "1"}.items()]
            command = ["sudo", "env", *passed_on, *command, "-p", "no:cacheprovider"]
        self._process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, **more},
            stdout=self._output,
            stderr=self._output and subprocess.STDOUT,
            preexec_fn=(lambda: os.nice(nice)) if nice else None,
        )

    def wait(self) -> Outcome:
        code = self._process.wait()
        if self._as_root:
            self._give_back()
        if self._output is not None:
            self._output.seek(0)
            print(self._output.read().decode(errors="replace"), end="", flush=True)
            self._output.close()
        try:
            told = json.loads(self._outcome.read_text("utf-8"))
        except FileNotFoundError:
            return Outcome(is_complete=False)
        finally:
            self._folder.cleanup()
        is_complete = code in (0, 1) and not told["has_crashed"] and bool(code) == bool(told["failed"])
        return Outcome(is_complete, told["failed"], Counter(told["counts"]))

    def _give_back(self) -> None:
        """What root has made in the project is the user's."""
        left = [str(folder) for name in (".servers", ".hypothesis") if (folder := PROJECT / name).exists()]
        subprocess.run(["sudo", "chown", "-R", f"{os.getuid()}:{os.getgid()}", *left], check=True)


def run_phases() -> Outcome:
    """Every test once."""
    if os.geteuid() != 0:
        print("with sudo: tests whose servers log real accounts in, and that mount disks", flush=True)
        subprocess.run(["sudo", "-v"], check=True)
    found = Outcome()
    live = Run(["--phase", "live"], as_root=True, quiet=True)
    cores = os.cpu_count() or 1
    workers, waiting = (str(min(count, MOST_WORKERS)) for count in (cores, cores + 1))
    computing = Run(["--phase", "computing", "-n", workers, "--dist", "worksteal"], nice=POLITE)
    found.add(computing.wait())
    print("runs of minutes, begun at the same time:", flush=True)
    found.add(live.wait())
    print("servers, lines and deadlines:", flush=True)
    # Three quarters of their time is waiting for time-outs and periods: one more than there are cores.
    found.add(Run(["--phase", "timed", "-n", waiting, "--dist", "loadfile"], as_root=True).wait())
    return found


def once_more(found: Outcome, environment: Mapping[str, str] | None = None) -> tuple[bool, list[str]]:
    """What failed, once more by itself. Whether all is well then, and what passed.

    A pytest that broke down is not run again: nobody knows what it would have found.
    """
    if found.is_good or not found.is_complete or len(found.failed) > MOST_FORGIVEN:
        return found.is_good, []
    print("once more, only what failed", flush=True)
    again = Run(found.failed, as_root=True, environment=environment).wait()
    return again.is_good, [name for name in found.failed if again.is_complete and name not in again.failed]


def main(arguments: Sequence[str]) -> int:
    if arguments and list(arguments) != ["--again"]:
        return run_selected(arguments)
    began_s = time.monotonic()
    found = run_phases()
    is_good, passed = once_more(found) if arguments else (found.is_good, [])
    for name in passed:
        print(f"passed when run again: {name}")
    told = ", ".join(f"{count} {what}" for what, count in sorted(found.counts.items()))
    if arguments:
        told += f", {len(passed)} passed when run again"
    if not found.is_complete:
        told += ", and pytest itself broke down"
    print(f"==== {told} in {time.monotonic() - began_s:.0f}s ====")
    return 0 if is_good else 1


def run_selected(arguments: Sequence[str]) -> int:
    """pytest as the user asked for it, with sudo where one of the tests needs root."""
    if os.geteuid() != 0 and any(_selects(phase, arguments) for phase in NEED_ROOT):
        print("with sudo: among these are tests that need root", flush=True)
        return 0 if Run(arguments, as_root=True).wait().is_good else 1
    return subprocess.run([*PYTEST, *arguments], cwd=PROJECT, check=False).returncode


def _selects(phase: str, arguments: Sequence[str]) -> bool:
    asked = [*PYTEST, "--phase", phase, "--collect-only", "-q", *arguments]
    return subprocess.run(asked, cwd=PROJECT, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
