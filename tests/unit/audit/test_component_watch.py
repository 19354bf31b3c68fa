"""Instruments that give nothing, and destinations that do not know us or cannot be reached, are in the journal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit.component_watch import ComponentWatch
from gateway.audit.events import EventStore
from gateway.core.component import ComponentKind, ComponentState
from gateway.db import Database, open_database
from gateway.db.board import Board
from tests.support.clock import FakeClock


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path / "gateway.db")) as database:
        yield database


class Station:
    """What workers report, and what the journal says of it."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, FakeClock()
        self.start()

    def start(self) -> None:
        self._board = Board(self.database)
        self._watch = ComponentWatch(self.database, EventStore(self.database), ["nox"], ["so-tnmt"])

    def report(self, kind: ComponentKind, name: str, state: ComponentState, error: str | None = None) -> None:
        self._board.report(kind, name, state, error, self.clock.wall_ms)

    def after(self, seconds: float) -> list[tuple[str, str, str, list[str]]]:
        """What the journal tells then: kind of entry, state, kind of event, subjects."""
        for _ in range(max(1, round(seconds / 10))):
            now = self.clock.advance(min(10.0, seconds))
            self._board.step(now)
            self._watch.step(now)
        rows = self.database.read("SELECT kind, what FROM sound_journal ORDER BY seq")
        told = [(kind, json.loads(what)) for kind, what in rows]
        return [(kind, what["state"], what["kind"], list(what["subjects"])) for kind, what in told]


@pytest.fixture
def station(database: Database) -> Station:
    return Station(database)


def test_a_destination_that_does_not_know_us_is_told_at_once_and_when_it_does(station: Station) -> None:
    station.report(ComponentKind.DESTINATION, "so-tnmt", ComponentState.REJECTED, "530 Login incorrect.")
    assert station.after(3) == [("delivery", "began", "rejected", ["so-tnmt"])]
    station.report(ComponentKind.DESTINATION, "so-tnmt", ComponentState.UP)
    assert station.after(3)[1:] == [("delivery", "ended", "rejected", ["so-tnmt"])]
    ((detail,),) = station.database.read("SELECT detail FROM event")
    assert detail == "530 Login incorrect."


@pytest.mark.parametrize(
    ("kind", "name", "state", "short_s", "long_s", "told"),
    [
        (ComponentKind.INSTRUMENT, "nox", ComponentState.SILENT, 40, 40, ("instrument", "silent")),
        (ComponentKind.INSTRUMENT, "nox", ComponentState.WRONG_DEVICE, 40, 40, ("instrument", "wrong-device")),
        (ComponentKind.DESTINATION, "so-tnmt", ComponentState.DOWN, 800, 150, ("delivery", "unreachable")),
    ],
)
def test_what_passes_soon_is_not_told_and_what_stays_is(
    station: Station,
    kind: ComponentKind,
    name: str,
    state: ComponentState,
    short_s: float,
    long_s: float,
    told: tuple[str, str],
) -> None:
    well = ComponentState.ANSWERING if kind is ComponentKind.INSTRUMENT else ComponentState.UP
    station.report(kind, name, state, "no answer")
    assert station.after(short_s) == []
    station.report(kind, name, well)
    assert station.after(10) == []
    station.report(kind, name, state, "no answer")
    assert station.after(short_s) == []
    assert station.after(long_s) == [(told[0], "began", told[1], [name])]


def test_a_restart_neither_repeats_nor_forgets_it(station: Station) -> None:
    station.report(ComponentKind.INSTRUMENT, "nox", ComponentState.SILENT, "no answer")
    began = station.after(90)
    station.start()
    assert station.after(90) == began
    station.report(ComponentKind.INSTRUMENT, "nox", ComponentState.ANSWERING)
    assert station.after(10) == [*began, ("instrument", "ended", "silent", ["nox"])]


def test_another_trouble_of_the_same_instrument_ends_the_first(station: Station) -> None:
    station.report(ComponentKind.INSTRUMENT, "nox", ComponentState.SILENT, "no answer")
    station.after(90)
    station.report(ComponentKind.INSTRUMENT, "nox", ComponentState.GARBLED, "wrong CRC")
    told = station.after(90)
    assert [(state, kind) for _, state, kind, _ in told] == [
        ("began", "silent"),
        ("ended", "silent"),
        ("began", "garbled"),
    ]


def test_what_is_not_configured_any_more_is_over(station: Station) -> None:
    station.report(ComponentKind.DESTINATION, "old", ComponentState.REJECTED, "530")
    assert station.after(10) == []
