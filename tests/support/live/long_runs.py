"""Runs of minutes: they mostly wait for slots to end. Several tests look at each of them.

A few at a time: begun together, their two dozen stations would start together, and none would keep its deadlines.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
from concurrent.futures import Future, ProcessPoolExecutor, wait
from functools import cache
from pathlib import Path
from typing import Any

import pytest

RUNS = {
    "crashes": "tests.crash.crashes",
    "rollbacks": "tests.survival.rollbacks",
    "instruments_run": "tests.e2e.troubled_instruments",
    "destinations_run": "tests.e2e.troubled_destinations",
    "outage_run": "tests.e2e.outage",
    "kinds_run": "tests.e2e.kinds",
    "clocks_run": "tests.survival.clocks",
    "cameras_run": "tests.e2e.troubled_cameras",
    "acceptance_run": "tests.e2e.acceptance",
}
"""Fixture → the module whose `run(folder)` it is the result of; the longest first."""
AT_ONCE = max(2, min(os.cpu_count() or 1, 4))
ENOUGH_S = 900
"""For all of them: a test may be the one that waits for the last."""
AFTERWARDS = frozenset({"acceptance_run"})
"""Begun when the others have ended: it starts one command after the other, and would take from them what they need to
keep their deadlines."""


_under_way: dict[str, Future[Any]] = {}


def seen_by(item: pytest.Item) -> set[str]:
    """The fixtures of `RUNS` that a test looks at."""
    return RUNS.keys() & set(getattr(item, "fixturenames", ()))


def result_of(name: str, request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> Any:
    """The result of the run of that fixture. Whoever asks first starts the runs of all tests that were selected."""
    selected = set().union(*map(seen_by, request.session.items))
    _start(selected - AFTERWARDS, folders)
    if name in AFTERWARDS:
        wait(_under_way.values())
        _start({name}, folders)
    return _under_way[name].result()


def _start(names: set[str], folders: pytest.TempPathFactory) -> None:
    for wanted in (one for one in RUNS if one in names and one not in _under_way):
        _under_way[wanted] = _processes().submit(_run, RUNS[wanted], folders.mktemp(wanted))


@cache
def _processes() -> ProcessPoolExecutor:
    """A process for each run: the tests beside them fork, and a fork keeps the locks that other threads hold just then.
    What a run has started ends with it, whatever the tests make of it."""
    return ProcessPoolExecutor(AT_ONCE, mp_context=multiprocessing.get_context("spawn"))


def _run(module: str, folder: Path) -> Any:
    return importlib.import_module(module).run(folder)
