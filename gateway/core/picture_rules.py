"""When a camera's picture counts as faulty: black, overexposed, covered, blurred, moved, frozen.

Pure. What is judged are measures of one picture, 480 × 270, grey, 0 to 255; the thresholds are the configuration's. One
fault has one name: of a picture in which nothing can be seen, nobody can say whether it is sharp, moved, or the same as
before. What cannot be judged neither begins a fault nor ends one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from statistics import median

from gateway.core.phrase import Phrase
from gateway.core.video import CameraEventKind

WIDTH, HEIGHT = 480, 270
DARK, BRIGHT = 24, 250
"""A pixel up to here is dark, from here on glaring."""
FLAT_DEVIATION = 4.0
"""A tile whose pixels deviate less from each other shows nothing."""
BLURRED_SHARE = 0.4
"""Of the camera's own usual sharpness. Fog and infrared light take more of it away than of other pictures, and a camera
that looks at a smooth wall never had any."""
SURE_RESPONSE = 0.6
"""Of the correlation with the reference, 0 to 1: how far the picture lies from it can be believed from here on."""
LIKELY_RESPONSE = 0.25
"""From here on if the picture before lay as far from it, in the same direction. So it is where half of the picture is
moving water, or the light is another. Pictures of different sections stay below 0.17, but may seem to lie as far from
each other time after time."""
SAME_PLACE = 1.0
"""Pixels between two pictures that lie as far from the reference."""
USUAL_FROM = 30
"""So many pictures, and it is known how sharp the camera is."""
USUAL_OF = 288
"""So many are remembered: a day and a night, where one is taken every five minutes."""

FINDINGS = (
    CameraEventKind.BLACK,
    CameraEventKind.OVEREXPOSED,
    CameraEventKind.COVERED,
    CameraEventKind.BLURRED,
    CameraEventKind.MOVED,
    CameraEventKind.FROZEN,
    CameraEventKind.UNREADABLE,
)
"""What is found in pictures. A camera that has none of these is healthy."""
_HIDING = (CameraEventKind.BLACK, CameraEventKind.OVEREXPOSED, CameraEventKind.COVERED)


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """Thresholds, as `gateway.config.cameras.HealthSettings` has them."""

    black: float
    overexposed: float
    covered: float
    blurred: float
    moved: float
    frozen: float


@dataclass(frozen=True, slots=True)
class Shift:
    """Where the picture lies, seen from the reference, in pixels of 480 × 270, and how sure that is, 0 to 1."""

    across: float
    down: float
    response: float

    @property
    def pixels(self) -> float:
        """How far."""
        return hypot(self.across, self.down)

    def is_sure(self, before: Shift | None) -> bool:
        """Whether it can be believed. `before`: of the picture before."""
        if self.response > SURE_RESPONSE:
            return True
        if before is None or min(self.response, before.response) < LIKELY_RESPONSE:
            return False
        return hypot(self.across - before.across, self.down - before.down) <= SAME_PLACE


@dataclass(frozen=True, slots=True)
class PictureMeasures:
    """Of one picture. Shares are 0 to 1."""

    dark_share: float
    bright_share: float
    flat_share: float
    """Of its tiles."""
    sharpness: float
    """Variance of the Laplacian after a blur of 3 × 3, which takes away most of what is only noise."""
    change: float | None
    """Mean difference to the picture before, in grey levels; `None`: there was none."""
    shift: Shift | None
    """`None`: there is no reference."""
    shift_before: Shift | None = None
    """Of the picture before, against the same reference."""


def judge(
    measures: PictureMeasures, limits: PictureLimits, usual_sharpness: float | None
) -> dict[CameraEventKind, bool]:
    """Whether each fault is seen in the picture. What cannot be judged is left out."""
    if measures.dark_share > limits.black:
        return {CameraEventKind.BLACK: True, CameraEventKind.OVEREXPOSED: False}
    seen = {CameraEventKind.BLACK: False}
    if measures.bright_share > limits.overexposed:
        return seen | {CameraEventKind.OVEREXPOSED: True}
    seen[CameraEventKind.OVEREXPOSED] = False
    seen[CameraEventKind.COVERED] = measures.flat_share > limits.covered
    if seen[CameraEventKind.COVERED]:
        return seen
    if usual_sharpness is not None:
        seen[CameraEventKind.BLURRED] = measures.sharpness < min(limits.blurred, BLURRED_SHARE * usual_sharpness)
    if measures.shift is not None and measures.shift.is_sure(measures.shift_before):
        seen[CameraEventKind.MOVED] = measures.shift.pixels > limits.moved
    if measures.change is not None:
        seen[CameraEventKind.FROZEN] = measures.change <= limits.frozen
    return seen


def is_unfaulty(seen: Mapping[CameraEventKind, bool]) -> bool:
    """Whether the picture may teach what the camera's pictures are usually like."""
    return not any(seen.values())


