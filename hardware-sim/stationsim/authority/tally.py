"""What has arrived at an authority, and the score of it. Pure: files are told to it, with the time.

*Expected* are the slots from the first received to the newest whose end is older than the allowance; *missing* those of
them that are not there. A file that changes after it was seen under its final name stays counted as altered, and one
that was ever malformed as malformed: a receiver reads while we write.
"""

from collections import deque
from dataclasses import dataclass
from pathlib import PurePosixPath

from stationsim.authority.rules import Expectation, judge

_PROBLEMS_SHOWN = 8
_CLOCK_TOLERANCE_MS = 1_000


@dataclass(frozen=True, slots=True)
class Score:
    """`received` counts slots; `malformed` and `duplicates_altered` count files. `newest` is a file's name."""

    received: int
    expected: int
    missing: int
    late: int
    malformed: int
    duplicates_altered: int
    newest: str | None
    problems: tuple[str, ...]


class Tally:
    """`late_after_ms` is the allowance after a slot's end."""

    def __init__(self, expectation: Expectation, late_after_ms: int) -> None:
        self._expectation = expectation
        self._late_after_ms = late_after_ms
        self._slots: dict[int, str] = {}
        self._first_ms: int | None = None
        self._newest_ms: int | None = None
        self._late: set[int] = set()
        self._malformed: set[PurePosixPath] = set()
        self._altered: set[PurePosixPath] = set()
        self._problems: deque[str] = deque(maxlen=_PROBLEMS_SHOWN)

    def arrived(self, path: PurePosixPath, content: bytes, at_ms: int) -> None:
        """A file is seen for the first time under its final name; `path` is relative to the authority's root."""
        judgement = judge(path, content, self._expectation)
        faults = judgement.faults
        end_ms = judgement.end_ms
        if end_ms is not None and end_ms > at_ms + _CLOCK_TOLERANCE_MS:
            faults = (*faults, "is from the future")
        elif end_ms is not None:
            self._count(end_ms, path.name, at_ms)
        self._blame(path, faults)

    def changed(self, path: PurePosixPath, size_before: int, content: bytes) -> None:
        """Other bytes stand under a name that was seen before."""
        self._altered.add(path)
        self._problems.append(f"{path.name}: changed after it was seen, {size_before} to {len(content)} bytes")
        self._blame(path, judge(path, content, self._expectation).faults)

    def score(self, now_ms: int) -> Score:
        expected, there = 0, 0
        if self._first_ms is not None:
            interval_ms = self._expectation.interval_ms
            due_ms = (now_ms - self._late_after_ms) // interval_ms * interval_ms
            expected = max(0, (due_ms - self._first_ms) // interval_ms + 1)
            there = sum(end_ms <= due_ms for end_ms in self._slots)
        return Score(
            received=len(self._slots),
            expected=expected,
            missing=expected - there,
            late=len(self._late),
            malformed=len(self._malformed),
            duplicates_altered=len(self._altered),
            newest=None if self._newest_ms is None else self._slots[self._newest_ms],
            problems=tuple(self._problems),
        )

    def _count(self, end_ms: int, name: str, at_ms: int) -> None:
        if end_ms in self._slots:
            return
        self._slots[end_ms] = name
        self._first_ms = end_ms if self._first_ms is None else min(self._first_ms, end_ms)
        self._newest_ms = end_ms if self._newest_ms is None else max(self._newest_ms, end_ms)
        if at_ms > end_ms + self._late_after_ms:
            self._late.add(end_ms)
            self._problems.append(f"{name}: late by {(at_ms - end_ms - self._late_after_ms) / 1000:.1f} s")

    def _blame(self, path: PurePosixPath, faults: tuple[str, ...]) -> None:
        if faults:
            self._malformed.add(path)
            self._problems.extend(f"{path.name}: {fault}" for fault in faults[:_PROBLEMS_SHOWN])
