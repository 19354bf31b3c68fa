"""Runs of minutes, side by side: they mostly wait for slots to end. Several tests look at each of them."""

from __future__ import annotations

import importlib
import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor, wait
from functools import cache
from pathlib import Path
from typing import Any

import pytest

RUNS = {
    "acceptance_run": "tests.e2e.acceptance",
    "cameras_run": "tests.e2e.troubled_cameras",
    "clocks_run": "tests.survival.clocks",
    "crashes": "tests.crash.crashes",
    "instruments_run": "tests.e2e.troubled_instruments",
    "destinations_run": "tests.e2e.troubled_destinations",
    "outage_run": "tests.e2e.outage",
    "kinds_run": "tests.e2e.kinds",
    "rollbacks": "tests.survival.rollbacks",
}
"""Fixture → the module whose `run(folder)` it is the result of."""
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
    for wanted in sorted(names - _under_way.keys()):
        _under_way[wanted] = _processes().submit(_run, RUNS[wanted], folders.mktemp(wanted))


@cache
def _processes() -> ProcessPoolExecutor:
    """A process for each run: the tests beside them fork, and a fork keeps the locks that other threads hold just then.
    What a run has started ends with it, whatever the tests make of it."""
    return ProcessPoolExecutor(len(RUNS), mp_context=multiprocessing.get_context("spawn"))


def _run(module: str, folder: Path) -> Any:
    return importlib.import_module(module).run(folder)
