"""A disk that is missing never fills the card, and another one is never taken for it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.disk.accept_disk import accept_disk
from gateway.cameras.disk.disk_claim import DiskClaim, FolderTaken
from gateway.cameras.disk.disk_marker import MARKER_NAME, read_marker
from gateway.cameras.disk.disk_unusable import DiskMissing, DiskNotWritable, OtherDisk
from gateway.cameras.disk.mount_table import unmounted_place
from gateway.cameras.disk.video_disk import VideoDisk
from gateway.cameras.disk.video_disks import VideoDiskStore
from gateway.core.video import GapCause
from tests.support.clock import FakeClock
from tests.support.small_disk import small_disk


class Station:
    """A storage folder, and beside it one where a video disk may be mounted."""

    def __init__(self, folder: Path) -> None:
        self.storage = folder / "storage"
        self.storage.mkdir()
        self.video = folder / "video"
        self.database = open_cameras_database(self.storage)
        self.disks = VideoDiskStore(self.database)
        self.clock = FakeClock()
        self.is_ours = False

    def start(self) -> VideoDisk:
        """As a start of the recorder does."""
        return VideoDisk(self.video, self.storage, self.disks, self.clock, lambda _folder: self.is_ours)

    def accept(self) -> str:
        now_ms = self.clock.now().wall_ms
        return accept_disk(self.video, self.storage, self.disks, now_ms, by="lan", reason="a larger disk")

    @contextmanager
    def mounted(self) -> Iterator[None]:
        self.video.mkdir(exist_ok=True)
        with small_disk(self.video) as disk:
            if not disk.is_real:
                pytest.skip("needs the right to mount")
            yield


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    with closing(made.database):
        yield made


class TestFirstStart:
    def test_the_folder_is_made_and_marked_and_known_again(self, station: Station) -> None:
        assert station.start().check() == station.video
        identity = read_marker(station.video)
        known = station.disks.in_use()
        assert known is not None
        assert (known.identity, known.path, known.is_separate) == (identity, str(station.video), False)
        assert station.start().check() == station.video
        assert read_marker(station.video) == identity

    def test_a_marker_that_was_never_finished_is_made_anew(self, station: Station) -> None:
        station.video.mkdir()
        (station.video / MARKER_NAME).touch()
        station.start().check()
        assert read_marker(station.video) is not None

    def test_after_the_loss_of_the_database_the_disk_is_known_by_its_marker(self, station: Station) -> None:
        station.start().check()
        identity = read_marker(station.video)
        station.database.close()
        for file in station.storage.glob("cameras.db*"):
            file.unlink()
        with closing(open_cameras_database(station.storage)) as database:
            VideoDisk(station.video, station.storage, VideoDiskStore(database), station.clock).check()
            known = VideoDiskStore(database).in_use()
        assert known is not None
        assert known.identity == identity

    def test_where_not_even_the_place_of_the_folder_is_there_none_is_made(self, station: Station) -> None:
        station.video = station.video / "mnt" / "video"
        with pytest.raises(DiskMissing, match="nor what it lies in"):
            station.start().check()
        assert not station.video.parent.exists()

    def test_where_a_disk_is_meant_to_be_mounted_and_is_not_nothing_is_marked(
        self, station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        table = tmp_path / "fstab"
        table.write_text(f"# disks\nUUID=1 / ext4 defaults 0 1\nUUID=2 {tmp_path}/video ext4 nofail 0 2\n\nnonsense\n")
        looked_up = "gateway.cameras.disk.video_disk.unmounted_place"
        monkeypatch.setattr(looked_up, lambda folder: unmounted_place(folder, table))
        with pytest.raises(DiskMissing, match="stands in /etc/fstab"):
            station.start().check()
        assert list(station.video.iterdir()) == []
        with station.mounted():
            station.start().check()
        with pytest.raises(DiskMissing):
            station.start().check()
        station.accept()
        station.start().check()


class TestMissing:
    def test_the_empty_place_of_a_mount_is_not_written_to_and_the_disk_is_taken_when_it_is_back(
        self, station: Station
    ) -> None:
        station.start().check()
        disk = station.start()
        away = station.video.with_name("away")
        station.video.rename(away)
        with pytest.raises(DiskMissing, match="not there") as caught:
            disk.check()
        assert caught.value.cause is GapCause.NO_DISK
        station.video.mkdir()
        for asked in (disk, station.start()):
            with pytest.raises(DiskMissing, match="has no marker"):
                asked.check()
        assert list(station.video.iterdir()) == []
        station.video.rmdir()
        away.rename(station.video)
        assert disk.check() == station.video

    def test_a_disk_that_goes_away_while_it_is_written_to_is_missed_at_the_next_segment(self, station: Station) -> None:
        disk = station.start()
        with station.mounted():
            assert disk.check() == station.video
            known = station.disks.in_use()
            assert known is not None
            assert known.is_separate
            subprocess.run(["umount", "--lazy", str(station.video)], check=True)
            with pytest.raises(DiskMissing, match="a disk of its own"):
                disk.check()
            assert list(station.video.iterdir()) == []
            # for the fixture, which unmounts
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(station.video)], check=True)

    def test_a_copy_of_the_disk_on_the_card_is_not_the_disk(self, station: Station) -> None:
        with station.mounted():
            station.start().check()
            marker = (station.video / MARKER_NAME).read_bytes()
        (station.video / MARKER_NAME).write_bytes(marker)
        with pytest.raises(DiskMissing, match="lies on the disk of storage.path"):
            station.start().check()
        station.accept()
        station.start().check()

    def test_a_folder_that_moves_to_a_disk_of_its_own_goes_on(self, station: Station) -> None:
        station.start().check()
        marker = (station.video / MARKER_NAME).read_bytes()
        with station.mounted():
            (station.video / MARKER_NAME).write_bytes(marker)
            station.start().check()
            known = station.disks.in_use()
            assert known is not None
            assert known.is_separate


class TestAnother:
    def test_it_is_refused_until_a_person_accepts_it(self, station: Station) -> None:
        disk = station.start()
        disk.check()
        (station.video / MARKER_NAME).write_text("0" * 32 + "\n")
        for asked in (disk, station.start()):
            with pytest.raises(OtherDisk, match="gateway cameras disk accept"):
                asked.check()
        assert station.accept() == "0" * 32
        assert disk.check() == station.video

    def test_a_new_one_gets_a_marker_when_it_is_accepted(self, station: Station) -> None:
        disk = station.start()
        disk.check()
        (station.video / MARKER_NAME).unlink()
        with pytest.raises(DiskMissing):
            disk.check()
        identity = station.accept()
        assert read_marker(station.video) == identity
        assert disk.check() == station.video
        rows = station.database.read(
            "SELECT retired_ms IS NULL, accepted_by, reason FROM video_disk ORDER BY retired_ms IS NULL"
        )
        assert [tuple(row) for row in rows] == [(0, None, None), (1, "lan", "a larger disk")]

    def test_one_that_was_in_use_before_can_be_accepted_again(self, station: Station) -> None:
        station.start().check()
        first = (station.video / MARKER_NAME).read_bytes()
        (station.video / MARKER_NAME).unlink()
        station.accept()
        (station.video / MARKER_NAME).write_bytes(first)
        with pytest.raises(OtherDisk):
            station.start().check()
        station.accept()
        station.start().check()

    def test_what_is_no_folder_cannot_be_accepted(self, station: Station) -> None:
        with pytest.raises(DiskMissing, match="mount the disk first"):
            station.accept()


class TestMarker:
    @pytest.mark.parametrize("content", [b"", b"\xff" * 33, b"0" * 31 + b"G\n", b"0" * 5000])
    def test_a_damaged_one_is_made_anew_where_the_video_proves_the_disk(
        self, station: Station, content: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        disk = station.start()
        disk.check()
        identity = read_marker(station.video)
        (station.video / MARKER_NAME).write_bytes(content)
        with pytest.raises(OtherDisk, match="damaged"):
            disk.check()
        station.is_ours = True
        assert disk.check() == station.video
        assert read_marker(station.video) == identity
        assert [record.levelname for record in caplog.records] == ["WARNING"]

    def test_one_that_leads_elsewhere_is_not_followed(self, station: Station) -> None:
        disk = station.start()
        disk.check()
        marker = station.video / MARKER_NAME
        marker.rename(station.storage / "marker")
        marker.symlink_to(station.storage / "marker")
        with pytest.raises(DiskMissing, match="symbolic link"):
            disk.check()

    def test_it_is_read_again_only_when_it_changes(self, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
        disk = station.start()
        disk.check()
        read = []
        monkeypatch.setattr("gateway.cameras.disk.video_disk.read_marker", lambda folder: read.append(folder))
        for _ in range(100):
            disk.check()
        assert read == []


class TestFolder:
    def test_a_symbolic_link_is_not_followed(self, station: Station) -> None:
        elsewhere = station.storage / "elsewhere"
        elsewhere.mkdir()
        station.video.symlink_to(elsewhere)
        with pytest.raises(DiskMissing, match="symbolic link"):
            station.start().check()
        with pytest.raises(DiskMissing):
            station.accept()
        assert list(elsewhere.iterdir()) == []

    def test_a_file_in_its_place_is_named(self, station: Station) -> None:
        station.video.touch()
        with pytest.raises(DiskMissing, match="is no folder"):
            station.start().check()

    def test_a_disk_that_is_mounted_read_only_is_named(self, station: Station) -> None:
        disk = station.start()
        with station.mounted():
            disk.check()
            subprocess.run(["mount", "-o", "remount,ro", str(station.video)], check=True)
            with pytest.raises(DiskNotWritable, match="read-only") as caught:
                disk.check()
            assert caught.value.cause is GapCause.WRITE_FAILED
            subprocess.run(["mount", "-o", "remount,rw", str(station.video)], check=True)
            assert disk.check() == station.video

    def test_a_first_start_on_a_full_disk_says_so(self, station: Station) -> None:
        station.video.mkdir()
        with small_disk(station.video, 64) as small:
            if not small.is_real:
                pytest.skip("needs the right to mount")
            small.fill_up()
            with pytest.raises(DiskNotWritable) as caught:
                station.start().check()
            assert caught.value.cause is GapCause.DISK_FULL
            small.clear()
            station.start().check()

    def test_it_says_how_much_room_there_is(self, station: Station) -> None:
        disk = station.start()
        disk.check()
        room = disk.room()
        assert room.is_shared
        assert 0 < room.free <= room.total
        with station.mounted():
            assert not disk.room().is_shared
            assert disk.free_bytes() < 4 << 20


@pytest.mark.parametrize(
    ("line", "is_meant"),
    [
        ("UUID=2 /srv/video ext4 nofail 0 2", True),
        ("UUID=2 /srv ext4 nofail", True),
        ("UUID=2\t/srv/vid\\040eo ext4 nofail 0 2", False),
        ("UUID=2 /srv/video/deeper ext4 nofail 0 2", False),
        ("UUID=2 /srv/video2 ext4 nofail 0 2", False),
        ("UUID=2 none swap sw 0 0", False),
        ("# UUID=2 /srv/video ext4 nofail 0 2", False),
        ("\udcff \x00 /srv/video", False),
    ],
)
def test_the_table_of_mounts_is_read_as_it_is_written(tmp_path: Path, line: str, *, is_meant: bool) -> None:
    table = tmp_path / "fstab"
    table.write_bytes(line.encode(errors="surrogateescape"))
    assert (unmounted_place(Path("/srv/video"), table) is not None) is is_meant


def test_a_place_with_a_blank_in_it_is_found(tmp_path: Path) -> None:
    table = tmp_path / "fstab"
    table.write_text("UUID=2 /srv/my\\040video ext4 nofail 0 2")
    assert unmounted_place(Path("/srv/my video"), table) == Path("/srv/my video")
    assert unmounted_place(Path("/srv/my video"), tmp_path / "none") is None


class TestTwoRecorders:
    def test_one_folder_is_written_to_by_one_of_them_until_it_ends(self, tmp_path: Path) -> None:
        (tmp_path / "one").mkdir()
        (tmp_path / "two").mkdir()
        one, two = Station(tmp_path / "one"), Station(tmp_path / "two")
        with closing(one.database), closing(two.database):
            claims = DiskClaim(), DiskClaim()
            first, second = (
                VideoDisk(one.video, each.storage, each.disks, each.clock, claim=claim)
                for each, claim in zip((one, two), claims, strict=True)
            )
            first.check()
            for _ in range(2):
                with pytest.raises(FolderTaken, match="another recorder of cameras already writes to"):
                    second.check()
            assert two.disks.in_use() is None
            first.check()
            (one.video / MARKER_NAME).touch()  # looked at anew: its own claim is not in its way
            first.check()
            claims[0].release()
            assert second.check() == one.video
            claims[1].release()

    def test_a_disk_that_is_gone_is_held_no_longer(self, station: Station) -> None:
        claim = DiskClaim()
        disk = VideoDisk(station.video, station.storage, station.disks, station.clock, claim=claim)
        with station.mounted():
            disk.check()
        with pytest.raises(DiskMissing):
            disk.check()
        assert claim._held is None
