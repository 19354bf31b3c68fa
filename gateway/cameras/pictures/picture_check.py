"""One camera's pictures, held against what they are usually like: which faults begin, last and end.

The reference picture, which says whether the camera was moved, is taken by itself only once: of the first pictures with
nothing wrong, when there is none. After that only a person takes a new one (`gateway cameras reference CAMERA --now`).
If it renewed itself, a mast that leans a little more each day would be followed, pixel by pixel, and a camera that was
turned away would soon look as it should.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.cameras.pictures.picture_measures import GreyPicture, from_png, measure, to_png
from gateway.cameras.pictures.usual_pictures import UsualPictureStore
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.core.picture_rules import (
    FINDINGS,
    USUAL_FROM,
    PictureLimits,
    PictureMeasures,
    Shift,
    Streak,
    follow,
    is_unfaulty,
    judge,
    reason,
    remember,
    shows_something,
    usual_sharpness,
)
from gateway.core.video import CameraEventKind

_log = logging.getLogger(__name__)

REMEMBER_EVERY_S = 300.0
KEEP_EVERY_S = 3600.0
UNKNOWN_FOR_S = 86_400.0
"""So long, a day and a night, no picture could be held against the reference: then the camera looks elsewhere."""


@dataclass(frozen=True, slots=True)
class FaultChange:
    """A fault began then, with the first picture that showed it, or ended, with the first that did not."""

    kind: CameraEventKind
    begins: bool
    at_ms: int
    detail: str


class PictureCheck:
    """Of one camera; used by one thread. What it finds counts once it is written down (`settle`): until then each
    picture finds it again."""

    def __init__(
        self,
        camera: str,
        limits: PictureLimits,
        checks: int,
        usual: UsualPictureStore,
        lasting: frozenset[CameraEventKind] = frozenset(),
    ) -> None:
        """`lasting`: what lasted when the recorder ended."""
        self.camera = camera
        self._limits = limits
        self._checks = checks
        self._usual = usual
        self._streaks = {kind: Streak(kind in lasting) for kind in FINDINGS}
        known = usual.of(camera)
        self._reference = None if known.reference is None else from_png(known.reference)
        self._sharpness = known.sharpness
        self._before: GreyPicture | None = None
        self._shift_before: Shift | None = None
        self._unfaulty = 0
        self._unknown_since_s: float | None = None
        self._remembered_s: float | None = None
        self._kept_s: float | None = None

    @property
    def lasting(self) -> list[CameraEventKind]:
        """The faults that the camera has."""
        return [kind for kind, streak in self._streaks.items() if streak.lasts]

    def look(self, picture: GreyPicture, at_ms: int, now: Instant) -> list[FaultChange]:
        """Judge one more picture, taken at `at_ms`.

        Raises:
            StoreError: what was learned of it cannot be kept.
        """
        measures = measure(picture, self._before, self._reference, self._shift_before)
        usually = usual_sharpness(self._sharpness)
        seen = judge(measures, self._limits, usually) | {CameraEventKind.UNREADABLE: False}
        is_elsewhere = self._is_elsewhere(measures, seen, now)
        if is_elsewhere:
            seen[CameraEventKind.MOVED] = True
        self._before, self._shift_before = picture, measures.shift
        changes = self._follow(
            seen, at_ms, lambda kind: reason(kind, measures, self._limits, usually, is_elsewhere=is_elsewhere)
        )
        self._learn(picture, measures, seen, at_ms, now)
        return changes

    def look_in_vain(self, at_ms: int, why: str) -> list[FaultChange]:
        """A key frame came in which there is no picture."""
        return self._follow(
            {CameraEventKind.UNREADABLE: True},
            at_ms,
            lambda _kind: Phrase("{why}; what is recorded may not be playable", why=why),
        )

    def settle(self, change: FaultChange) -> None:
        """It is written down."""
        self._streaks[change.kind] = Streak(change.begins)

    def _follow(
        self, seen: Mapping[CameraEventKind, bool], at_ms: int, detail: Callable[[CameraEventKind], str]
    ) -> list[FaultChange]:
        changes = []
        for kind, is_seen in seen.items():
            streak = follow(self._streaks[kind], is_seen, at_ms, self._checks)
            if streak.lasts is self._streaks[kind].lasts:
                self._streaks[kind] = streak
            else:
                changes.append(FaultChange(kind, streak.lasts, streak.since_ms, detail(kind) if is_seen else ""))
        return changes

    def _is_elsewhere(self, measures: PictureMeasures, seen: Mapping[CameraEventKind, bool], now: Instant) -> bool:
        """Whether for a day nothing of the reference could be found in pictures that show something. A camera that was
        turned by half a picture or more is not known by how far it was turned."""
        if measures.shift is None or CameraEventKind.MOVED in seen:
            self._unknown_since_s = None
        elif self._unknown_since_s is None:
            self._unknown_since_s = now.mono_s
        if self._unknown_since_s is None or not shows_something(seen):
            return False
        return now.mono_s - self._unknown_since_s >= UNKNOWN_FOR_S

    def _learn(
        self,
        picture: GreyPicture,
        measures: PictureMeasures,
        seen: Mapping[CameraEventKind, bool],
        at_ms: int,
        now: Instant,
    ) -> None:
        if is_unfaulty(seen):
            self._unfaulty += 1
            self._remember_sharpness(measures.sharpness, now)
            if self._reference is None and self._unfaulty >= self._checks:
                self._take_reference(picture, at_ms, Phrase("there was none"))
        else:
            self._unfaulty = 0
        if shows_something(seen) and self._usual.wanted_ms(self.camera) is not None:
            self._take_reference(picture, at_ms, Phrase("somebody asked for it"))

    def _take_reference(self, picture: GreyPicture, at_ms: int, why: str) -> None:
        self._usual.keep_reference(self.camera, to_png(picture), at_ms)
        self._reference = picture
        self._shift_before = self._unknown_since_s = None
        _log.info("reference picture taken camera=%s reason=%r", self.camera, why)

    def _remember_sharpness(self, sharpness: float, now: Instant) -> None:
        """Often until it is known, so that a fault is found on the first day; then as it takes to know a day."""
        is_known = len(self._sharpness) >= USUAL_FROM
        if is_known and self._remembered_s is not None and now.mono_s - self._remembered_s < REMEMBER_EVERY_S:
            return
        self._sharpness = remember(self._sharpness, sharpness)
        self._remembered_s = now.mono_s
        if len(self._sharpness) < USUAL_FROM:
            return
        if not is_known or self._kept_s is None or now.mono_s - self._kept_s >= KEEP_EVERY_S:
            self._usual.keep_sharpness(self.camera, self._sharpness)
            self._kept_s = now.mono_s
