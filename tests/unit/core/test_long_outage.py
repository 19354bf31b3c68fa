"""An interruption lasts from the last arrival before it to the first one after: that is what the authority saw."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gateway.core.completeness import Outlook, Period, SlotFile
from gateway.core.lateness import DelayCause, Downtime
from gateway.core.long_outage import Interruption, interruptions
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS

DAY = Period(MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, SLOT_MS)
NEXT_DAY_MS = MIDNIGHT_MS + 2 * DAY_MS
AFTER_MS = 4000
"""So long after its slot's end a file arrives when nothing is in its way."""


def end(slot: int) -> int:
    return MIDNIGHT_MS + slot * SLOT_MS


def in_time(slot: int) -> SlotFile:
    return SlotFile(end(slot), end(slot) + AFTER_MS)


def late(slot: int, cause: DelayCause, arrived_ms: int | None) -> SlotFile:
    return SlotFile(end(slot), arrived_ms, cause)


def found_in(
    files: list[SlotFile], period: Period = DAY, now_ms: int = NEXT_DAY_MS, downtimes: Sequence[Downtime] = ()
) -> tuple[Interruption, ...]:
    """As the ledger would have it: whatever arrived is an arrival."""
    arrived_ms = sorted(one.arrived_ms for one in files if one.arrived_ms is not None)
    return interruptions(files, arrived_ms, period, now_ms, downtimes=downtimes)


def cut(back_ms: int) -> list[SlotFile]:
    """A day whose line is down from after slot 50 until then; what waited arrives at once."""
    waited = range(51, (back_ms - MIDNIGHT_MS) // SLOT_MS + 1)
    files = [in_time(slot) for slot in range(1, 51)]
    files += [late(slot, DelayCause.LINE, back_ms) for slot in waited]
    return files + [in_time(slot) for slot in range(waited[-1] + 1, 289)]


@pytest.mark.parametrize(("seconds", "is_reportable"), [(-60, False), (0, False), (1, True), (60, True)])
def test_a_minute_over_twelve_hours_is_never_less(seconds: int, is_reportable: bool) -> None:
    length_ms = 12 * HOUR_MS + seconds * 1000
    (found,) = found_in(cut(end(50) + AFTER_MS + length_ms))
    assert found.length_ms == length_ms
    assert found.is_reportable is is_reportable
    assert (found.main_cause, found.lasts) == (DelayCause.LINE, False)


def test_what_arrived_after_all_is_counted() -> None:
    (found,) = found_in(cut(end(60) + 2000))
    assert found.slots == found.arrived_later == 9  # slot 60 was in time
    assert (found.begin_ms, found.end_ms) == (end(50) + AFTER_MS, end(60) + 2000)


def test_without_any_arrival_it_begins_with_its_first_slot_and_lasts_until_now() -> None:
    (found,) = found_in(
        [late(1, DelayCause.REJECTED, None), late(2, DelayCause.REJECTED, None)], Period(end(0), end(2), SLOT_MS)
    )
    assert found == Interruption(
        end(0),
        NEXT_DAY_MS,
        2,
        ((DelayCause.REJECTED, 2),),
        0,
        lasts=True,
        outlooks=((Outlook.WAITING, 2),),
        missing_ms=(end(1), end(2)),
    )


def test_a_slot_of_which_there_is_no_file_was_never_made() -> None:
    files = [in_time(slot) for slot in (*range(1, 11), *range(200, 289))]
    (found,) = found_in(files, downtimes=[Downtime(end(10) + 10_000, end(199) + 10_000)])
    assert (found.slots, found.causes, found.without_file) == (189, ((DelayCause.GATEWAY_OFF, 189),), 189)
    assert found.length_ms == end(200) - end(10)


def test_nobody_says_why_it_was_not_made_where_the_gateway_is_known_to_have_run() -> None:
    """Off for an hour somewhere else is no reason."""
    files = [in_time(slot) for slot in (*range(1, 11), *range(200, 289))]
    (found,) = found_in(files, downtimes=[Downtime(end(220), end(232))])
    assert found.causes == ((DelayCause.NOT_MADE, 189),)


def test_what_becomes_of_each_slot_is_counted_once() -> None:
    files = [
        late(1, DelayCause.LINE, end(99)),
        late(2, DelayCause.LINE, None),
        SlotFile(end(3), None, DelayCause.REFUSED, Outlook.SET_ASIDE),
        SlotFile(end(4), None, DelayCause.LINE, Outlook.GIVEN_UP),
    ]
    period = Period(end(0), end(7), SLOT_MS)
    downtimes = [Downtime(end(6) + 1000, end(7) + 1000)]
    (found,) = interruptions(files, [end(99)], period, NEXT_DAY_MS, downtimes=downtimes, empty_ms=[end(5), end(6)])
    assert (found.slots, found.arrived_later, found.without_file) == (7, 1, 3)
    assert dict(found.outlooks) == {Outlook.WAITING: 1, Outlook.SET_ASIDE: 1, Outlook.GIVEN_UP: 1}
    assert dict(found.causes) == {
        DelayCause.LINE: 3,
        DelayCause.REFUSED: 1,
        DelayCause.NO_VALUES: 2,
        DelayCause.GATEWAY_OFF: 1,
    }


def test_an_arrival_in_between_makes_two_of_it() -> None:
    files = [in_time(slot) for slot in range(1, 289) if slot not in (10, 12)]
    assert [(one.begin_ms, one.end_ms, one.slots) for one in found_in(files)] == [
        (end(9) + AFTER_MS, end(11) + AFTER_MS, 1),
        (end(11) + AFTER_MS, end(13) + AFTER_MS, 1),
    ]


def test_files_that_are_all_late_by_a_minute_are_no_outage() -> None:
    files = [late(slot, DelayCause.QUEUE, end(slot) + 6 * 60_000) for slot in range(1, 289)]
    assert max(one.length_ms for one in found_in(files)[1:]) == SLOT_MS


def test_the_causes_are_counted_the_most_frequent_first() -> None:
    files = [late(1, DelayCause.SERVER, None), late(2, DelayCause.LINE, None), late(3, DelayCause.LINE, end(9))]
    (found,) = found_in(files, Period(end(0), end(4), SLOT_MS))
    assert found.causes == ((DelayCause.LINE, 2), (DelayCause.SERVER, 1), (DelayCause.NOT_MADE, 1))
    assert (found.arrived_later, found.end_ms, found.lasts) == (1, end(9), False)


def test_what_is_not_due_yet_is_not_judged() -> None:
    files = [in_time(slot) for slot in range(1, 10)] + [
        late(10, DelayCause.LINE, None),
        late(11, DelayCause.LINE, None),
    ]
    period = Period(end(0), end(11), SLOT_MS)
    assert found_in(files, period, end(11)) == ()
    (found,) = found_in(files, period, end(11) + 1)
    assert (found.slots, found.begin_ms, found.end_ms, found.lasts) == (1, end(9) + AFTER_MS, end(11) + 1, True)


def test_all_in_time_is_none() -> None:
    assert found_in([in_time(slot) for slot in range(1, 289)]) == ()
