"""Links, stages and instruments: whether each works, and since when."""

from __future__ import annotations

from typing import TypedDict


class NamedComponentShape(TypedDict):
    name: str
    state: str
    since: str | None
    last_error: str | None
    last_error_time: str | None


class LearnedOfDeviceShape(TypedDict):
    words: list[str]
    since: str


class ShownInstrumentShape(NamedComponentShape):
    link: str
    poll_s: float
    reason: str | None
    failures: int
    last_good: str | None
    learned: LearnedOfDeviceShape | None


class DueCalibrationShape(TypedDict):
    instrument: str
    last: str | None
    due: str
    planned: str | None
    overdue: bool


class PaperShape(TypedDict):
    name: str
    of: str
    until: str
    days_left: int | None
    state: str | None
