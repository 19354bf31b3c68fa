"""When a new version is well, when it is not, and when nobody can tell yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.upgrade.health import (
    CLOSES_WITHIN_S,
    STARTS_WITHIN_S,
    WELL_WITHIN_S,
    StationHealth,
    UnitSeen,
    Verdict,
    judge_station,
    judge_units,
)

RUNS = UnitSeen("station-gateway.service", "active", 0, 70)
STARTS = replace(RUNS, state="activating", runs_s=0)
BEFORE = StationHealth(frozenset({"ozone", "dust"}), {"O3": "10:00:00"}, "10:00", True)
FIRST = replace(BEFORE, newest={"O3": "10:01:00"})
LATER = replace(BEFORE, newest={"O3": "10:02:00"})


@pytest.mark.parametrize(
    ("unit", "watched_s", "verdict"),
    [
        (RUNS, 70, Verdict.WELL),
        (STARTS, 5, Verdict.NOT_YET),
        (STARTS, WELL_WITHIN_S + 1, Verdict.NOT_YET),  # a migration of minutes is no illness
        (STARTS, STARTS_WITHIN_S + 1, Verdict.ILL),
        (replace(STARTS, restarts=1), 5, Verdict.NOT_YET),
        (replace(STARTS, restarts=1), WELL_WITHIN_S + 1, Verdict.ILL),
        (replace(RUNS, restarts=1, runs_s=10), 60, Verdict.NOT_YET),
        (replace(RUNS, restarts=1, runs_s=10), WELL_WITHIN_S + 1, Verdict.ILL),
        (replace(RUNS, restarts=1, runs_s=60), 70, Verdict.WELL),
        (replace(RUNS, restarts=9), 60, Verdict.ILL),
        (replace(RUNS, state="failed"), 1, Verdict.ILL),
        (replace(RUNS, state="inactive"), 5, Verdict.NOT_YET),
        (replace(RUNS, state="inactive"), WELL_WITHIN_S + 1, Verdict.ILL),
    ],
)
def test_a_unit(unit: UnitSeen, watched_s: float, verdict: Verdict) -> None:
    assert judge_units([unit], watched_s).verdict is verdict


def test_one_of_two_units_that_failed_is_enough() -> None:
    judged = judge_units([RUNS, replace(RUNS, name="station-gateway-web.service", state="failed")], 10)
    assert (judged.verdict, "station-gateway-web" in judged.reason) == (Verdict.ILL, True)


def test_nothing_ran_before_and_nothing_need_run_now() -> None:
    assert judge_units([], 0).verdict is Verdict.WELL


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (FIRST, "no new readings"),
        (replace(LATER, answering=frozenset({"ozone"})), "dust"),
        (replace(LATER, is_told=False), "gateway status"),
        (replace(LATER, failing=frozenset({"closer"})), "closer"),
    ],
    ids=["not polling", "one is silent", "no status", "a stage fails"],
)
def test_a_station_that_does_not_do_what_it_did(now: StationHealth, why: str) -> None:
    early, late = (judge_station(BEFORE, FIRST, now, one) for one in (WELL_WITHIN_S - 1, WELL_WITHIN_S))
    assert (early.verdict, late.verdict) == (Verdict.NOT_YET, Verdict.ILL)
    assert why in late.reason


def test_it_is_well_when_it_has_closed_a_slot() -> None:
    assert judge_station(BEFORE, FIRST, LATER, 100).verdict is Verdict.NOT_YET
    assert judge_station(BEFORE, FIRST, LATER, CLOSES_WITHIN_S).verdict is Verdict.ILL
    assert judge_station(BEFORE, FIRST, replace(LATER, newest_slot="10:05"), 100).verdict is Verdict.WELL


def test_no_slot_is_asked_for_while_nobody_vouches_for_the_clock() -> None:
    assert judge_station(BEFORE, FIRST, replace(LATER, has_time=False), 500).verdict is Verdict.WELL


def test_what_was_not_well_before_need_not_be_now() -> None:
    silent = StationHealth(frozenset(), {}, None, True, frozenset({"digest"}))
    assert judge_station(silent, silent, silent, 500).verdict is Verdict.WELL
