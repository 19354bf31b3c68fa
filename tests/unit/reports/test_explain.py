"""One slot's life is told as it was, and what cannot be told any more is said to be so."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.audit import runs
from gateway.audit.configurations import adopt
from gateway.audit.daily_digest import SETTLED_MS, DailyDigest, DigestRules
from gateway.cli.explained import lines_of
from gateway.config.source import ConfigurationSource
from gateway.core.averaging import Average
from gateway.core.interfaces import Instant
from gateway.core.lateness import DelayCause
from gateway.core.reading import NO_ANSWER, Reading, Status
from gateway.core.reason import Cause
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.files.formats import OMIT, Rendering
from gateway.journal.key_in_force import open_key
from gateway.outbox.acceptances import MOST_ACCEPTANCES, accept_answers
from gateway.outbox.action import Action
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.outbox.lanes import Lane
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.store import DeliveryResult
from gateway.reports.explain.averages import WhyNot
from gateway.reports.explain.deliveries import ExplainedDelivery
from gateway.reports.explain.files import explained_files
from gateway.reports.explain.slot import ExplainedSlot, Explanation
from gateway.reports.explain.to_json import to_json
from tests.support.explained_station import DESTINATION, HOURLY, POLL_MS, ExplainedStation, usual
from tests.support.journey import COD, DAY_MS, HOUR_MS, MIDNIGHT_MS, PH, RENDERING, SLOT_MS, Journey

END_MS = MIDNIGHT_MS + SLOT_MS
UNSTAMPED = (
    "INSERT INTO unstamped_block (boot_id, layout_id, first_mono_ms, last_mono_ms, samples, packed)"
    " VALUES ('boot', ?, 1, 2, 1, x'00')"
)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[ExplainedStation]:
    made = ExplainedStation(tmp_path)
    runs.begin(made.journey.database, MIDNIGHT_MS - HOUR_MS, "1")
    yield made
    made.journey.database.close()


def filled(station: ExplainedStation, slots: int = 1) -> None:
    station.fill(MIDNIGHT_MS, MIDNIGHT_MS + slots * SLOT_MS, usual)
    for slot in range(1, slots + 1):
        station.close(MIDNIGHT_MS + slot * SLOT_MS + 3000)


def only(explanation: Explanation, length_ms: int = SLOT_MS) -> ExplainedSlot:
    (found,) = [one for one in explanation.slots if one.slot.length_ms == length_ms]
    return found


def way(explanation: Explanation, destination: str = DESTINATION) -> ExplainedDelivery:
    (found,) = [one for slot in explanation.slots for one in slot.deliveries if one.destination == destination]
    return found


def settle(station: ExplainedStation, *results: tuple[DeliveryState, int, str], tries: int = 1) -> None:
    (number,) = station.journey.database.read("SELECT min(id) FROM delivery")[0]
    for state, done_ms, answer in results:
        one = DeliveryResult(number, state, done_ms - 500, done_ms, answer, Lane.LIVE, tries)
        station.journey.outbox.settle([one])


def spoil(station: ExplainedStation, table: str, column: str, value: object) -> None:
    """As if the card had changed it: the row's checksum is another one's."""
    file = station.journey.file
    station.journey.database.close()
    with sqlite3.connect(file) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(f"UPDATE {table} SET {column} = ?", (value,))  # noqa: S608
    connection.close()
    station.journey.reopen()


def words(station: ExplainedStation, explanation: Explanation) -> str:
    json.dumps(to_json(explanation, station.configuration), allow_nan=False)
    return "\n".join(lines_of(explanation, station.configuration))


class TestReadings:
    def test_why_a_reading_does_not_count(self, station: ExplainedStation) -> None:
        def of(symbol: str, at_ms: int) -> Reading | None:
            poll = (at_ms - MIDNIGHT_MS) // POLL_MS
            if poll == 2:
                return None
            return {3: NO_ANSWER, 4: Reading(1.0, Status.CALIBRATING)}.get(poll, usual(symbol, at_ms))

        station.fill(MIDNIGHT_MS, END_MS, of)
        station.close(END_MS + 3000)
        explanation = station.explain(END_MS)
        record = only(explanation).record
        assert record is not None
        average = record.lines[0].average
        assert average is not None
        assert (average.recorded.expected, average.came, average.missing, average.counted) == (15, 14, 1, 12)
        assert average.by_status() == {Status.MEASURING: 12, Status.FAULT: 1, Status.CALIBRATING: 1}
        assert average.why_not() == {WhyNot.OTHER_STATUS: 2}
        assert average.instruments == ("analyser",)
        said = words(station, explanation)
        assert "14 came" in said
        assert "1 were never taken" in said

    def test_a_slot_that_is_not_00_says_why(self, station: ExplainedStation) -> None:
        station.fill(MIDNIGHT_MS, MIDNIGHT_MS + 2 * POLL_MS, usual)
        station.close(END_MS + 3000)
        record = only(station.explain(END_MS)).record
        assert record is not None
        oxygen = record.lines[0]
        assert oxygen.line.average.status is Status.FAULT
        assert oxygen.reason is not None
        assert oxygen.reason.cause is Cause.NOT_READ
        assert record.agrees is True

    def test_readings_beyond_what_is_kept_are_said_to_be_so(self, station: ExplainedStation) -> None:
        filled(station, 3)
        station.journey.readings.forget_before(END_MS, 1000)
        explanation = station.explain(END_MS)
        record = only(explanation).record
        assert record is not None
        assert record.agrees is None
        assert all(one.again is None for one in record.lines)
        assert record.lines[0].line.average.value is not None
        assert "beyond what is kept: the oldest is of 2026-01-01 00:05:00" in words(station, explanation)

    def test_damaged_readings_do_not_change_what_was_recorded(self, station: ExplainedStation) -> None:
        filled(station)
        spoil(station, "reading_block", "samples", 7)
        explanation = station.explain(END_MS)
        record = only(explanation).record
        assert record is not None
        assert record.damaged_blocks == 30
        assert "damaged on the card: 30 blocks of its readings" in words(station, explanation)
        assert "so-tnmt: waiting" in words(station, explanation)

    def test_the_coverage_is_that_of_its_time(self, station: ExplainedStation) -> None:
        """A configuration that has changed since explains nothing that was closed before."""
        adopt(station.journey.database, ConfigurationSource("a", '{"station":{}}'), (), station.file, MIDNIGHT_MS)
        station.fill(MIDNIGHT_MS, MIDNIGHT_MS + 13 * POLL_MS, usual)
        station.close(END_MS + 3000)
        later = ConfigurationSource("b", '{"reporting":{"min_coverage":99}}')
        adopt(station.journey.database, later, (), station.file, END_MS + HOUR_MS)
        station.configuration = station.configuration.model_copy(
            update={"reporting": station.configuration.reporting.model_copy(update={"min_coverage": 99.0})}
        )
        record = only(station.explain(END_MS)).record
        assert record is not None
        assert (record.min_coverage, record.agrees) == (75.0, True)

    def test_what_is_kept_yields_something_else_is_told_and_the_record_stands(self, station: ExplainedStation) -> None:
        filled(station)
        with station.journey.database.write() as connection:
            connection.execute("DELETE FROM reading_block WHERE id IN (SELECT id FROM reading_block LIMIT 8)")
        explanation = station.explain(END_MS)
        record = only(explanation).record
        assert record is not None
        assert record.agrees is False
        assert "the record stands" in words(station, explanation)


class TestFiles:
    def test_an_hour_is_made_of_its_slots(self, station: ExplainedStation) -> None:
        filled(station, 12)
        explanation = station.explain(MIDNIGHT_MS + HOUR_MS)
        hour = only(explanation, HOUR_MS)
        assert hour.record is not None
        assert (hour.record.shorter, hour.record.agrees) == (12, True)
        rain = next(one.average for one in hour.record.lines if one.line.parameter.symbol == "Rain")
        assert rain is not None
        assert [one.at_ms for one in rain.readings] == [MIDNIGHT_MS + n * SLOT_MS for n in range(1, 13)]
        assert [one.destination for one in hour.deliveries] == [HOURLY]
        assert words(station, explanation).count("is in no digest yet") == 1  # both files have one name
        assert [one.slot.length_ms for one in station.explain(MIDNIGHT_MS + HOUR_MS, HOURLY).slots] == [HOUR_MS]

    def test_a_damaged_record_is_said_to_be_so(self, station: ExplainedStation) -> None:
        filled(station)
        settle(station, (DeliveryState.DELIVERED, END_MS + 4000, "226 done"))
        spoil(station, "record", "packed", b"\x00" * 12)
        explanation = station.explain(END_MS)
        slot = only(explanation)
        assert slot.kept is not None
        assert slot.record is None
        assert "the record is damaged on the card" in words(station, explanation)
        assert slot.files[0].content is None
        assert "so-tnmt: delivered, arrived 2026-01-01T00:05:04+07:00; its record is damaged" in words(
            station, explanation
        )
        assert "delivered: 226 done" in words(station, explanation)

    def test_a_damaged_row_of_a_file_or_of_the_ledger_is_said_to_be_so(self, station: ExplainedStation) -> None:
        filled(station)
        spoil(station, "delivery", "planned_ms", 5)
        assert way(station.explain(END_MS)).why_not == "its row in the ledger is damaged on the card"
        spoil(station, "file", "size", 5)
        explanation = station.explain(END_MS)
        assert only(explanation).files == ()
        assert "damaged on the card: the rows of 1 file made of it" in words(station, explanation)

    def test_a_digest_covers_it_and_how_to_prove_it_is_said(self, station: ExplainedStation) -> None:
        filled(station)
        assert "is in no digest yet" in words(station, station.explain(END_MS))
        key = open_key(station.journey.database, station.file.parent, MIDNIGHT_MS)
        assert key is not None
        rules = DigestRules(
            "HN", "ABCD", "KHT001", station.configuration.station.zone, [(DESTINATION, SLOT_MS)], [DESTINATION]
        )
        stage = DailyDigest(station.journey.database, key, rules, lambda: None)
        for _ in range(5):
            stage.step(Instant(MIDNIGHT_MS + DAY_MS + SETTLED_MS, 1e6))
        explanation = station.explain(END_MS, now_ms=MIDNIGHT_MS + 2 * DAY_MS)
        (proven,) = explanation.covered.files
        assert proven.sha256 == only(explanation).files[0].made.sha256
        assert "gateway journal prove" in words(station, explanation)
        assert [(one.destination, one.state) for one in explanation.digests] == [(DESTINATION, DeliveryState.WAITING)]
        assert ".digest.json: waiting at so-tnmt" in words(station, explanation)


@pytest.mark.parametrize(
    ("rendering", "expected"),
    [
        (RENDERING, [("pH", "7.21"), ("COD", "NULL")]),
        (replace(RENDERING, missing_value=OMIT), [("pH", "7.21"), ("", "omit")]),
        (replace(RENDERING, symbols=(("pH", "PH"), ("COD", ""))), [("PH", "7.21"), ("", "NULL")]),
        (replace(RENDERING, decimals=(("pH", 1), ("COD", 0))), [("pH", "7.2"), ("COD", "NULL")]),
        (replace(RENDERING, format="json"), [("pH", "7.21"), ("COD", "null")]),
        (replace(RENDERING, format="json", decimals=(("pH", 4),)), [("pH", "7.2105"), ("COD", "null")]),
    ],
)
def test_what_stands_in_each_form_of_the_file(
    journey: Journey, rendering: Rendering, expected: list[tuple[str, str]]
) -> None:
    lines = (Line(PH, Average(7.2105, Status.MEASURING, 60, 60)), Line(COD, Average(None, Status.FAULT, 0, 60)))
    record = Record(Slot(END_MS, SLOT_MS), lines)
    journey.file_of(record, rendering)
    (file,) = explained_files(journey.database, 1, record)
    assert [(one.symbol, one.value) for one in file.lines] == expected
    assert file.content is not None
    for symbol, value in expected:
        if symbol:
            assert (
                f"{symbol}\t{value}\t".encode() in file.content
                or f'"{symbol}","value":{value},'.encode() in file.content
            )


class TestDeliveries:
    def test_each_try_is_told_with_the_servers_answer(self, station: ExplainedStation) -> None:
        filled(station)
        settle(
            station,
            (DeliveryState.WAITING, END_MS + 5000, "452 no room"),
            (DeliveryState.DELIVERED, END_MS + 400_000, "226 done"),
            tries=3,
        )
        failure = BatchFailure(DelayCause.SERVER, END_MS + 4000, END_MS + 5000, "452 no room")
        station.journey.outbox.settle([], DestinationOutcome(DESTINATION, None, failure))
        station.journey.outbox.settle([], DestinationOutcome(DESTINATION, END_MS + 400_000, None))
        found = way(station.explain(END_MS))
        assert [(one.outcome, one.answer) for one in found.tries] == [
            ("failed", "452 no room"),
            ("delivered", "226 done"),
        ]
        assert found.tries_untold == 4
        assert found.listed is not None
        assert found.listed.cause is DelayCause.SERVER
        assert [one.outage.cause for one in found.outages] == [DelayCause.SERVER]
        assert found.place == "2026/01/01/HN_ABCD_KHT001_20260101000500.txt"
        said = words(station, station.explain(END_MS))
        assert "delivered: 226 done" in said
        assert "late: the receiving server took no files" in said

    def test_what_people_did_is_told(self, station: ExplainedStation) -> None:
        filled(station)
        settle(station, (DeliveryState.REFUSED, END_MS + 5000, "553 not that name"))
        acts, selection = Interventions(station.journey.database), DeliverySelection(DESTINATION)
        acts.act(Action.RELEASE, selection, "an", END_MS + 9000)
        acts.act(Action.CLOSE, selection, "binh", END_MS + 10_000, "they do not want it")
        found = way(station.explain(END_MS))
        assert [(one.action, one.done_by) for one in found.acts] == [(Action.RELEASE, "an"), (Action.CLOSE, "binh")]
        assert found.listed is not None
        assert found.listed.entry.state is DeliveryState.CLOSED
        assert "they do not want it" in words(station, station.explain(END_MS))

    def test_accepted_and_not_there_is_said(self, station: ExplainedStation) -> None:
        filled(station)
        settle(station, (DeliveryState.WAITING, END_MS + 5000, "226 came, and then it was not there: proof: answer"))
        with station.journey.database.write() as connection:
            connection.execute("UPDATE delivery SET accepted = 2, accepted_ms = ?", (END_MS + 5000,))
        found = way(station.explain(END_MS))
        assert found.acceptance is not None
        assert (found.acceptance.times, found.acceptance.first_ms) == (2, END_MS + 5000)
        assert "accepted whole 2 times" in words(station, station.explain(END_MS))

    def test_what_was_taken_under_its_temporary_name_has_no_first_answer(self, station: ExplainedStation) -> None:
        filled(station)
        (number,) = station.journey.database.read("SELECT min(id) FROM delivery")[0]
        for at_ms in (END_MS + 2000, END_MS + 32_000):
            one = DeliveryResult(number, DeliveryState.WAITING, at_ms, at_ms + 500, "it was taken away", accepted="")
            station.journey.outbox.settle([one])
        said = words(station, station.explain(END_MS))
        assert "accepted whole 2 times, each time under its temporary name only" in said
        assert "with proof: answer it is sent once more, under its own name" in said

    def test_one_that_gets_other_slots_is_said_to(self, station: ExplainedStation) -> None:
        filled(station)
        found = way(station.explain(END_MS, HOURLY), HOURLY)
        assert found.why_not == "it gets slots of 1h, and none of them ends then"

    def test_other_bytes_at_the_far_end_are_told(self, station: ExplainedStation) -> None:
        filled(station)
        (number,) = station.journey.database.read("SELECT min(id) FROM delivery")[0]
        name = only(station.explain(END_MS)).files[0].made.name
        one = DeliveryResult(
            number,
            DeliveryState.REFUSED,
            END_MS,
            END_MS + 1000,
            "other bytes lie there",
            conflict=f"{DESTINATION}/{name}",
        )
        station.journey.outbox.settle([one])
        found = way(station.explain(END_MS))
        assert found.conflict is not None
        said = words(station, station.explain(END_MS))
        assert "so-tnmt: refused" in said
        assert "set aside since 2026-01-01 00:05:01: other bytes lie there" in said

    def test_what_counts_by_its_kept_answer_is_said_to(self, station: ExplainedStation) -> None:
        filled(station)
        (number,) = station.journey.database.read("SELECT min(id) FROM delivery")[0]
        for n in range(MOST_ACCEPTANCES):
            at_ms = END_MS + 5000 + n * 1000
            one = DeliveryResult(number, DeliveryState.WAITING, at_ms, at_ms + 500, "not there", accepted="226 OK")
            station.journey.outbox.settle([one])
        found = way(station.explain(END_MS))
        assert found.acceptance is not None
        assert (found.acceptance.times, found.acceptance.answer) == (MOST_ACCEPTANCES, "226 OK")
        assert found.acceptance.held_ms is not None
        assert "waits for a person since" in words(station, station.explain(END_MS))
        accept_answers(station.journey.database, DESTINATION, END_MS + HOUR_MS)
        found = way(station.explain(END_MS))
        assert found.is_by_kept_answer
        assert found.listed is not None
        assert found.listed.entry.times.delivered_ms == END_MS + 5500
        assert [one.outcome for one in found.tries] == ["unproven"] * MOST_ACCEPTANCES
        assert "counts by the server's answer (proof: answer): 226 OK" in words(station, station.explain(END_MS))

    def test_a_destination_that_was_configured_later(self, station: ExplainedStation) -> None:
        filled(station)
        with station.journey.database.write() as connection:
            connection.execute("DELETE FROM delivery")
        assert "nothing was meant for it then" in (way(station.explain(END_MS)).why_not or "")

    def test_a_damaged_try_is_left_out_and_the_others_are_not(self, station: ExplainedStation) -> None:
        filled(station)
        settle(station, (DeliveryState.WAITING, END_MS + 5000, "452"), (DeliveryState.DELIVERED, END_MS + 9000, "226"))
        with station.journey.database.write() as connection:
            connection.execute("DELETE FROM delivery_try WHERE answer = '226'")
        spoil(station, "delivery_try", "done_ms", 5)
        found = way(station.explain(END_MS))
        assert found.tries == ()
        assert found.tries_untold == 2
        assert "last answer: 226" in words(station, station.explain(END_MS))


class TestNoRecord:
    @pytest.mark.parametrize(
        ("end_ms", "said"),
        [
            (MIDNIGHT_MS, "beyond what is kept: the oldest slot that is kept ended at 2026-01-01T00:05:00+07:00"),
            (MIDNIGHT_MS + 3 * SLOT_MS, "it was never made: the gateway was not running"),
            (MIDNIGHT_MS + 40 * DAY_MS, "it has not ended yet"),
            (MIDNIGHT_MS + 12_345, "no slot ends at 2026-01-01 00:00:12.345"),
        ],
    )
    def test_it_is_said_why(self, station: ExplainedStation, end_ms: int, said: str) -> None:
        filled(station)
        runs.end(station.journey.database, 1, END_MS + 10_000, "SIGTERM")
        runs.begin(station.journey.database, MIDNIGHT_MS + HOUR_MS, "1")
        explanation = station.explain(end_ms, now_ms=MIDNIGHT_MS + 2 * HOUR_MS)
        assert said in words(station, explanation)
        assert all(one.kept is None for one in explanation.slots)

    def test_one_that_is_still_open(self, station: ExplainedStation) -> None:
        filled(station)
        station.fill(END_MS, END_MS + POLL_MS, usual)
        explanation = station.explain(END_MS + SLOT_MS, now_ms=END_MS + SLOT_MS + 1000)
        assert "it has readings, and is not closed yet" in words(station, explanation)

    def test_one_that_was_closed_before_the_database_was_rolled_back(self, station: ExplainedStation) -> None:
        filled(station)
        with station.journey.database.write() as connection:
            connection.execute(
                "INSERT INTO rollback (found_ms, reason, closed_until) VALUES (?, 'older', ?)",
                (END_MS + 2 * SLOT_MS, json.dumps({str(SLOT_MS): [END_MS + SLOT_MS]})),
            )
        said = words(station, station.explain(END_MS + SLOT_MS))
        assert "it was closed before the database was rolled back, and is not made again: gateway recover" in said
        assert "rolled back" not in words(station, station.explain(END_MS))

    def test_readings_that_wait_for_their_time_hold_it_up(self, station: ExplainedStation) -> None:
        filled(station)
        with station.journey.database.write() as connection:
            layout_id = connection.execute("SELECT max(id) FROM layout").fetchone()[0]
            connection.execute(UNSTAMPED, (layout_id,))
        explanation = station.explain(END_MS + 2 * SLOT_MS, now_ms=END_MS + 2 * SLOT_MS + 60_000)
        assert "readings wait until the clock can be trusted" in words(station, explanation)

    def test_nothing_was_ever_closed(self, station: ExplainedStation) -> None:
        assert "no slot has been closed yet" in words(station, station.explain(END_MS))