def shows_something(seen: Mapping[CameraEventKind, bool]) -> bool:
    """Whether it could be a reference: a person who asks for one says that its section is right, not that the lens is
    clean."""
    return not any(seen.get(kind, False) for kind in (*_HIDING, CameraEventKind.BLURRED))


def usual_sharpness(remembered: Sequence[float]) -> float | None:
    """The camera's own; `None` while too few pictures are known. Without it no picture is called blurred: the same
    number is sharp for one camera and blurred for another."""
    return median(remembered) if len(remembered) >= USUAL_FROM else None


def remember(remembered: Sequence[float], sharpness: float) -> tuple[float, ...]:
    """One more; the oldest go."""
    return (*remembered, sharpness)[-USUAL_OF:]


@dataclass(frozen=True, slots=True)
class Streak:
    """Whether a fault lasts, and how many pictures in a row have said the opposite, since when."""

    lasts: bool = False
    against: int = 0
    since_ms: int = 0


def follow(streak: Streak, is_seen: bool, at_ms: int, checks: int) -> Streak:
    """The streak after one more picture. `checks` in a row begin a fault, and as many end it: `since_ms` is then when
    the first of them was taken."""
    if is_seen is streak.lasts:
        return Streak(streak.lasts)
    since_ms = streak.since_ms if streak.against else at_ms
    if streak.against + 1 >= checks:
        return Streak(is_seen, 0, since_ms)
    return Streak(streak.lasts, streak.against + 1, since_ms)


def reason(
    kind: CameraEventKind,
    measures: PictureMeasures,
    limits: PictureLimits,
    usual_sharpness: float | None,
    *,
    is_elsewhere: bool = False,
) -> str:
    """What was measured, in words for a person. `is_elsewhere`: for long, nothing of the reference was found."""
    if kind is CameraEventKind.BLACK:
        return Phrase(
            "{share:.0%} of the picture is black, more than {limit:.0%}",
            share=measures.dark_share,
            limit=limits.black,
        )
    if kind is CameraEventKind.OVEREXPOSED:
        return Phrase(
            "{share:.0%} of the picture is white, more than {limit:.0%}",
            share=measures.bright_share,
            limit=limits.overexposed,
        )
    if kind is CameraEventKind.COVERED:
        return Phrase(
            "{share:.0%} of the picture shows nothing, more than {limit:.0%}",
            share=measures.flat_share,
            limit=limits.covered,
        )
    if kind is CameraEventKind.BLURRED:
        if usual_sharpness is None:
            return Phrase("its sharpness is {sharpness:.1f}", sharpness=measures.sharpness)
        return Phrase(
            "its sharpness is {sharpness:.1f}, usually {usual:.1f}",
            sharpness=measures.sharpness,
            usual=usual_sharpness,
        )
    if kind is CameraEventKind.MOVED:
        return _moved(measures.shift, is_elsewhere=is_elsewhere)
    return Phrase("each picture is the same as the one before")


def _moved(shift: Shift | None, *, is_elsewhere: bool) -> str:
    if shift is None or is_elsewhere:
        return Phrase(
            "for a day nothing of its reference picture was found: it shows something else; if that is right, take a"
            " new reference"
        )
    return Phrase(
        "it shows another section than its reference picture: {share:.1%} of its width beside it",
        share=shift.pixels / WIDTH,
    )
