"""What was held against a slot then, whatever stands in the configuration today."""

from __future__ import annotations

import pytest

from gateway.audit.in_force import tell_limits
from gateway.audit.limit_history import limits_in_force
from gateway.core.dated_limit import LimitSpan
from gateway.core.findings import FindingRules, LineRules
from gateway.core.journal_entry import EntryKind
from gateway.core.limits import LevelFractions, Limit
from gateway.core.quality import QualityRules
from gateway.core.reading import Parameter
from gateway.core.record import Record
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.journal.chain import append
from tests.support.journey import Journey

COD = Parameter("COD", "mg/L")
SLOT_MS = 300_000
MAY_MS = 1_777_568_400_000
"""2026-05-01T00:00+07:00"""


def rules(*spans: LimitSpan, parameter: Parameter = COD) -> FindingRules:
    return FindingRules((LineRules(parameter, QualityRules(), None, spans),), (), LevelFractions(), SLOT_MS)


def at_most(most: float) -> FindingRules:
    return rules(LimitSpan(Limit(None, most)))


def closed(journey: Journey, end_ms: int) -> None:
    journey.records.add(Record(Slot(end_ms, SLOT_MS), (), ()), end_ms + 2000)


def in_force(database: Database, at_ms: int, configured: FindingRules) -> list[float | None]:
    return [span.limit.highest for span in limits_in_force(database, configured)(COD) if span.holds_at(at_ms)]


def test_mays_report_stays_mays(journey: Journey) -> None:
    tell_limits(journey.database, at_most(150.0), MAY_MS)
    closed(journey, MAY_MS + 10 * SLOT_MS)
    tell_limits(journey.database, at_most(100.0), MAY_MS + 10 * SLOT_MS + 1)
    ends = MAY_MS + 10 * SLOT_MS
    assert in_force(journey.database, 0, at_most(1.0)) == [150.0]  # before it was told for the first time
    assert in_force(journey.database, ends - SLOT_MS, at_most(1.0)) == [150.0]
    assert in_force(journey.database, ends, at_most(1.0)) == [100.0]


def test_where_nothing_ran_yet_the_configuration_speaks(journey: Journey) -> None:
    assert in_force(journey.database, MAY_MS, at_most(7.0)) == [7.0]


def test_a_limit_that_was_taken_away_is_none_from_then_on(journey: Journey) -> None:
    tell_limits(journey.database, at_most(150.0), MAY_MS)
    closed(journey, MAY_MS)
    tell_limits(journey.database, rules(), MAY_MS + 1)
    assert in_force(journey.database, MAY_MS - SLOT_MS, rules()) == [150.0]
    assert in_force(journey.database, MAY_MS, rules()) == []


def test_a_limit_that_comes_later_was_not_in_force_before(journey: Journey) -> None:
    tell_limits(journey.database, rules(), MAY_MS)
    closed(journey, MAY_MS)
    tell_limits(journey.database, at_most(100.0), MAY_MS + 1)
    assert in_force(journey.database, MAY_MS - SLOT_MS, at_most(100.0)) == []
    assert in_force(journey.database, MAY_MS, at_most(100.0)) == [100.0]


def test_a_clock_that_is_wrong_at_the_start_changes_nothing_of_the_past(journey: Journey) -> None:
    tell_limits(journey.database, at_most(150.0), MAY_MS)
    closed(journey, MAY_MS + SLOT_MS)
    tell_limits(journey.database, at_most(100.0), 60_000)  # 1970
    assert in_force(journey.database, MAY_MS, at_most(1.0)) == [150.0]
    assert in_force(journey.database, MAY_MS + SLOT_MS, at_most(1.0)) == [100.0]


def test_limits_told_behind_slots_of_a_clock_that_was_ahead_are_told_again_from_when_they_held(
    journey: Journey,
) -> None:
    year_2099_ms = 4_070_908_800_000
    tell_limits(journey.database, at_most(150.0), year_2099_ms)
    closed(journey, year_2099_ms + SLOT_MS)
    assert tell_limits(journey.database, at_most(100.0), year_2099_ms + 2 * SLOT_MS)
    assert not tell_limits(journey.database, at_most(100.0), MAY_MS)  # no slot of the right time tells it yet
    closed(journey, MAY_MS)
    assert tell_limits(journey.database, at_most(100.0), MAY_MS + 1)
    assert in_force(journey.database, MAY_MS + SLOT_MS, at_most(1.0)) == [100.0]
    assert not tell_limits(journey.database, at_most(100.0), MAY_MS + 2)


def test_the_tables_own_days_hold_inside_of_what_ran(journey: Journey) -> None:
    change_ms = MAY_MS + 5 * SLOT_MS
    both = rules(LimitSpan(Limit(None, 50.0), until_ms=change_ms), LimitSpan(Limit(None, 45.0), from_ms=change_ms))
    tell_limits(journey.database, both, MAY_MS)
    assert in_force(journey.database, change_ms - 1, rules()) == [50.0]
    assert in_force(journey.database, change_ms, rules()) == [45.0]


def test_what_an_older_gateway_told_is_understood(journey: Journey) -> None:
    said = {"COD": {"unit": "mg/L", "limits": [{"lowest": None, "highest": 150, "averaging_ms": None}]}}
    with journey.database.write() as connection:
        append(connection, MAY_MS, EntryKind.LIMITS, {"limits": said, "changes": []})
    tell_limits(journey.database, at_most(100.0), MAY_MS + SLOT_MS)
    assert in_force(journey.database, MAY_MS, at_most(1.0)) == [150.0]
    assert in_force(journey.database, MAY_MS + SLOT_MS, at_most(1.0)) == [100.0]


@pytest.mark.parametrize("limits", [7, {"COD": 7}, {"COD": {"unit": "mg/L", "limits": [{"lowest": "x"}]}}])
def test_an_entry_that_nobody_understands_hides_no_other(journey: Journey, limits: object) -> None:
    with journey.database.write() as connection:
        append(connection, MAY_MS, EntryKind.LIMITS, {"limits": limits, "changes": []})
    tell_limits(journey.database, at_most(100.0), MAY_MS + SLOT_MS)
    assert in_force(journey.database, MAY_MS, at_most(1.0)) == [100.0]


def test_the_watch_uses_what_was_in_force(journey: Journey) -> None:
    tell_limits(journey.database, at_most(150.0), MAY_MS)
    closed(journey, MAY_MS)
    tell_limits(journey.database, at_most(100.0), MAY_MS + 1)
    (line,) = limits_in_force(journey.database, at_most(100.0)).rules(at_most(100.0)).lines
    assert [(span.limit.highest, span.holds_at(MAY_MS - 1)) for span in line.limits] == [(150.0, True), (100.0, False)]
