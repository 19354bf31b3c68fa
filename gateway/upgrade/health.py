"""Whether the new version is well: what was well before is so again. Pure, of what was seen.

A unit is well while it runs and has not started anew for a while: systemd ends one whose watchdog is not fed. A station
is well if the instruments that answered answer, new readings come, and the slot that ends meanwhile is closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

WELL_WITHIN_S = 110.0
"""Of running; with the look and the return's beginning two minutes."""
CLOSES_WITHIN_S = 480.0
"""A slot of five minutes, the grace behind it, and what a slow box takes."""
STARTS_WITHIN_S = 1800.0
"""While a schema changes, a unit says again and again that it is still starting."""
QUIET_S = 45.0
"""So long it has run without a start anew."""
MOST_RESTARTS = 5


class Verdict(StrEnum):
    WELL = "well"
    NOT_YET = "not yet"
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class UnitSeen:
    """`restarts`: by systemd, since it was started for the watch. `runs_s`: since the newest start."""

    name: str
    state: str
    restarts: int
    runs_s: float


@dataclass(frozen=True, slots=True)
class StationHealth:
    """What `gateway status --json` says, as far as it counts here; `is_told` false: the command failed."""

    answering: frozenset[str] = frozenset()
    newest: Mapping[str, str] | None = None
    """Of each parameter, when it was read last."""
    newest_slot: str | None = None
    has_time: bool = False
    """Somebody vouches for the clock: else no slot may be closed."""
    failing: frozenset[str] = frozenset()
    """Stages of its own work that fail."""
    is_told: bool = True


def seen(status: Mapping[str, Any]) -> StationHealth:
    """Of the command's object."""
    return StationHealth(
        frozenset(one["name"] for one in status["instruments"] if one["state"] == "answering"),
        {one["symbol"]: one["time"] for one in status["parameters"] if one["time"] is not None},
        status["newest_slot"],
        status["clock"]["state"] not in ("untrusted", None),
        frozenset(one["name"] for one in status["stages"]),
    )


@dataclass(frozen=True, slots=True)
class HealthFound:
    verdict: Verdict
    reason: str = ""


def judge_units(units: Sequence[UnitSeen], watched_s: float) -> HealthFound:
    """`watched_s`: since they were started for the watch."""
    for one in units:
        if one.state == "failed":
            return HealthFound(Verdict.ILL, f"{one.name} has ended and is not started again")
        if one.restarts >= MOST_RESTARTS:
            return HealthFound(Verdict.ILL, f"{one.name} ended {one.restarts} times")
    late = [one.name for one in units if one.state != "active" or (one.restarts and one.runs_s < QUIET_S)]
    if not late:
        return HealthFound(Verdict.WELL)
    starting = [one for one in units if one.state == "activating" and not one.restarts]
    if len(starting) == len(late) and watched_s < STARTS_WITHIN_S:
        return HealthFound(Verdict.NOT_YET)
    if watched_s < WELL_WITHIN_S:
        return HealthFound(Verdict.NOT_YET)
    return HealthFound(Verdict.ILL, f"{', '.join(late)} does not run after {watched_s:.0f} s")


def judge_station(
    before: StationHealth, first: StationHealth | None, now: StationHealth, running_s: float
) -> HealthFound:
    """`first`: the first look after the start; `None`: there was none yet. `running_s`: since its unit was active."""
    problem = _not_polling(before, first, now)
    if problem is not None:
        return HealthFound(Verdict.ILL if running_s >= WELL_WITHIN_S else Verdict.NOT_YET, problem)
    if first is None or not (before.newest_slot and before.has_time and now.has_time):
        return HealthFound(Verdict.WELL)
    if now.newest_slot != before.newest_slot:
        return HealthFound(Verdict.WELL)
    late = running_s >= CLOSES_WITHIN_S
    return HealthFound(Verdict.ILL if late else Verdict.NOT_YET, "no slot was closed since the start")


def _not_polling(before: StationHealth, first: StationHealth | None, now: StationHealth) -> str | None:
    """`None`: what was polled before is polled."""
    if not now.is_told:
        return "gateway status does not work"
    silent = before.answering - now.answering
    if silent:
        return f"instruments do not answer that did before: {', '.join(sorted(silent))}"
    failing = now.failing - before.failing
    if failing:
        return f"stages of its work fail: {', '.join(sorted(failing))}"
    if before.answering and before.newest and (first is None or now.newest == first.newest):
        return "no new readings come"
    return None
