"""What lies in the folder of requests: whole or not there, and nothing that somebody planted is followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.acts.request_folder import MOST_REQUESTS, RequestFolder, RequestNotLeft, UnreadableRequest
from gateway.core.act import ActRequest, ResendSlots
from gateway.core.act_form import request_text
from gateway.core.role import Role

T0 = 1_767_200_400_000


def asked(number: int = 0, reason: str = "máy chủ mất tệp") -> ActRequest:
    return ActRequest(f"{number:032x}", T0, "lan", Role.OPERATOR, reason, ResendSlots("so-tnmt", T0, T0))


@pytest.fixture
def requests(tmp_path: Path) -> RequestFolder:
    made = RequestFolder(tmp_path)
    made.leave(asked())
    return made


def test_what_is_left_is_read_by_the_group_and_removed(requests: RequestFolder) -> None:
    (file,) = requests.folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o640
    assert requests.folder.stat().st_mode & 0o777 == 0o750
    assert requests.read(asked().id) == asked()
    requests.remove([asked().id, "f" * 32])
    assert requests.ids() == []


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert RequestFolder(tmp_path / "none").ids() == []


def test_what_was_not_written_whole_is_not_seen(requests: RequestFolder) -> None:
    """The power went, or the page was killed: the name comes last."""
    (requests.folder / f".{1:032x}.new").write_text(request_text(asked(1))[:50])
    (requests.folder / "notes.txt").write_text("anything")
    (requests.folder / "A.json").write_text("anything")
    assert requests.ids() == [asked().id]
    requests.leave(asked(1))
    assert requests.ids() == [asked().id, asked(1).id]


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "socket"])
def test_what_is_no_file_is_neither_followed_nor_waited_for(requests: RequestFolder, tmp_path: Path, what: str) -> None:
    elsewhere, planted = tmp_path / "elsewhere", requests.folder / f"{1:032x}.json"
    elsewhere.write_text(request_text(asked(1)))
    if what == "link":
        planted.symlink_to(elsewhere)
    elif what == "pipe":
        os.mkfifo(planted)
    elif what == "folder":
        planted.mkdir()
    else:
        os.mknod(planted, 0o140600)
    assert requests.read(f"{1:032x}") == UnreadableRequest(
        f"{1:032x}", {"link": "is a symbolic link", "pipe": "is a pipe"}.get(what, f"is a {what}")
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no UTF-8"),
        (b"x" * 20_000, "more than 16384 bytes"),
        (request_text(asked(2)).encode(), "another id than its name"),
    ],
)
def test_garbage_is_told_in_words(requests: RequestFolder, content: bytes, why: str) -> None:
    (requests.folder / f"{1:032x}.json").write_bytes(content)
    found = requests.read(f"{1:032x}")
    assert isinstance(found, UnreadableRequest)
    assert why in found.why


def test_a_folder_that_anybody_may_write_is_not_believed(requests: RequestFolder) -> None:
    requests.folder.chmod(0o777)
    with pytest.raises(PermissionError, match="anybody may write it"):
        requests.ids()


def test_a_folder_in_whose_place_a_link_stands_is_not_followed(requests: RequestFolder, tmp_path: Path) -> None:
    requests.folder.rename(tmp_path / "moved")
    requests.folder.symlink_to(tmp_path / "moved")
    with pytest.raises(NotADirectoryError):
        requests.ids()


def test_there_are_never_more_than_the_daemon_could_look_at(requests: RequestFolder) -> None:
    for number in range(1, MOST_REQUESTS):
        (requests.folder / f"{number:032x}.json").touch()
    with pytest.raises(RequestNotLeft, match="does the gateway run"):
        requests.leave(asked(MOST_REQUESTS))
    for number in range(MOST_REQUESTS, MOST_REQUESTS + 50):
        (requests.folder / f"{number:032x}.json").touch()
    assert len(requests.ids()) == MOST_REQUESTS


def test_what_is_too_long_is_said_before_it_is_left(requests: RequestFolder) -> None:
    with pytest.raises(RequestNotLeft, match="too long"):
        requests.leave(asked(1, "x" * 20_000))
    assert requests.ids() == [asked().id]


def test_a_full_or_missing_disk_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RequestNotLeft, match="cannot be written: Not a directory"):
        RequestFolder(tmp_path / "file").leave(asked())
