"""A parameter through a time, for its picture: extremes, holes, statuses, and limits as they were in force."""

from __future__ import annotations

from gateway.core.dated_limit import LimitSpan
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.reports.series import Series, newest_end_ms, read_series
from tests.support.journey import COD, PH, SLOT_MS, Journey
from tests.support.three_days import (
    CALIBRATING_MS,
    DAY_5_MS,
    DAY_8_MS,
    EXCEEDING_MS,
    FAULTY_MS,
    OFF_MS,
    cod_at,
    configuration,
    fill,
)
from tests.unit.reports.conftest import Kept

BEGIN_MS = DAY_5_MS - SLOT_MS
"""Of the first slot."""


def series(kept: Kept, from_ms: int, until_ms: int, most_steps: int, most_rows: int | None = None) -> dict[str, Series]:
    found = read_series(kept.configuration, kept.database, (COD, PH), from_ms, until_ms, most_steps, most_rows)
    return {one.parameter.symbol: one for one in found}


def test_slots_are_steps_as_long_as_they_have_room(kept: Kept) -> None:
    cod = series(kept, BEGIN_MS, BEGIN_MS + 12 * HOUR_MS, 150)["COD"]
    assert cod.drawn.step_ms == SLOT_MS
    assert len(cod.drawn.steps) == 144
    for position, step in enumerate(cod.drawn.steps):
        end_ms = cod.drawn.begin_ms(position) + SLOT_MS
        assert step.mean == (None if end_ms in CALIBRATING_MS else cod_at(end_ms))
        assert step.calibrating == (end_ms in CALIBRATING_MS)


def test_three_days_thinned_keep_the_greatest_value_the_hole_and_the_fault(kept: Kept) -> None:
    found = series(kept, BEGIN_MS, DAY_8_MS, 100, 10)
    cod, ph = found["COD"], found["pH"]
    assert cod.drawn.step_ms == HOUR_MS
    assert (cod.drawn.from_ms + 7 * HOUR_MS) % HOUR_MS == 0, "whole hours of the station's clock"
    by_begin = {cod.drawn.begin_ms(number): step for number, step in enumerate(cod.drawn.steps)}
    over = by_begin[EXCEEDING_MS[0]]
    assert over.greatest == 200.0
    off = by_begin[OFF_MS[0] + HOUR_MS]
    assert (off.mean, off.missing, off.slots) == (None, 12, 12)
    assert sum(step.fault for step in ph.drawn.steps) == len(FAULTY_MS)
    assert cod.rows is not None
    assert cod.rows.step_ms == DAY_MS
    assert max(row.greatest or 0.0 for row in cod.rows.steps) == 200.0


def test_the_present_ends_where_nothing_is_due_yet(kept: Kept) -> None:
    newest_ms = DAY_8_MS - SLOT_MS
    asked = (kept.configuration, kept.database)
    assert newest_end_ms(*asked, newest_ms + 200_000) == newest_ms
    assert newest_end_ms(*asked, newest_ms + SLOT_MS + 2000) == newest_ms, "the next one is being closed"
    assert newest_end_ms(*asked, newest_ms + 2 * SLOT_MS) == newest_ms + 2 * SLOT_MS, "and then it is missing"


def test_limits_come_with_the_time_in_which_they_are_in_force(kept: Kept) -> None:
    (limit,) = series(kept, BEGIN_MS, DAY_8_MS, 100)["COD"].limits
    assert isinstance(limit, LimitSpan)
    assert limit.limit.highest == 150.0
    assert limit.from_ms < BEGIN_MS
    assert limit.until_ms > DAY_8_MS


def test_a_value_that_no_checksum_vouches_for_is_not_shown(journey: Journey) -> None:
    fill(journey)
    at_ms = DAY_5_MS + 3 * HOUR_MS
    with journey.database.write() as connection:
        connection.execute("DROP TRIGGER record_is_final")
        connection.execute("DROP TRIGGER temp.seal_changed_record")
        (packed,) = connection.execute("SELECT packed FROM record WHERE end_ms = ?", (at_ms,)).fetchone()
        torn = bytearray(packed)
        torn[17 + 7] ^= 1  # COD's exponent: a value far beyond all others
        torn[17 + 6] ^= 64
        torn[2] ^= 3  # and so much that it cannot be put right
        connection.execute("UPDATE record SET packed = ? WHERE end_ms = ?", (bytes(torn), at_ms))
    journey.reopen()
    (cod,) = read_series(configuration(journey.file.parent), journey.database, (COD,), BEGIN_MS, DAY_8_MS, 100)
    assert max(step.greatest or 0.0 for step in cod.drawn.steps) == 200.0
    assert min(step.least for step in cod.drawn.steps if step.least is not None) == 40.0
