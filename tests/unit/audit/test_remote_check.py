"""What lies at the authority, beside what was delivered there."""

from __future__ import annotations

from gateway.audit.ledger import entries, names
from gateway.audit.remote_check import DifferenceKind, RemoteCheck, RemoteDifference, check_remote
from gateway.core.digest import DayPart
from gateway.core.journal_entry import EntryKind
from gateway.journal.chain import append
from gateway.journal.digests import add_digest
from gateway.outbox.digest_deliveries import plan_digest
from tests.support.destination import Destination
from tests.support.fake_server import Behaviour, FakeUplink
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey

ENDS_MS = [MIDNIGHT_MS - HOUR_MS + n * SLOT_MS for n in range(24)]
"""Around midnight: two folders."""
FIRST = "2025/12/31/HN_ABCD_NUO001_20251231230000.txt"


def delivered(journey: Journey, destination: Destination) -> dict[str, bytes]:
    for end_ms in ENDS_MS:
        journey.send(end_ms, [destination.name])
    destination.live(10.0)
    return destination.server.held


def look(
    destination: Destination, from_ms: int = 0, until_ms: int = 1 << 60, *, with_content: bool = False
) -> RemoteCheck:
    database = destination.journey.database
    ledger = entries(database, destination.name, from_ms, until_ms)
    own = names(database, destination.name)
    return check_remote(ledger, destination.route, FakeUplink(destination.server), own, with_content=with_content)


def test_all_is_there(journey: Journey, destination: Destination) -> None:
    delivered(journey, destination)
    assert look(destination, with_content=True) == RemoteCheck(24, ())


def test_what_is_missing_different_or_not_ours_is_named(journey: Journey, destination: Destination) -> None:
    held = delivered(journey, destination)
    size = len(held.pop(FIRST))
    cut, other = sorted(held)[0], sorted(held)[1]
    held[cut] = held[cut][:-2]
    held[other] = held[other].replace(b"7.21", b"7.22")
    held["2026/01/01/KHI002_20260101000000.txt"] = b"x"
    without = look(destination)
    assert [(one.kind, one.name) for one in without.differences] == [
        (DifferenceKind.MISSING, FIRST.rpartition("/")[2]),
        (DifferenceKind.DIFFERENT, cut.rpartition("/")[2]),
        (DifferenceKind.EXTRA, "KHI002_20260101000000.txt"),
    ]
    assert without.differences[0] == RemoteDifference(
        DifferenceKind.MISSING, "2025/12/31", FIRST.rpartition("/")[2], size, None, without.differences[0].delivery_id
    )
    assert without.differences[1].found_size == size - 2
    with_content = look(destination, with_content=True)
    assert other.rpartition("/")[2] in [
        one.name for one in with_content.differences if one.kind is DifferenceKind.DIFFERENT
    ]


def test_only_the_slots_that_were_asked_for(journey: Journey, destination: Destination) -> None:
    held = delivered(journey, destination)
    del held[FIRST]
    assert look(destination, ENDS_MS[1], ENDS_MS[5]) == RemoteCheck(5, ())  # the folder's other files are not extra
    assert len(look(destination, ENDS_MS[0], ENDS_MS[0]).differences) == 1


def test_what_is_on_its_way_or_set_aside_is_not_missing(journey: Journey, destination: Destination) -> None:
    destination.server.behaviour = Behaviour.REFUSES
    delivered(journey, destination)
    destination.server.behaviour = Behaviour.DOWN
    journey.send(ENDS_MS[-1] + SLOT_MS, [destination.name])
    assert look(destination) == RemoteCheck(0, ())


def test_a_digest_is_not_extra(journey: Journey, destination: Destination) -> None:
    held = delivered(journey, destination)
    name = "HN_ABCD_NUO001_20260101.digest.json"
    held[f"2026/01/01/{name}"] = b"{}"
    assert [one.kind for one in look(destination).differences] == [DifferenceKind.EXTRA]
    with journey.database.write() as connection:
        entry = append(connection, MIDNIGHT_MS, EntryKind.DIGEST, {})
        add_digest(connection, entry.seq, DayPart.of("2026-01-01", 1), 0, [])
        plan_digest(connection, entry.seq, name, [destination.name], MIDNIGHT_MS)
    assert look(destination) == RemoteCheck(24, ())


def test_an_empty_folder_holds_nothing(journey: Journey, destination: Destination) -> None:
    delivered(journey, destination).clear()
    assert {one.kind for one in look(destination).differences} == {DifferenceKind.MISSING}
