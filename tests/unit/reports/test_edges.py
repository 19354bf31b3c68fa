"""What lies across an edge: of a month, and of a time that the clock jumped over."""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.audit import clock_sets, runs
from gateway.audit.events import EventStore
from gateway.config import Language
from gateway.core.averaging import Average
from gateway.core.box_rules import BoxKind
from gateway.core.clock_set import ClockSet
from gateway.core.episode import Episode
from gateway.core.findings import Finding, Topic
from gateway.core.lateness import DelayCause
from gateway.core.reading import Status
from gateway.core.record import Record
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.store import DeliveryResult
from gateway.reports import period
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.interruptions import interruptions
from gateway.reports.registry import build
from gateway.reports.report_data import read_report_data
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey
from tests.support.three_days import configuration, record_at

ZONE = "Asia/Ho_Chi_Minh"


def lived(journey: Journey, from_ms: int, to_ms: int, faulty_ms: Container[int] = ()) -> None:
    """Every slot that ends in `(from_ms, to_ms]`, each delivered four seconds after its end; pH fails where told."""
    for end_ms in range(from_ms // SLOT_MS * SLOT_MS + SLOT_MS, to_ms + 1, SLOT_MS):
        file_id = journey.file_of(_failing(record_at(end_ms)) if end_ms in faulty_ms else record_at(end_ms))
        journey.plans.plan(file_id, ["so-tnmt", "bo-tnmt"], end_ms + 2000)
        numbers = journey.database.read("SELECT id FROM delivery WHERE file_id = ?", (file_id,))
        journey.outbox.settle(
            [
                DeliveryResult(number, DeliveryState.DELIVERED, end_ms + 3000, end_ms + 4000, "renamed")
                for (number,) in numbers
            ]
        )


def _failing(record: Record) -> Record:
    ph, cod = record.lines
    return replace(record, lines=(ph._replace(average=Average(None, Status.FAULT, 0, 60)), cod))


def told(journey: Journey, folder: Path, kind: ReportKind, month: str, now_ms: int) -> dict[str, Any]:
    made = build(kind, configuration(folder), journey.database, period.month(month, ZONE), now_ms)
    content: dict[str, Any] = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))
    return content


def test_what_comes_after_ten_days_is_received_and_yet_does_not_meet_the_requirement(
    journey: Journey, tmp_path: Path
) -> None:
    """A day of 288 files, 58 of them eleven days late: 100 % in the end, 79.8 % in time."""
    journey.database.read("PRAGMA synchronous = OFF")
    for place, end_ms in enumerate(range(MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, SLOT_MS)):
        file_id = journey.file_of(record_at(end_ms))
        journey.plans.plan(file_id, ["so-tnmt"], end_ms + 2000)
        arrived_ms = end_ms + (11 * DAY_MS if place >= 230 else 4000)
        ((number,),) = journey.database.read("SELECT id FROM delivery WHERE file_id = ?", (file_id,))
        journey.outbox.settle([DeliveryResult(number, DeliveryState.DELIVERED, arrived_ms, arrived_ms, "renamed")])
    asked = period.between("2026-01-01", "2026-01-01", ZONE)
    made = build(ReportKind.COMPLETENESS, configuration(tmp_path), journey.database, asked, MIDNIGHT_MS + 20 * DAY_MS)
    province = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))["destinations"][0]
    shares = (province["delivered"], province["received_share"], province["ten_day_share"], province["requirement"])
    assert shares == (288, 1.0, round(230 / 288, 6), "not_met")


