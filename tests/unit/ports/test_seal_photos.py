"""A photo is on the disk whole, or nothing tells of it."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from gateway.ports.seal_photos import LARGEST_BYTES, PhotoRefused, PhotoState, SealPhotos, read_new_photo
from tests.support.photo import photo
from tests.support.unprivileged import NOBODY


def test_it_is_kept_under_its_hash_and_found_again(tmp_path: Path) -> None:
    photos = SealPhotos(tmp_path)
    name = photos.keep(photo())
    assert name == photos.keep(photo()) == hashlib.sha256(photo()).hexdigest()
    assert [file.name for file in (tmp_path / "seals").iterdir()] == [f"{name}.jpg"]
    found = photos.look(name)
    assert (found.state, found.content) == (PhotoState.THERE, photo())


def test_one_that_was_changed_or_taken_away_is_told_and_never_shown(tmp_path: Path) -> None:
    photos = SealPhotos(tmp_path)
    name = photos.keep(photo())
    file = tmp_path / "seals" / f"{name}.jpg"
    file.write_bytes(photo(2))
    assert (photos.look(name).state, photos.look(name).content) == (PhotoState.ALTERED, None)
    file.unlink()
    assert photos.look(name).state is PhotoState.GONE
    file.symlink_to("/etc/passwd")
    assert photos.look(name).state is PhotoState.UNREADABLE


def test_what_a_power_cut_left_half_written_or_changed_is_made_whole(tmp_path: Path) -> None:
    photos = SealPhotos(tmp_path)
    name = hashlib.sha256(photo()).hexdigest()
    (tmp_path / "seals").mkdir()
    (tmp_path / "seals" / f"{name}.part").write_bytes(photo()[:100])
    (tmp_path / "seals" / f"{name}.jpg").write_bytes(b"")
    photos.keep(photo())
    assert photos.look(name).state is PhotoState.THERE
    assert not (tmp_path / "seals" / f"{name}.part").exists()


def test_a_folder_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "seals").write_text("a file stands here")
    with pytest.raises(PhotoRefused, match="nothing was noted"):
        SealPhotos(tmp_path).keep(photo())


def test_no_photo_is_written_through_a_link_that_somebody_planted(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "seals").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PhotoRefused, match="is a symbolic link"):
        SealPhotos(tmp_path).keep(photo())
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files for somebody else")
def test_what_root_keeps_belongs_to_whoever_owns_the_storage(tmp_path: Path) -> None:
    os.chown(tmp_path, NOBODY, NOBODY)
    name = SealPhotos(tmp_path).keep(photo())
    for made in (tmp_path / "seals", tmp_path / "seals" / f"{name}.jpg"):
        assert (made.stat().st_uid, made.stat().st_gid) == (NOBODY, NOBODY)


def test_a_full_disk_is_told_and_gets_its_room_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("gateway.ports.seal_photos.os.fsync", full)
    with pytest.raises(PhotoRefused, match="No space left"):
        SealPhotos(tmp_path).keep(photo())
    assert list((tmp_path / "seals").iterdir()) == []


def test_only_a_picture_of_a_bearable_size_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    with pytest.raises(PhotoRefused, match="No such file"):
        read_new_photo(file)
    file.write_bytes(b"%PDF-1.7")
    with pytest.raises(PhotoRefused, match="no whole JPEG picture"):
        read_new_photo(file)
    file.write_bytes(photo() + bytes(LARGEST_BYTES))
    with pytest.raises(PhotoRefused, match="larger than 16 MB"):
        read_new_photo(file)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(PhotoRefused, match="pipe"):
        read_new_photo(file)
    file.unlink()
    file.write_bytes(photo())
    assert read_new_photo(file) == photo()
