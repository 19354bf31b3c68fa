"""A database of its own for every test that asks, and a destination at noon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.testing

from gateway.cli import speech
from gateway.db import verify
from tests.support.clock import FakeClock
from tests.support.destination import Destination
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, Journey


@pytest.fixture
def journey(tmp_path: Path) -> Iterator[Journey]:
    """Whatever a test does through the stages, it must leave a sound database."""
    made = Journey(tmp_path)
    yield made
    assert verify(made.database) == []
    made.database.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MIDNIGHT_MS + 12 * HOUR_MS)


@pytest.fixture
def destination(journey: Journey, clock: FakeClock) -> Destination:
    """With its two lanes."""
    return Destination(journey, clock)


@pytest.fixture(autouse=True)
def own_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command's language ends with its process: no test hears that of the one before."""
    monkeypatch.setattr(speech._Speech, "asked", None)
    monkeypatch.setattr(speech._Speech, "station", None)


@pytest.fixture(autouse=True, scope="session")
def commands_made_once() -> Iterator[None]:
    """Each `CliRunner` makes all commands anew, a fifth of a second of reflection: a copy of them takes a quarter of
    that. A copy, for help in another language is written into them."""
    make: Callable[[Any], Any] = typer.testing._get_command
    made = cache(make)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", lambda app: deepcopy(made(app)))
        yield
