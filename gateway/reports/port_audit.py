"""One look at every port, held against the declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.core.port_rules import sight_of, violations
from gateway.core.ports import DeclaredPort, PortKind, PortLook, Violation, ViolationKind
from gateway.reports.ports import PortViolation, violations_to_json

_UNDECLARED = (ViolationKind.UNDECLARED_DEVICE, ViolationKind.UNDECLARED_LISTENER)


@dataclass(frozen=True, slots=True)
class PortAudit:
    """`warnings`: undeclared ports, where these are no violations. `unseen`: kinds at which nobody could look, and
    why. `untold`: declared ports of which nobody can tell whether they hold anything. `blind`: declared ports of kinds
    that are unseen."""

    violations: tuple[PortViolation, ...]
    warnings: tuple[PortViolation, ...]
    unseen: Mapping[PortKind, str]
    untold: tuple[str, ...]
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
    untold = [one.id for one in declared if (seen := sight.ports.get(one.id)) and seen.is_occupied is None]
    blind = [one.id for one in declared if one.id.kind in sight.unseen and one.id not in sight.ports]
    return PortAudit(
        tuple(shown(one) for one in counted),
        tuple(shown(one) for one in found if one not in counted),
        sight.unseen,
        tuple(map(str, untold)),
        tuple(map(str, blind)),
        len(declared),
    )


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
