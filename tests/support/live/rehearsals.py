"""Runs of minutes, side by side: each is started when the first test of any of them is reached, and waited for where it
is looked at. They mostly wait for slots to end, so together they take little longer than the longest.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RUNS = {
    "tests/crash": ("tests.crash.crashes",),
    "tests/e2e": (
        "tests.e2e.troubled_instruments",
        "tests.e2e.troubled_destinations",
        "tests.e2e.outage",
        "tests.e2e.kinds",
    ),
}
"""Folder of tests → the modules whose `run(folder)` its tests look at."""


class Rehearsal:
    """A run in a thread of its own. Its processes end with it, whatever the tests make of it."""

    def __init__(self, run: Callable[[Path], Any], folder: Path) -> None:
        self._result: Any = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._act, args=(run, folder))
        self._thread.start()

    def result(self) -> Any:
        """What the run returned; it is waited for."""
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        return self._result

    def _act(self, run: Callable[[Path], Any], folder: Path) -> None:
        try:
            self._result = run(folder)
        except BaseException as failure:  # handed on to every test that asks
            self._failure = failure


_under_way: dict[str, Rehearsal] = {}


def result_of(module: str, request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> Any:
    """The result of that module's run. The first call starts the runs of all tests that were selected."""
    if not _under_way:
        selected = {item.path.parent.relative_to(request.config.rootpath).as_posix() for item in request.session.items}
        for folder, names in RUNS.items():
            for name in names if folder in selected else ():
                place = folders.mktemp(name.rpartition(".")[2])
                _under_way[name] = Rehearsal(importlib.import_module(name).run, place)
    return _under_way[module].result()
