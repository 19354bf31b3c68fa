"""How far the clock can be trusted, and what says so."""

from __future__ import annotations

from typing import TypedDict


class TimeShape(TypedDict):
    now: str
    synchronised: bool
    offset_s: float | None
    state: str


class ClockServerShape(TypedDict):
    name: str
    offset_s: float | None
    delay_s: float | None
    stratum: int | None
    verdict: str
    detail: str | None
    asked: str | None


class ClockWitnessShape(TypedDict):
    kind: str
    name: str
    offset_s: float | None
    verdict: str
    detail: str | None
    asked: str | None


ClockJumpShape = TypedDict("ClockJumpShape", {"from": str, "to": str, "by_s": float})


class ClockShape(TypedDict):
    state: str
    offset_s: float | None
    since: str | None
    witness: str | None
    reason: str
    servers: list[ClockServerShape]
    witnesses: list[ClockWitnessShape]
    jumps: list[ClockJumpShape]
    last_good: str | None
    waiting_samples: int
    timeless_samples: int
