"""When a new version is well, when it is not, and when nobody can tell yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from gateway.upgrade.health import (
    CLOSES_WITHIN_S,
    SILENT_WITHIN_S,
    STARTS_WITHIN_S,
    WELL_WITHIN_S,
    StationHealth,
    UnitSeen,
    Verdict,
    judge_station,
    judge_units,
    seen,
)

RUNS = UnitSeen("station-gateway.service", "active", 0, 70)
STARTS = replace(RUNS, state="activating", runs_s=0)
BEFORE = StationHealth(frozenset({"ozone", "dust"}), {"O3": "2026-01-05T10:00:00+07:00"}, "10:00", True)
FIRST = replace(BEFORE, newest={"O3": "2026-01-05T10:01:00+07:00"})
LATER = replace(BEFORE, newest={"O3": "2026-01-05T10:02:00+07:00"})
STARTED_S = datetime.fromisoformat("2026-01-05T10:01:01+07:00").timestamp()


def judged(now: StationHealth, running_s: float, *, before: StationHealth = BEFORE, **more: bool) -> Verdict:
    return judge_station(before, FIRST, now, running_s, STARTED_S, **more).verdict


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
    ("now", "why", "within_s"),
    [
        (FIRST, "no new readings", SILENT_WITHIN_S),
        (replace(FIRST, answering=frozenset()), "no new readings", SILENT_WITHIN_S),
        (replace(LATER, answering=frozenset({"ozone"})), "dust", WELL_WITHIN_S),
        (replace(LATER, is_told=False), "gateway status", SILENT_WITHIN_S),
        (replace(LATER, failing=frozenset({"closer"})), "closer", SILENT_WITHIN_S),
    ],
    ids=["not polling", "all are silent", "one is silent", "no status", "a stage fails"],
)
def test_a_station_that_does_not_do_what_it_did(now: StationHealth, why: str, within_s: float) -> None:
    early, late = (judge_station(BEFORE, FIRST, now, one, STARTED_S) for one in (within_s - 1, within_s))
    assert (early.verdict, late.verdict) == (Verdict.NOT_YET, Verdict.ILL)
    assert why in late.reason


def test_the_first_look_alone_shows_readings_of_after_the_start() -> None:
    assert judge_station(BEFORE, None, LATER, 5, STARTED_S).verdict is Verdict.WELL
    assert judge_station(BEFORE, None, FIRST, 5, STARTED_S).verdict is Verdict.NOT_YET


def test_readings_count_though_the_clock_was_set_back() -> None:
    back = replace(LATER, newest={"O3": "2026-01-05T09:02:00+07:00"}, newest_slot="10:05")
    assert judged(back, SILENT_WITHIN_S) is Verdict.WELL


def test_a_station_that_asks_seldom_is_waited_for() -> None:
    seldom = replace(BEFORE, poll_s=300)
    assert judged(FIRST, 300, before=seldom) is Verdict.NOT_YET
    assert judged(FIRST, 300 + SILENT_WITHIN_S, before=seldom) is Verdict.ILL


def test_instruments_that_lost_their_power_too_have_time_to_begin() -> None:
    assert judged(FIRST, WELL_WITHIN_S, began_with_machine=True) is Verdict.NOT_YET
    assert judged(FIRST, CLOSES_WITHIN_S, began_with_machine=True) is Verdict.ILL


def test_it_is_well_when_it_has_closed_a_slot() -> None:
    assert judged(LATER, 100) is Verdict.NOT_YET
    assert judged(LATER, CLOSES_WITHIN_S) is Verdict.ILL
    assert judged(replace(LATER, newest_slot="10:05"), 100) is Verdict.WELL


def test_no_slot_is_asked_for_while_nobody_vouches_for_the_clock() -> None:
    assert judged(replace(LATER, has_time=False), 500) is Verdict.WELL


def test_what_was_not_well_before_need_not_be_now() -> None:
    silent = StationHealth(frozenset(), {}, None, True, frozenset({"digest"}))
    assert judge_station(silent, silent, silent, 500, STARTED_S).verdict is Verdict.WELL


def test_what_an_older_version_does_not_say_is_taken_as_usual() -> None:
    instruments = [{"name": "ozone", "state": "answering", "poll_s": 60}, {"name": "dust", "state": "unknown"}]
    status = {"instruments": instruments, "parameters": [], "newest_slot": None, "clock": {"state": None}, "stages": []}
    assert seen(status).poll_s == 60
    for one in instruments:
        one.pop("poll_s", None)
    assert seen(status).poll_s == 0
