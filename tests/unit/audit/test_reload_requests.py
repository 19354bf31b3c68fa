"""Requests to take another configuration over, as they are kept."""

from __future__ import annotations

import json
from typing import Any

from gateway.audit.reload_requests import ReloadOutcome, ReloadRequests, ReloadState
from gateway.config import Language
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase
from gateway.texts.phrases import said
from tests.support.journey import Journey


def _refused(journey: Journey) -> list[dict[str, Any]]:
    rows = journey.database.read("SELECT what FROM journal WHERE kind = 'configuration_refused' ORDER BY seq")
    return [json.loads(what) for (what,) in rows]


def test_what_is_told_is_told_in_the_readers_language(journey: Journey) -> None:
    requests = ReloadRequests(journey.database)
    number = requests.ask("a" * 64, "lan", 1, may_restart=False)
    why = Phrase(
        "needs a restart: {places}; gateway reload --restart, or systemctl restart station-gateway", places="x"
    )
    note = Phrase("it is not in use, with {files} waiting for it", files=number_of(1200, "file"))
    requests.settle(number, ReloadState.REFUSED, ReloadOutcome(why, ("line 1: typo",), ("reporting",), (note,)), 2)
    found = requests.find(number)
    assert found is not None
    assert found.outcome == ReloadOutcome(why, ("line 1: typo",), ("reporting",), (note,))
    assert said(found.outcome.why, Language.VIETNAMESE).startswith("cần khởi động lại: x; gateway reload --restart")
    assert said(found.outcome.notes[0], Language.VIETNAMESE) == "không được dùng, mà còn 1 200 tệp đang chờ"


def test_an_outcome_of_a_gateway_of_before_is_read(journey: Journey) -> None:
    requests = ReloadRequests(journey.database)
    number = requests.ask("a" * 64, "lan", 1, may_restart=False)
    with journey.database.write() as connection:
        outcome = json.dumps({"why": "because", "problems": [], "changed": ["x"], "notes": ["note"]})
        connection.execute("UPDATE reload_request SET state='refused', settled_ms=2, outcome=?", (outcome,))
    found = requests.find(number)
    assert found is not None
    assert found.outcome == ReloadOutcome("because", (), ("x",), ("note",))


def test_a_start_settles_what_the_run_before_left_and_keeps_what_was_asked_of_this_one(journey: Journey) -> None:
    """Whoever asks while the daemon starts, and has read the file already, is answered by the worker."""
    requests = ReloadRequests(journey.database)
    same, waits, taking, restarting = (
        requests.ask(name * 64, "lan", 1, may_restart=name == "d") for name in ("a", "b", "c", "d")
    )
    with journey.database.write() as connection:
        requests.mark(connection, taking, ReloadState.TAKING)
        requests.mark(connection, restarting, ReloadState.RESTARTING)
    requests.settle_at_start(requests.open(), "a" * 64, 2)
    states = [found.state for number in (same, waits, taking, restarting) if (found := requests.find(number))]
    assert states == [ReloadState.TAKEN, ReloadState.WAITING, ReloadState.REFUSED, ReloadState.REFUSED]
    assert [one.id for one in requests.open()] == [waits]
    assert [one["request"] for one in _refused(journey)] == [taking, restarting]
