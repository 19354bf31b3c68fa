"""Why a file was late, whether it is still there, and how often a server that rejects us is asked."""

from __future__ import annotations

import json

import pytest

from tests.e2e.outage import OLD_SLOTS, Outage
from tests.support.live.long_runs import ENOUGH_S

pytestmark = pytest.mark.timeout(ENOUGH_S)


def test_what_falls_due_while_the_line_is_dead_is_late_through_the_line(outage_run: Outage) -> None:
    late = outage_run.waiting
    assert late["totals"]["late"] >= 1
    assert late["totals"]["causes"] == {"line": late["totals"]["late"]}
    assert {one["state"] for one in late["deliveries"]} == {"waiting"}
    (outage,) = late["outages"]
    assert (outage["cause"], outage["ended"]) == ("line", None)
    assert outage["tries"] > 1


def test_status_shows_what_stands_in_the_way(outage_run: Outage) -> None:
    seen = outage_run.seen
    assert seen["state"] == "down"
    assert seen["waiting"]["backlog"] >= OLD_SLOTS
    assert seen["outages"][-1]["cause"] == "line"
    for error in (seen["outages"][-1]["error"], seen["last_error"]):  # of two tries maybe, with a word of its own each
        assert error.startswith("sftp 127.0.0.1:")


def test_once_delivered_it_stays_late_through_the_line(outage_run: Outage) -> None:
    arrived = {one["name"]: one for one in outage_run.arrived["deliveries"]}
    for one in outage_run.waiting["deliveries"]:
        again = arrived[one["name"]]
        assert (again["state"], again["cause"], again["lane"]) == ("delivered", "line", "backlog")
        assert again["after_end_s"] > 300
        assert again["tries"] > 1
        assert again["sha256"] == one["sha256"]
    assert outage_run.arrived["outages"][0]["ended"] is not None


def test_what_lies_at_the_authority_is_what_was_delivered(outage_run: Outage) -> None:
    assert outage_run.clean.returncode == 0, outage_run.clean.stdout + outage_run.clean.stderr
    assert f"{OLD_SLOTS} delivered files looked for, 0 missing or different" in outage_run.clean.stdout


def test_what_was_lost_there_is_found_and_made_good(outage_run: Outage) -> None:
    assert outage_run.lost.returncode == 1
    lost = json.loads(outage_run.lost.stdout)
    assert (lost["checked"], lost["missing"], lost["different"]) == (OLD_SLOTS, 1, 0)
    assert outage_run.repaired.returncode == 1
    assert "1 files wait to be sent again" in outage_run.repaired.stdout
    assert outage_run.clean_again.returncode == 0, outage_run.clean_again.stdout


def test_a_server_that_rejects_us_is_not_asked_at_every_start(outage_run: Outage) -> None:
    first, in_a_loop, after_a_change = outage_run.logins
    assert 1 <= first <= 2  # each lane once
    assert in_a_loop == 0
    assert 1 <= after_a_change <= 2


def test_nobody_says_a_traceback(outage_run: Outage) -> None:
    assert "Traceback" not in outage_run.log
    assert "worker failed" not in outage_run.log
