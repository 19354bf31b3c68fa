"""What `gateway status` has to say of ports: which are not as declared, what closes them, whose seals contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.moments import local

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.reports.status import StationStatus

_MOST_PORTS = 20
"""A program that listens at hundreds of doors must not hide the rest."""


def port_notes(status: StationStatus) -> list[Text]:
    """A line each; nothing where no port is declared."""
    return [*_violations(status), *_policy(status), *_seals(status)]


def _violations(status: StationStatus) -> list[Text]:
    """Ports that are not as declared, a line each; of very many the oldest, and how many more there are."""
    from rich.text import Text

    lasting = status.violations or ()
    lines = [
        Text(f"port {one.port}: {one.kind} since {local(one.since_ms, status)}: {one.detail}", "red")
        for one in lasting[:_MOST_PORTS]
    ]
    if len(lasting) > _MOST_PORTS:
        lines.append(Text(f"{len(lasting) - _MOST_PORTS} more ports are not as declared: gateway ports audit", "red"))
    return lines


def _policy(status: StationStatus) -> list[Text]:
    """What closes ports, where anything does."""
    from rich.text import Text

    from gateway.reports.port_policy import PolicyState

    policy = status.policy
    if policy is None or policy.state is PolicyState.NONE:
        return []
    if policy.state is PolicyState.DAMAGED:
        return [Text("ports: what closes them cannot be read any more: gateway ports policy show", "red")]
    act = "confirmed" if policy.state is PolicyState.CONFIRMED else "not confirmed yet, and taken back by itself"
    since = "" if policy.since_ms is None else f" since {local(policy.since_ms, status)}"
    lines = [Text(f"ports closed{since} by {policy.who}, {act}", "dim")]
    if not policy.is_as_declared:
        lines.append(Text("ports: the declaration is another one by now: sudo gateway ports policy apply", "yellow"))
    return lines


def _seals(status: StationStatus) -> list[Text]:
    """Where configuration and register contradict each other; of very many the first, and how many more there are."""
    from rich.text import Text

    lines = [Text(f"seal of {line}", "yellow") for line in status.seals[:_MOST_PORTS]]
    if len(status.seals) > _MOST_PORTS:
        lines.append(
            Text(f"{len(status.seals) - _MOST_PORTS} more seals are not as declared: gateway seals list", "yellow")
        )
    return lines
