"""A destination that comes later gets what it lacks from the day that the configuration names, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.outbox.backfill import IDLE_S, Backfill, BackfillTarget
from tests.support.clock import FakeClock
from tests.support.destination import Destination
from tests.support.journey import (
    DAY_MS,
    HOUR_MS,
    MIDNIGHT_MS,
    RENDERING,
    SLOT_MS,
    Journey,
    at,
    record,
)

NOW = at(MIDNIGHT_MS + 10 * DAY_MS)
JSON = replace(RENDERING, format="json")


def come(journey: Journey, *targets: BackfillTarget) -> int:
    """Let the stage work until it has nothing more to do. Returns how often it called the couriers."""
    rings: list[int] = []
    stage = Backfill(
        journey.records, journey.files, journey.plans, targets, lambda: rings.append(len(journey.deliveries()))
    )
    for _ in range(100):
        if stage.step(NOW) >= NOW.mono_s + IDLE_S:
            return len(rings)
    raise AssertionError("the stage never rests")


def target(since_ms: int, name: str = "bo-tnmt", interval_ms: int = SLOT_MS) -> BackfillTarget:
    return BackfillTarget(name, interval_ms, RENDERING, since_ms)


def slots_of(journey: Journey, name: str) -> list[int]:
    return sorted(end_ms for owner, end_ms in journey.deliveries() if owner == name)


def test_it_gets_everything_from_its_day_on(journey: Journey) -> None:
    ends_ms = [MIDNIGHT_MS + n * 6 * HOUR_MS for n in range(20)]
    for end_ms in ends_ms:
        journey.send(end_ms, ["so-tnmt"])
    since_ms = MIDNIGHT_MS + 2 * DAY_MS
    assert come(journey, target(since_ms)) > 0
    assert slots_of(journey, "bo-tnmt") == [end_ms for end_ms in ends_ms if end_ms >= since_ms]
    assert slots_of(journey, "so-tnmt") == ends_ms


def test_without_a_day_nothing_is_planned(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS, ["so-tnmt"])
    assert come(journey) == 0
    assert slots_of(journey, "bo-tnmt") == []


def test_what_it_has_it_does_not_get_again(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS, ["bo-tnmt"])
    journey.send(MIDNIGHT_MS + SLOT_MS, ["so-tnmt"])
    with journey.database.write() as connection:
        connection.execute("UPDATE delivery SET state = 'delivered', delivered_ms = 1 WHERE end_ms = ?", (MIDNIGHT_MS,))
    come(journey, target(MIDNIGHT_MS))
    come(journey, target(MIDNIGHT_MS))
    assert journey.deliveries()["bo-tnmt", MIDNIGHT_MS] == "delivered"
    assert journey.deliveries()["bo-tnmt", MIDNIGHT_MS + SLOT_MS] == "waiting"
    assert len(journey.deliveries()) == 3


def test_what_it_missed_while_it_was_away_is_found(journey: Journey) -> None:
    """Removed from the configuration for a day, then put back."""
    for n in range(4):
        journey.send(MIDNIGHT_MS + n * DAY_MS, ["so-tnmt"] if n in (1, 2) else ["so-tnmt", "bo-tnmt"])
    come(journey, target(MIDNIGHT_MS))
    assert slots_of(journey, "bo-tnmt") == [MIDNIGHT_MS + n * DAY_MS for n in range(4)]


def test_it_gets_its_own_interval_only(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS, ["so-tnmt"])
    journey.file_of(record(MIDNIGHT_MS, length_ms=HOUR_MS))
    come(journey, target(MIDNIGHT_MS, interval_ms=HOUR_MS))
    rows = journey.database.read(
        "SELECT length_ms FROM delivery JOIN file ON file.id = file_id JOIN record ON record.id = record_id"
        " JOIN destination ON destination.id = destination_id WHERE destination.name = 'bo-tnmt'"
    )
    assert rows == [(HOUR_MS,)]


def test_a_form_that_nobody_wanted_before_is_made_for_it_alone(journey: Journey) -> None:
    for n in range(3):
        journey.send(MIDNIGHT_MS + n * SLOT_MS, ["so-tnmt"])
    late = replace(target(MIDNIGHT_MS), rendering=JSON)
    come(journey, late)
    come(journey, late)
    assert slots_of(journey, "bo-tnmt") == [MIDNIGHT_MS + n * SLOT_MS for n in range(3)]
    assert len(journey.deliveries()) == 6
    assert journey.plans.unplanned(10) == []  # nobody else is told of them
    (file_id,) = journey.database.read(
        "SELECT file_id FROM delivery JOIN destination ON destination.id = destination_id"
        " WHERE destination.name = 'bo-tnmt' LIMIT 1"
    )[0]
    assert journey.files.content(file_id).content.startswith(b"{")


def test_killed_between_making_and_planning_it_goes_on_from_there(journey: Journey) -> None:
    file_id = journey.send(MIDNIGHT_MS, ["so-tnmt"])
    (record_id,) = journey.database.read("SELECT record_id FROM file WHERE id = ?", (file_id,))[0]
    document = journey.files.content(file_id)
    made = journey.files.add_afterwards(record_id, JSON, document, NOW.wall_ms)
    journey.restart()
    come(journey, replace(target(MIDNIGHT_MS), rendering=JSON))
    rows = journey.database.read("SELECT file_id FROM delivery ORDER BY id")
    assert rows == [(file_id,), (made,)]


def test_a_damaged_record_does_not_stop_the_others(journey: Journey) -> None:
    for n in range(3):
        journey.send(MIDNIGHT_MS + n * SLOT_MS, ["so-tnmt"])
    with journey.database.write() as connection:
        connection.execute("DROP TRIGGER record_is_final")
        connection.execute("UPDATE record SET packed = x'00' WHERE id = 2")
    come(journey, replace(target(MIDNIGHT_MS), rendering=JSON))
    assert len(slots_of(journey, "bo-tnmt")) == 2


@pytest.mark.parametrize("days", [1, 9])
def test_it_waits_in_the_backlog_oldest_first(journey: Journey, days: int) -> None:
    ends_ms = [MIDNIGHT_MS + n * DAY_MS // 4 for n in range(4 * days)]
    for end_ms in ends_ms:
        journey.send(end_ms, ["so-tnmt"])
    come(journey, target(MIDNIGHT_MS))
    destination = Destination(journey, FakeClock(NOW.wall_ms), "bo-tnmt")
    destination.live(10.0)
    arrived = [path.rpartition("/")[2] for path in destination.server.arrivals]
    assert len(arrived) == len(ends_ms)
    assert arrived == sorted(arrived)