def test_what_reaches_across_the_months_edge_is_told_in_both_with_its_true_ends(
    journey: Journey, tmp_path: Path
) -> None:
    """Off from 31 January 17:00 to 1 February 08:00; pH in fault from 28 February 16:00 to 1 March 08:00. Eight hours
    and less in either month, and yet both must be told in writing."""
    journey.database.read("PRAGMA synchronous = OFF")
    february_ms, march_ms = MIDNIGHT_MS + 31 * DAY_MS, MIDNIGHT_MS + 59 * DAY_MS
    for from_ms, to_ms in (
        (february_ms - DAY_MS, february_ms - 7 * HOUR_MS),
        (february_ms + 8 * HOUR_MS, february_ms + 12 * HOUR_MS),
        (march_ms - 12 * HOUR_MS, march_ms + 12 * HOUR_MS),
    ):
        lived(journey, from_ms, to_ms, range(march_ms - 8 * HOUR_MS, march_ms + 8 * HOUR_MS, SLOT_MS))
    now_ms = march_ms + 20 * DAY_MS
    for month, expected in (
        ("2026-01", [("NUO001", "2026-01-31T17:00", "2026-02-01T08:00", 15 * 3600.0)]),
        (
            "2026-02",
            [
                ("NUO001", "2026-01-31T17:00", "2026-02-01T08:00", 15 * 3600.0),
                ("NUO001", "2026-02-01T12:00", "2026-02-28T12:00", 27 * 86400.0),
                ("pH", "2026-02-28T15:55", "2026-03-01T07:55", 16 * 3600.0),
            ],
        ),
    ):
        own = [
            one
            for one in told(journey, tmp_path, ReportKind.OUTAGES, month, now_ms)["outages"]
            if "tnmt" not in one["subject"]
        ]
        assert [(one["subject"], one["begin"][:16], one["end"][:16], one["length"]) for one in own] == expected
        for kind in (ReportKind.OUTAGES, ReportKind.MONTHLY, ReportKind.DAILY):
            summary = told(journey, tmp_path, kind, month, now_ms)["summary"]
            assert (summary["interruptions"], summary["reportable"]) == (len(expected), len(expected))
    january = told(journey, tmp_path, ReportKind.COMPLETENESS, "2026-01", now_ms)["days"][-1]
    assert (january["expected"], january["recorded"]) == (288, 17 * 12)


def test_an_outage_that_ended_months_later_is_not_said_to_last(journey: Journey, tmp_path: Path) -> None:
    journey.database.read("PRAGMA synchronous = OFF")
    lived(journey, MIDNIGHT_MS, MIDNIGHT_MS + HOUR_MS)
    lived(journey, MIDNIGHT_MS + 100 * DAY_MS, MIDNIGHT_MS + 100 * DAY_MS + HOUR_MS)
    found = told(journey, tmp_path, ReportKind.OUTAGES, "2026-01", MIDNIGHT_MS + 200 * DAY_MS)["outages"]
    assert [(one["begin"][:10], one["end"][:10]) for one in found] == [("2026-01-01", "2026-04-11")] * 3
    lasting = told(journey, tmp_path, ReportKind.OUTAGES, "2026-05", MIDNIGHT_MS + 200 * DAY_MS)["outages"]
    assert {one["begin"][:10] for one in lasting} == {"2026-04-11"}


def test_hours_that_the_clock_jumped_over_are_missing_slots_and_no_outage(journey: Journey, tmp_path: Path) -> None:
    journey.database.read("PRAGMA synchronous = OFF")
    jump_ms = MIDNIGHT_MS + 6 * HOUR_MS
    run = runs.begin(journey.database, MIDNIGHT_MS, "1")
    lived(journey, MIDNIGHT_MS, jump_ms)
    clock_sets.keep(journey.database, run, ClockSet(MIDNIGHT_MS, jump_ms + 60_000, 13 * HOUR_MS))
    lived(journey, jump_ms + 13 * HOUR_MS, MIDNIGHT_MS + DAY_MS)
    runs.end(journey.database, run, MIDNIGHT_MS + DAY_MS + 5000, "SIGTERM")
    content = told(journey, tmp_path, ReportKind.OUTAGES, "2026-01", MIDNIGHT_MS + DAY_MS + 6000)
    seen = [(one["scope"], one["cause"], one["length"], one["slots"]) for one in content["outages"]]
    assert seen == [
        ("station", "clock", 60.0, 156),
        ("destination", "clock", 300.0, 156),
        ("destination", "clock", 300.0, 156),
    ]
    assert content["summary"]["reportable"] == 0
    missing = told(journey, tmp_path, ReportKind.COMPLETENESS, "2026-01", MIDNIGHT_MS + DAY_MS + 6000)
    assert missing["summary"]["expected_slots"] - missing["summary"]["recorded_slots"] == 156 + 1  # and midnight's


