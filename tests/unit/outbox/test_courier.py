"""What waits arrives, whatever the far end does meanwhile, and nobody is asked more often than is decent."""

from __future__ import annotations

import logging

import pytest

from gateway.outbox.batch_size import FEWEST
from gateway.outbox.courier import CLOSE_AFTER_S, CLOSE_SOON_AFTER_S
from gateway.outbox.lanes import Lane
from tests.support.clock import FakeClock
from tests.support.destination import Destination
from tests.support.fake_server import Behaviour, PowerCut
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey

NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS


def send(destination: Destination, *ends_ms: int) -> None:
    for end_ms in ends_ms:
        destination.journey.send(end_ms, [destination.name])


def backlog(destination: Destination, count: int) -> list[int]:
    """That many slots of this morning, oldest first."""
    ends_ms = [MIDNIGHT_MS + (n + 1) * SLOT_MS for n in range(count)]
    send(destination, *ends_ms)
    return ends_ms


def names(ends_ms: list[int]) -> list[str]:
    minutes = [(end_ms - MIDNIGHT_MS) // 60_000 for end_ms in ends_ms]
    return [f"HN_ABCD_NUO001_20260101{minute // 60:02}{minute % 60:02}00.txt" for minute in minutes]


def states(destination: Destination) -> set[str]:
    return set(destination.journey.deliveries().values())


class TestDelivery:
    def test_a_file_arrives_in_its_folder_with_its_bytes(self, destination: Destination) -> None:
        send(destination, NOON_MS)
        destination.step(Lane.LIVE)
        assert destination.server.held == {
            "2026/01/01/HN_ABCD_NUO001_20260101120000.txt": b"pH\t7.21\t-\t20260101120000\t00\r\n"
        }
        assert states(destination) == {"delivered"}
        assert destination.state() == "up"

    def test_the_folder_is_that_of_the_slot_in_local_time(self, destination: Destination) -> None:
        """00:00 belongs to the new day, although in UTC it is still yesterday's afternoon."""
        send(destination, MIDNIGHT_MS)
        destination.step(Lane.BACKLOG)
        assert list(destination.server.held) == ["2026/01/01/HN_ABCD_NUO001_20260101000000.txt"]

    def test_what_is_delivered_stays_delivered(self, destination: Destination) -> None:
        send(destination, NOON_MS)
        destination.live(600.0)
        assert len(destination.server.arrivals) == 1

    def test_the_backlog_goes_oldest_first_in_portions(self, destination: Destination) -> None:
        ends_ms = backlog(destination, 50)
        destination.live(5.0)
        assert [name for batch in destination.server.batches for name in batch] == names(ends_ms)
        assert [len(batch) for batch in destination.server.batches] == [FEWEST, 30]

    def test_the_present_does_not_wait_for_yesterday(self, destination: Destination) -> None:
        backlog(destination, 100)
        destination.step(Lane.BACKLOG)
        send(destination, NOON_MS)
        destination.step(Lane.LIVE)
        assert destination.server.batches[-1] == names([NOON_MS])

    def test_a_file_whose_time_has_not_come_is_not_sent_before_it_has(self, destination: Destination) -> None:
        """The clock was ahead when its slot was closed. Whoever asks for it, no authority is told of the future."""
        end_ms = NOON_MS + SLOT_MS
        send(destination, end_ms)
        destination.live((end_ms - destination.clock.wall_ms) / 1000 - 1)
        assert states(destination) == {"waiting"}
        destination.live(10.0)
        assert states(destination) == {"delivered"}

    def test_an_idle_connection_is_closed(self, destination: Destination) -> None:
        send(destination, NOON_MS)
        destination.live(CLOSE_AFTER_S - 1)
        assert destination.server.times_closed == 0
        destination.live(10.0)
        assert destination.server.times_closed == 1

    def test_one_of_few_is_closed_soon_for_somebody_else_may_want_it(self, destination: Destination) -> None:
        destination.server.scarce = True
        send(destination, NOON_MS)
        destination.live(CLOSE_SOON_AFTER_S + 1)
        assert destination.server.times_closed == 1

    def test_one_of_few_is_kept_while_old_files_wait(self, destination: Destination) -> None:
        """Whoever has it next would keep the backlog out, and the live lane with it."""
        destination.server.scarce = True
        send(destination, NOON_MS)
        destination.step(Lane.LIVE)
        backlog(destination, 3)
        destination.clock.advance(CLOSE_AFTER_S - 1)
        destination.step(Lane.LIVE)
        assert destination.server.times_closed == 0
        destination.live(CLOSE_SOON_AFTER_S + 1)
        assert destination.server.times_closed == len(Lane)


class TestDown:
    def test_pauses_grow_to_five_minutes_and_no_further(self, destination: Destination) -> None:
        send(destination, NOON_MS)
        destination.server.behaviour = Behaviour.DOWN
        pauses = []
        for _ in range(12):
            pause_s = destination.step(Lane.LIVE) - destination.clock.mono_s
            pauses.append(pause_s)
            destination.clock.advance(pause_s)
            destination.clock.wall_ms = NOON_MS
        assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 150, 150, 150, 150]

    def test_it_is_not_called_before_its_pause_is_over(self, destination: Destination) -> None:
        """The planner wakes all couriers with every new file."""
        send(destination, NOON_MS)
        destination.server.behaviour = Behaviour.DOWN
        due_s = destination.step(Lane.LIVE)
        assert destination.step(Lane.LIVE) == due_s
        assert destination.server.connections == 1

    def test_an_outage_of_hours_ends_with_everything_delivered_oldest_first(self, destination: Destination) -> None:
        destination.server.behaviour = Behaviour.DOWN
        ends_ms = []
        for n in range(36):
            ends_ms.append(NOON_MS + n * SLOT_MS)
            send(destination, ends_ms[-1])
            destination.live(300.0)
        destination.server.behaviour = Behaviour.TAKES
        destination.live(400.0)
        assert states(destination) == {"delivered"}
        arrived = [path.rpartition("/")[2] for path in destination.server.arrivals]
        assert sorted(arrived) == names(ends_ms)
        # Apart from the first over the mended line, which may be any, and the live lane's last few.
        behind_the_first = [name for name in arrived[1:] if name not in names(ends_ms)[-4:]]
        assert behind_the_first == sorted(behind_the_first)

    def test_only_the_change_is_told(self, destination: Destination, caplog: pytest.LogCaptureFixture) -> None:
        backlog(destination, 1)
        destination.server.behaviour = Behaviour.DOWN
        with caplog.at_level(logging.INFO, logger="gateway"):
            destination.live(600.0)
            destination.server.behaviour = Behaviour.TAKES
            destination.live(300.0)
        told = [(record.levelname, record.getMessage().split(" destination=")[0]) for record in caplog.records]
        assert told == [
            ("WARNING", "destination down"),
            ("INFO", "file delivered"),
            ("INFO", "destination takes files"),
        ]

    def test_a_line_that_breaks_after_every_file_still_drains(self, destination: Destination) -> None:
        backlog(destination, 30)
        destination.server.behaviour = Behaviour.BREAKS
        destination.live(60.0)
        assert states(destination) == {"delivered"}

    def test_an_uplink_that_ends_without_a_word_is_given_a_pause(self, destination: Destination) -> None:
        """It was called again at once, for ever."""
        backlog(destination, 3)
        destination.server.behaviour = Behaviour.KEEPS_QUIET
        destination.live(60.0)
        assert destination.server.connections < 10
        assert destination.state() == "down"
        destination.server.behaviour = Behaviour.TAKES
        destination.live(60.0)
        assert states(destination) == {"delivered"}


