"""Retention on a real database: what is old enough goes, and nothing else, whatever the clock says.

ThingsBoard's gateway never deletes, because it compares seconds with milliseconds: here both a reading that is a minute
too young and one that is a minute too old are looked at.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import pytest

from gateway.core.retention import ROUND_S, Retention
from gateway.db.rounds import Rounds
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.expiry import MOST_PER_STEP, PAUSE_S, Expiry
from gateway.outbox.store import DeliveryResult
from tests.support.clock import FakeClock
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey, block, measured, record

RETENTION = Retention(readings_ms=60 * DAY_MS, records_ms=1096 * DAY_MS)
MINUTE_MS = 60_000


class Keeper:
    """Expiry with a clock of its own, called when it asks to be called."""

    def __init__(self, journey: Journey, now_ms: int, *, has_run: bool = True) -> None:
        self.journey = journey
        self.clock = FakeClock(now_ms)
        if has_run:  # until now
            Rounds(journey.database).completed("retention", now_ms - HOUR_MS)
        self.start()

    def start(self) -> None:
        """The daemon starts, for the first time or again."""
        journey = self.journey
        self.expiry = Expiry(journey.readings, journey.records, journey.outbox, RETENTION, Rounds(journey.database))
        self.due_s = self.clock.mono_s

    def live(self, hours: float) -> None:
        until_s = self.clock.mono_s + hours * 3600
        while self.due_s <= until_s:
            self.clock.advance(max(0.0, self.due_s - self.clock.mono_s))
            self.due_s = self.expiry.step(self.clock.now())
        self.clock.advance(until_s - self.clock.mono_s)


def keep_readings(journey: Journey, instants: Iterable[int]) -> None:
    journey.readings.add([block(at_ms, measured(7.0)) for at_ms in instants])
    with journey.database.write() as connection:
        connection.execute("DELETE FROM open_slot")


def readings(journey: Journey) -> list[int]:
    return [at_ms for (at_ms,) in journey.database.read("SELECT first_ms FROM reading_block ORDER BY 1")]


def records(journey: Journey) -> list[int]:
    return [end_ms for (end_ms,) in journey.database.read("SELECT end_ms FROM record ORDER BY 1")]


def deliver_all(journey: Journey) -> None:
    waiting = journey.database.read("SELECT id FROM delivery WHERE state = 'waiting'")
    journey.outbox.settle([DeliveryResult(number, DeliveryState.DELIVERED, 1, 2, "renamed") for (number,) in waiting])


class TestReadings:
    def test_sixty_days_are_sixty_days(self, journey: Journey) -> None:
        limit_ms = MIDNIGHT_MS - 60 * DAY_MS
        keep_readings(journey, [limit_ms - MINUTE_MS, limit_ms + MINUTE_MS])
        Keeper(journey, MIDNIGHT_MS).live(0)
        assert readings(journey) == [limit_ms + MINUTE_MS]

    def test_nothing_of_an_open_slot_goes(self, journey: Journey) -> None:
        old_ms = MIDNIGHT_MS - 90 * DAY_MS
        journey.readings.add([block(old_ms, measured(7.0)), block(old_ms + 299_999, measured(7.0))])
        Keeper(journey, MIDNIGHT_MS).live(48)
        assert len(readings(journey)) == 2

    def test_an_hour_of_daily_life_keeps_pace_with_what_comes(self, journey: Journey) -> None:
        first_ms = MIDNIGHT_MS - 60 * DAY_MS - 10 * HOUR_MS
        keep_readings(journey, range(first_ms, MIDNIGHT_MS - 60 * DAY_MS + 3 * HOUR_MS, 10 * MINUTE_MS))
        keeper = Keeper(journey, MIDNIGHT_MS)
        keeper.live(12)
        assert min(readings(journey), default=keeper.clock.wall_ms) >= keeper.clock.wall_ms - 60 * DAY_MS - HOUR_MS

    def test_a_clock_years_ahead_for_an_afternoon_costs_hours_not_everything(self, journey: Journey) -> None:
        """With more than one step's worth of blocks in two hours, a round had no end and took all there was."""
        per_hour = MOST_PER_STEP
        step_ms = HOUR_MS // per_hour
        keep_readings(journey, range(MIDNIGHT_MS, MIDNIGHT_MS + 20 * HOUR_MS, step_ms))
        Keeper(journey, MIDNIGHT_MS + 3 * 365 * DAY_MS).live(3)
        assert readings(journey)[0] == pytest.approx(MIDNIGHT_MS + 6 * HOUR_MS, abs=MINUTE_MS)

    def test_a_large_round_is_done_in_portions_with_a_breath_between(self, journey: Journey) -> None:
        keep_readings(journey, range(MIDNIGHT_MS, MIDNIGHT_MS + HOUR_MS, HOUR_MS // (MOST_PER_STEP + 100)))
        keeper = Keeper(journey, MIDNIGHT_MS + 100 * DAY_MS)
        assert keeper.expiry.step(keeper.clock.now()) == keeper.clock.mono_s + PAUSE_S
        assert len(readings(journey)) == pytest.approx(100, abs=1)
        now = keeper.clock.advance(PAUSE_S)
        assert keeper.expiry.step(now) == now.mono_s + ROUND_S
        assert readings(journey) == []

    @pytest.mark.parametrize("now_ms", [0, MIDNIGHT_MS - 365 * DAY_MS, MIDNIGHT_MS])
    def test_a_clock_that_is_behind_deletes_nothing(self, journey: Journey, now_ms: int) -> None:
        keep_readings(journey, [MIDNIGHT_MS - DAY_MS])
        journey.send(MIDNIGHT_MS - DAY_MS, ["so-tnmt"])
        deliver_all(journey)
        Keeper(journey, now_ms).live(48)
        assert len(readings(journey)) == 1
        assert len(records(journey)) == 1

    def test_readings_from_1970_do_not_hold_up_the_others(self, journey: Journey) -> None:
        keep_readings(journey, [5000, MIDNIGHT_MS - 61 * DAY_MS, MIDNIGHT_MS - DAY_MS])
        Keeper(journey, MIDNIGHT_MS).live(2)
        assert readings(journey) == [MIDNIGHT_MS - DAY_MS]


class TestRecords:
    def test_three_years_are_three_years_and_files_and_deliveries_go_along(self, journey: Journey) -> None:
        limit_ms = MIDNIGHT_MS - 1096 * DAY_MS
        for end_ms in (limit_ms - SLOT_MS, limit_ms + SLOT_MS):
            journey.send(end_ms, ["so-tnmt", "bo-tnmt"])
        deliver_all(journey)
        Keeper(journey, MIDNIGHT_MS).live(0)
        assert records(journey) == [limit_ms + SLOT_MS]
        assert set(journey.deliveries()) == {("so-tnmt", limit_ms + SLOT_MS), ("bo-tnmt", limit_ms + SLOT_MS)}

    @pytest.mark.parametrize("state", ["waiting", "refused"])
    def test_the_unsent_never_goes_nor_what_came_after_it(self, journey: Journey, state: str) -> None:
        """One of two authorities has been down for years."""
        old_ms = MIDNIGHT_MS - 1100 * DAY_MS
        for n in range(3):
            journey.send(old_ms + n * SLOT_MS, ["so-tnmt", "bo-tnmt"])
        deliver_all(journey)
        with journey.database.write() as connection:
            connection.execute(
                "UPDATE delivery SET state = ?, delivered_ms = NULL WHERE destination_id = 2 AND end_ms = ?",
                (state, old_ms + SLOT_MS),
            )
        Keeper(journey, MIDNIGHT_MS).live(48)
        assert records(journey) == [old_ms + SLOT_MS, old_ms + 2 * SLOT_MS]

    def test_what_has_no_file_or_no_plan_yet_is_not_sent_either(self, journey: Journey) -> None:
        old_ms = MIDNIGHT_MS - 1100 * DAY_MS
        journey.file_of(record(old_ms))
        journey.records.add(record(old_ms + SLOT_MS), old_ms)
        Keeper(journey, MIDNIGHT_MS).live(48)
        assert records(journey) == [old_ms, old_ms + SLOT_MS]

    def test_what_becomes_due_while_a_round_goes_on_is_seen(self, journey: Journey) -> None:
        """The clock steps back by years in the middle of a round, and an old slot closes: its file must be sent."""
        for n in range(MOST_PER_STEP):
            keep_readings(journey, [MIDNIGHT_MS - 1200 * DAY_MS + n])
        journey.send(MIDNIGHT_MS - 1200 * DAY_MS + HOUR_MS, ["so-tnmt"])
        deliver_all(journey)
        journey.send(MIDNIGHT_MS - 1200 * DAY_MS + 2 * HOUR_MS, ["so-tnmt"])
        keeper = Keeper(journey, MIDNIGHT_MS)
        keeper.expiry.step(keeper.clock.now())
        journey.send(MIDNIGHT_MS - 1200 * DAY_MS + HOUR_MS + SLOT_MS, ["so-tnmt"])
        keeper.live(2)
        assert [state for _, state in sorted(journey.deliveries().items())] == ["waiting", "waiting"]


class TestStarting:
    """Each start began a round: a station that started again and again paid for each, and with its clock ahead it lost
    two hours of data every time."""

    def test_who_starts_every_minute_has_one_round_an_hour(self, journey: Journey) -> None:
        keep_readings(journey, range(MIDNIGHT_MS, MIDNIGHT_MS + 20 * HOUR_MS, 10 * MINUTE_MS))
        keeper = Keeper(journey, MIDNIGHT_MS + 3 * 365 * DAY_MS)
        for _ in range(3 * 60 - 1):
            keeper.live(1 / 60)
            keeper.start()
        assert readings(journey)[0] == MIDNIGHT_MS + 6 * HOUR_MS

    def test_who_was_off_for_long_has_one_at_once(self, journey: Journey) -> None:
        keeper = Keeper(journey, MIDNIGHT_MS)
        keeper.live(0)
        keep_readings(journey, [MIDNIGHT_MS - 61 * DAY_MS])
        keeper.clock.advance(3600.0)
        keeper.start()
        keeper.live(0)
        assert readings(journey) == []

    def test_a_round_done_under_a_clock_years_ahead_puts_the_next_off_by_an_hour_at_most(
        self, journey: Journey
    ) -> None:
        Keeper(journey, MIDNIGHT_MS + 3 * 365 * DAY_MS).live(0)
        keep_readings(journey, [MIDNIGHT_MS - 61 * DAY_MS])
        keeper = Keeper(journey, MIDNIGHT_MS, has_run=False)
        keeper.live(0.9)
        assert len(readings(journey)) == 1
        keeper.live(0.2)
        assert readings(journey) == []


def test_it_is_quiet_between_rounds(journey: Journey) -> None:
    keeper = Keeper(journey, MIDNIGHT_MS)
    due_s = keeper.expiry.step(keeper.clock.now())
    assert due_s == keeper.clock.mono_s + ROUND_S
    keep_readings(journey, [1])
    assert keeper.expiry.step(keeper.clock.advance(60.0)) == due_s
    assert readings(journey) == [1]


class TestAClockThatIsFarAhead:
    """In 2040, over two starts, everything that was young a moment ago was deleted, at DEBUG."""

    def lived(self, journey: Journey) -> Keeper:
        for number in range(30):
            journey.send(MIDNIGHT_MS - number * SLOT_MS, ["so-tnmt"])
            keep_readings(journey, [MIDNIGHT_MS - number * SLOT_MS - MINUTE_MS])
        deliver_all(journey)
        keeper = Keeper(journey, MIDNIGHT_MS)
        keeper.live(1)
        return keeper

    @pytest.mark.parametrize("ran_before", [True, False])
    def test_it_makes_nothing_old_over_many_starts(self, journey: Journey, ran_before: bool) -> None:
        keeper = self.lived(journey)
        if not ran_before:
            with journey.database.write() as connection:
                connection.execute("DELETE FROM round")
        keeper.clock.wall_ms += 14 * 365 * DAY_MS
        for _ in range(5):
            keeper.start()
            keeper.live(3)
        assert len(records(journey)) == 30
        assert len(readings(journey)) == 30

    def test_one_that_stays_there_is_believed_after_a_day(self, journey: Journey) -> None:
        keeper = self.lived(journey)
        keeper.clock.wall_ms += 14 * 365 * DAY_MS
        keeper.start()
        keeper.live(30)
        assert len(records(journey)) < 30

    def test_what_goes_is_told(self, journey: Journey, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        limit_ms = MIDNIGHT_MS - 60 * DAY_MS
        keep_readings(journey, [limit_ms - MINUTE_MS, limit_ms + MINUTE_MS])
        Keeper(journey, MIDNIGHT_MS).live(0)
        (told,) = [one.message for one in caplog.records if "old enough" in one.message]
        assert "what=readings count=1 from=2025-11-01T16:59:00Z until=2025-11-01T17:01:00Z" in told
