"""What lies at the authority, beside what was delivered there."""

from __future__ import annotations

from gateway.audit.ledger import entries, names
from gateway.audit.remote_check import DifferenceKind, RemoteCheck, RemoteDifference, check_remote
from gateway.core.digest import DayPart
from gateway.core.journal_entry import EntryKind
from gateway.core.publishing import Proof
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
    destination: Destination,
    from_ms: int = 0,
    until_ms: int = 1 << 60,
    *,
    with_content: bool = False,
    proof: Proof = Proof.PRESENT,
) -> RemoteCheck:
    database = destination.journey.database
    ledger = entries(database, destination.name, from_ms, until_ms)
    own = names(database, destination.name)
    far = FakeUplink(destination.server)
    return check_remote(ledger, destination.route, far, own, with_content=with_content, proof=proof)


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


def kinds(found: RemoteCheck) -> set[DifferenceKind]:
    return {one.kind for one in found.differences}


class TestNotTold:
    """ "61 delivered files looked for, 61 missing", of a folder that may not be listed."""

    def test_a_folder_that_may_not_be_listed_lacks_nothing(self, journey: Journey, destination: Destination) -> None:
        delivered(journey, destination)
        destination.server.untold_folders.add("2025/12/31")
        found = look(destination)
        assert [(one.kind, one.folder) for one in found.differences] == [(DifferenceKind.NOT_TOLD, "2025/12/31")] * 12
        assert found.differences[0].reason == "the folder 2025/12/31 cannot be listed (Permission denied)"
        assert found.has_faults
        assert not found.is_mostly_gone

    def test_its_files_are_read_by_their_names_when_contents_are_asked_for(
        self, journey: Journey, destination: Destination
    ) -> None:
        held = delivered(journey, destination)
        destination.server.untold_folders.add("2025/12/31")
        assert look(destination, with_content=True) == RemoteCheck(24, ())
        held[FIRST] = b"something else"
        assert kinds(look(destination, with_content=True)) == {DifferenceKind.DIFFERENT}

    def test_what_may_be_neither_listed_nor_read_is_not_told(self, journey: Journey, destination: Destination) -> None:
        delivered(journey, destination)
        destination.server.untold_folders |= {"2025/12/31", "2026/01/01"}
        destination.server.lets_read = False
        found = look(destination, with_content=True)
        assert (found.count(DifferenceKind.NOT_TOLD), kinds(found)) == (24, {DifferenceKind.NOT_TOLD})

    def test_a_listing_without_sizes_is_settled_by_reading(self, journey: Journey, destination: Destination) -> None:
        held = delivered(journey, destination)
        destination.server.tells_sizes = False
        assert look(destination) == RemoteCheck(24, ())
        held[FIRST] = b"short"
        (one,) = look(destination).differences
        assert (one.kind, one.found_size) == (DifferenceKind.DIFFERENT, 5)

    def test_what_may_not_be_read_is_not_different(self, journey: Journey, destination: Destination) -> None:
        delivered(journey, destination)
        destination.server.lets_read = False
        assert look(destination) == RemoteCheck(24, ())
        assert kinds(look(destination, with_content=True)) == {DifferenceKind.NOT_TOLD}

    def test_a_folder_that_looks_empty_lacks_nothing_that_can_be_read(
        self, journey: Journey, destination: Destination
    ) -> None:
        """Some accounts see empty folders, whatever lies in them."""
        held = delivered(journey, destination)
        destination.server.unlisted_names |= {path.rpartition("/")[2] for path in held}
        assert look(destination) == RemoteCheck(24, ())
        held[FIRST] = b"something else"
        assert kinds(look(destination)) == {DifferenceKind.DIFFERENT}

    def test_is_no_fault_where_the_answer_is_the_proof(self, journey: Journey, destination: Destination) -> None:
        delivered(journey, destination)
        destination.server.untold_folders |= {"2025/12/31", "2026/01/01"}
        found = look(destination, proof=Proof.ANSWER)
        assert found.count(DifferenceKind.NOT_TOLD) == 24
        assert not found.has_faults


class TestTakenAway:
    def test_what_is_gone_is_the_receivers_where_the_answer_is_the_proof(
        self, journey: Journey, destination: Destination
    ) -> None:
        delivered(journey, destination).clear()
        found = look(destination, proof=Proof.ANSWER)
        assert (found.count(DifferenceKind.TAKEN_AWAY), kinds(found)) == (24, {DifferenceKind.TAKEN_AWAY})
        assert not found.has_faults
        assert not found.is_mostly_gone

    def test_what_is_still_there_is_compared(self, journey: Journey, destination: Destination) -> None:
        held = delivered(journey, destination)
        for path in sorted(held)[3:]:
            del held[path]
        held[sorted(held)[0]] = b"x"
        found = look(destination, proof=Proof.ANSWER)
        assert (found.count(DifferenceKind.DIFFERENT), found.count(DifferenceKind.TAKEN_AWAY)) == (1, 21)
        assert found.has_faults

    def test_most_of_it_gone_says_something_of_the_receiver(self, journey: Journey, destination: Destination) -> None:
        """ "44 of 44 missing", and the repair sent all again; one that takes a minute leaves the newest few."""
        held = delivered(journey, destination)
        for path in sorted(held)[:10]:
            del held[path]
        assert not look(destination).is_mostly_gone
        for path in sorted(held)[:-1]:
            del held[path]
        assert look(destination).is_mostly_gone
        assert look(destination).has_faults

    def test_one_file_that_was_asked_for_and_is_gone_is_a_loss(
        self, journey: Journey, destination: Destination
    ) -> None:
        del delivered(journey, destination)[FIRST]
        found = look(destination, ENDS_MS[0], ENDS_MS[0])
        assert found.has_faults
        assert not found.is_mostly_gone
