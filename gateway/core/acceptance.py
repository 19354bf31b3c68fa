"""The acceptance test (nghiệm thu): its steps, what can become of each, what is decided about what was seen. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.core.lateness import Downtime


class StepName(StrEnum):
    """In the order of the checklist; the values are the database's, JSON's and the command line's."""

    RUNNING = "running"
    CLOCK = "clock"
    PORTS = "ports"
    CAMERAS = "cameras"
    LIMITS = "limits"
    RETENTION = "retention"
    DISPLAYS = "displays"
    """Each instrument answers, and its display shows the same."""
    CALIBRATING = "calibrating"
    """Status 01 in the slot's file."""
    FAULT = "fault"
    """Status 02, and the event."""
    FILES = "files"
    """Folder, names, symbols and units as the receiver's list has them."""
    TIMELINESS = "timeliness"
    """The interval, and how long after a slot's end its file is there."""
    LINE = "line"
    """Cut and put back."""
    POWER = "power"
    HANDOVER = "handover"
    MEASURING = "measuring"
    """In the end everything is again as it was."""


class StepVerdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_CONFIGURED = "not_configured"

    @property
    def is_good(self) -> bool:
        """Whether it leaves nothing to be desired: what was skipped is missing."""
        return self in (StepVerdict.PASSED, StepVerdict.NOT_CONFIGURED)


FactValue = str | int | float | None


@dataclass(frozen=True, slots=True)
class SeenFact:
    """One thing that was seen: `key` of the catalogue (`accept.seen_<key>`), and what stands in its placeholders. Of a
    value whose name ends in `_ms` the catalogue shows the moment."""

    key: str
    values: Mapping[str, FactValue]

    @classmethod
    def of(cls, key: str, **values: FactValue) -> SeenFact:
        return cls(key, values)


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What a look at one subject of a step came to. `is_final` false: the next look may see more."""

    verdict: StepVerdict
    seen: tuple[SeenFact, ...] = ()
    is_final: bool = True
    reason: str | None = None
    """Of a step that was skipped, in a person's words."""

    @classmethod
    def passed(cls, *seen: SeenFact) -> StepOutcome:
        return cls(StepVerdict.PASSED, seen)

    @classmethod
    def failed(cls, *seen: SeenFact) -> StepOutcome:
        return cls(StepVerdict.FAILED, seen)

    @classmethod
    def not_yet(cls, *seen: SeenFact) -> StepOutcome:
        """Failed if nothing more comes."""
        return cls(StepVerdict.FAILED, seen, is_final=False)


def display_agrees(read: float, shown: float, span: tuple[float, float] | None, percent: float) -> bool:
    """Whether a display and the gateway tell of the same number: not farther apart than so many percent of the number
    or, where the range is known, a fifth of that of its span. Values move between two looks.

    Worked, 5 %: 7.2 and 7.3 agree; 62.4 and 6.24 do not; of a range of 0 to 14, 0.05 and 0.15 agree (0.14).
    """
    allowed = abs(shown) * percent / 100
    if span is not None:
        allowed = max(allowed, (span[1] - span[0]) * percent / 500)
    return abs(read - shown) <= allowed


@dataclass(frozen=True, slots=True)
class SentSlot:
    """One slot's file on its way: `delivered_ms` is `None` while it is not there."""

    end_ms: int
    delivered_ms: int | None
    lane: str | None


def out_of_order(sent: Sequence[SentSlot]) -> tuple[int, int] | None:
    """Ends of two slots of one lane of which the younger was there first; `None`: all came in their order. What is on
    the live lane may overtake the backlog: it must."""
    newest: dict[str | None, SentSlot] = {}
    for one in sorted(sent, key=lambda slot: slot.end_ms):
        if one.delivered_ms is None:
            continue
        before = newest.get(one.lane)
        if before is not None and (before.delivered_ms or 0) > one.delivered_ms:
            return before.end_ms, one.end_ms
        newest[one.lane] = one
    return None


def absent_slots(
    ends_ms: Sequence[int], after_ms: int, until_ms: int, length_ms: int, off: Sequence[Downtime]
) -> list[int]:
    """Ends of the slots that end in `(after_ms, until_ms]`, of which there is none and nobody knows why: none that
    touches a time in which the gateway did not run is among them."""
    there = set(ends_ms)
    first_ms = (after_ms // length_ms + 1) * length_ms
    return [
        end_ms
        for end_ms in range(first_ms, until_ms + 1, length_ms)
        if end_ms not in there and not any(one.from_ms < end_ms and one.until_ms > end_ms - length_ms for one in off)
    ]
