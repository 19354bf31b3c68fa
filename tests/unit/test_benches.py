"""The benchmarks can be asked for and loaded. That they still run is what `./bench --smoke` sees to."""

from __future__ import annotations

import importlib
import re
from contextlib import closing
from pathlib import Path

import pytest

from gateway.db import open_database
from gateway.outbox.store import OutboxStore
from tests.bench import backlog
from tests.bench.smoke import SMALLEST


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
