"""The janitor as a state machine: recording and pauses, power cuts, restarts, clocks that leap or that nobody vouches
for, budgets, disks that others fill, pins of both kinds.

Nothing goes that is younger than 90 days unless that was told before; nothing of the newest hour; nothing that a person
pinned, unless it was told for a week that pins hold too much; nothing by a clock that leaps; and after each of it files
and rows are the same.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from gateway.cameras.catalog.database import cameras_file, open_cameras_database
from gateway.cameras.disk.video_files import remove_file
from gateway.cameras.keeping import video_garbage
from gateway.cameras.keeping.next_removal import AGE_AGAIN_S
from gateway.cameras.keeping.removal_news import NOTICE_MS
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.video import CameraEventKind, Pin, PinOccasion, segment_file
from gateway.core.video_rules import NEWEST_MS, SHORTEST_MS, VideoRules
from tests.support.examples import examples
from tests.support.recorded_video import BEGIN_MS, SIZE, Recorded

STEP_MS = 12 * HOUR_MS
KEEP_MS = 92 * DAY_MS


class PowerCut(BaseException):
    """Nothing of ours catches it."""


class Video(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="video-"))
        shutil.copyfile(_empty(), cameras_file(self.folder))
        self.database = open_cameras_database(self.folder)
        self.recorded = Recorded(self.database, self.folder, cameras=("outlet", "gate"))
        self.recorded.rules = VideoRules(KEEP_MS, None, 0, 4 * SIZE)
        self.recorded.record(150, STEP_MS)
        self.pinned: list[tuple[int, int, int]] = []
        self.is_leaping = False
        self.cut_in: int | None = None
        video_garbage.remove_file = self.removed  # type: ignore[attr-defined]

    def teardown(self) -> None:
        video_garbage.remove_file = remove_file  # type: ignore[attr-defined]
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)

    def removed(self, folder: Path, file: str) -> None:
        """Whatever goes, goes through here."""
        if self.cut_in is not None:
            self.cut_in -= 1
            if self.cut_in < 0:
                raise PowerCut
        recorded = self.recorded
        ((begin_ms, end_ms),) = self.database.read("SELECT begin_ms, end_ms FROM segment WHERE file = ?", (file,))
        now_ms = BEGIN_MS + round((recorded.clock.mono_s - 1000) * 1000)
        age_ms = now_ms - end_ms
        assert age_ms >= NEWEST_MS
        assert not self.is_leaping or age_ms >= KEEP_MS
        if age_ms < SHORTEST_MS:
            lasting = {event.kind for event in recorded.events.lasting()}
            assert CameraEventKind.REMOVED_EARLY in lasting
        if [one for one in self.pinned if one[1] < end_ms and one[2] > begin_ms]:
            told = [one for one in recorded.events.lasting() if one.kind is CameraEventKind.PINS_FULL]
            assert [one for one in told if recorded.clock.wall_ms - one.began_ms >= NOTICE_MS]
        remove_file(folder, file)

    @rule(count=st.integers(1, 60))
    def it_records(self, count: int) -> None:
        self.recorded.record(count, STEP_MS)
        self._clean()

    @rule(days=st.integers(1, 20))
    def it_is_off(self, days: int) -> None:
        self.recorded.clock.advance(days * 86_400)
        self.recorded.janitor = self.recorded.start()
        self._clean()

    @rule(days=st.integers(1, 10))
    def days_pass(self, days: int) -> None:
        for _ in range(2 * days):
            self.recorded.clock.advance(0.5 * 86_400)
            self._clean()

    @rule()
    def it_starts_again(self) -> None:
        self.recorded.janitor = self.recorded.start()
        self._clean()

    @rule(files=st.integers(0, 5))
    def the_power_goes_while_files_are_removed(self, files: int) -> None:
        self.cut_in = files
        try:
            self.recorded.clock.advance(AGE_AGAIN_S)
            self.recorded.step()
        except PowerCut:
            pass
        self.cut_in = None
        self.recorded.janitor = self.recorded.start()
        self._clean()

    @rule(days=st.integers(2, 20_000), is_vouched=st.booleans(), is_started=st.booleans())
    def the_clock_leaps_for_an_afternoon(self, days: int, is_vouched: bool, is_started: bool) -> None:  # noqa: FBT001
        leap_ms = days * DAY_MS
        recorded = self.recorded
        budget, recorded.rules = recorded.rules, VideoRules(KEEP_MS, None, 0, 4 * SIZE)
        self.is_leaping = True
        recorded.clock.jump_wall(leap_ms)
        recorded.trust.zero_ms += leap_ms if is_vouched else 0
        if is_started:
            recorded.janitor = recorded.start()
        for _ in range(5):
            recorded.clock.advance(3600)
            self._clean()
        recorded.clock.jump_wall(-leap_ms)
        recorded.trust.zero_ms -= leap_ms if is_vouched else 0
        self.is_leaping = False
        recorded.rules = budget
        self._clean()

    @rule(is_vouched=st.booleans())
    def somebody_vouches_for_the_clock_or_nobody(self, is_vouched: bool) -> None:  # noqa: FBT001
        self.recorded.trust.vouched = is_vouched
        self._clean()

    @rule(segments=st.none() | st.integers(10, 120))
    def there_is_another_budget(self, segments: int | None) -> None:
        most = None if segments is None else segments * SIZE
        self.recorded.rules = VideoRules(KEEP_MS, most, 0, 4 * SIZE)
        self._clean()

    @rule(back_days=st.integers(0, 120), hours=st.integers(1, 60))
    @precondition(lambda self: len(self.pinned) < 3)
    def a_person_pins(self, back_days: int, hours: int) -> None:
        begin_ms = self.recorded.clock.wall_ms - back_days * DAY_MS
        end_ms = begin_ms + hours * HOUR_MS
        number = self.recorded.pins.add(None, begin_ms, end_ms, "why", made_ms=begin_ms, made_by="lan")
        self.pinned.append((number, begin_ms, end_ms))

    @rule()
    @precondition(lambda self: self.pinned)
    def a_person_releases(self) -> None:
        number, *_ = self.pinned.pop()
        self.recorded.pins.release([number], at_ms=self.recorded.clock.wall_ms, by="lan")
        self._clean()

    @rule(back_days=st.integers(0, 120), hours=st.integers(1, 60))
    def something_happens(self, back_days: int, hours: int) -> None:
        begin_ms = self.recorded.clock.wall_ms - back_days * DAY_MS
        pin = Pin(0, None, begin_ms, begin_ms + hours * HOUR_MS, PinOccasion.EXCEEDED, "COD", begin_ms)
        self.recorded.pins.add_occasions([(f"COD {begin_ms}", pin)])

    @rule()
    def somebody_puts_other_files_among_them(self) -> None:
        place = self.recorded.folder / segment_file("outlet", self.recorded.clock.wall_ms)
        place.parent.mkdir(parents=True, exist_ok=True)
        (place.parent / "notes.txt").touch()

    def _clean(self) -> None:
        self.recorded.clock.advance(AGE_AGAIN_S)
        if not self.recorded.trust.is_stepped or self.is_leaping:
            self.recorded.steps()
        assert self.recorded.rows() == self.recorded.files()


_EMPTY: list[Path] = []


def _empty() -> Path:
    """A database that is copied, which takes less than to make one."""
    if not _EMPTY:
        folder = Path(tempfile.mkdtemp(prefix="video-empty-"))
        open_cameras_database(folder).close()
        _EMPTY.append(cameras_file(folder))
    return _EMPTY[0]


TestVideo = Video.TestCase
TestVideo.settings = settings(
    max_examples=examples(10), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
