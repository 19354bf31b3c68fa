"""SFTP receivers that share none of our optimism: every file arrives all the same, and what was learned is kept."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected, NotTold
from gateway.core.interfaces import Conflict, Delivered, Parcel, Refused, Unproven
from gateway.core.manner import Manner
from gateway.core.publishing import Proof, Publishing
from gateway.runtime.clock import SystemClock
from gateway.uplinks.manners import Manners
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.sftp.session import SftpServer
from gateway.uplinks.sftp.ssh import SshAccount
from gateway.uplinks.sftp.uplink import SftpUplink
from gateway.uplinks.timeouts import Timeouts
from tests.support.odd_sftp import Code, OddSftpServer, Order, SftpOddities, odd_sftp, write_only
from tests.support.odd_storage import Takes

DAY = "2026/01/01"
PARCELS = [Parcel(DAY, f"slot_{n:02}.txt", b"pH\t7.21\r\n" * (n + 1)) for n in range(40)]
CONTENTS = {f"/{parcel.folder}/{parcel.name}": parcel.content for parcel in PARCELS}
ANSWER, PRESENT = Proof.ANSWER, Proof.PRESENT


@contextmanager
def sftp(
    oddities: SftpOddities, proof: Proof = PRESENT, manners: Manners | None = None, **lane: Any
) -> Iterator[tuple[OddSftpServer, SftpUplink]]:
    with odd_sftp(oddities) as server, closing(uplink_to(server, proof=proof, manners=manners, **lane)) as uplink:
        yield server, uplink


def uplink_to(server: OddSftpServer, **lane: Any) -> SftpUplink:
    account = SshAccount(server.user, (server.host_key,), lambda: server.password, None)
    usual = {
        "clock": SystemClock(),
        "pool": ConnectionPool(2, SystemClock()),
        "urgent": False,
        "publishing": Publishing.RENAME,
        "timeouts": Timeouts(connect_s=10, answer_s=10),
    }
    return SftpUplink(SftpServer("127.0.0.1", server.port, "/", account), **usual | lane)


def learned(manners: Manners) -> set[Manner]:
    return {one.manner for one in manners.known()}


def all_delivered(uplink: SftpUplink, parcels: Sequence[Parcel] = PARCELS) -> bool:
    outcomes = list(uplink.deliver(parcels))
    assert {type(outcome) for outcome in outcomes} == {Delivered}, [
        one for one in outcomes if not isinstance(one, Delivered)
    ][:2]
    return {outcome.parcel for outcome in outcomes} == set(parcels)


WITHOUT_STAT = {"STAT": Code.PERMISSION_DENIED}
WITHOUT_PATHS = {"STAT": Code.OP_UNSUPPORTED, "LSTAT": Code.FAILURE}


@pytest.mark.parametrize(
    ("oddities", "teaches"),
    [
        (SftpOddities(knows_exclusive=Code.OP_UNSUPPORTED), {Manner.NO_EXCLUSIVE_OPEN}),
        (SftpOddities(knows_exclusive=Code.PERMISSION_DENIED), {Manner.NO_EXCLUSIVE_OPEN}),
        (SftpOddities(knows_exclusive=Code.NO_SUCH_FILE), {Manner.NO_EXCLUSIVE_OPEN}),
        (
            SftpOddities(knows_exclusive=Code.FAILURE, knows_truncating=Code.FAILURE),
            {Manner.NO_EXCLUSIVE_OPEN, Manner.NO_TRUNCATION},
        ),
        (SftpOddities(knows_truncating=Code.OP_UNSUPPORTED), set()),
        (SftpOddities(creates_only_exclusively=True), set()),
        (SftpOddities(most_handles=4), {Manner.ONE_FILE}),
        (SftpOddities(most_handles=1), {Manner.ONE_FILE}),
        (SftpOddities(answers=WITHOUT_STAT), {Manner.NO_STAT}),
        (SftpOddities(denies_after_upload={"STAT"}), {Manner.NO_STAT}),
        (SftpOddities(without_sizes={"STAT"}), {Manner.NO_STAT}),
        (SftpOddities(answers=WITHOUT_PATHS), {Manner.NO_STAT, Manner.NO_LSTAT}),
        (SftpOddities(without_sizes={"STAT", "LSTAT"}), {Manner.NO_STAT, Manner.NO_LSTAT}),
        (SftpOddities(order=Order.QUESTIONS_FIRST), {Manner.ONE_REQUEST}),
        (SftpOddities(order=Order.QUESTIONS_BEFORE_WRITES), {Manner.ONE_REQUEST}),
        (SftpOddities(order=Order.CLOSE_LATER), None),
        (SftpOddities(order=Order.ANSWERS_SHUFFLED), set()),
        (SftpOddities(jitter_s=0.003), set()),
        (SftpOddities(largest_write=4096), set()),
        (SftpOddities(hides_folders=True), {Manner.NO_LISTING}),
        (SftpOddities(answers={"READDIR": Code.PERMISSION_DENIED}), {Manner.NO_LISTING}),
        (SftpOddities(answers={"OPENDIR": Code.NO_SUCH_FILE}), set()),
        (SftpOddities(answers={"POSIX_RENAME": Code.OP_UNSUPPORTED}), set()),
        (SftpOddities(answers={"POSIX_RENAME": Code.FAILURE}), set()),
        (SftpOddities(answers={"REMOVE": Code.PERMISSION_DENIED}), set()),
        (SftpOddities(knows_folders_not=True), set()),
        (SftpOddities(takes=Takes.AFTER_RENAME), set()),
    ],
)
def test_every_file_arrives_once_and_nothing_else(oddities: SftpOddities, teaches: set[Manner] | None) -> None:
    manners = Manners(SystemClock())
    with sftp(oddities, manners=manners) as (server, uplink):
        assert all_delivered(uplink)
        assert server.storage.received() == CONTENTS
        assert server.storage.times_arrived() == dict.fromkeys(CONTENTS, 1)
        assert server.log_ins == 1
        assert teaches is None or learned(manners) == teaches


@pytest.mark.parametrize("limit", [1, 4])
def test_a_limit_of_open_files_is_kept_to_once_it_was_met(limit: int) -> None:
    manners = Manners(SystemClock())
    with sftp(SftpOddities(most_handles=limit), manners=manners) as (server, uplink):
        assert all_delivered(uplink)
        assert manners.number(Manner.ONE_FILE) == limit
        server.heard.clear()
        more = [Parcel(DAY, f"more_{n:02}.txt", b"x") for n in range(40)]
        assert all_delivered(uplink, more)
        assert server.verbs().count("OPEN") == len(more)


def test_what_cannot_be_read_because_too_much_is_open_is_no_conflict() -> None:
    with sftp(SftpOddities(most_handles=4)) as (server, uplink):
        server.storage.folders |= {"/2026", "/2026/01", f"/{DAY}"}
        server.storage.files |= CONTENTS
        assert all_delivered(uplink)
        assert server.uploads == 0


def test_a_server_that_only_names_posix_rename_is_replaced_on_in_the_plain_way() -> None:
    oddities = SftpOddities(answers={"POSIX_RENAME": Code.OP_UNSUPPORTED}, replaces=True)
    with sftp(oddities) as (server, uplink):
        assert all_delivered(uplink, PARCELS[:1])
        assert all_delivered(uplink, [Parcel(DAY, PARCELS[0].name, b"new", replaces=True)])
        assert server.storage.received() == {f"/{DAY}/{PARCELS[0].name}": b"new"}


@pytest.mark.parametrize(
    "oddities",
    [
        SftpOddities(answers=write_only()),
        SftpOddities(answers=write_only(Code.OP_UNSUPPORTED)),
        SftpOddities(answers=write_only(Code.FAILURE)),
        SftpOddities(
            answers=write_only() | {"REMOVE": Code.PERMISSION_DENIED, "MKDIR": Code.FAILURE}, knows_folders_not=True
        ),
        SftpOddities(without_sizes={"STAT", "LSTAT", "FSTAT"}),
        SftpOddities(answers={"STAT": Code.NO_SUCH_FILE, "LSTAT": Code.NO_SUCH_FILE}, knows_folders_not=True),
    ],
)
def test_what_may_not_be_looked_at_is_delivered_by_the_answers_alone(oddities: SftpOddities) -> None:
    with sftp(oddities, ANSWER) as (server, uplink):
        assert all_delivered(uplink)
        assert server.storage.received() == CONTENTS
        assert server.storage.times_arrived() == dict.fromkeys(CONTENTS, 1)


@pytest.mark.parametrize(
    "oddities", [SftpOddities(answers=write_only()), SftpOddities(without_sizes={"STAT", "LSTAT", "FSTAT"})]
)
def test_what_may_not_be_looked_at_is_brought_and_not_proven_by_its_presence(oddities: SftpOddities) -> None:
    with sftp(oddities) as (server, uplink):
        outcomes = list(uplink.deliver(PARCELS))
        assert all(isinstance(one, Unproven) and one.answer and "proof: answer" in one.reason for one in outcomes)
        assert server.storage.received() == CONTENTS


def test_an_account_that_may_not_ask_is_not_asked_again() -> None:
    with sftp(SftpOddities(answers=write_only()), ANSWER) as (server, uplink):
        assert all_delivered(uplink, PARCELS[:10])
        assert all_delivered(uplink, PARCELS[10:20])
        server.heard.clear()
        assert all_delivered(uplink, PARCELS[20:])
        asked = {verb for _, verb, path in server.heard if path != "/"}  # of which a connection is tried out
        assert asked == {"OPEN", "WRITE", "CLOSE", "RENAME"}


@pytest.mark.parametrize("hides", [{}, WITHOUT_STAT, write_only()])
def test_a_receiver_that_takes_files_at_their_close_gets_each_under_its_own_name(hides: dict[str, Code]) -> None:
    manners = Manners(SystemClock())
    with sftp(SftpOddities(takes=Takes.AT_CLOSE, answers=hides), ANSWER, manners) as (server, uplink):
        assert all_delivered(uplink)
        assert manners.has(Manner.TAKES_AT_CLOSE)
        received = server.storage.received()
        assert {path: received[path] for path in CONTENTS} == CONTENTS
        times_arrived = server.storage.times_arrived()
        assert all(times_arrived[path] == 1 for path in CONTENTS)
        assert len(times_arrived) == len(CONTENTS) + 1, "only the first file was taken under its temporary name, too"
        more = [Parcel(DAY, f"more_{n:02}.txt", b"x") for n in range(40)]
        before = set(received)
        assert all_delivered(uplink, more)
        assert set(server.storage.received()) - before == {f"/{DAY}/{parcel.name}" for parcel in more}


def test_what_is_taken_at_its_close_is_not_proven_by_its_presence() -> None:
    with sftp(SftpOddities(takes=Takes.AT_CLOSE)) as (server, uplink):
        outcomes = list(uplink.deliver(PARCELS))
        assert len(outcomes) == len(PARCELS)
        for outcome in outcomes:
            assert isinstance(outcome, Unproven)
            assert outcome.answer == ""
            assert "under its temporary name" in outcome.reason
            assert "proof: answer" in outcome.reason
        assert len(server.storage.taken) == len(PARCELS)
        assert server.storage.files == {}


def test_a_size_that_is_told_counts_whatever_the_proof() -> None:
    for proof in Proof:
        with sftp(SftpOddities(loses_every=1), proof) as (server, uplink):
            with pytest.raises(DeliveryDeferred, match="the server reports"):
                list(uplink.deliver(PARCELS[1:]))
            assert server.storage.times_arrived() == {}


def test_a_disk_that_is_full_is_the_servers_matter_and_leaves_nothing() -> None:
    manners = Manners(SystemClock())
    with sftp(SftpOddities(room_bytes=0), manners=manners) as (server, uplink):
        with pytest.raises(DeliveryDeferred, match="may be full") as raised:
            list(uplink.deliver(PARCELS))
        assert raised.value.by_server
        assert server.storage.files == {}
        assert learned(manners) == set()


def test_a_folder_that_takes_nothing_is_still_rejected() -> None:
    with sftp(SftpOddities()) as (server, uplink):
        server.storage.folders |= {"/2026", "/2026/01", f"/{DAY}"}
        server.storage.locked.add(f"/{DAY}")
        with pytest.raises(DestinationRejected, match="may not write"):
            list(uplink.deliver(PARCELS))
        assert server.log_ins == 1


def test_others_bytes_are_left_alone_also_where_nobody_may_look() -> None:
    with sftp(SftpOddities(answers=write_only()), ANSWER) as (server, uplink):
        server.storage.folders |= {"/2026", "/2026/01", f"/{DAY}"}
        server.storage.files[f"/{DAY}/slot_00.txt"] = b"others"
        (outcome,) = uplink.deliver(PARCELS[:1])
        assert isinstance(outcome, Conflict)
        assert server.storage.files == {f"/{DAY}/slot_00.txt": b"others"}


@pytest.mark.parametrize(
    "oddities",
    [
        SftpOddities(answers={"READDIR": Code.PERMISSION_DENIED}),
        SftpOddities(answers={"READDIR": Code.NO_SUCH_FILE}),
        SftpOddities(answers={"READDIR": Code.OK}),
        SftpOddities(answers={"OPENDIR": Code.PERMISSION_DENIED}),
        SftpOddities(answers={"OPENDIR": Code.NO_SUCH_FILE}),
        SftpOddities(answers={"OPENDIR": Code.FAILURE}),
    ],
)
def test_a_folder_that_is_not_told_is_not_empty(oddities: SftpOddities) -> None:
    with sftp(oddities) as (_, uplink):
        assert all_delivered(uplink)
        with pytest.raises(NotTold):
            uplink.listing(DAY)


def test_a_listing_without_sizes_still_names_the_files() -> None:
    with sftp(SftpOddities(without_sizes={"READDIR"})) as (_, uplink):
        assert all_delivered(uplink)
        assert {(file.name, file.size) for file in uplink.listing(DAY)} == {(one.name, None) for one in PARCELS}


def test_a_live_file_is_not_set_aside_because_the_backlog_holds_what_may_be_open() -> None:
    # The limit is the account's, so that each lane alone would keep to it.
    shared = {"pool": ConnectionPool[Any](2, SystemClock()), "manners": Manners(SystemClock())}
    with odd_sftp(SftpOddities(most_handles_of_all=1)) as server:
        backlog, live = uplink_to(server, **shared), uplink_to(server, urgent=True, **shared)
        with closing(backlog), closing(live):
            done: list[object] = []
            drain = threading.Thread(target=lambda: done.extend(backlog.deliver(PARCELS)))
            drain.start()
            for number in range(10):
                assert all_delivered(live, [Parcel(DAY, f"live_{number}.txt", b"live")])
            drain.join(30)
            assert {type(outcome) for outcome in done} == {Delivered}
            assert len(done) == len(PARCELS)
            assert len(server.storage.files) == len(PARCELS) + 10


@pytest.mark.parametrize("oddities", [SftpOddities(takes=Takes.AFTER_RENAME), SftpOddities(takes=Takes.AT_CLOSE)])
def test_no_probe_is_left_with_a_receiver_that_takes_files_away(oddities: SftpOddities) -> None:
    with sftp(oddities, ANSWER) as (server, uplink):
        assert all_delivered(uplink, PARCELS[:3])
        profile = uplink.probe()
        assert profile.software
        assert uplink.server_time() is None
        assert not [path for path, _ in server.storage.taken if "probe" in path]
    with sftp(oddities, ANSWER) as (server, uplink):
        assert uplink.server_time() is None
        assert (server.storage.files, server.storage.taken) == ({}, [])


def test_probes_of_a_process_that_was_killed_are_removed() -> None:
    with sftp(SftpOddities()) as (server, uplink):
        server.storage.files |= {"/probe_upload-0123abcd.part": b"probe", "/a.txt_upload-0123abcd.part": b"ours"}
        uplink.probe()
        assert set(server.storage.files) == {"/a.txt_upload-0123abcd.part"}


def test_nothing_can_be_replaced_is_learned() -> None:
    manners = Manners(SystemClock())
    with sftp(SftpOddities(extensions=()), manners=manners) as (server, uplink):
        assert all_delivered(uplink, PARCELS[:1])
        (refused,) = uplink.deliver([Parcel(DAY, PARCELS[0].name, b"new", replaces=True)])
        assert isinstance(refused, Refused)
        assert manners.has(Manner.NO_REPLACEMENT)
        assert server.storage.received() == {f"/{DAY}/slot_00.txt": PARCELS[0].content}


def test_a_server_that_breaks_under_many_files_gets_one_at_a_time_the_third_time() -> None:
    manners = Manners(SystemClock())
    with sftp(SftpOddities(breaks_above=1), manners=manners) as (server, uplink):
        for _ in range(2):
            with pytest.raises(DeliveryDeferred):
                list(uplink.deliver(PARCELS))
        assert all_delivered(uplink)
        assert manners.number(Manner.ONE_FILE) == 1
        assert server.log_ins == 3
        assert server.storage.received() == CONTENTS


@pytest.mark.parametrize("verb", ["STAT", "READDIR"])
def test_what_is_never_answered_is_not_asked_a_third_time(verb: str) -> None:
    with sftp(SftpOddities(silent_at=verb), timeouts=Timeouts(connect_s=10, answer_s=1)) as (server, uplink):
        in_vain = 0
        while server.storage.received() != CONTENTS:
            assert in_vain < 6
            with contextlib.suppress(DeliveryDeferred):
                list(uplink.deliver(PARCELS))
            in_vain += 1
        assert server.storage.times_arrived() == dict.fromkeys(CONTENTS, 1)


@pytest.mark.parametrize("takes_after_s", [0.002, 0.02])
@pytest.mark.parametrize("proof", Proof)
def test_a_receiver_that_takes_files_a_little_later_gets_each_once(proof: Proof, takes_after_s: float) -> None:
    oddities = SftpOddities(takes=Takes.AT_CLOSE, takes_after_s=takes_after_s, jitter_s=0.002)
    with sftp(oddities, proof) as (server, uplink):
        for outcome in uplink.deliver(PARCELS):
            assert isinstance(outcome, Delivered) or (proof is PRESENT and isinstance(outcome, Unproven))
            path = f"/{DAY}/{outcome.parcel.name}"
            if isinstance(outcome, Delivered) or outcome.answer:
                assert server.storage.received()[path] == outcome.parcel.content
                assert server.storage.times_arrived()[path] == 1
        strays = [path for path in server.storage.times_arrived() if path.endswith(".part")]
        assert len(strays) <= len(PARCELS) // 2 + 1 or proof is PRESENT, "no more than were left where they were"


@pytest.mark.parametrize("proof", Proof)
def test_a_receiver_that_leaves_files_alone_soon_gets_many_at_once(proof: Proof) -> None:
    with sftp(SftpOddities(jitter_s=0.002), proof) as (server, uplink):
        assert all_delivered(uplink)
        server.heard.clear()
        assert all_delivered(uplink, [Parcel(DAY, f"more_{n:02}.txt", b"x") for n in range(32)])
        opened_first = [verb for _, verb, _ in server.heard if verb in ("OPEN", "RENAME", "POSIX_RENAME")][:16]
        assert set(opened_first) == {"OPEN"}


def test_large_files_come_in_small_pieces_where_large_ones_are_refused() -> None:
    large = [Parcel(DAY, f"large_{n}.txt", b"0123456789" * 2_000) for n in range(5)]
    with sftp(SftpOddities(largest_write=4096)) as (server, uplink):
        assert all_delivered(uplink, large)
        assert all(server.storage.files[f"/{DAY}/{one.name}"] == one.content for one in large)
