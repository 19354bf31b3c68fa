"""What is told of a value is how it was made: whatever was read, the explanation leads to the very line of the file."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.averaging import Averaging
from gateway.core.reading import NO_ANSWER, Reading, Status
from gateway.reports.explain.averages import ExplainedAverage, WhyNot
from gateway.reports.explain.slot import ExplainedSlot
from tests.support.examples import examples
from tests.support.explained_station import POLL_MS, ExplainedStation, usual
from tests.support.journey import MIDNIGHT_MS, SLOT_MS

POLLS = SLOT_MS // POLL_MS
END_MS = MIDNIGHT_MS + SLOT_MS

FATES = st.lists(
    st.tuples(
        st.sampled_from(
            ["well"] * 6 + ["fault", "calibrating", "silent", "no pressure", "calm", "wrong total", "lost"]
        ),
        st.integers(-400, 400),
    ),
    min_size=2 * POLLS,
    max_size=2 * POLLS,
)


def read(fates: list[tuple[str, int]], symbol: str, at_ms: int) -> Reading | None:
    fate, off = fates[(at_ms - MIDNIGHT_MS) // POLL_MS + POLLS]
    normal = usual(symbol, at_ms).value or 0.0
    value = normal if symbol == "Rain" else normal + off / 100
    if fate == "lost":
        return None
    if fate == "silent":
        return NO_ANSWER
    if fate == "no pressure" and symbol == "P":
        return NO_ANSWER
    if fate == "calm" and symbol == "WS":
        return Reading(0.0, Status.MEASURING)
    if fate == "wrong total" and symbol == "Rain":
        return Reading(9.9, Status.MEASURING)
    status = {"fault": Status.FAULT, "calibrating": Status.CALIBRATING}.get(fate, Status.MEASURING)
    return Reading(value, status)


def naive(average: ExplainedAverage) -> float | None:
    """The value of those readings that are said to count, by another mind."""
    counting = [one for one in average.readings if one.why_not is None]
    values = [Fraction(Decimal(repr(one.reading.value))) for one in counting if one.reading.value is not None]
    if average.is_running_total:
        amounts = [one.amount for one in counting]
        assert None not in amounts
        return float(sum((one for one in amounts if one is not None), Decimal(0))) if amounts else None
    if not values:
        return None
    if average.averaging is Averaging.SUM:
        return float(sum(values))
    if average.averaging is not Averaging.VECTOR:
        return float(sum(values) / len(values))
    speeds = [one.speed for one in counting]
    weighted = None not in speeds and any((one or 0) > 0 for one in speeds) and all((one or 0) >= 0 for one in speeds)
    weights = [one or 0.0 for one in speeds] if weighted else [1.0] * len(values)
    east = sum(weight * math.sin(math.radians(angle)) for weight, angle in zip(weights, values, strict=True))
    north = sum(weight * math.cos(math.radians(angle)) for weight, angle in zip(weights, values, strict=True))
    return math.degrees(math.atan2(east, north)) % 360


def check(slot: ExplainedSlot) -> None:
    assert slot.record is not None
    assert slot.record.agrees is True
    (file,) = slot.files
    assert file.content is not None
    lines = file.content.decode().split("\r\n")[:-1]
    for explained, written, line in zip(slot.record.lines, file.lines, lines, strict=True):
        symbol, value, unit, _, status = line.split("\t")
        assert (symbol, unit) == (explained.line.parameter.symbol, explained.line.parameter.unit)
        assert (written.symbol, written.value) == (symbol, value)
        assert status == explained.line.average.status.value
        average, sent = explained.average, explained.line.average
        if average is not None:
            expected = naive(average)
            recorded = average.recorded.value
            assert (expected is None) == (recorded is None) or average.averaging is Averaging.VECTOR
            if expected is not None and recorded is not None:
                away = abs(expected - recorded)
                assert min(away, 360 - away if average.averaging is Averaging.VECTOR else away) < 1e-6
            assert average.counted == average.recorded.readings
            assert average.came + average.missing >= average.recorded.expected
        if explained.steps:
            assert explained.steps[-1].value == sent.value
        elif average is not None:
            assert average.recorded == sent


@given(FATES)
@settings(max_examples=examples(15), deadline=None)
def test_each_value_leads_to_its_line_in_the_file(fates: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        station = ExplainedStation(Path(folder))
        station.fill(MIDNIGHT_MS - SLOT_MS, END_MS, lambda symbol, at_ms: read(fates, symbol, at_ms))
        station.close(END_MS + 3000)
        slots = [one for end_ms in (MIDNIGHT_MS, END_MS) for one in station.explain(end_ms).slots]
        closed = [one for one in slots if one.kept is not None]
        for slot in closed:
            check(slot)
        read_at_all = any(fate != "lost" for fate, _ in fates)
        assert bool(closed) == read_at_all
        station.journey.database.close()


@given(st.integers(0, POLLS - 1), st.floats(-50, 50))
@settings(max_examples=examples(6), deadline=None)
def test_what_comes_late_is_told_and_changes_nothing(poll: int, value: float) -> None:
    with TemporaryDirectory() as folder:
        station = ExplainedStation(Path(folder))
        missed_ms = MIDNIGHT_MS + poll * POLL_MS
        station.fill(MIDNIGHT_MS, END_MS, lambda symbol, at_ms: None if at_ms == missed_ms else usual(symbol, at_ms))
        station.close(END_MS + 3000)
        late = [Reading(value, Status.MEASURING)] * len(station.measured["mast"])
        assert station.journey.readings.add([station.block("mast", missed_ms, late)], END_MS + 9000) == 1
        (slot,) = station.explain(END_MS).slots
        check(slot)
        assert slot.record is not None
        (speed,) = [one.average for one in slot.record.lines if one.line.parameter.symbol == "WS"]
        assert speed is not None
        told = [(one.at_ms, one.reading.value) for one in speed.readings if one.why_not is WhyNot.LATE]
        assert told == [(missed_ms, value)]
        assert (speed.came, speed.missing, speed.counted) == (POLLS - 1, 1, POLLS - 1)
        station.journey.database.close()
