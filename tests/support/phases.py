"""A pytest plugin for `tests.suite`: which tests run in which phase, and what became of them.

`computing` is what has no deadline. `live` looks at runs of minutes, which mostly wait. `timed` is everything else:
real servers, real lines, real time-outs. Without `--phase` everything runs, as pytest sorts it.

What is marked `thorough` is left out of every phase: it says once more, with other sizes or of other things of the same
kind, what a test beside it says already. Campaigns of `./test --long` run it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.support.live.long_runs import RUNS, seen_by

TESTS = Path(__file__).parents[1]
COMPUTING = tuple(
    TESTS / place
    for place in (
        "architecture", "migrations", "property", "reference", "unit",
        # commands run to their ends, one process after the other, on what lies in a database
        "e2e/test_calibrate_command.py", "e2e/test_cameras_database_commands.py", "e2e/test_check.py",
        "e2e/test_ledger_commands.py", "e2e/test_receivers_rules.py", "e2e/test_report_commands.py",
        "survival/test_bits.py",
    )
)  # fmt: skip
_NAMES_A_RUN = re.compile(rf"\b(?:{'|'.join(RUNS)})\b")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--phase", choices=("computing", "live", "timed"))
    parser.addoption("--outcome", type=Path, help="a file for what became of the tests, as JSON")


def phase_of(item: pytest.Item) -> str:
    """A test that needs root is never among those that a plain user runs as himself."""
    if seen_by(item):
        return "live"
    return "computing" if _computes(item.path) and item.get_closest_marker("root") is None else "timed"


@cache
def phases_in(file: Path) -> frozenset[str]:
    """The phases that tests of a file may belong to, by its text: the others need not import it."""
    text = file.read_text("utf-8")
    usual = {"computing", *(["timed"] if "mark.root" in text else [])} if _computes(file) else {"timed"}
    return frozenset(usual | ({"live"} if _NAMES_A_RUN.search(text) else set()))


@cache
def _computes(file: Path) -> bool:
    return any(map(file.is_relative_to, COMPUTING))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """To import all tests takes each process most of a minute."""
    phase = config.getoption("--phase")
    is_test = collection_path.suffix == ".py" and collection_path.name.startswith("test_")
    return True if phase is not None and is_test and phase not in phases_in(collection_path) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if (phase := config.getoption("--phase")) is None:
        return
    for item in items:
        if phase_of(item) not in phases_in(item.path):
            raise pytest.UsageError(f"{item.nodeid} would run in no phase: its file names neither its mark nor its run")
    chosen = [item for item in items if phase_of(item) == phase and item.get_closest_marker("thorough") is None]
    kept = set(chosen)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = chosen


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if (file := config.getoption("--outcome")) is not None and not is_worker:
        config.pluginmanager.register(_Outcome(file))


class _Outcome:
    """Written at the very end: a pytest that was killed or broke down leaves none."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._counts: Counter[str] = Counter()
        self._failed: list[str] = []
        self._has_crashed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)
            self._has_crashed |= report.when not in ("setup", "call", "teardown")  # pytest-xdist lost the process
        if report.when == "call" or not report.passed:
            self._counts[report.outcome] += 1

    def pytest_sessionfinish(self) -> None:
        found = {
            "counts": self._counts,
            "failed": list(dict.fromkeys(self._failed)),
            "has_crashed": self._has_crashed,
        }
        self._file.write_text(json.dumps(found), "utf-8")
