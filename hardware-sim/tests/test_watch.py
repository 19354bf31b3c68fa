"""What the watcher sees of a real folder."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from stationsim.authority.rules import Expectation
from stationsim.authority.tally import Score, Tally
from stationsim.authority.watch import Watch

EXPECTATION = Expectation("HN", "ABCD", "NUO001", ZoneInfo("Asia/Ho_Chi_Minh"), "%Y/%m/%d", 10_000, 1, {"pH": "-"})
END_MS = 1_767_200_400_000
CONTENT = b"pH\t7.2\t-\t20260101000000\t00\r\n"
OLD_S = END_MS / 1000 - 3600


class Folder:
    """An authority's folder whose time stamps lie far back: what is seen is not seen because it is young."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tally = Tally(EXPECTATION, 10_000)
        self.watch = Watch(root, self.tally)
        self.file = root / EXPECTATION.path(END_MS)
        self._stamp = OLD_S

    def settle(self) -> None:
        """Every later change still gives another time stamp than the one before."""
        self._stamp += 1
        for path in [self.root, *self.root.rglob("*")]:
            os.utime(path, (self._stamp, self._stamp))

    def look(self, after_s: float, *, thoroughly: bool = False) -> Score:
        now_ms = END_MS + round(after_s * 1000)
        self.watch.look(now_ms, thoroughly=thoroughly)
        return self.tally.score(now_ms)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.look(0)
    return folder


def test_a_renamed_file_is_seen_complete_and_its_temporary_name_never(folder: Folder) -> None:
    folder.file.parent.mkdir(parents=True)
    temporary = folder.file.with_suffix(".part")
    temporary.write_bytes(CONTENT[:5])
    assert folder.look(1).malformed == 0
    temporary.write_bytes(CONTENT)
    temporary.rename(folder.file)
    score = folder.look(2)
    assert (score.received, score.malformed, score.newest) == (1, 0, folder.file.name)


def test_a_file_written_under_its_final_name_is_seen_half(folder: Folder) -> None:
    folder.file.parent.mkdir(parents=True)
    folder.file.write_bytes(CONTENT[:5])
    folder.look(1)
    folder.file.write_bytes(CONTENT)
    folder.settle()
    score = folder.look(2)
    assert (score.received, score.malformed, score.duplicates_altered) == (1, 1, 1)


def test_the_same_bytes_again_are_no_alteration_and_other_bytes_are(folder: Folder) -> None:
    folder.file.parent.mkdir(parents=True)
    folder.file.write_bytes(CONTENT)
    folder.look(1)
    for content, altered in ((CONTENT, 0), (CONTENT.replace(b"7.2", b"7.3"), 1)):
        again = folder.file.with_suffix(".part")
        again.write_bytes(content)
        again.replace(folder.file)
        folder.settle()
        assert folder.look(2).duplicates_altered == altered


def test_an_old_file_that_changes_in_place_is_seen_by_the_thorough_look(folder: Folder) -> None:
    folder.file.parent.mkdir(parents=True)
    folder.file.write_bytes(CONTENT)
    folder.settle()
    folder.look(1)
    folder.look(40)
    folder.file.write_bytes(CONTENT.replace(b"7.2", b"7.3"))
    assert folder.look(41).duplicates_altered == 0
    assert folder.look(42, thoroughly=True).duplicates_altered == 1


def test_a_later_file_in_a_folder_known_for_long_is_seen(folder: Folder) -> None:
    folder.file.parent.mkdir(parents=True)
    folder.file.write_bytes(CONTENT)
    folder.settle()
    folder.look(1)
    later = folder.root / EXPECTATION.path(END_MS + 10_000)
    later.write_bytes(CONTENT.replace(b"000000", b"000010"))
    os.utime(later.parent, (OLD_S, OLD_S))
    assert folder.look(12).received == 2


def test_files_from_before_the_first_look_have_arrived_when_they_were_put_there(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.file.parent.mkdir(parents=True)
    folder.file.write_bytes(CONTENT)
    arrived_ms = folder.file.stat().st_ctime_ns // 1_000_000
    late_s = (arrived_ms - END_MS) / 1000 - 10
    assert folder.look(late_s + 100).problems == (f"{folder.file.name}: late by {late_s:.1f} s",)


def test_a_file_that_is_taken_away_stays_received_and_its_folder_may_come_back(folder: Folder) -> None:
    folder.file.parent.mkdir(parents=True)
    folder.file.write_bytes(CONTENT)
    folder.look(1)
    folder.file.unlink()
    folder.file.parent.rmdir()
    assert folder.look(2, thoroughly=True).received == 1
    folder.file.parent.mkdir()
    later = folder.root / EXPECTATION.path(END_MS + 10_000)
    later.write_bytes(CONTENT.replace(b"000000", b"000010"))
    assert folder.look(12).received == 2
