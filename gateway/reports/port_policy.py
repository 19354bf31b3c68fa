"""Whether anything closes ports, since when and by whom, as `gateway status` tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from gateway.core.instants import local_text
from gateway.core.ports import ViolationKind
from gateway.reports.ports import PortViolation

if TYPE_CHECKING:
    from gateway.config.ports.port import PortSettings
    from gateway.config.ports.watching import PortsPolicy


class PolicyState(StrEnum):
    """The values are what `status --json` has."""

    NONE = "none"
    """Nothing was ever confirmed, or all was opened again."""
    UNCONFIRMED = "unconfirmed"
    """In force, and taken back unless somebody confirms it."""
    CONFIRMED = "confirmed"
    DAMAGED = "damaged"
    """What was confirmed cannot be read any more."""


@dataclass(frozen=True, slots=True)
class PolicyStanding:
    """`since_ms`, `who`: of the act that put it in force; `None`: nobody can tell. `is_as_declared`: whether it closes
    what the declaration says now."""

    state: PolicyState
    since_ms: int | None = None
    who: str | None = None
    sha256: str | None = None
    is_as_declared: bool = False


def policy_standing(ports: Sequence[PortSettings] | None, policy: PortsPolicy) -> PolicyStanding | None:
    """By what root left for everybody to read; `None`: no port is declared."""
    if ports is None:
        return None
    from gateway.ports.policy.plan import plan_of
    from gateway.ports.policy.state_folder import StateFolder

    folder = StateFolder(policy.root)
    pending, confirmed = folder.pending(), folder.confirmed()
    applied = pending or confirmed
    if pending is None and folder.is_damaged():
        return PolicyStanding(PolicyState.DAMAGED)
    if applied is None:
        return PolicyStanding(PolicyState.NONE)
    state = PolicyState.CONFIRMED if pending is None else PolicyState.UNCONFIRMED
    return PolicyStanding(
        PolicyState.NONE if applied.plan is None else state,
        applied.at_ms,
        applied.who,
        applied.sha256,
        applied.plan == plan_of(ports, policy),
    )


def standing_to_json(
    standing: PolicyStanding | None, violations: Sequence[PortViolation] | None, zone: str
) -> dict[str, Any] | None:
    """`null`: no port is declared. `drift`: ports that are not closed as they were; of each, `violations` says more."""
    if standing is None:
        return None
    return {
        "state": standing.state.value,
        "since": local_text(standing.since_ms, zone),
        "who": standing.who,
        "sha256": standing.sha256,
        "as_declared": standing.is_as_declared,
        "drift": [one.port for one in violations or () if one.kind == ViolationKind.POLICY_DRIFT],
    }
