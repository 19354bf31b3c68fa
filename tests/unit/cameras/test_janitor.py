"""What goes is what may go; what was meant to go goes, whenever the power does; and a person is told before."""

from __future__ import annotations

import errno
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cameras.disk.video_files import remove_file
from gateway.cameras.keeping import video_garbage
from gateway.cameras.keeping.next_removal import AGE_AGAIN_S
from gateway.core.errors import StoreFull
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.video import CameraEventKind, GapCause, Pin, PinOccasion, SegmentState, VideoGap
from gateway.core.video_rules import VideoRules
from gateway.db import Database
from gateway.db.set_aside import DamageNotes
from tests.support.recorded_video import BEGIN_MS, SIZE, Recorded


@pytest.fixture
def recorded(cameras: Database, tmp_path: Path) -> Recorded:
    return Recorded(cameras, tmp_path)


class TestAge:
    def test_over_four_months_exactly_three_remain_at_each_day(self, cameras: Database, tmp_path: Path) -> None:
        recorded = Recorded(cameras, tmp_path, cameras=("outlet", "gate"))
        for day in range(1, 126):
            recorded.record(2, 12 * HOUR_MS)
            recorded.steps()
            first = max(0, day - 92)
            wanted = [BEGIN_MS + half * 12 * HOUR_MS for half in range(2 * first, 2 * day) for _ in range(2)]
            assert recorded.begins() == wanted
        assert recorded.files() == recorded.rows()
        months = sorted((recorded.folder / "outlet/2026").iterdir())
        assert [month.name for month in months] == ["02", "03", "04", "05"]
        assert min(day.name for day in months[0].iterdir()) == "03"
        assert recorded.told(CameraEventKind.REMOVED_EARLY) == []
        assert recorded.gaps.between("gate", 0, 1 << 60) == [
            VideoGap(BEGIN_MS, BEGIN_MS + 33 * DAY_MS, GapCause.REMOVED, "kept its time")
        ]

    @pytest.mark.parametrize(("budget_days", "is_early"), [(91, False), (85, True)])
    def test_over_four_months_a_budget_is_held_and_ninety_days_are_given_up_only_aloud(
        self, recorded: Recorded, budget_days: int, *, is_early: bool
    ) -> None:
        recorded.rules = VideoRules(92 * DAY_MS, 2 * budget_days * SIZE, 0, 0)
        kept_days = []
        for day in range(1, 126):
            for _ in range(2):
                recorded.record(1, 12 * HOUR_MS)
                recorded.steps()
            assert len(recorded.files()) <= 2 * budget_days
            kept_days.append((recorded.clock.wall_ms - recorded.begins()[0]) / DAY_MS)
            assert kept_days[-1] == min(day, budget_days)
            assert bool(recorded.told(CameraEventKind.REMOVED_EARLY)) is (is_early and day > budget_days)
        assert recorded.rows() == recorded.files()
        assert recorded.gaps.between("outlet", 0, 1 << 60) == [
            VideoGap(
                BEGIN_MS,
                BEGIN_MS + (125 - budget_days) * DAY_MS,
                GapCause.REMOVED,
                "early, for want of room" if is_early else "for want of room",
            )
        ]

    def test_of_what_was_lost_before_its_time_it_still_stands_that_it_was_lost(self, recorded: Recorded) -> None:
        recorded.record(3)
        lost = recorded.segments.between("outlet", 0, 1 << 60)[1]
        recorded.segments.lose([lost], SegmentState.MISSING, "its file is gone")
        recorded.clock.advance(93 * 86_400)
        recorded.steps()
        assert recorded.rows() == []
        assert [gap.cause for gap in recorded.gaps.between("outlet", 0, 1 << 60)] == [
            GapCause.REMOVED,
            GapCause.FILE_LOST,
            GapCause.REMOVED,
        ]

    def test_by_a_clock_that_is_not_trusted_or_is_far_ahead_nothing_goes(self, recorded: Recorded) -> None:
        recorded.record(10)
        recorded.steps()
        recorded.clock.jump_wall(400 * DAY_MS)
        recorded.steps()
        assert len(recorded.files()) == 10
        recorded.trust.zero_ms += 400 * DAY_MS  # and now somebody vouches for it
        recorded.steps()
        recorded.janitor = recorded.start()
        recorded.steps()
        assert len(recorded.files()) == 10
        for _ in range(25):
            recorded.clock.advance(3600)
            recorded.steps()
        assert recorded.files() == []

    def test_much_that_is_due_goes_in_portions_and_a_person_is_told(
        self, recorded: Recorded, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.WARNING, logger="gateway")
        recorded.record(450, 60_000)
        recorded.clock.advance(100 * 86_400)
        recorded.record(1)
        assert recorded.step() < recorded.clock.mono_s + 5
        assert len(recorded.files()) == 251
        recorded.steps()
        assert len(recorded.files()) == 1
        assert [record.getMessage()[:27] for record in caplog.records] == ["much video goes at once, mo"] * 2

    def test_what_nobody_vouches_for_yet_stays_whatever_its_name_says(self, recorded: Recorded) -> None:
        recorded.record(1, from_ms=1000)
        with recorded.database.write() as connection:
            connection.execute("UPDATE segment SET is_stamped = 0")
        recorded.record(10)
        recorded.steps()
        assert len(recorded.files()) == 11

    def test_where_no_clock_was_ever_right_the_first_goes_when_recording_would_stop(
        self, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A station without any time server filled its disk and recorded nothing more."""
        recorded.trust.vouched = False
        recorded.record(10)
        with recorded.database.write() as connection:
            connection.execute(
                "UPDATE segment SET is_stamped = 0, boot_id = ?, mono_ms = 1060000 + (id - 1) * 3600000",
                (recorded.trust.boot_id,),
            )
            connection.execute("UPDATE segment SET boot_id = 'the boot before', mono_ms = 99999999999 WHERE id < 3")
        recorded.rules = VideoRules(92 * DAY_MS, None, 4 * 10**9, 0)
        free = 10**9
        monkeypatch.setattr(recorded.disk, "free_bytes", lambda: free)
        recorded.steps()
        assert len(recorded.files()) == 10
        free = 10**9 - 1
        recorded.step()
        assert recorded.begins() == [BEGIN_MS + n * HOUR_MS for n in range(1, 10)]
        assert "nobody vouches" in recorded.told(CameraEventKind.REMOVED_EARLY)[0]
        for _ in range(12):
            recorded.step()
        assert recorded.rows() == recorded.files()
        assert recorded.begins() == [BEGIN_MS + 9 * HOUR_MS]  # of the newest hour
        assert recorded.gaps.between("outlet", 0, 1 << 60) == []

    def test_what_is_damaged_and_never_got_a_time_goes_as_well(self, recorded: Recorded) -> None:
        """It stayed for ever, and so many of them that they filled a page hid all that came after them."""
        recorded.record(70, from_ms=5000, step_ms=1)
        with recorded.database.write() as connection:
            connection.execute(
                "UPDATE segment SET is_stamped = 0, boot_id = 'the boot before', mono_ms = id,"
                " state = iif(begin_ms = 5069, 'whole', 'damaged')"
            )
        recorded.record(1)
        with recorded.database.write() as connection:
            connection.execute("UPDATE segment SET boot_id = 'this boot' WHERE is_stamped = 1")
        recorded.clock.advance(93 * 86_400)
        recorded.record(1)
        recorded.steps()
        assert len(recorded.files()) == 1

    def test_what_never_got_a_time_goes_with_what_was_recorded_after_it(self, recorded: Recorded) -> None:
        """It stayed for ever, and what has a time had to go in its place."""
        recorded.record(3, from_ms=5000)
        with recorded.database.write() as connection:
            connection.execute("UPDATE segment SET is_stamped = 0, boot_id = 'the boot before', mono_ms = id")
        recorded.record(3)
        recorded.record(1, from_ms=9000)
        with recorded.database.write() as connection:
            connection.execute("UPDATE segment SET boot_id = 'this boot' WHERE is_stamped = 1")
            connection.execute("UPDATE segment SET is_stamped = 0 WHERE begin_ms = 9000")
        recorded.steps()
        recorded.clock.advance(91.8 * 86_400)
        recorded.steps()
        assert len(recorded.files()) == 7
        recorded.rules = VideoRules(92 * DAY_MS, 6 * SIZE, 0, 0)
        recorded.clock.advance(60)
        recorded.steps()
        assert recorded.begins()[:2] == [9000, 5000 + HOUR_MS]
        recorded.clock.advance(1 * 86_400)
        recorded.steps()
        assert recorded.begins() == [9000]  # nothing has come after it yet
        assert recorded.told(CameraEventKind.REMOVED_EARLY) == []
        assert recorded.gaps.between("outlet", 0, 1 << 60) == [
            VideoGap(BEGIN_MS, BEGIN_MS + 3 * HOUR_MS, GapCause.REMOVED, "kept its time")
        ]


class TestRoom:
    def test_the_budget_is_held_and_what_is_short_is_told_before_anything_goes(
        self, recorded: Recorded, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        recorded.rules = VideoRules(92 * DAY_MS, 40 * SIZE, 0, 0, "Asia/Tokyo")
        told_before = []

        def spy(folder: Path, file: str) -> None:
            told_before.append(recorded.told(CameraEventKind.REMOVED_EARLY) != [])
            (folder / file).unlink()

        monkeypatch.setattr(video_garbage, "remove_file", spy)
        for _ in range(60):
            recorded.record(1)
            recorded.steps()
            assert len(recorded.files()) <= 40
        assert len(recorded.files()) == 40
        assert recorded.begins() == [BEGIN_MS + hour * HOUR_MS for hour in range(20, 60)]
        assert told_before == [True] * 20
        (told,) = recorded.told(CameraEventKind.REMOVED_EARLY)
        assert told.startswith("video of 2026-01-02 (1 kB) is removed after 1 day, 90 are to be kept")
        assert "cameras.storage.max_size larger by" in told
        assert [record.levelname for record in caplog.records if "removed-early" in record.getMessage()] == ["ERROR"]

    def test_that_it_was_short_ends_a_day_after_the_last_of_it_went(self, recorded: Recorded) -> None:
        recorded.rules = VideoRules(92 * DAY_MS, 5 * SIZE, 0, 0)
        recorded.record(6)
        recorded.steps()
        recorded.rules = VideoRules(92 * DAY_MS, 5000 * SIZE, 0, 0)
        recorded.janitor = recorded.start()
        recorded.steps()
        recorded.clock.advance(86_000)
        recorded.steps()
        assert [one.kind for one in recorded.events.lasting()] == [CameraEventKind.REMOVED_EARLY]
        recorded.clock.advance(1000)
        recorded.steps()
        assert recorded.events.lasting() == []

    def test_the_newest_hour_stays_however_short_the_room_is(self, recorded: Recorded) -> None:
        recorded.rules = VideoRules(92 * DAY_MS, 0, 0, 0)
        recorded.record(36, 300_000)
        recorded.steps()
        assert recorded.begins() == [BEGIN_MS + n * 300_000 for n in range(24, 36)]

    def test_what_another_program_fills_costs_no_more_than_twice_what_is_recorded(
        self, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recorded.record(24 * 30)
        recorded.steps()
        recorded.rules = VideoRules(92 * DAY_MS, None, 10**9, 0)
        monkeypatch.setattr(recorded.disk, "free_bytes", lambda: 0)
        recorded.steps()
        lost = 24 * 30 - len(recorded.files())
        assert 1 <= lost <= 3
        recorded.record(24)
        recorded.clock.advance(-1)
        for _ in range(24):
            recorded.clock.advance(3600)
            recorded.steps()
        assert 24 <= 24 * 31 - lost - len(recorded.files()) <= 2 * 25

    def test_on_a_disk_where_no_row_can_be_written_the_files_go_first_and_are_accounted_for(
        self, recorded: Recorded, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        recorded.record(12)
        recorded.steps()
        recorded.rules = VideoRules(92 * DAY_MS, 10 * SIZE, 0, 0)
        write = recorded.database.write

        def full() -> object:
            if len(recorded.files()) == 12:
                raise StoreFull("no space left")
            return write()

        monkeypatch.setattr(recorded.database, "write", full)
        with pytest.raises(StoreFull):
            recorded.step()
        assert len(recorded.files()) == 10
        recorded.steps()
        assert recorded.rows() == recorded.files()
        assert len(recorded.told(CameraEventKind.REMOVED_EARLY)) == 1
        assert "CRITICAL" in [record.levelname for record in caplog.records]


class TestPins:
    def test_what_is_pinned_stays_beyond_its_time_until_it_is_released(self, recorded: Recorded) -> None:
        recorded.rules = VideoRules(92 * DAY_MS, None, 0, 5 * SIZE)
        begin_ms = BEGIN_MS + 2 * HOUR_MS
        pin = recorded.pins.add("outlet", begin_ms, begin_ms + 1, "an accident", made_ms=BEGIN_MS, made_by="lan")
        recorded.record(5)
        recorded.clock.advance(95 * 86_400)
        recorded.record(1)
        recorded.steps()
        assert recorded.begins()[:-1] == [begin_ms]
        recorded.pins.release([pin], at_ms=recorded.clock.wall_ms, by="lan")
        recorded.clock.advance(AGE_AGAIN_S)
        recorded.steps()
        assert len(recorded.files()) == 1

    def test_beyond_their_budget_those_by_themselves_give_way_those_by_hand_only_after_a_week(
        self, recorded: Recorded
    ) -> None:
        recorded.rules = VideoRules(92 * DAY_MS, None, 0, 2 * SIZE)
        hour = [(BEGIN_MS + n * HOUR_MS, BEGIN_MS + n * HOUR_MS + 1) for n in range(8)]
        for n in range(4):
            pin = Pin(0, None, *hour[n], PinOccasion.EXCEEDED, "COD", BEGIN_MS)
            recorded.pins.add_occasions([(f"COD {n}", pin)])
        recorded.pins.add(None, hour[4][0], hour[7][1], "an accident", made_ms=BEGIN_MS, made_by="lan")
        recorded.record(8)
        recorded.clock.advance(95 * 86_400)
        recorded.record(5)
        recorded.steps()
        by_hand = [begin_ms for begin_ms, _ in hour[4:]]
        assert recorded.begins()[:-5] == by_hand
        (told,) = recorded.told(CameraEventKind.PINS_FULL)
        assert "4 give way" in told
        assert "pins by hand hold 4 kB; from 2026-04-13 on" in told
        recorded.rules = VideoRules(92 * DAY_MS, 7 * SIZE, 0, 2 * SIZE)
        recorded.steps()
        assert recorded.begins()[:4] == by_hand  # younger video goes, and that is told
        recorded.clock.advance(7 * 86_400)
        recorded.record(5)
        recorded.steps()
        assert recorded.begins()[:2] == by_hand[2:]
        assert [pin.released_by for pin in recorded.pins.all()] == ["gateway"] * 5

    @pytest.mark.parametrize(("kind", "subject"), [("database", "cameras.db.corrupt-1"), ("row", "pin 7")])
    def test_nothing_goes_for_its_age_while_pins_may_be_lost_and_room_is_made_all_the_same(
        self, recorded: Recorded, caplog: pytest.LogCaptureFixture, kind: str, subject: str
    ) -> None:
        """Its new database knew of no pin: what was pinned for years went within the hour."""
        recorded.record(3)
        with recorded.database.write() as connection:
            connection.execute(
                "INSERT INTO set_aside (kind, subject, found_ms, reason) VALUES (?, ?, 0, '')", (kind, subject)
            )
        recorded.clock.advance(100 * 86_400)
        recorded.record(2)
        recorded.steps()
        recorded.steps()
        assert len(recorded.files()) == 5
        assert ["what was set aside" in record.getMessage() for record in caplog.records] == [True]
        recorded.rules = VideoRules(92 * DAY_MS, 4 * SIZE, 0, 0)
        recorded.steps()
        assert len(recorded.files()) == 4
        assert recorded.told(CameraEventKind.REMOVED_EARLY) == []
        with recorded.database.write() as connection:
            connection.execute("UPDATE set_aside SET closed_ms = 1")
        recorded.clock.advance(AGE_AGAIN_S)
        recorded.steps()
        assert len(recorded.files()) == 2

    def test_a_pin_that_is_damaged_lets_nothing_go_for_its_age(self, recorded: Recorded, tmp_path: Path) -> None:
        recorded.record(3)
        recorded.pins.add("outlet", BEGIN_MS, BEGIN_MS + 1, "an accident", made_ms=BEGIN_MS, made_by="lan")
        with closing(sqlite3.connect(recorded.database.file)) as bits:
            bits.execute("UPDATE pin SET begin_ms = 12345, end_ms = 67890")
            bits.commit()
        recorded.clock.advance(100 * 86_400)
        recorded.steps()  # meets it
        DamageNotes(recorded.database).step(recorded.clock.now())
        recorded.record(1)
        recorded.steps()
        assert len(recorded.files()) == 4


class TestPowerCuts:
    @pytest.mark.parametrize("step", ["mark", "remove_file", "sync_folders_of", "remove_empty_folders_of", "forget"])
    @pytest.mark.parametrize("is_done", [False, True])
    def test_whenever_the_power_goes_the_next_start_brings_it_to_its_end(
        self, recorded: Recorded, monkeypatch: pytest.MonkeyPatch, step: str, *, is_done: bool
    ) -> None:
        recorded.record(6)
        recorded.clock.advance(91.9 * 86_400)
        recorded.steps()
        recorded.clock.advance(0.6 * 86_400)
        recorded.record(2)
        place = recorded.janitor._segments if step in ("mark", "forget") else video_garbage  # noqa: SLF001
        whole = getattr(place, step)
        calls = []

        def cut(*arguments: object) -> None:
            calls.append(arguments)
            if len(calls) == (3 if step == "remove_file" else 1):
                if is_done:
                    whole(*arguments)
                raise PowerCut
            whole(*arguments)

        with monkeypatch.context() as patched:
            patched.setattr(place, step, cut)
            with pytest.raises(PowerCut):
                recorded.step()
        known = set(recorded.rows())
        assert set(recorded.files()) <= known
        recorded.janitor = recorded.start()
        recorded.steps()
        assert recorded.rows() == recorded.files()
        assert len(recorded.files()) == 2
        assert recorded.segments.in_state(SegmentState.GARBAGE) == []
        assert recorded.gaps.between("outlet", 0, 1 << 60) == [
            VideoGap(BEGIN_MS, BEGIN_MS + 6 * HOUR_MS, GapCause.REMOVED, "kept its time")
        ]


class PowerCut(BaseException):
    """Nothing of ours catches it."""


class TestFiles:
    def test_a_disk_that_is_missing_is_told_and_nothing_is_removed_until_it_is_back(self, recorded: Recorded) -> None:
        recorded.record(3)
        away = recorded.folder.with_name("away")
        recorded.folder.rename(away)
        recorded.folder.mkdir()
        recorded.clock.advance(100 * 86_400)
        recorded.step()
        assert len(recorded.rows()) == 3
        assert [one.kind for one in recorded.events.lasting()] == [CameraEventKind.DISK_MISSING]
        recorded.folder.rmdir()
        away.rename(recorded.folder)
        recorded.steps()
        assert recorded.events.lasting() == []
        assert recorded.rows() == recorded.files() == []

    def test_no_link_is_followed_out_of_the_folder(self, recorded: Recorded, caplog: pytest.LogCaptureFixture) -> None:
        recorded.record(3)
        elsewhere = recorded.folder.parent / "elsewhere"
        (recorded.folder / "outlet").rename(elsewhere)
        (recorded.folder / "outlet").symlink_to(elsewhere)
        recorded.clock.advance(100 * 86_400)
        for _ in range(3):
            recorded.step()
            recorded.clock.advance(60)
        assert len(list(elsewhere.rglob("*.mkv"))) == 3
        assert len(recorded.segments.in_state(SegmentState.GARBAGE)) == 3
        assert [record.levelname for record in caplog.records if "cannot be removed" in record.getMessage()] == [
            "ERROR"
        ]

    def test_what_is_not_ours_stays_and_so_does_its_folder(self, recorded: Recorded) -> None:
        recorded.record(3)
        theirs = recorded.folder / "outlet/2026/01/01/notes.txt"
        theirs.touch()
        recorded.clock.advance(100 * 86_400)
        recorded.steps()
        assert recorded.files() == []
        assert theirs.exists()

    def test_what_is_in_the_place_of_a_file_stays_and_holds_up_nothing(self, recorded: Recorded) -> None:
        recorded.record(3)
        for file in (planted := [recorded.folder / name for name in recorded.files()]):
            file.unlink()
            file.mkdir()
        recorded.clock.advance(100 * 86_400)
        recorded.steps()
        assert recorded.rows() == []
        assert all(file.is_dir() for file in planted)
        recorded.record(3)
        recorded.clock.advance(100 * 86_400)
        recorded.steps()
        assert recorded.rows() == []

    def test_a_disk_that_fails_is_told_once_and_tried_again(
        self, recorded: Recorded, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, logger="gateway")
        recorded.record(3)
        recorded.clock.advance(100 * 86_400)

        def fails(_folder: Path, file: str) -> None:
            raise OSError(errno.EIO, "Input/output error", file)

        with monkeypatch.context() as patched:
            patched.setattr(video_garbage, "remove_file", fails)
            for _ in range(5):
                recorded.step()
                recorded.clock.advance(30)
        assert len(recorded.segments.in_state(SegmentState.GARBAGE)) == 3
        recorded.steps()
        assert recorded.rows() == recorded.files() == []
        told = [record.getMessage() for record in caplog.records if "removed" in record.getMessage()]
        assert [words.split(" file=")[0] for words in told if " can" in words] == [
            "video cannot be removed",
            "video can be removed again",
        ]

    def test_one_file_that_cannot_be_removed_keeps_no_other(
        self, recorded: Recorded, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It may be immutable, or lie on a bad block: for ever, nothing else went."""
        recorded.record(3)
        stuck = recorded.files()[1]

        def remove(folder: Path, file: str) -> None:
            if file == stuck:
                raise OSError(errno.EPERM, "Operation not permitted", file)
            remove_file(folder, file)

        monkeypatch.setattr(video_garbage, "remove_file", remove)
        recorded.clock.advance(91 * 86_400)
        recorded.steps()
        for _ in range(10):
            recorded.clock.advance(86_400)
            recorded.record(1)
            recorded.steps()
        assert len(recorded.files()) == 11
        recorded.rules = VideoRules(92 * DAY_MS, 5 * SIZE, 0, 0)
        recorded.janitor = recorded.start()
        recorded.steps()
        assert stuck in recorded.files()
        assert len(recorded.files()) < 11
        told = [record.levelname for record in caplog.records if "cannot be removed" in record.getMessage()]
        assert told == ["ERROR"] * 2  # once for each start

    def test_on_a_disk_that_fails_as_a_whole_no_more_is_given_up_than_once(
        self, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recorded.record(30)
        recorded.rules = VideoRules(92 * DAY_MS, 20 * SIZE, 0, 0)

        def fails(_folder: Path, file: str) -> None:
            raise OSError(errno.EROFS, "Read-only file system", file)

        with monkeypatch.context() as patched:
            patched.setattr(video_garbage, "remove_file", fails)
            recorded.steps()
            given_up = len(recorded.segments.in_state(SegmentState.GARBAGE))
            for _ in range(20):
                recorded.clock.advance(3600)
                recorded.steps()
            assert len(recorded.segments.in_state(SegmentState.GARBAGE)) == given_up > 0
        recorded.steps()
        assert recorded.rows() == recorded.files()

    def test_a_file_that_is_gone_already_is_no_failure(
        self, recorded: Recorded, caplog: pytest.LogCaptureFixture
    ) -> None:
        recorded.record(3)
        (recorded.folder / recorded.files()[1]).unlink()
        recorded.clock.advance(100 * 86_400)
        recorded.steps()
        assert recorded.rows() == []
        assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
