"""A version that was left again went on from the database that was kept: what stands in both alike is not looked at,
and what it delivered of what waited then is not sent again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit.recovered import Recovered
from gateway.audit.recovery import Recovery
from gateway.db import open_database, verify
from gateway.db.salvage import Salvage
from gateway.db.salvaged_row import SalvagedRow
from gateway.outbox.action import Action
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.outbox.store import DeliveryResult
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey, block, measured

KEPT, SINCE = 6, 3
"""Slots before the database was kept, and after that."""
NOW_MS = MIDNIGHT_MS + 20 * SLOT_MS
TO = "so-tnmt"


def _end(number: int) -> int:
    return MIDNIGHT_MS + number * SLOT_MS


class Upgraded:
    """A station's database as it was kept, in use again, and the one that another version went on with."""

    def __init__(self, folder: Path) -> None:
        newer = folder / "newer"
        newer.mkdir()
        self.there = Journey(newer)
        self._measured(self.there, range(1, KEPT + 1))
        self._settled(1, 2, state=DeliveryState.DELIVERED)
        self.there.database.copy_to(folder / "gateway.db")
        self.here = open_database(folder / "gateway.db")
        self.folder = folder
        self.looked_at: list[tuple[str, int]] = []

    def _measured(self, journey: Journey, numbers: range) -> None:
        for number in numbers:
            journey.readings.add([block(_end(number) - 5000, measured(7.0 + number / 1000))])
            journey.send(_end(number), [TO], 7.0 + number / 1000)
        with journey.database.write() as connection:
            connection.execute("DELETE FROM open_slot")

    def _settled(self, *numbers: int, state: DeliveryState) -> None:
        at_ms = NOW_MS - SLOT_MS
        self.there.outbox.settle([DeliveryResult(one, state, at_ms, at_ms + 500, "226") for one in numbers])

    def go_on(self) -> None:
        self._measured(self.there, range(KEPT + 1, KEPT + SINCE + 1))
        self._settled(3, 4, KEPT + 1, state=DeliveryState.DELIVERED)
        self._settled(5, state=DeliveryState.WAITING)

    def recover(self, *, is_continuation: bool = True) -> Recovered:
        newer = self.folder / "gateway.db.newer-99"
        if not newer.exists():
            self.there.database.close()
            shutil.copy(self.folder / "newer/gateway.db", newer)
        before = newer.read_bytes()
        with closing(Salvage(newer, self.folder, is_at_rest=is_continuation)) as source:
            rows = source.rows

            def counted(table: str, known: frozenset[int] = frozenset()) -> Iterator[object]:
                for row in rows(table, known):
                    self.looked_at.append((table, row.id))
                    assert isinstance(row, SalvagedRow)
                    yield row

            source.rows = counted  # type: ignore[assignment, method-assign]
            found = Recovery(source, self.here, NOW_MS, lambda table, rows: None, opens_slots=is_continuation).run()
        assert newer.read_bytes() == before
        assert sorted(one.name for one in self.folder.glob("*newer-99*")) == [newer.name]
        assert verify(self.here) == []
        return found

    def deliveries(self) -> dict[int, tuple[str, int]]:
        """By the number of the slot: the state, and whether it is asked for first."""
        rows = self.here.read("SELECT end_ms, state, ask_first FROM delivery ORDER BY end_ms")
        return {(end_ms - MIDNIGHT_MS) // SLOT_MS: (state, ask_first) for end_ms, state, ask_first in rows}


@pytest.fixture
def upgraded(tmp_path: Path) -> Upgraded:
    return Upgraded(tmp_path)


def test_only_what_came_or_changed_since_is_looked_at(upgraded: Upgraded) -> None:
    upgraded.go_on()
    found = upgraded.recover()
    assert found.is_whole
    assert {table: found.taken[table] for table in ("record", "file", "delivery", "reading_block")} == dict.fromkeys(
        ("record", "file", "delivery", "reading_block"), SINCE
    )
    assert found.already["record"] == found.already["reading_block"] == KEPT
    new = set(range(KEPT + 1, KEPT + SINCE + 1))
    for table, changed in (("record", set()), ("file", set()), ("reading_block", set()), ("delivery", {3, 4, 5})):
        assert {number for name, number in upgraded.looked_at if name == table} == new | changed, table
    assert not upgraded.recover().taken


@pytest.mark.parametrize("is_continuation", [True, False])
def test_what_arrived_from_there_is_not_sent_again(upgraded: Upgraded, is_continuation: bool) -> None:
    upgraded.go_on()
    upgraded.recover(is_continuation=is_continuation)
    assert upgraded.deliveries() == {
        **dict.fromkeys((1, 2, 3, 4, KEPT + 1), ("delivered", 0)),
        5: ("waiting", 1),  # tried there: it may lie at the far end
        6: ("waiting", 0),
        **dict.fromkeys(range(KEPT + 2, KEPT + SINCE + 1), ("waiting", 1)),
    }


def test_what_a_person_wants_sent_once_more_is_sent(upgraded: Upgraded) -> None:
    upgraded.go_on()
    selection = DeliverySelection(TO, _end(1), _end(1))
    Interventions(upgraded.here).act(Action.RESEND, selection, "an", NOW_MS, "they lost it")
    upgraded.recover()
    assert upgraded.deliveries()[1] == ("waiting", 0)


def test_a_row_that_is_missing_here_is_looked_at(upgraded: Upgraded) -> None:
    upgraded.go_on()
    with upgraded.here.write() as connection:
        connection.execute("DELETE FROM reading_block WHERE id = 2")
    assert upgraded.recover().taken["reading_block"] == SINCE + 1
