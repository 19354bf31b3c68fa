"""Dead destinations delay nobody, one that comes back gets everything, and a stop is a stop in the midst of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from itertools import pairwise

import pytest

from tests.e2e.troubled_destinations import TroubledDestinations
from tests.support.live.expectation import end_of
from tests.support.live.long_runs import ENOUGH_S

pytestmark = pytest.mark.timeout(ENOUGH_S)

LATENCY_MS = 3_000
AT_ONCE_MS = 1_000


def test_dead_destinations_do_not_delay_a_living_one(destinations_run: TroubledDestinations) -> None:
    delays = {file: at_ms - end_of(file) for file, at_ms in destinations_run.completed_ms["province"].items()}
    assert len(delays) >= 7
    assert {file: delay for file, delay in delays.items() if delay > LATENCY_MS} == {}


def test_whoever_comes_back_gets_everything_in_order(destinations_run: TroubledDestinations) -> None:
    run = destinations_run
    assert run.turned_away > 1, "the third authority was not away"
    assert run.files["third"] == run.files["province"]
    arrivals = [run.completed_ms["third"][file] for file in sorted(run.completed_ms["third"])]
    assert arrivals[0] > run.back_ms
    # What is sent in one go is under way side by side; the order is that of the slots but for a moment.
    assert all(older < younger + AT_ONCE_MS for older, younger in pairwise(arrivals))
    waited = [file for file in run.completed_ms["third"] if end_of(file) < run.back_ms - LATENCY_MS]
    assert len(waited) >= 2


def test_whoever_comes_back_finds_no_fault(destinations_run: TroubledDestinations) -> None:
    for authority in ("province", "third"):
        score = destinations_run.scores[authority]
        faults = {key: score[key] for key in ("missing", "late", "malformed", "duplicates_altered")}
        assert faults == dict.fromkeys(faults, 0), score["problems"]


def test_the_ministry_gets_nothing_from_a_station_that_is_not_specially_monitored(
    destinations_run: TroubledDestinations,
) -> None:
    assert destinations_run.files["ministry"] == {}
    with closing(sqlite3.connect(destinations_run.database)) as database:
        planned = {name for (name,) in database.execute("SELECT name FROM destination")}
    assert planned == {"refusing", "mute", "province", "third"}
    (ministry,) = [one for one in destinations_run.status["destinations"] if one["name"] == "ministry"]
    assert ministry["in_use"] is False


def test_what_the_dead_did_not_take_still_waits_for_them(destinations_run: TroubledDestinations) -> None:
    with closing(sqlite3.connect(destinations_run.database)) as database:
        waiting = database.execute(
            "SELECT destination.name, count(*), sum(state = 'waiting') FROM delivery"
            " JOIN destination ON destination.id = destination_id GROUP BY destination.name"
        ).fetchall()
    count = len(destinations_run.files["province"])
    states = {name: (planned, left) for name, planned, left in waiting}
    assert states["refusing"] == states["mute"] == (count, count)
    assert states["province"] == states["third"] == (count, 0)


def test_status_names_what_is_wrong_with_a_destination(destinations_run: TroubledDestinations) -> None:
    refusing = next(one for one in destinations_run.status["destinations"] if one["name"] == "refusing")
    assert refusing["state"] == "down"
    assert "refused" in refusing["last_error"].lower()
    assert refusing["pending"] >= 2
    assert refusing["oldest_pending"].endswith("+07:00")
    assert refusing["last_delivered"] is None


def test_it_stops_although_a_destination_and_an_instrument_are_silent(destinations_run: TroubledDestinations) -> None:
    assert "instrument=solids state=silent" in destinations_run.log
    assert destinations_run.stopped.code == 0
    assert destinations_run.stopped.took_s < 10


def test_read_asks_an_instrument_beside_the_daemon(destinations_run: TroubledDestinations) -> None:
    assert destinations_run.read.returncode == 0, destinations_run.read.stderr
    (found,) = json.loads(destinations_run.read.stdout)
    assert found["instrument"] == "multiprobe"
    assert found["error"] is None
    assert [reading["symbol"] for reading in found["readings"]] == ["Flow", "Temp", "pH", "COD", "Color", "TOC"]
    assert {reading["status"] for reading in found["readings"]} == {"00"}
    assert 0 < next(one["value"] for one in found["readings"] if one["symbol"] == "pH") < 14


def test_nobody_says_a_traceback(destinations_run: TroubledDestinations) -> None:
    assert "Traceback" not in destinations_run.log
    assert "Traceback" not in destinations_run.simulator_log
    assert "worker failed" not in destinations_run.log
