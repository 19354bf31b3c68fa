"""Other bytes under a file's name at the far end: a matter for a person, told once, and nobody else waits for it."""

from __future__ import annotations

import hashlib
import logging

import pytest

from gateway.audit.events import EventStore
from gateway.audit.ledger import entries, names
from gateway.audit.remote_check import DifferenceKind, check_remote
from gateway.audit.set_aside_watch import SetAsideWatch
from gateway.core.findings import OTHER_BYTES, Topic
from gateway.db import verify
from gateway.db.damage import SetAsideKind
from gateway.db.set_aside import open_ones
from gateway.outbox.action import Action
from gateway.outbox.interventions import DeliverySelection, Interventions
from tests.support.destination import Destination
from tests.support.fake_server import FakeUplink
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS, at

NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS
NAME = "HN_ABCD_NUO001_20260101120000.txt"
PATH = f"2026/01/01/{NAME}"
THEIRS = b"pH\tNULL\t-\t20260101120000\t02\r\n"


@pytest.fixture
def conflict(destination: Destination) -> Destination:
    """A destination at which something else lies under a file's name; another file went its way."""
    destination.server.others[PATH] = THEIRS
    for end_ms in (NOON_MS, NOON_MS - SLOT_MS):
        destination.journey.send(end_ms, [destination.name])
    destination.live(30.0)
    return destination


def act(destination: Destination, action: Action) -> int:
    selection = DeliverySelection(destination.name, NOON_MS, NOON_MS)
    return Interventions(destination.journey.database).act(action, selection, "lan", NOON_MS + 1000, "why not")


def state(destination: Destination) -> str:
    return destination.journey.deliveries()[destination.name, NOON_MS]


def matters(destination: Destination) -> list[str]:
    return [one.subject for one in open_ones(destination.journey.database) if one.kind is SetAsideKind.CONFLICT]


def lasting(destination: Destination, mono_s: float) -> list[str]:
    events = EventStore(destination.journey.database)
    SetAsideWatch(destination.journey.database, events).step(at(NOON_MS, mono_s))
    return [str(one.detail) for one in events.lasting([Topic.DELIVERY]) if one.episode.kind == OTHER_BYTES]


def test_it_is_set_aside_with_both_proofs_and_the_others_arrive(
    destination: Destination, caplog: pytest.LogCaptureFixture
) -> None:
    destination.server.others[PATH] = THEIRS
    for end_ms in (NOON_MS, NOON_MS - SLOT_MS):
        destination.journey.send(end_ms, [destination.name])
    with caplog.at_level(logging.ERROR):
        destination.live(600.0)
    assert state(destination) == "refused"
    assert destination.journey.deliveries()[destination.name, NOON_MS - SLOT_MS] == "delivered"
    assert matters(destination) == [f"{destination.name}/{NAME}"]
    ((answer, sha256),) = destination.journey.database.read(
        "SELECT answer, hex(sha256) FROM delivery JOIN file ON file.id = file_id WHERE end_ms = ?", (NOON_MS,)
    )
    assert hashlib.sha256(THEIRS).hexdigest() in answer
    assert sha256.lower() in answer
    (detail,) = lasting(destination, 2000.0)
    assert NAME in detail
    assert caplog.text.count("other bytes lie under its name") == 1
    assert [name for batch in destination.server.batches for name in batch].count(NAME) == 1
    assert verify(destination.journey.database) == []


def test_released_it_is_asked_for_again_and_changes_nothing(conflict: Destination) -> None:
    assert act(conflict, Action.RELEASE) == 1
    conflict.live(30.0)
    assert state(conflict) == "refused"
    assert conflict.server.asked_first == [NAME]
    assert conflict.server.held.keys() == {"2026/01/01/HN_ABCD_NUO001_20260101115500.txt"}
    assert len(matters(conflict)) == 1


def test_released_after_the_other_file_is_gone_it_arrives_and_the_matter_is_closed(conflict: Destination) -> None:
    assert len(lasting(conflict, 2000.0)) == 1
    del conflict.server.others[PATH]
    act(conflict, Action.RELEASE)
    conflict.live(30.0)
    assert state(conflict) == "delivered"
    assert matters(conflict) == []
    assert lasting(conflict, 3000.0) == []


def test_forced_it_replaces_what_lies_there(conflict: Destination) -> None:
    assert act(conflict, Action.REPLACE) == 1
    conflict.live(30.0)
    assert state(conflict) == "delivered"
    assert conflict.server.held[PATH] != THEIRS
    assert matters(conflict) == []


def test_given_up_it_leaves_what_lies_there(conflict: Destination) -> None:
    assert act(conflict, Action.CLOSE) == 1
    conflict.live(30.0)
    assert state(conflict) == "closed"
    assert PATH not in conflict.server.held
    assert matters(conflict) == []
    assert lasting(conflict, 3000.0) == []
    assert verify(conflict.journey.database) == []


def test_the_remote_check_finds_it_too(conflict: Destination) -> None:
    database = conflict.journey.database
    ledger = entries(database, conflict.name, 0, 1 << 60)
    far = FakeUplink(conflict.server)
    found = check_remote(ledger, conflict.route, far, names(database, conflict.name), with_content=False)
    assert [(one.kind, one.name) for one in found.differences] == [(DifferenceKind.CONFLICT, NAME)]
