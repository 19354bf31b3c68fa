"""FTP servers as authorities really have them: what they may not be asked, do not bear, and do with our files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected, NotTold
from gateway.core.interfaces import Conflict, Delivered, Parcel, RemoteFile, Unproven
from gateway.core.manner import Manner
from gateway.core.publishing import Proof, Publishing
from gateway.runtime.clock import SystemClock
from gateway.uplinks.ftp.login import FtpServer, Tls
from gateway.uplinks.ftp.session import FtpSession
from gateway.uplinks.ftp.uplink import FtpUplink
from gateway.uplinks.manners import Manners
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.timeouts import Timeouts
from tests.support.clock import FakeClock
from tests.support.odd_ftp import FtpOddities, Listing, OddFtpServer, iis, odd_ftp
from tests.support.odd_storage import Takes

PARCELS = [Parcel("day", f"{n}.txt", b"%d" % n * 900) for n in range(12)]
FILES = {f"/day/{parcel.name}": parcel.content for parcel in PARCELS}
ASKING = ("SIZE", "MLST", "LIST", "NLST", "MLSD")


def uplink_to(
    server: OddFtpServer,
    proof: Proof = Proof.PRESENT,
    *,
    urgent: bool = True,
    publishing: Publishing = Publishing.RENAME,
    manners: Manners | None = None,
    answer_s: float = 3,
    pool: ConnectionPool[FtpSession] | None = None,
) -> FtpUplink:
    return FtpUplink(
        FtpServer("127.0.0.1", server.port, "/", server.user, lambda: server.password, Tls.NONE),
        clock=SystemClock(),
        pool=pool or ConnectionPool(4, SystemClock()),
        urgent=urgent,
        publishing=publishing,
        proof=proof,
        manners=manners,
        timeouts=Timeouts(connect_s=2, answer_s=answer_s),
    )


@contextmanager
def odd(oddities: FtpOddities, proof: Proof = Proof.PRESENT, **how: object) -> Iterator[tuple[OddFtpServer, FtpUplink]]:
    with odd_ftp(oddities) as server:
        uplink = uplink_to(server, proof, **how)  # type: ignore[arg-type]
        try:
            yield server, uplink
        finally:
            uplink.close()


def learned(uplink: FtpUplink) -> set[Manner]:
    return {one.manner for one in uplink._manners.known()}


@pytest.mark.parametrize("urgent", [True, False])
@pytest.mark.parametrize(
    "oddities",
    [
        {"unknown": {"SIZE"}},
        {"unknown": {"SIZE", "MLST", "MLSD"}},
        {"unknown": {"SIZE", "MLST", "MLSD"}, "listing": Listing.DOS},
        {"denied": {"SIZE"}},
        {"no_size_after_upload": True},
        {"no_size_after_upload": True, "unknown": {"MLST"}},
        {"enters": False},
        {"enters": False, "makes_silently": False},
        {"wants_150_first": True},
        {"one_command_per_packet": True},
        {"aborts_whole": {1, 5}},
        {"aborts_whole": set(range(100)), "aborts_with": "451 Local error in processing."},
        {"closes_after_done": False, "most_connections": 1},
        {"jitter_s": 0.02},
        {"backslashes": True},
        {"deletes": False},
    ],
)
def test_files_arrive_once_each_and_are_proven(oddities: dict[str, object], urgent: bool) -> None:
    with odd(FtpOddities(**oddities), urgent=urgent) as (server, uplink):  # type: ignore[arg-type]
        outcomes = list(uplink.deliver(PARCELS))
        assert {type(one) for one in outcomes} == {Delivered}
        assert {one.parcel.name for one in outcomes} == {parcel.name for parcel in PARCELS}
        uplink.close()
        assert server.storage.files == FILES
        assert server.log_ins <= 5


@pytest.mark.parametrize("publishing", list(Publishing))
def test_microsofts_server_takes_everything(publishing: Publishing) -> None:
    with odd(iis(), publishing=publishing) as (server, uplink):
        assert {type(one) for one in uplink.deliver(PARCELS)} == {Delivered}
        assert server.storage.files == FILES
        assert sorted(uplink.listing("day"), key=lambda one: one.name) == sorted(
            (RemoteFile(parcel.name, len(parcel.content)) for parcel in PARCELS), key=lambda one: one.name
        )
        assert list(uplink.listing("another day")) == []


@pytest.mark.parametrize("oddities", [{"denied": set(ASKING)}, {"unknown": set(ASKING)}])
def test_a_write_only_account_is_content_with_answers_and_not_asked_again(oddities: dict[str, set[str]]) -> None:
    with odd(FtpOddities(**oddities), Proof.ANSWER) as (server, uplink):  # type: ignore[arg-type]
        assert {type(one) for one in uplink.deliver(PARCELS)} == {Delivered}
        assert server.storage.files == FILES
        assert {Manner.NO_SIZE, Manner.NO_FACTS} <= learned(uplink)
        asked = len([verb for verb in server.verbs() if verb in ASKING])
        assert {type(one) for one in uplink.deliver([Parcel("day", "more.txt", b"more")])} == {Delivered}
        assert len([verb for verb in server.verbs() if verb in ASKING]) == asked


def test_what_is_not_told_is_renamed_and_the_way_out_is_named() -> None:
    with odd(FtpOddities(denied=set(ASKING))) as (server, uplink):
        outcomes = list(uplink.deliver(PARCELS[:2]))
        assert server.storage.files == {path: FILES[path] for path in ("/day/0.txt", "/day/1.txt")}
        for outcome in outcomes:
            assert isinstance(outcome, Unproven)
            assert "226" in outcome.answer
            assert "250" in outcome.answer
            assert "proof: answer" in outcome.reason
            assert "not told" in outcome.reason
            assert "SIZE: " in outcome.reason


@pytest.mark.parametrize("unknown", [set(), {"SIZE"}, set(ASKING)])
@pytest.mark.parametrize("urgent", [True, False])
def test_a_receiver_that_takes_at_close_gets_each_file_under_its_name(unknown: set[str], urgent: bool) -> None:
    oddities = FtpOddities(takes=Takes.AT_CLOSE, unknown=unknown)
    with odd(oddities, Proof.ANSWER, urgent=urgent) as (server, uplink):
        assert {type(one) for one in uplink.deliver(PARCELS)} == {Delivered}
        assert Manner.TAKES_AT_CLOSE in learned(uplink)
        taken = [path for path, _ in server.storage.taken]
        assert {path for path in taken if path.endswith(".txt")} == set(FILES)
        assert len([path for path in taken if path.endswith(".txt")]) == len(FILES), "none arrives twice"
        assert len([path for path in taken if path.endswith(".part")]) <= 5, "one for each connection to learn from"


def test_a_receiver_that_goes_on_taking_at_close_gets_no_temporary_name_the_next_day() -> None:
    clock = FakeClock()
    manners = Manners(clock)
    with odd(FtpOddities(takes=Takes.AT_CLOSE), Proof.ANSWER, manners=manners) as (server, uplink):
        for parcel in PARCELS[:4]:
            assert {type(one) for one in uplink.deliver([parcel])} == {Delivered}
            clock.advance(13 * 3600)
        assert len([path for path, _ in server.storage.taken if path.endswith(".part")]) == 1


def test_a_receiver_that_takes_at_close_is_named_where_files_have_to_be_seen() -> None:
    with odd(FtpOddities(takes=Takes.AT_CLOSE)) as (server, uplink):
        (outcome,) = uplink.deliver(PARCELS[:1])
        assert isinstance(outcome, Unproven)
        assert "gone before it was renamed" in outcome.reason
        assert "proof: answer" in outcome.reason
        assert len(server.storage.taken) == 1


@pytest.mark.parametrize("proof", list(Proof))
def test_a_receiver_that_takes_after_the_rename_is_delivered_to(proof: Proof) -> None:
    with odd(FtpOddities(takes=Takes.AFTER_RENAME), proof, urgent=False) as (server, uplink):
        assert {type(one) for one in uplink.deliver(PARCELS)} == {Delivered}
        assert sorted(path for path, _ in server.storage.taken) == sorted(FILES)


@pytest.mark.parametrize("proof", list(Proof))
@pytest.mark.parametrize("every", [1, 3])
def test_a_file_that_is_told_to_be_short_never_counts(proof: Proof, every: int) -> None:
    with odd(FtpOddities(loses_every=every), proof) as (server, uplink):
        try:
            outcomes = list(uplink.deliver(PARCELS[:3]))
        except DeliveryDeferred:
            outcomes = []
        for outcome in outcomes:
            assert server.storage.files[f"/day/{outcome.parcel.name}"] == outcome.parcel.content
        assert (every == 1) == (not outcomes)


def test_what_was_not_borne_is_not_tried_again() -> None:
    manners = Manners(SystemClock())
    with odd_ftp(FtpOddities(wants_150_first=True)) as server:
        for parcels in (PARCELS[:6], PARCELS[6:]):
            uplink = uplink_to(server, manners=manners)
            assert {type(one) for one in uplink.deliver(parcels)} == {Delivered}
            uplink.close()
        assert manners.has(Manner.DATA_AFTER_GO_AHEAD)
        assert not manners.has(Manner.ONE_COMMAND)
        assert server.verbs().count("STOR") <= len(PARCELS) + 1


@pytest.mark.parametrize("oddity", ["resets_after_done", "closes_after_done"])
def test_an_answer_that_came_counts_however_the_connection_ends(oddity: str) -> None:
    with odd(FtpOddities(**{oddity: True})) as (server, uplink):  # type: ignore[arg-type]
        (outcome,) = uplink.deliver(PARCELS[:1])
        assert isinstance(outcome, Delivered)
        assert server.uploads == 1
        assert server.storage.files == {"/day/0.txt": PARCELS[0].content}


def test_what_is_never_answered_is_looked_for_over_another_connection() -> None:
    with odd(FtpOddities(never_done=True), answer_s=0.5) as (server, uplink):
        (outcome,) = uplink.deliver(PARCELS[:1])
        assert isinstance(outcome, Delivered)
        assert server.uploads == 1
        assert server.storage.files == {"/day/0.txt": PARCELS[0].content}


@pytest.mark.parametrize("urgent", [True, False])
@pytest.mark.parametrize(
    "oddity",
    [{"resets_after_done": True}, {"closes_after_done": True}, {"never_done": True}],
    ids=["resets", "closes", "never 226"],
)
def test_nothing_is_learned_of_a_server_that_fails_the_plain_way_too(oddity: dict[str, bool], urgent: bool) -> None:
    with odd(FtpOddities(**oddity), answer_s=0.3, urgent=urgent) as (server, uplink):  # type: ignore[arg-type]
        waiting = {parcel.name: parcel for parcel in PARCELS[:4]}
        for _ in range(6):
            with contextlib.suppress(DeliveryDeferred):
                for outcome in uplink.deliver(list(waiting.values())):
                    assert isinstance(outcome, Delivered)
                    del waiting[outcome.parcel.name]
        assert not waiting
        assert learned(uplink) == set()
        assert server.uploads == 4


@pytest.mark.parametrize("listing", [Listing.UNIX, Listing.NAMES])
def test_what_another_has_brought_since_the_folder_was_listed_is_not_replaced(listing: Listing) -> None:
    oddities = FtpOddities(unknown={"SIZE", "MLST", "MLSD"}, listing=listing)
    with odd(oddities, Proof.ANSWER) as (server, uplink):
        assert {type(one) for one in uplink.deliver(PARCELS[:1])} == {Delivered}
        server.storage.files["/day/1.txt"] = b"another's"
        (outcome,) = uplink.deliver(PARCELS[1:2])
        assert isinstance(outcome, Conflict)
        assert server.storage.files == {"/day/0.txt": PARCELS[0].content, "/day/1.txt": b"another's"}


CROWDS: list[dict[str, object]] = [
    {"most_transfers_together": 1},
    {"most_transfers_together": 1, "crowd_says": b"421 One transfer at a time."},
    {"most_transfers_together": 1, "crowd_says": b"426 One transfer at a time."},
    {"most_transfers_together": 1, "crowd_says": b"451 One transfer at a time."},
    {"most_transfers_together": 1, "crowd_says": b"530 One transfer at a time."},
    {"most_transfers_together": 1, "crowd_says": b"550 Permission denied."},
    {"most_transfers_together": 1, "crowd_says": b"hang up"},
    {"crowded_from": 2},
]


@pytest.mark.parametrize("oddities", CROWDS, ids=lambda one: str(one.get("crowd_says", next(iter(one)))))
def test_files_go_over_one_connection_where_the_server_does_not_bear_two(oddities: dict[str, object]) -> None:
    parcels = [Parcel("day", f"{n}.txt", b"%d" % n * 90_000) for n in range(30)]
    with odd(FtpOddities(**oddities, done_after_s=0.03), urgent=False) as (server, uplink):  # type: ignore[arg-type]
        for first in (0, 10, 20):
            assert {type(one) for one in uplink.deliver(parcels[first : first + 10])} == {Delivered}
        assert server.storage.files == {f"/day/{parcel.name}": parcel.content for parcel in parcels}
        assert learned(uplink) == {Manner.ONE_CONNECTION}
        log_ins = server.log_ins
        assert {type(one) for one in uplink.deliver([replace(one, folder="again") for one in parcels])} == {Delivered}
        assert server.log_ins == log_ins


def test_a_second_connection_refused_twice_is_remembered_for_a_day() -> None:
    clock = FakeClock()
    with odd_ftp(FtpOddities(most_connections=1)) as server:
        uplink = uplink_to(server, urgent=False, pool=ConnectionPool(4, clock))
        for day, expected in (("1", set()), ("2", {Manner.ONE_CONNECTION})):
            parcels = [replace(parcel, folder=day) for parcel in PARCELS]
            assert {type(one) for one in uplink.deliver(parcels)} == {Delivered}
            assert learned(uplink) == expected
            clock.advance(120)
        uplink.close()


def test_a_line_that_breaks_later_teaches_nothing_of_several_connections() -> None:
    with odd(FtpOddities(cuts_before={"STOR": frozenset({15})}), urgent=False) as (_, uplink):
        parcels = [Parcel("day", f"{n}.txt", b"%d" % n * 9_000) for n in range(30)]
        assert {type(one) for one in uplink.deliver(parcels)} == {Delivered}
        assert learned(uplink) == set()


def test_what_the_live_lane_is_denied_beside_another_is_not_judged() -> None:
    oddities = FtpOddities(most_transfers_together=1, crowd_says=b"550 Permission denied.", done_after_s=0.03)
    with odd(oddities, urgent=False) as (server, backlog):
        live = uplink_to(server, pool=backlog._pool)
        under_way = backlog.deliver([Parcel("old", f"{n}.txt", b"%d" % n * 90_000) for n in range(9)])
        outcomes = [next(under_way)]
        with ThreadPoolExecutor(1) as threads:
            delivering = threads.submit(lambda: list(live.deliver(PARCELS[:3])))
            outcomes += under_way
            assert {type(one) for one in (*outcomes, *delivering.result(10))} == {Delivered}
        live.close()


def test_a_limit_of_commands_is_remembered_with_its_number() -> None:
    with odd(FtpOddities(most_commands=40)) as (server, uplink):
        with pytest.raises(DeliveryDeferred, match="Too many commands"):
            list(uplink.deliver(PARCELS))
        assert learned(uplink) == {Manner.SLOW_COMMANDS}
        assert 20 <= (uplink._manners.number(Manner.SLOW_COMMANDS) or 0) <= 40
        assert server.log_ins == 1


def test_a_folder_that_takes_nothing_is_still_told() -> None:
    with odd(FtpOddities(denied={"STOR"})) as (_, uplink), pytest.raises(DestinationRejected, match="may not write"):
        list(uplink.deliver(PARCELS))


def test_a_folder_that_cannot_be_made_is_still_told() -> None:
    oddities = FtpOddities(denied={"MKD"})
    with odd(oddities) as (_, uplink), pytest.raises(DestinationRejected, match="cannot be made"):
        list(uplink.deliver(PARCELS))


@pytest.mark.parametrize(
    "oddities",
    [
        {"denied": {"MLSD", "NLST", "LIST"}},
        {"denied": {"MLSD", "NLST", "LIST", "CWD"}},
        {"unknown": {"MLSD", "NLST", "LIST"}},
        {"says": dict.fromkeys(("MLSD", "NLST", "LIST"), b"450 Not now.\r\n")},
        {"says": {f"after {verb}": b"226 Output truncated to 5 matches\r\n" for verb in ("MLSD", "NLST", "LIST")}},
    ],
)
def test_a_listing_that_is_not_told_is_no_absence(oddities: dict[str, object]) -> None:
    with odd(FtpOddities(**oddities)) as (server, uplink):  # type: ignore[arg-type]
        server.storage.folders.add("/day")
        server.storage.files.update(FILES)
        with pytest.raises(NotTold):
            list(uplink.listing("day"))


@pytest.mark.parametrize(
    ("oddities", "tells"),
    [
        ({}, True),
        ({"unknown": {"MLSD", "MLST"}}, True),
        ({"denied": {"MLSD", "MLST", "SIZE"}}, True),
        ({"denied": {"MLSD", "NLST"}}, True),
        ({"denied": {"MLSD", "NLST"}, "listing": Listing.DOS}, True),
        ({"denied": {"MLSD", "MLST", "SIZE"}, "listing": Listing.NAMES}, False),
    ],
)
def test_a_listing_tells_what_can_be_told(oddities: dict[str, object], tells: bool) -> None:
    with odd(FtpOddities(**oddities)) as (server, uplink):  # type: ignore[arg-type]
        server.storage.folders |= {"/day"}
        server.storage.files.update(FILES)
        found = {one.name: one.size for one in uplink.listing("day")}
        assert found == {parcel.name: len(parcel.content) if tells else None for parcel in PARCELS}
        assert list(uplink.listing("never/there")) == []


def test_a_trial_leaves_nothing_after_it_was_cut_off() -> None:
    with odd(FtpOddities(says={"RNTO": [b"hang up"]})) as (server, uplink):
        with pytest.raises(DeliveryDeferred):
            uplink.probe()
        assert any("probe_upload-" in path for path in server.storage.files)
        assert {type(one) for one in uplink.deliver(PARCELS[:1])} == {Delivered}
        assert server.storage.files == {"/day/0.txt": PARCELS[0].content}


def test_a_trial_removes_what_an_earlier_process_left() -> None:
    with odd(FtpOddities()) as (server, uplink):
        server.storage.files["/probe_upload-0123abcd.part"] = b"probe"
        uplink.probe()
        assert server.storage.files == {}
