"""One look at every port, held against the declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.core.port_rules import Sight, sight_of, violations
from gateway.core.ports import (
    SEEN_FROM_OUTSIDE,
    DeclaredPort,
    FoundPort,
    PortId,
    PortKind,
    PortLook,
    Violation,
    ViolationKind,
)
from gateway.reports.ports import PortViolation, violations_to_json

_UNDECLARED = (ViolationKind.UNDECLARED_DEVICE, ViolationKind.UNDECLARED_LISTENER)


@dataclass(frozen=True, slots=True)
class PortAudit:
    """`warnings`: undeclared ports, where these are no violations. `unseen`: kinds at which nobody could look, and
    why. `untold`: declared ports of which nobody can tell whether they hold anything, and what was said instead.
    `blind`: declared ports at which nobody could look: a serial port never tells, a door should."""

    violations: tuple[PortViolation, ...]
    warnings: tuple[PortViolation, ...]
    unseen: Mapping[PortKind, str]
    untold: Mapping[str, str]
    blind: tuple[str, ...]
    declared: int

    @property
    def is_well(self) -> bool:
        """Every port was looked at that can be, and is as declared."""
        return not self.violations and not self.blind


def port_audit(
    declared: Sequence[DeclaredPort],
    looks: Sequence[PortLook],
    drifted: Sequence[Violation],
    lasting: Sequence[PortViolation],
    now_ms: int,
    *,
    undeclared_counts: bool,
) -> PortAudit:
    """`lasting`: what the daemon knows to last; what it does not know is so since now."""
    since_ms = {(one.port, one.kind): one.since_ms for one in lasting}
    sight = sight_of(looks)
    found = [*violations({one.id: one for one in declared}, sight), *drifted]

    def shown(one: Violation) -> PortViolation:
        begun_ms = since_ms.get((str(one.id), one.kind.value), now_ms)
        return PortViolation(str(one.id), one.kind.value, begun_ms, one.detail)

    counted = [one for one in found if undeclared_counts or one.kind not in _UNDECLARED]
    seen = [sight.ports[one.id] for one in declared if one.id in sight.ports]
    untold = {str(one.id): one.detail for one in seen if one.is_occupied is None}
    blind = [one.id for one in declared if _is_blind(one.id, sight.ports.get(one.id), sight)]
    return PortAudit(
        tuple(shown(one) for one in counted),
        tuple(shown(one) for one in found if one not in counted),
        sight.unseen,
        untold,
        tuple(map(str, blind)),
        len(declared),
    )


def _is_blind(port: PortId, found: FoundPort | None, sight: Sight) -> bool:
    if port.kind in SEEN_FROM_OUTSIDE:
        return found is None or found.is_occupied is None
    return found is None and port.kind in sight.unseen


def audit_to_json(found: PortAudit, zone: str) -> dict[str, Any]:
    """What `gateway ports audit --json` prints."""
    return {
        **violations_to_json(found.violations, zone),
        "warnings": violations_to_json(found.warnings, zone)["violations"],
        "unseen": {kind.value: why for kind, why in found.unseen.items()},
        "untold": list(found.untold),
        "blind": list(found.blind),
        "declared": found.declared,
    }
