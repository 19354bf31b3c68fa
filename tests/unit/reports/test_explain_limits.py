"""`gateway explain` and `gateway status` tell which limit a value was held against, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.audit import runs
from gateway.audit.in_force import tell_limits
from gateway.cli.explained import lines_of
from gateway.core.dated_limit import LimitOrigin, LimitSpan
from gateway.core.limits import Limit
from gateway.reports.explain.limits import HeldAgainst, LimitOutcome
from gateway.reports.explain.to_json import to_json
from gateway.reports.status import collect
from gateway.reports.status_json import to_json as status_to_json
from tests.support.explained_station import ExplainedStation, usual
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS, at

CHANGE_MS = MIDNIGHT_MS + 11 * SLOT_MS
"""From here on another number: the twelfth slot is the first that is held against it."""
ORIGIN = LimitOrigin("GPMT 1", (("column", "B"),), (("k", 0.5),), (), Limit(None, 6.0))
OLD = LimitSpan(Limit(None, 5.5), until_ms=CHANGE_MS)
NEW = LimitSpan(Limit(None, 3.0), from_ms=CHANGE_MS, origin=ORIGIN)
MEAN = LimitSpan(Limit(None, 3.2, HOUR_MS))
YEARLY = LimitSpan(Limit(None, 1.0, 365 * 24 * HOUR_MS))


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExplainedStation]:
    """An hour of wind that grows from 3 to 5.3 m/s."""
    made = ExplainedStation(tmp_path_factory.mktemp("station"))
    runs.begin(made.journey.database, MIDNIGHT_MS - HOUR_MS, "1")
    rules = made.configuration.finding_rules
    lines = tuple(
        replace(one, limits=(OLD, NEW, MEAN, YEARLY) if one.sent.symbol == "WS" else ()) for one in rules.lines
    )
    tell_limits(made.journey.database, replace(rules, lines=lines), MIDNIGHT_MS - HOUR_MS)
    made.fill(MIDNIGHT_MS, MIDNIGHT_MS + HOUR_MS, usual)
    for slot in range(1, 13):
        made.close(MIDNIGHT_MS + slot * SLOT_MS + 3000)
    yield made
    made.journey.database.close()


def held(station: ExplainedStation, number: int) -> tuple[HeldAgainst, ...]:
    (slot, *_) = station.explain(MIDNIGHT_MS + number * SLOT_MS).slots
    assert slot.record is not None
    (wind,) = [one for one in slot.record.lines if one.line.parameter.symbol == "WS"]
    assert all(not one.limits for one in slot.record.lines if one is not wind)
    return wind.limits


def test_a_slot_is_held_against_what_was_in_force_when_it_began(station: ExplainedStation) -> None:
    before, after = held(station, 11), held(station, 12)
    assert [one.limit.limit.highest for one in before] == [5.5, 3.2], "the mean of a year is made in reports"
    assert [one.limit.limit.highest for one in after] == [3.0, 3.2]
    assert before[0].outcome is LimitOutcome.WITHIN
    assert after[0].outcome is LimitOutcome.EXCEEDED


def test_a_mean_is_the_one_that_ends_with_the_slot(station: ExplainedStation) -> None:
    assert held(station, 8)[1].outcome is LimitOutcome.NO_VALUE, "8 of 12 slots are too few"
    mean = held(station, 12)[1]
    assert mean.value == pytest.approx(3 + 89.5 * 0.013)  # of 180 polls, the first of number 0
    assert mean.outcome is LimitOutcome.EXCEEDED


def test_it_is_told_to_people_and_programs(station: ExplainedStation) -> None:
    explanation = station.explain(MIDNIGHT_MS + 12 * SLOT_MS)
    said = [line for line in lines_of(explanation, station.configuration) if "held against" in line]
    assert said[0] == (
        "    held against at most 3 m/s (GPMT 1, column B, K = 0.5; the table says 6), from 2026-01-01: exceeded"
    )
    told = to_json(explanation, station.configuration)["slots"][0]["lines"]
    (limits,) = [one["limits"] for one in told if one["symbol"] == "WS"]
    assert [(one["max"], one["over"], one["outcome"]) for one in limits] == [
        (3.0, None, "exceeded"),
        (3.2, "1h", "exceeded"),
    ]
    assert (limits[0]["standard"], limits[0]["coefficients"]) == ("GPMT 1", {"k": 0.5})


def test_status_tells_what_is_in_force_now(station: ExplainedStation) -> None:
    def told(at_ms: int) -> list[tuple[float, str | None]]:
        status = status_to_json(collect(station.configuration, station.journey.database, at(at_ms)))
        (wind,) = [one for one in status["parameters"] if one["symbol"] == "WS"]
        return [(one["max"], one["standard"]) for one in wind["limits"]]

    assert told(CHANGE_MS - 1) == [(5.5, None), (3.2, None), (1.0, None)]
    assert told(CHANGE_MS) == [(3.0, "GPMT 1"), (3.2, None), (1.0, None)]