class TestRejected:
    def test_the_account_is_tried_once_in_fifteen_minutes_by_both_lanes_together(
        self, destination: Destination
    ) -> None:
        backlog(destination, 3)
        destination.server.behaviour = Behaviour.REJECTS
        for n in range(12):
            send(destination, NOON_MS + n * SLOT_MS)
            destination.live(300.0)
        assert destination.server.connections <= 5  # at 0, 15, 30, 45 and 60 minutes
        assert destination.state() == "rejected"

    def test_both_lanes_work_again_soon_after_one_was_let_in(self, destination: Destination) -> None:
        backlog(destination, 3)
        send(destination, NOON_MS)
        destination.server.behaviour = Behaviour.REJECTS
        destination.live(100.0)
        destination.server.behaviour = Behaviour.TAKES
        destination.live(830.0)
        assert states(destination) == {"delivered"}

    def test_a_line_that_is_down_at_the_next_try_costs_no_other_fifteen_minutes(self, destination: Destination) -> None:
        backlog(destination, 3)
        destination.server.behaviour = Behaviour.REJECTS
        destination.live(899.0)
        destination.server.behaviour = Behaviour.DOWN
        destination.live(10.0)
        destination.server.behaviour = Behaviour.TAKES
        destination.live(20.0)
        assert states(destination) == {"delivered"}

    def test_it_is_an_error_in_the_log_once(self, destination: Destination, caplog: pytest.LogCaptureFixture) -> None:
        backlog(destination, 1)
        destination.server.behaviour = Behaviour.REJECTS
        destination.live(3600.0)
        assert [record.levelno for record in caplog.records if record.levelno > logging.INFO] == [logging.ERROR]


