"""What `gateway status` has to say of ports: which are not as declared, what closes them, whose seals contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.coloured import coloured
from gateway.cli.moments import local
from gateway.cli.terms import violation_called
from gateway.core.phrase import Phrase

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
    lasting = status.violations or ()
    lines = [
        coloured(
            Phrase(
                "port {port}: {kind} since {since}: {detail}",
                port=one.port,
                kind=violation_called(one.kind),
                since=local(one.since_ms, status),
                detail=one.detail,
            ),
            "red",
        )
        for one in lasting[:_MOST_PORTS]
    ]
    if len(lasting) > _MOST_PORTS:
        count = len(lasting) - _MOST_PORTS
        lines.append(
            coloured(Phrase("{count} more ports are not as declared: gateway ports audit", count=count), "red")
        )
    return lines


def _policy(status: StationStatus) -> list[Text]:
    """What closes ports, where anything does."""
    from gateway.reports.port_policy import PolicyState

    policy = status.policy
    if policy is None or policy.state is PolicyState.NONE:
        return []
    if policy.state is PolicyState.DAMAGED:
        words = Phrase("ports: what closes them cannot be read any more: gateway ports policy show")
        return [coloured(words, "red")]
    act = Phrase("not confirmed yet, and taken back by itself")
    if policy.state is PolicyState.CONFIRMED:
        act = Phrase("confirmed")
    since = "" if policy.since_ms is None else Phrase(" since {at}", at=local(policy.since_ms, status))
    lines = [coloured(Phrase("ports closed{since} by {who}, {act}", since=since, who=policy.who, act=act), "dim")]
    if not policy.is_as_declared:
        words = Phrase("ports: the declaration is another one by now: sudo gateway ports policy apply")
        lines.append(coloured(words, "yellow"))
    return lines


def _seals(status: StationStatus) -> list[Text]:
    """Where configuration and register contradict each other; of very many the first, and how many more there are."""
    lines = [coloured(Phrase("seal of {line}", line=line), "yellow") for line in status.seals[:_MOST_PORTS]]
    if len(status.seals) > _MOST_PORTS:
        count = len(status.seals) - _MOST_PORTS
        words = Phrase("{count} more seals are not as declared: gateway seals list", count=count)
        lines.append(coloured(words, "yellow"))
    return lines
