"""The benchmarks still run: they build parts of the gateway by hand, and nobody looks at them for weeks.

At the smallest size that does everything once; what they print then is no figure. `latency` and `delivery` need slots
of real time and servers, so of them only what they are made of.
"""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.db import open_database
from gateway.outbox.store import OutboxStore
from tests.bench import backlog

Size = int | float
SMALLEST: dict[str, dict[str, Size]] = {
    "cost": {"WARM_UP_S": 0.2, "LASTS_S": 0.2},
    "database": {"HOURS": 0.1, "KEPT_DAYS": 1, "ROUNDS": 1},
    "memory": {"ROUNDS": 1, "WARM_UP_S": 0.2},
    "isolation": {"SECONDS": 1.5, "PERIOD_S": 0.5},
    "polling": {"DEVICES": 2, "SCANS": 3, "ROUNDS": 1},
    "reports": {"SLOTS": 2, "ROUNDS": 1},
    "start": {"ROUNDS": 1},
    "wire": {"ROUNDS": 1, "REQUESTS": 1},
}


@pytest.fixture(autouse=True)
def _log_level() -> Iterator[None]:
    """One of them hushes the gateway; the tests that come after want to hear it."""
    logger = logging.getLogger("gateway")
    level = logger.level
    yield
    logger.setLevel(level)


@pytest.mark.parametrize("name", SMALLEST)
def test_a_benchmark_runs(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    bench = importlib.import_module(f"tests.bench.{name}")
    for constant, size in SMALLEST[name].items():
        monkeypatch.setattr(bench, constant, size)
    bench.main()
    printed = capsys.readouterr().out.splitlines()
    assert printed
    assert all(line.startswith(f"{name}: ") for line in printed)


def test_every_benchmark_can_be_asked_for_by_its_name() -> None:
    """`./bench NAME` runs its `main`; two of them had a `main` and could not be asked for."""
    script = (Path(backlog.__file__).parents[2] / "bench").read_text("utf-8")
    [names] = re.findall(r'^names="(.*)"$', script, re.MULTILINE)
    assert set(names.split()) == {*SMALLEST, "delivery", "latency"}
    assert all(callable(importlib.import_module(f"tests.bench.{name}").main) for name in names.split())


def test_what_benchmarks_are_made_of_can_be_loaded() -> None:
    modules = [
        importlib.import_module(f"tests.bench.{file.stem}") for file in Path(backlog.__file__).parent.glob("*.py")
    ]
    assert all(module.__doc__ for module in modules)


def test_the_backlog_waits_for_every_destination(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "FILES", 3)
    file = tmp_path / "storage/gateway.db"
    backlog.fill(file, 300_000, 1_768_000_000_000, ["province", "ministry"])
    with closing(open_database(file)) as database:
        outbox = OutboxStore(database)
        waiting = {name: outbox.waiting_between(name, 0, 1_768_000_000_000) for name in outbox.destinations()}
    assert waiting == {"province": 3, "ministry": 3}
