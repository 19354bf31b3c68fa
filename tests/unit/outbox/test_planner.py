"""Each destination is told of each file that it is to get, once."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from gateway.db.verify import verify
from gateway.files.filer import Filer
from gateway.files.formats import Form
from gateway.outbox.planner import IDLE_S, MOST_PER_STEP, Planner, Subscription
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, RENDERING, SLOT_MS, Journey, at, record

PROVINCE, MINISTRY = Subscription("so-tnmt", SLOT_MS), Subscription("bo-tnmt", HOUR_MS)
NOW = at(MIDNIGHT_MS + HOUR_MS)


class Bell:
    def __init__(self) -> None:
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1


def test_each_gets_the_interval_it_asked_for(journey: Journey) -> None:
    journey.file_of(record(MIDNIGHT_MS + HOUR_MS))
    journey.file_of(record(MIDNIGHT_MS + HOUR_MS, length_ms=HOUR_MS))
    Planner(journey.plans, [PROVINCE, MINISTRY], Bell().ring).step(NOW)
    rows = journey.database.read(
        "SELECT destination.name, length_ms FROM delivery JOIN destination ON destination.id = destination_id"
        " JOIN file ON file.id = file_id JOIN record ON record.id = record_id ORDER BY 1"
    )
    assert rows == [("bo-tnmt", HOUR_MS), ("so-tnmt", SLOT_MS)]


def test_the_couriers_are_called_once_the_plan_is_in_the_database(journey: Journey) -> None:
    seen: list[int] = []
    planner = Planner(journey.plans, [PROVINCE], lambda: seen.append(len(journey.deliveries())))
    assert planner.step(NOW) == NOW.mono_s + IDLE_S
    assert seen == []
    journey.file_of(record(MIDNIGHT_MS))
    planner.step(NOW)
    assert seen == [1]


def test_killed_between_file_and_plan_the_next_run_plans_it(journey: Journey) -> None:
    journey.file_of(record(MIDNIGHT_MS))
    journey.restart()
    Planner(journey.plans, [PROVINCE], Bell().ring).step(NOW)
    assert journey.deliveries() == {("so-tnmt", MIDNIGHT_MS): "waiting"}


def test_planning_twice_changes_nothing(journey: Journey) -> None:
    file_id = journey.send(MIDNIGHT_MS, ["so-tnmt"])
    with journey.database.write() as connection:
        connection.execute("UPDATE delivery SET state = 'delivered', delivered_ms = 1")
    journey.plans.plan(file_id, ["so-tnmt"], NOW.wall_ms)
    assert journey.deliveries() == {("so-tnmt", MIDNIGHT_MS): "delivered"}


def test_a_file_that_nobody_wants_is_not_looked_at_again(journey: Journey) -> None:
    journey.file_of(record(MIDNIGHT_MS, length_ms=HOUR_MS))
    Planner(journey.plans, [PROVINCE], Bell().ring).step(NOW)
    assert journey.plans.unplanned(10) == []
    assert journey.deliveries() == {}


def test_a_new_destination_gets_what_is_filed_from_now_on(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS, ["so-tnmt"])
    journey.file_of(record(MIDNIGHT_MS + SLOT_MS))
    both = [PROVINCE, Subscription("bo-tnmt", SLOT_MS)]
    Planner(journey.plans, both, Bell().ring).step(NOW)
    assert set(journey.deliveries()) == {
        ("so-tnmt", MIDNIGHT_MS),
        ("so-tnmt", MIDNIGHT_MS + SLOT_MS),
        ("bo-tnmt", MIDNIGHT_MS + SLOT_MS),
    }


def test_a_long_backlog_is_planned_in_portions(journey: Journey) -> None:
    for n in range(MOST_PER_STEP + 1):
        journey.file_of(record(MIDNIGHT_MS + n * SLOT_MS))
    bell = Bell()
    planner = Planner(journey.plans, [PROVINCE], bell.ring)
    assert planner.step(NOW) == NOW.mono_s
    assert planner.step(NOW) == NOW.mono_s + IDLE_S
    assert bell.rings == 2
    assert len(journey.deliveries()) == MOST_PER_STEP + 1


def test_a_file_without_a_line_is_sent_to_nobody_and_the_ledger_says_so(
    journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    """Lines without a value are left out, and there was no value at all: the file has not a single byte."""
    omitting = replace(RENDERING, missing_value="omit")
    journey.records.add(record(MIDNIGHT_MS, value=None), NOW.wall_ms)
    journey.records.add(record(MIDNIGHT_MS + SLOT_MS), NOW.wall_ms)
    Filer(journey.files, [omitting]).step(NOW)
    with caplog.at_level(logging.INFO, logger="gateway"):
        Planner(journey.plans, [PROVINCE], Bell().ring).step(NOW)
    assert journey.deliveries() == {("so-tnmt", MIDNIGHT_MS): "empty", ("so-tnmt", MIDNIGHT_MS + SLOT_MS): "waiting"}
    waiting = journey.outbox.waiting("so-tnmt", 0, 1 << 60, 10)
    assert [one.end_ms for one in waiting] == [MIDNIGHT_MS + SLOT_MS]
    assert journey.outbox.oldest_undelivered_ms() == MIDNIGHT_MS + SLOT_MS
    [told] = [one.getMessage() for one in caplog.records]
    assert told.startswith("nothing to send, no line has a value name=HN_ABCD_NUO001_20260101000000.txt")


def test_a_message_without_a_value_is_still_a_message(journey: Journey) -> None:
    bare = replace(RENDERING, missing_value="omit", format="json")
    journey.records.add(record(MIDNIGHT_MS, value=None), NOW.wall_ms)
    Filer(journey.files, [bare]).step(NOW)
    Planner(journey.plans, [Subscription("broker", SLOT_MS, Form("json"))], Bell().ring).step(NOW)
    assert journey.deliveries() == {("broker", MIDNIGHT_MS): "waiting"}


def test_each_gets_the_form_it_asked_for(journey: Journey) -> None:
    json = replace(RENDERING, format="json")
    journey.records.add(record(MIDNIGHT_MS), NOW.wall_ms)
    Filer(journey.files, [RENDERING, json]).step(NOW)
    broker = Subscription("broker", SLOT_MS, Form("json"))
    Planner(journey.plans, [PROVINCE, broker], Bell().ring).step(NOW)
    rows = journey.database.read(
        "SELECT destination.name, file.name FROM delivery JOIN destination ON destination.id = destination_id"
        " JOIN file ON file.id = file_id ORDER BY 1"
    )
    assert rows == [
        ("broker", "HN_ABCD_NUO001_20260101000000.json"),
        ("so-tnmt", "HN_ABCD_NUO001_20260101000000.txt"),
    ]


def test_each_gets_the_symbols_it_asked_for(journey: Journey) -> None:
    own = replace(RENDERING, symbols=(("pH", "PH"),))
    journey.records.add(record(MIDNIGHT_MS), NOW.wall_ms)
    Filer(journey.files, [RENDERING, own]).step(NOW)
    ministry = Subscription("bo-tnmt", SLOT_MS, Form("tt10", symbols=(("pH", "PH"),)))
    Planner(journey.plans, [PROVINCE, ministry], Bell().ring).step(NOW)
    rows = journey.database.read(
        "SELECT destination.name, file_id FROM delivery JOIN destination ON destination.id = destination_id"
    )
    sent = {name: journey.files.content(file_id).content.split(b"\t")[0] for name, file_id in rows}
    assert sent == {"so-tnmt": b"pH", "bo-tnmt": b"PH"}
    assert verify(journey.database) == []


def test_killed_before_the_plan_and_told_to_use_another_form_no_slot_is_lost(journey: Journey) -> None:
    journey.file_of(record(MIDNIGHT_MS), replace(RENDERING, format="json", template='{"old": "{station}"}'))
    journey.restart()
    broker = Subscription("broker", SLOT_MS, Form("json", '{"new": "{station}"}'))
    Planner(journey.plans, [broker], Bell().ring).step(NOW)
    assert journey.deliveries() == {("broker", MIDNIGHT_MS): "waiting"}
