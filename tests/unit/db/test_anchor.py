"""The anchor outside of the database: whichever of its files is torn or flipped, the other one holds."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.core.rollback import Anchor, Marks
from gateway.db.anchor import NAMES, SIZE, AnchorFile, AnchorFound
from tests.support.thorough import a_few

OLDER = Anchor(Marks(1, 10, 9, 100), {300_000: (1_767_200_400_000,), 3_600_000: ()}, (4, 9), 1_767_200_401_000)
NEWER = replace(OLDER, marks=Marks(1, 11, 10, 101))


def written(folder: Path, *anchors: Anchor, synced: bool = True) -> AnchorFile:
    file = AnchorFile(folder)
    file.read()
    for anchor in anchors:
        file.write(anchor, synced=synced)
    return file


def read(folder: Path) -> AnchorFound:
    return AnchorFile(folder).read()


def test_what_was_written_last_is_read(tmp_path: Path) -> None:
    assert read(tmp_path) == AnchorFound(None)
    written(tmp_path, OLDER, NEWER)
    assert read(tmp_path) == AnchorFound(NEWER)
    written(tmp_path, OLDER)
    assert read(tmp_path) == AnchorFound(OLDER)
    for name in NAMES:
        known = (tmp_path / name).stat()
        assert (known.st_size, stat.S_IMODE(known.st_mode)) == (SIZE, 0o600)


@pytest.mark.parametrize("torn", a_few(range(0, SIZE + 1, 7), 15))
def test_a_write_that_was_torn_anywhere_leaves_the_one_before(tmp_path: Path, torn: int) -> None:
    written(tmp_path, OLDER, NEWER)
    last = max((tmp_path / name for name in NAMES), key=lambda file: file.read_bytes()[8:16])
    before = last.read_bytes()
    file = AnchorFile(tmp_path)
    file.read()
    newest = replace(NEWER, marks=Marks(2, 12, 12, 120))
    file.write(newest, synced=True)
    (other,) = [tmp_path / name for name in NAMES if tmp_path / name != last]
    whole = other.read_bytes()
    other.write_bytes(whole[:torn] + bytes(SIZE)[torn:])
    assert last.read_bytes() == before
    assert read(tmp_path).anchor == (newest if whole.rstrip(b"\0") == other.read_bytes().rstrip(b"\0") else NEWER)


def test_any_flipped_bit_leaves_the_other_one(tmp_path: Path) -> None:
    written(tmp_path, OLDER, NEWER)
    for name in NAMES:
        file = tmp_path / name
        whole = file.read_bytes()
        used = len(whole.rstrip(b"\0"))
        for position in range(used * 8):
            flipped = bytearray(whole)
            flipped[position // 8] ^= 1 << position % 8
            file.write_bytes(flipped)
            assert read(tmp_path).anchor in (OLDER, NEWER), position
        file.write_bytes(whole)


def test_what_was_synced_is_never_written_over_by_what_was_not(tmp_path: Path) -> None:
    file = written(tmp_path, OLDER)
    synced = {name: (tmp_path / name).read_bytes() for name in NAMES if (tmp_path / name).exists()}
    for number in range(5):
        file.write(replace(NEWER, marks=Marks(1, 11, 10, 200 + number)), synced=False)
        assert {name: (tmp_path / name).read_bytes() for name in synced} == synced
    assert read(tmp_path).anchor == replace(NEWER, marks=Marks(1, 11, 10, 204))


@pytest.mark.parametrize("content", [b"", b"\0" * SIZE, b"x" * 5000, os.urandom(SIZE), b"GWANCHR1" + b"\xff" * 2000])
def test_rubbish_in_both_is_told_and_written_over(tmp_path: Path, content: bytes) -> None:
    for name in NAMES:
        (tmp_path / name).write_bytes(content)
    assert read(tmp_path) == AnchorFound(None, is_damaged=True)
    written(tmp_path, OLDER, NEWER)
    assert read(tmp_path) == AnchorFound(NEWER)
    assert [(tmp_path / name).stat().st_size for name in NAMES] == [SIZE, SIZE]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"of somebody else")
    for name in NAMES:
        (tmp_path / name).symlink_to(target)
    file = AnchorFile(tmp_path)
    assert file.read() == AnchorFound(None, is_damaged=True)
    with pytest.raises(OSError, match="symbolic"):
        file.write(OLDER, synced=True)
    assert target.read_bytes() == b"of somebody else"


def test_what_is_no_file_blocks_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAMES[0])
    (tmp_path / NAMES[1]).mkdir()
    file = AnchorFile(tmp_path)
    assert file.read() == AnchorFound(None, is_damaged=True)
    for _ in NAMES:
        with pytest.raises(OSError, match=r"."):
            file.write(OLDER, synced=True)