def test_a_standstill_too_short_to_be_an_interruption_is_listed(journey: Journey, tmp_path: Path) -> None:
    run = runs.begin(journey.database, MIDNIGHT_MS, "1")
    journey.send(MIDNIGHT_MS + SLOT_MS, ["so-tnmt"])
    with journey.database.write() as connection:
        connection.execute(
            "INSERT INTO standstill (run_id, from_ms, until_ms) VALUES (?, ?, ?)",
            (run, MIDNIGHT_MS + SLOT_MS + 1000, MIDNIGHT_MS + SLOT_MS + 46_000),
        )
    content = told(journey, tmp_path, ReportKind.OUTAGES, "2026-01", MIDNIGHT_MS + 2 * SLOT_MS)
    assert content["outages"] == []
    (stood,) = content["standstills"]
    assert stood["length"] == 45.0


def test_what_begins_with_the_months_first_slot_has_one_number_in_every_report(
    journey: Journey, tmp_path: Path
) -> None:
    """The file of 23:55 arrives, the next at 13:00: it lasts from January, and takes no slot of January."""
    journey.database.read("PRAGMA synchronous = OFF")
    february_ms = MIDNIGHT_MS + 31 * DAY_MS
    lived(journey, february_ms - HOUR_MS, february_ms - 5 * 60_000)
    lived(journey, february_ms + 13 * HOUR_MS, february_ms + 14 * HOUR_MS)
    now_ms = february_ms + 40 * DAY_MS
    for month in ("2026-01", "2026-02"):
        counts = [
            (summary["interruptions"], summary["reportable"])
            for kind in (ReportKind.OUTAGES, ReportKind.MONTHLY, ReportKind.DAILY)
            for summary in [told(journey, tmp_path, kind, month, now_ms)["summary"]]
        ]
        assert counts == [(0, 0) if month == "2026-01" else (2, 2)] * 3  # in February also what lasts until now
    rows = told(journey, tmp_path, ReportKind.OUTAGES, "2026-02", now_ms)["outages"]
    assert [(one["subject"], one["begin"][:16], one["slots"]) for one in rows[:3]] == [
        (subject, "2026-01-31T23:55", 157) for subject in ("NUO001", "so-tnmt", "bo-tnmt")
    ]


def test_slots_without_a_record_while_the_card_was_low_are_no_standstill_of_the_gateway(
    journey: Journey, tmp_path: Path
) -> None:
    """It ran, and could not write: nothing says that it was off."""
    journey.database.read("PRAGMA synchronous = OFF")
    run = runs.begin(journey.database, MIDNIGHT_MS, "1")
    lived(journey, MIDNIGHT_MS, MIDNIGHT_MS + 2 * HOUR_MS)
    back_ms = MIDNIGHT_MS + 16 * HOUR_MS
    lived(journey, back_ms, back_ms + 2 * HOUR_MS)
    runs.end(journey.database, run, back_ms + 2 * HOUR_MS + 5000, "SIGTERM")
    now_ms = back_ms + 2 * HOUR_MS + 6000
    assert _causes(journey, tmp_path, now_ms) == {"not_made"}
    events = EventStore(journey.database)
    low = Episode(BoxKind.LOW_SPACE, MIDNIGHT_MS + HOUR_MS, back_ms, 1, 3.0, back_ms)
    events.note([Finding("card", low, Topic.BOX)], now_ms)
    assert _causes(journey, tmp_path, now_ms) == {"card_full"}


