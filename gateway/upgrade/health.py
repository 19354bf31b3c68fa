"""Whether the new version is well: what was well before is so again. Pure, of what was seen.

A unit is well while it runs and has not started anew for a while: systemd ends one whose watchdog is not fed. A station
is well if the instruments that answered answer, new readings come, and the slot that ends meanwhile is closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

SILENT_WITHIN_S = 45.0
"""Of running, for what tells of itself that it does not work: no reading comes at all, work that fails, a command that
does not answer. With the start before and the return behind it is over within two minutes, on a slow box too."""
WELL_WITHIN_S = 110.0
"""Of running, for what may yet become well: one instrument among others, a unit that started anew."""
CLOSES_WITHIN_S = 480.0
"""A slot of five minutes, the grace behind it, and what a slow box takes."""
STARTS_WITHIN_S = 1800.0
"""While a schema changes, a unit says again and again that it is still starting."""
QUIET_S = 45.0
"""So long it has run without a start anew."""
MOST_RESTARTS = 3


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
    """Of each parameter, when it was read last: ISO 8601."""
    newest_slot: str | None = None
    has_time: bool = False
    """Somebody vouches for the clock: else no slot may be closed."""
    failing: frozenset[str] = frozenset()
    """Stages of its own work that fail."""
    poll_s: float = 0.0
    """The shortest period at which an instrument that answers is asked."""
    is_told: bool = True


def seen(status: Mapping[str, Any]) -> StationHealth:
    """Of the command's object; what older versions do not say is taken as usual."""
    answering = [one for one in status["instruments"] if one["state"] == "answering"]
    return StationHealth(
        frozenset(one["name"] for one in answering),
        {one["symbol"]: one["time"] for one in status["parameters"] if one["time"] is not None},
        status["newest_slot"],
        status["clock"]["state"] not in ("untrusted", None),
        frozenset(one["name"] for one in status["stages"]),
        poll_s=min((float(one.get("poll_s", 0)) for one in answering), default=0.0),
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
    before: StationHealth,
    first: StationHealth | None,
    now: StationHealth,
    running_s: float,
    started_s: float,
    *,
    began_with_machine: bool = False,
) -> HealthFound:
    """`first`: the first look after the start; `None`: there was none yet. `running_s`: since its unit was active.
    `started_s`: since 1970, when it was started for the watch. `began_with_machine`: the instruments may have lost
    their power, too, and begin only now."""
    problem, within_s = _not_polling(before, first, now, started_s)
    if problem:
        late = running_s >= (CLOSES_WITHIN_S if began_with_machine else within_s)
        return HealthFound(Verdict.ILL if late else Verdict.NOT_YET, problem)
    if first is None or not (before.newest_slot and before.has_time and now.has_time):
        return HealthFound(Verdict.WELL)
    if now.newest_slot != before.newest_slot:
        return HealthFound(Verdict.WELL)
    late = running_s >= CLOSES_WITHIN_S
    return HealthFound(Verdict.ILL if late else Verdict.NOT_YET, "no slot was closed since the start")


def _not_polling(
    before: StationHealth, first: StationHealth | None, now: StationHealth, started_s: float
) -> tuple[str, float]:
    """What is wrong, and how long it may be so; empty: what was polled before is polled."""
    if not now.is_told:
        return "gateway status does not work", SILENT_WITHIN_S
    if before.answering and before.newest and not _reads(first, now, started_s):
        return "no new readings come", SILENT_WITHIN_S + before.poll_s
    failing = now.failing - before.failing
    if failing:
        return f"stages of its work fail: {', '.join(sorted(failing))}", SILENT_WITHIN_S
    silent = before.answering - now.answering
    if silent:
        return f"instruments do not answer that did before: {', '.join(sorted(silent))}", WELL_WITHIN_S
    return "", 0.0


def _reads(first: StationHealth | None, now: StationHealth, started_s: float) -> bool:
    """By the readings' own times; or by another one than at the first look, if the clock was set back meanwhile."""
    newest = now.newest or {}
    if any(datetime.fromisoformat(one).timestamp() > started_s for one in newest.values()):
        return True
    return first is not None and now.newest != first.newest
