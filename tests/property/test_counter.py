"""A running total under all that happens to it: what slots say together is what fell, or less, and never more.

The model drops rain into a gauge and knows how much; it loses polls, stops the gateway, wraps and resets the device. It
shares nothing with the gateway's rule.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.counter import CONTEXT, Count, count
from gateway.core.reading import NO_ANSWER, Reading, Status, TimedReading
from gateway.core.running_total import CounterNote, RunningTotal
from gateway.core.slot import Slot, slot_of

POLL_MS, SLOT_MS, GRACE_MS = 20_000, 300_000, 2_000
BEGIN_MS = 1_767_225_600_000


class Gauge(NamedTuple):
    """What was seen of it, what fell from the first to the last good reading, and what of it fell before resets."""

    seen: list[TimedReading]
    fell: int
    lost: int


STEPS = st.lists(
    st.tuples(
        st.integers(0, 4),  # counts that fall until the poll
        st.sampled_from(["read"] * 12 + ["lost", "silent", "off", "long off"]),
    ),
    min_size=1,
    max_size=120,
)


def play(steps: list[tuple[int, str]], first: int, modulus: int, resets: frozenset[int]) -> Gauge:
    seen: list[TimedReading] = []
    at_ms, total = BEGIN_MS + 10_000, first
    fell = lost = since_good = before_reset = 0
    has_begun = False
    for number, (falls, what) in enumerate(steps):
        at_ms += {"off": 9, "long off": 40}.get(what, 1) * POLL_MS
        if number in resets:
            before_reset, total = since_good, 0
        total = (total + falls) % modulus
        since_good += falls
        if what == "lost":
            continue
        if what == "silent":
            seen.append(TimedReading(at_ms, NO_ANSWER))
            continue
        seen.append(TimedReading(at_ms, Reading(float(total) / 10, Status.MEASURING)))
        fell, lost = (fell + since_good, lost + before_reset) if has_begun else (0, 0)
        has_begun, since_good, before_reset = True, 0, 0
    return Gauge(seen, fell, lost)


def slots(seen: list[TimedReading], total: RunningTotal) -> list[Count]:
    """Each slot by itself, as it is closed: from what is in the database then."""
    counts = []
    for slot in sorted({slot_of(one.at_ms, SLOT_MS) for one in seen}):
        before = [one for one in seen if one.at_ms < slot.start_ms and one.reading.value is not None][-CONTEXT:]
        there = [one for one in seen if slot.start_ms <= one.at_ms < slot.end_ms + GRACE_MS]
        counts.append(count([*before, *there], total, POLL_MS, slot, GRACE_MS))
    return counts


def amount(counts: list[Count]) -> Decimal:
    return sum((one.value or Decimal(0) for each in counts for one in each.amounts), Decimal(0))


def told(counts: list[Count], kind: CounterNote) -> Decimal:
    return sum((one.amount or Decimal(0) for each in counts for one in each.told if one.kind is kind), Decimal(0))


COUNT = Decimal("0.1")


@given(STEPS, st.integers(0, 999_000))
def test_what_slots_and_gaps_say_is_what_fell(steps: list[tuple[int, str]], first: int) -> None:
    gauge = play(steps, first, 1 << 40, frozenset())
    counts = slots(gauge.seen, RunningTotal(count=COUNT))
    assert amount(counts) + told(counts, CounterNote.UNATTRIBUTED) == gauge.fell * COUNT
    assert {one.kind for each in counts for one in each.told} <= {CounterNote.UNATTRIBUTED}


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["read", "read", "silent"])), max_size=120))
def test_a_wrap_costs_nothing(steps: list[tuple[int, str]]) -> None:
    gauge = play(steps, 9_950, 10_000, frozenset())
    counts = slots(gauge.seen, RunningTotal(range=1000 * Decimal(1), count=COUNT))
    kinds = {one.kind for each in counts for one in each.told}
    assert kinds <= {CounterNote.UNATTRIBUTED, CounterNote.UNKNOWN}
    everything = amount(counts) + told(counts, CounterNote.UNATTRIBUTED)
    assert everything <= gauge.fell * COUNT
    if CounterNote.UNKNOWN not in kinds:  # a wrap in a gap is not told from a reset
        assert everything == gauge.fell * COUNT


@given(STEPS, st.integers(0, 65_535), st.frozensets(st.integers(0, 119), max_size=4), st.booleans())
def test_resets_and_wraps_never_make_rain(
    steps: list[tuple[int, str]], first: int, resets: frozenset[int], has_range: bool
) -> None:
    first = min(first, 65_000)  # nearer to its end than that, a reset cannot be told from a wrap
    gauge = play(steps, first, 65_536, resets)
    total = RunningTotal(range=65_536 * COUNT if has_range else None, count=COUNT, fastest=Decimal(40))
    counts = slots(gauge.seen, total)
    assert amount(counts) + told(counts, CounterNote.UNATTRIBUTED) <= gauge.fell * COUNT
    assert all(one.value is None or one.value >= 0 for each in counts for one in each.amounts)


@given(STEPS, st.data())
def test_a_wrong_reading_is_no_rain(steps: list[tuple[int, str]], data: st.DataObject) -> None:
    """One reading shows anything at all; those around it are as they were."""
    gauge = play([(falls, "read") for falls, _ in steps], 5_000, 1 << 40, frozenset())
    place = data.draw(st.integers(0, len(gauge.seen) - 1))
    shown = data.draw(st.floats(0, 1e9).filter(lambda value: value == 0 or value > 1e-3))
    wrong = [*gauge.seen]
    wrong[place] = TimedReading(wrong[place].at_ms, Reading(shown, Status.MEASURING))
    total = RunningTotal(range=Decimal(6_553_600), count=COUNT, fastest=Decimal(40))
    counts = slots(wrong, total)
    true = amount(slots(gauge.seen, total))
    # One that lies among what can fall in a minute, and is the newest when its slot is closed, is nothing but rain.
    is_last = place + 1 == len(wrong) or slot_of(wrong[place + 1].at_ms, SLOT_MS) != slot_of(
        wrong[place].at_ms, SLOT_MS
    )
    if place and not is_last:
        assert amount(counts) <= true
    elif place:
        assert amount(counts) <= true + 40


@given(STEPS)
def test_a_slot_is_closed_the_same_twice(steps: list[tuple[int, str]]) -> None:
    gauge = play(steps, 100, 65_536, frozenset({7}))
    total = RunningTotal(range=65_536 * COUNT, count=COUNT)
    assert slots(gauge.seen, total) == slots(gauge.seen, total)


def test_the_first_reading_ever_has_no_amount() -> None:
    seen = [TimedReading(BEGIN_MS + 1, Reading(12.5, Status.MEASURING))]
    found = count(seen, RunningTotal(), POLL_MS, Slot(BEGIN_MS + SLOT_MS, SLOT_MS), GRACE_MS)
    assert [(one.value, one.status) for one in found.amounts] == [(None, Status.MEASURING)]
