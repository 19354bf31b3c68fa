"""What `gateway check` says of ports: how many are declared, and with `--online`, whether each is as declared now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.cli.output import say
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.errors import Problem


def port_lines(configuration: Configuration) -> list[Phrase]:
    """For the summary of what will run."""
    from gateway.config.units import show_duration
    from gateway.core.number_of import number_of

    counts, policy = _counts(configuration), configuration.ports_policy
    if counts is None:
        return []
    declared = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    lines = [
        Phrase(
            "  {values} ({declared}), all looked at every {sweep_every}; what is not declared is a {undeclared}",
            values=number_of(sum(counts.values()), "port"),
            declared=declared or Phrase("none"),
            sweep_every=show_duration(policy.sweep_every),
            undeclared=policy.undeclared,
        )
    ]
    neighbours = sorted(
        {one.id.place.rpartition(":")[0] for one in configuration.ports or () if _is_asked(one.id.kind)}
    )
    if neighbours:
        lines.append(
            Phrase(
                "    asked every {probe_every}: {neighbours}",
                probe_every=show_duration(policy.probe_every),
                neighbours=", ".join(neighbours),
            )
        )
    return lines


def port_problems(configuration: Configuration) -> list[Problem]:
    """What keeps declared ports from being asked on this machine."""
    from importlib.util import find_spec

    from gateway.core.errors import Problem

    if not configuration.ports_policy.snmp or find_spec("gufo") is not None:
        return []
    wrong = Phrase("what SNMP needs is not installed: no switch is asked")
    return [
        Problem(str(configuration.file), 0, "ports_policy.snmp", wrong, Phrase("pip install 'station-gateway[snmp]'"))
    ]


def ports_configured(configuration: Configuration) -> dict[str, Any] | None:
    """The same for programs."""
    counts, policy = _counts(configuration), configuration.ports_policy
    if counts is None:
        return None
    return {
        **counts,
        "sweep_every_s": policy.sweep_every.total_seconds(),
        "probe_every_s": policy.probe_every.total_seconds(),
        "undeclared": policy.undeclared.value,
    }


def look_at_ports(configuration: Configuration, quietly: bool) -> dict[str, Any] | None:
    """One look at all of them, as `gateway ports audit` has it; `None`: none is declared."""
    if configuration.ports is None:
        return None
    from gateway.cli.ports.audit import audit_lines, look_once
    from gateway.reports.port_audit import audit_to_json

    found = look_once(configuration)
    if not quietly:
        for line in audit_lines(found, configuration):
            say(line, err=not found.is_well)
    return audit_to_json(found, configuration.station.timezone)


def _counts(configuration: Configuration) -> dict[str, int] | None:
    from gateway.core.ports import PortState

    if configuration.ports is None:
        return None
    return {state.value: sum(one.state is state for one in configuration.ports) for state in PortState}


def _is_asked(kind: str) -> bool:
    from gateway.core.ports import SEEN_FROM_OUTSIDE

    return kind in SEEN_FROM_OUTSIDE
