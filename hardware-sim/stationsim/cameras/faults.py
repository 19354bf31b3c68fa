"""What goes wrong with a camera, and when: faults as a plan that can be asked. Pure, standard library only."""

import math
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class CameraFaultKind(StrEnum):
    # The picture.
    FREEZE = "freeze"  # the same picture again and again
    BLACK = "black"
    WHITE = "white"
    COVERED = "covered"
    BLURRED = "blurred"
    MOVED = "moved"  # somebody pushed the camera
    RESOLUTION = "resolution"  # pictures of another `size`
    # The stream.
    SILENCE = "silence"  # connected, and no frame comes
    BACKWARD = "backward"  # time stamps leap back by `by`
    SAME_STAMPS = "same_stamps"  # every frame bears the time at which it began
    LOSS = "loss"  # a `share` of the packets is lost
    # The connection.
    CUT = "cut"  # every connection ends, again `every` so often
    REFUSE = "refuse"  # nobody listens, as while a camera starts anew
    # The answers.
    WRONG_PASSWORD = "wrong_password"  # noqa: S105  # the camera has another one now
    WRONG_PATH = "wrong_path"  # the stream has another name now
    BUSY = "busy"  # no further viewer is let in

    @property
    def scene(self) -> str | None:
        """What is seen instead."""
        return _SCENES.get(self)


_SCENES = {
    CameraFaultKind.FREEZE: "frozen",
    CameraFaultKind.BLACK: "black",
    CameraFaultKind.WHITE: "white",
    CameraFaultKind.COVERED: "covered",
    CameraFaultKind.BLURRED: "blurred",
    CameraFaultKind.MOVED: "moved",
}
_DRAW_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class CameraFault:
    """Holds during [start_s, end_s) after the camera's start; with a `chance`, whenever it is drawn, for `for_s`."""

    kind: CameraFaultKind
    start_s: float = 0.0
    end_s: float = math.inf
    chance: float | None = None
    for_s: float = 1.0
    every_s: float | None = None
    by_s: float = 5.0
    share: float = 0.05
    clip: str | None = None
    """File of what is shown instead."""

    @classmethod
    def told(cls, fields: Mapping[str, Any]) -> "CameraFault":
        """From JSON. Raises ValueError, TypeError for what is no fault."""
        return cls(**{**fields, "kind": CameraFaultKind(fields["kind"])})


class CameraFaultPlan:
    """Set faults, those drawn by chance (once a second, the same with the same seed), and those that somebody begins
    while it runs."""

    def __init__(self, faults: Iterable[CameraFault], seed: str) -> None:
        faults = tuple(faults)
        self._faults = [fault for fault in faults if fault.chance is None]
        self._by_chance = [fault for fault in faults if fault.chance is not None]
        self._random = random.Random(seed)
        self._draws = 0

    def begin(self, fault: CameraFault, now_s: float, for_s: float | None) -> None:
        """From now on, for so long or until it is ended."""
        self._faults.append(replace(fault, start_s=now_s, end_s=math.inf if for_s is None else now_s + for_s))

    def end(self, kind: CameraFaultKind | None, now_s: float) -> None:
        """Every fault of this kind, or all of them, that holds now."""
        self._faults = [
            one for one in self._faults if not (one.start_s <= now_s < one.end_s and kind in (None, one.kind))
        ]

    def active(self, now_s: float) -> dict[CameraFaultKind, CameraFault]:
        """Of two of a kind the later one counts. To be asked with times that never fall."""
        while self._draws * _DRAW_EVERY_S <= now_s:
            self._draw(self._draws * _DRAW_EVERY_S)
            self._draws += 1
        return {fault.kind: fault for fault in self._faults if fault.start_s <= now_s < fault.end_s}

    def _draw(self, at_s: float) -> None:
        self._faults = [fault for fault in self._faults if fault.end_s > at_s - _DRAW_EVERY_S]
        for fault in self._by_chance:
            if self._random.random() < (fault.chance or 0.0):
                self._faults.append(replace(fault, chance=None, start_s=at_s, end_s=at_s + fault.for_s))
