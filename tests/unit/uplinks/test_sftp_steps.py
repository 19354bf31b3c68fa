"""The steps of publishing over SFTP against servers that are hard to come by: the decisions, without a network."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TypeVar

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected, NotTold
from gateway.core.interfaces import Conflict, Delivered, Parcel, Refused
from gateway.core.publishing import Proof, Publishing
from gateway.uplinks.bounds import MOST_FILES, MOST_TIDIED
from gateway.uplinks.manners import Manners
from gateway.uplinks.publish import Act, Denied, Outcome
from gateway.uplinks.sftp import looking, messages
from gateway.uplinks.sftp.messages import Attributes, Code, Content, Handle, Names, Reply, SftpRequest, SftpStatus, Verb
from gateway.uplinks.sftp.steps import Steps
from gateway.uplinks.sftp.storing import Doubtful
from tests.support.clock import FakeClock

PARCEL = Parcel("day", "a.txt", b"12345")
REPLACING = replace(PARCEL, replaces=True)
ABSENT = SftpStatus(Code.NO_SUCH_FILE, "No such file")
DENIED = SftpStatus(Code.PERMISSION_DENIED, "Permission denied")
FAILED = SftpStatus(Code.FAILURE, "Failure")
OK = SftpStatus(Code.OK, "")

T = TypeVar("T")
Answers = Callable[[SftpRequest], Reply]


def there(size: int) -> Attributes:
    return Attributes(size, is_folder=False)


def outcome_of(steps: Steps, answers: Answers, parcel: Parcel = PARCEL) -> tuple[Outcome, list[Verb]]:
    """Publish against scripted answers, alone if there is doubt. Also the verbs asked, in order."""
    asked: list[Verb] = []
    outcome = _drive(steps.publish(parcel), answers, asked)
    if isinstance(outcome, Doubtful):
        outcome = _drive(steps.publish(parcel, alone=True), answers, asked)
    assert not isinstance(outcome, Doubtful)
    return outcome, asked


def server(
    posix_rename: bool = True, publishing: Publishing = Publishing.RENAME, proof: Proof = Proof.PRESENT
) -> Steps:
    steps = Steps("sftp here:22", "/base", posix_rename, Manners(FakeClock()), publishing, proof)
    steps.folders.leftovers["day"] = {}
    return steps


def answering(**by_verb: Reply | list[Reply]) -> Answers:
    """A server that does everything well but for the given verbs; a list is used up one by one."""
    ours = there(len(PARCEL.content))
    sizes: list[Reply] = [ABSENT, ours, ABSENT, ours, ABSENT]
    good: dict[str, Reply | list[Reply]] = {"STAT": sizes, "OPEN": Handle(b"h"), **by_verb}

    def answer(request: SftpRequest) -> Reply:
        reply = good.get(request.verb.name, OK)
        return reply.pop(0) if isinstance(reply, list) else reply

    return answer


def test_a_good_server() -> None:
    steps = server()
    outcome, asked = outcome_of(steps, answering())
    assert outcome == Delivered(PARCEL, "renamed, 5 bytes")
    assert asked == [Verb.STAT, Verb.OPEN, Verb.WRITE, Verb.CLOSE, Verb.STAT, Verb.EXTENDED]
    assert steps.writing.unfinished == set()


def test_without_posix_rename_nothing_is_removed_unless_something_is_in_the_way() -> None:
    outcome, asked = outcome_of(server(posix_rename=False), answering())
    assert isinstance(outcome, Delivered)
    assert asked[-1] is Verb.RENAME
    assert Verb.REMOVE not in asked


def test_an_extension_that_finds_no_file_leaves_renaming_to_the_protocol_itself() -> None:
    steps = server()
    outcome, asked = outcome_of(steps, answering(EXTENDED=ABSENT))
    assert isinstance(outcome, Delivered)
    assert asked[-2:] == [Verb.EXTENDED, Verb.RENAME]
    assert not steps.renaming.at_once


def test_what_has_gone_before_it_is_renamed_costs_no_older_file() -> None:
    steps = server(publishing=Publishing.RENAME_DELETE)
    gone = answering(EXTENDED=ABSENT, RENAME=ABSENT, STAT=[there(3), there(5), there(3)])
    asked: list[SftpRequest] = []

    def noted(request: SftpRequest) -> Reply:
        asked.append(request)
        return gone(request)

    with pytest.raises(DeliveryDeferred, match="publish: direct"):
        outcome_of(steps, noted, REPLACING)
    assert messages.remove("/base/day/a.txt") not in asked


def test_without_posix_rename_an_older_file_is_kept_and_the_way_out_is_named() -> None:
    sizes: list[Reply] = [there(3), there(5), there(3)]
    outcome, asked = outcome_of(server(posix_rename=False), answering(STAT=sizes, RENAME=FAILED), REPLACING)
    assert isinstance(outcome, Refused)
    assert "publish: rename-delete" in outcome.reason
    assert asked[-3:] == [Verb.RENAME, Verb.REMOVE, Verb.STAT]


def test_rename_delete_makes_room_last_of_all() -> None:
    steps = server(posix_rename=False, publishing=Publishing.RENAME_DELETE)
    outcome, asked = outcome_of(steps, answering(STAT=[there(3), there(5)]), REPLACING)
    assert isinstance(outcome, Delivered)
    assert asked[-2:] == [Verb.REMOVE, Verb.RENAME]


@pytest.mark.parametrize("publishing", Publishing)
def test_other_bytes_under_the_name_are_read_and_left_alone(publishing: Publishing) -> None:
    read: list[Reply] = [Content(b"54321"), SftpStatus(Code.EOF, "")]
    outcome, asked = outcome_of(server(publishing=publishing), answering(STAT=there(5), READ=read))
    assert isinstance(outcome, Conflict)
    assert outcome.their_sha256 == hashlib.sha256(b"54321").digest()
    assert asked == [Verb.STAT, Verb.OPEN, Verb.READ, Verb.READ, Verb.CLOSE]


@pytest.mark.parametrize("publishing", Publishing)
def test_the_beginning_of_the_file_is_completed_only_where_uploads_are_direct(publishing: Publishing) -> None:
    read: list[Reply] = [Content(b"123"), SftpStatus(Code.EOF, "")]
    outcome, _ = outcome_of(server(publishing=publishing), answering(STAT=[there(3), there(5)], READ=read))
    assert isinstance(outcome, Delivered) == (publishing is Publishing.DIRECT)


def test_what_may_not_be_read_is_ours_only_by_its_size_and_a_try_before() -> None:
    for was_tried, ask_first, size in ((True, False, 5), (False, False, 5), (True, True, 5), (True, False, 4)):
        parcel = replace(PARCEL, was_tried=was_tried, ask_first=ask_first)
        outcome, _ = outcome_of(server(), answering(STAT=there(size), OPEN=DENIED), parcel)
        assert isinstance(outcome, Delivered) == (was_tried and not ask_first and size == 5)
        assert isinstance(outcome, Delivered | Conflict)


def test_an_answer_that_does_not_tell_is_no_absence_for_what_is_asked_first() -> None:
    asking = replace(PARCEL, ask_first=True)
    outcome, asked = outcome_of(server(), answering(STAT=DENIED, LSTAT=DENIED, OPEN=DENIED), asking)
    assert isinstance(outcome, Conflict)
    assert asked == [Verb.STAT, Verb.LSTAT, Verb.OPEN] * 2  # again when nothing else is open
    with pytest.raises(NotTold, match="not told whether"):
        outcome_of(server(), answering(STAT=FAILED, LSTAT=FAILED, OPEN=FAILED), asking)


def test_a_name_that_cannot_be_read_because_it_is_not_there_is_free() -> None:
    opened: list[Reply] = [ABSENT, Handle(b"h"), Handle(b"h")]
    answers = answering(STAT=FAILED, LSTAT=FAILED, FSTAT=there(5), OPEN=opened)
    outcome, _ = outcome_of(server(), answers, replace(PARCEL, ask_first=True))
    assert isinstance(outcome, Delivered)


def test_a_file_that_came_meanwhile_is_compared_when_the_rename_fails() -> None:
    stats: list[Reply] = [ABSENT, there(5), there(5)]
    read: list[Reply] = [Content(b"54321"), SftpStatus(Code.EOF, "")]
    outcome, _ = outcome_of(server(posix_rename=False), answering(STAT=stats, READ=read, RENAME=FAILED))
    assert isinstance(outcome, Conflict)


def test_a_large_file_under_the_name_is_not_fetched() -> None:
    outcome, asked = outcome_of(server(), answering(STAT=there(5_000_000_000)))
    assert isinstance(outcome, Conflict)
    assert (outcome.their_size, asked) == (5_000_000_000, [Verb.STAT])


def test_direct_writes_under_the_name_and_checks_the_size() -> None:
    steps = server(posix_rename=False, publishing=Publishing.DIRECT)
    outcome, asked = outcome_of(steps, answering())
    assert outcome == Delivered(PARCEL, "written, 5 bytes")
    assert asked == [Verb.STAT, Verb.OPEN, Verb.WRITE, Verb.CLOSE, Verb.STAT]
    assert steps.writing.unfinished == set()


def test_a_server_that_renames_nothing_is_told_the_way_out() -> None:
    unsupported = SftpStatus(Code.OP_UNSUPPORTED, "Unsupported")
    with pytest.raises(DestinationRejected, match="publish: direct"):
        outcome_of(server(posix_rename=False), answering(RENAME=unsupported))


def test_a_size_short_of_ours_is_deferred_and_never_renamed() -> None:
    steps = server()
    with pytest.raises(DeliveryDeferred, match="sent 5 bytes, the server reports 3 bytes"):
        outcome_of(steps, answering(STAT=[ABSENT, there(3), there(3)] * 2))
    assert len(steps.writing.unfinished) == 1


def test_a_write_that_fails_is_deferred() -> None:
    with pytest.raises(DeliveryDeferred, match=r"cannot store.*Failure.*full"):
        outcome_of(server(), answering(WRITE=FAILED))


def test_a_temporary_file_that_may_not_be_made_is_a_denial() -> None:
    outcome, _ = outcome_of(server(), answering(STAT=ABSENT, OPEN=DENIED))
    assert outcome == Denied(PARCEL, "Permission denied")


def test_a_name_that_is_not_allowed_is_a_denial_and_leaves_nothing() -> None:
    steps = server()
    outcome, asked = outcome_of(steps, answering(EXTENDED=DENIED, RENAME=DENIED))
    assert outcome == Denied(PARCEL, "Permission denied", Act.RENAME)
    assert Verb.REMOVE in asked
    assert steps.writing.unfinished == set()


def test_a_rename_that_fails_without_a_reason_is_deferred() -> None:
    with pytest.raises(DeliveryDeferred, match="cannot rename"):
        outcome_of(server(), answering(EXTENDED=FAILED, RENAME=FAILED))


@pytest.mark.parametrize(("reply", "error"), [(DENIED, DestinationRejected), (FAILED, DeliveryDeferred)])
def test_a_folder_that_cannot_be_made(reply: Reply, error: type[Exception]) -> None:
    with pytest.raises(error, match="/base is not there and cannot be made"):
        made_and_used(server(), answering(STAT=ABSENT, MKDIR=reply, OPEN=ABSENT))


def test_a_folder_that_is_not_told_to_be_there_is_used_all_the_same() -> None:
    outcome = made_and_used(server(), answering(STAT=DENIED, LSTAT=DENIED, MKDIR=DENIED, FSTAT=there(5)))
    assert isinstance(outcome, Delivered)


def made_and_used(steps: Steps, answers: Answers) -> Outcome:
    _drive(steps.folders.prepare("other"), answers, [])
    outcome, _ = outcome_of(steps, answers, replace(PARCEL, folder="other"))
    return outcome


def test_a_folder_that_somebody_else_makes_at_the_same_moment_is_fine() -> None:
    folder = Attributes(4096, is_folder=True)
    stats: list[Reply] = [ABSENT, ABSENT, folder, folder]
    steps = server()
    _drive(steps.folders.prepare("other"), answering(STAT=stats, MKDIR=FAILED, OPENDIR=DENIED), [])
    assert steps.folders.leftovers["other"] == {}


@pytest.mark.parametrize("name", ["x", "x" * 1_000_000])
def test_a_folder_that_lists_for_ever_is_given_up(name: str) -> None:
    batch = Names(((name, Attributes(1, False)),) * 100)
    asked: list[Verb] = []
    found = _drive(looking.entries("/day", MOST_FILES + 1), answering(OPENDIR=Handle(b"h"), READDIR=batch), asked)
    assert isinstance(found, SftpStatus) if len(name) > 1 else len(found) > MOST_FILES
    assert asked[-1] is Verb.CLOSE


def test_leftovers_are_looked_for_among_the_first_names_of_a_folder_that_lists_for_ever() -> None:
    steps = server()
    batch = Names((("a.txt_upload-0123abcd.part", Attributes(1, False)), *(("x", Attributes(1, False)),) * 99))
    folder = Attributes(None, True)
    asked: list[Verb] = []
    _drive(steps.folders.prepare("day"), answering(STAT=folder, OPENDIR=Handle(b"h"), READDIR=batch), asked)
    assert asked.count(Verb.READDIR) == MOST_TIDIED / 100
    assert "a.txt" in steps.folders.leftovers["day"]


def test_a_batch_without_names_is_the_end_of_a_folder() -> None:
    answers = answering(OPENDIR=Handle(b"h"), READDIR=Names(()))
    assert _drive(looking.entries("/day", MOST_FILES), answers, []) == []


def test_a_file_without_end_is_given_up() -> None:
    answers = answering(OPEN=Handle(b"h"), READ=Content(b"x" * 1_000_000))
    found = _drive(looking.content("/day/a.txt"), answers, [])
    assert isinstance(found, SftpStatus)
    assert "more than 64 MB" in found.text


def _drive(steps: Generator[tuple[SftpRequest, ...], tuple[Reply, ...], T], answers: Answers, asked: list[Verb]) -> T:
    try:
        requests = next(steps)
        while True:
            asked += [request.verb for request in requests]
            requests = steps.send(tuple(map(answers, requests)))
    except StopIteration as end:
        result: T = end.value
        return result