def test_an_authority_without_data_for_over_twelve_hours_is_told_also_if_the_station_was_off_for_less(
    journey: Journey, tmp_path: Path
) -> None:
    """No records of twelve hours sharp; from file to file, 02:00:04 to 14:05:04, it is five minutes more."""
    journey.database.read("PRAGMA synchronous = OFF")
    off_ms, on_ms = MIDNIGHT_MS + 2 * HOUR_MS + 60_000, MIDNIGHT_MS + 14 * HOUR_MS
    run = runs.begin(journey.database, MIDNIGHT_MS, "1")
    lived(journey, MIDNIGHT_MS, off_ms)
    runs.end(journey.database, run, off_ms, "SIGTERM")
    run = runs.begin(journey.database, on_ms, "1")
    lived(journey, on_ms, on_ms + HOUR_MS)
    runs.end(journey.database, run, on_ms + HOUR_MS + 5000, "SIGTERM")
    content = told(journey, tmp_path, ReportKind.OUTAGES, "2026-01", on_ms + HOUR_MS + 6000)
    seen = [(one["scope"], one["length"], one["cause"], one["to_be_reported"]) for one in content["outages"]]
    twelve_s = 12 * 3600.0
    assert seen == [
        ("station", twelve_s, "gateway_off", "no"),
        ("destination", twelve_s + 300, "gateway_off", "yes"),
        ("destination", twelve_s + 300, "gateway_off", "yes"),
    ]
    assert content["summary"]["reportable"] == 2


def test_a_full_card_is_the_cause_of_the_slots_that_it_took_also_in_a_much_longer_cut(
    journey: Journey, tmp_path: Path
) -> None:
    """Of the same slots the station's row said that the card was full, and the authority's that nobody knows why."""
    journey.database.read("PRAGMA synchronous = OFF")
    run = runs.begin(journey.database, MIDNIGHT_MS, "1")
    full_ms, room_ms = MIDNIGHT_MS + 2 * HOUR_MS, MIDNIGHT_MS + 5 * HOUR_MS
    lived(journey, MIDNIGHT_MS, full_ms)
    for end_ms in range(room_ms, room_ms + 10 * HOUR_MS, SLOT_MS):
        journey.send(end_ms, ["so-tnmt"])
    now_ms = room_ms + 10 * HOUR_MS
    runs.end(journey.database, run, now_ms, "SIGTERM")
    low = Episode(BoxKind.LOW_SPACE, full_ms, room_ms, 1, 3.0, room_ms)
    EventStore(journey.database).note([Finding("card", low, Topic.BOX)], now_ms)
    data = read_report_data(configuration(tmp_path), journey.database, period.month("2026-01", ZONE), now_ms)
    causes = {one.name: dict(one.causes) for one in interruptions(data)}
    assert causes["NUO001"] == {DelayCause.CARD_FULL: 35}
    assert causes["so-tnmt"] == {DelayCause.QUEUE: 119, DelayCause.CARD_FULL: 35}


def _causes(journey: Journey, folder: Path, now_ms: int) -> set[str]:
    return {one["cause"] for one in told(journey, folder, ReportKind.OUTAGES, "2026-01", now_ms)["outages"]}


def test_what_lasts_is_as_long_as_until_now_also_in_an_old_months_report(journey: Journey, tmp_path: Path) -> None:
    journey.database.read("PRAGMA synchronous = OFF")
    lived(journey, MIDNIGHT_MS, MIDNIGHT_MS + HOUR_MS)
    now_ms = MIDNIGHT_MS + 100 * DAY_MS
    found = told(journey, tmp_path, ReportKind.OUTAGES, "2026-01", now_ms)["outages"]
    assert {one["end"] for one in found} == {None}
    assert min(one["length"] for one in found) > 99 * 86400