class TestPoison:
    def test_a_refused_file_is_set_aside_and_the_others_arrive(self, destination: Destination) -> None:
        ends_ms = backlog(destination, 2)
        destination.server.behaviour = Behaviour.REFUSES
        destination.step(Lane.BACKLOG)
        assert states(destination) == {"refused"}
        destination.server.behaviour = Behaviour.TAKES
        send(destination, ends_ms[-1] + SLOT_MS)
        destination.live(5.0)
        assert sorted(destination.journey.deliveries().values()) == ["delivered", "refused", "refused"]
        assert destination.journey.outbox.counts("so-tnmt", 1 << 60).refused == 2

    def test_a_file_whose_bytes_have_changed_is_not_sent_and_holds_up_nobody(self, destination: Destination) -> None:
        backlog(destination, 5)
        with destination.journey.database.write() as connection:
            connection.execute("DROP TRIGGER record_is_final")
            connection.execute("UPDATE record SET packed = x'00' WHERE id = 1")
        destination.live(5.0)
        assert len(destination.server.held) == 4
        assert sorted(destination.journey.deliveries().values()) == ["delivered"] * 4 + ["refused"]

    def test_the_last_file_being_unfit_is_no_reason_to_connect(self, destination: Destination) -> None:
        backlog(destination, 1)
        with destination.journey.database.write() as connection:
            connection.execute("DROP TRIGGER record_is_final")
            connection.execute("UPDATE record SET packed = x'00'")
        destination.live(5.0)
        assert states(destination) == {"refused"}
        assert destination.server.connections == 0

    def test_a_file_on_which_the_far_end_chokes_holds_up_nobody_for_long(self, destination: Destination) -> None:
        """A server that locks one name, or breaks the line at it, stopped the whole backlog behind it."""
        ends_ms = backlog(destination, 100)
        destination.server.breaks_at = {names(ends_ms)[0], names(ends_ms)[30]}
        destination.live(600.0)
        assert len(destination.server.held) == 98
        destination.server.breaks_at = set()
        destination.live(301.0)
        assert states(destination) == {"delivered"}


class TestPowerCut:
    def test_what_arrived_and_was_not_written_down_arrives_again_with_the_same_bytes(
        self, journey: Journey, destination: Destination
    ) -> None:
        backlog(destination, 2)
        destination.server.behaviour = Behaviour.DIES
        with pytest.raises(PowerCut):
            destination.step(Lane.BACKLOG)
        journey.restart()
        destination.restart()
        destination.server.behaviour = Behaviour.TAKES
        destination.live(5.0)
        assert states(destination) == {"delivered"}
        assert len(destination.server.arrivals) == 3

    def test_claims_are_released_whatever_happens(self, destination: Destination) -> None:
        """An unforeseen failure in one lane must not hide its files from the other."""
        send(destination, NOON_MS)
        destination.server.behaviour = Behaviour.DIES
        with pytest.raises(PowerCut):
            destination.step(Lane.LIVE)
        destination.server.behaviour = Behaviour.TAKES
        destination.clock.advance(3600.0)
        destination.step(Lane.BACKLOG)
        assert states(destination) == {"delivered"}


def test_stopping_is_nobodys_fault(destination: Destination, caplog: pytest.LogCaptureFixture) -> None:
    """Breaking the line ourselves counts as no try and is not told as a failure."""
    send(destination, NOON_MS)
    destination.lanes[Lane.LIVE].interrupt()
    with caplog.at_level(logging.WARNING):
        destination.step(Lane.LIVE)
    destination.lanes[Lane.LIVE].close()
    assert caplog.records == []
    assert destination.tries() == {NOON_MS: 0}
    assert destination.server.times_closed == 1


def test_the_lanes_never_carry_the_same_file(journey: Journey, clock: FakeClock) -> None:
    """It grows too old for the live lane while the live lane carries it."""
    destination = Destination(journey, clock)
    send(destination, NOON_MS)

    def the_other_lane_looks() -> float:
        clock.advance(3600.0)
        destination.lanes[Lane.BACKLOG].step(clock.now())
        return 0.0

    destination.server.behaviour = Behaviour.DOWN
    destination.chance = the_other_lane_looks  # drawn when the batch has failed and its files are still claimed
    destination.step(Lane.LIVE)
    assert destination.server.connections == 1
