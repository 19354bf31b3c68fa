"""What was put in force since the machine's start, and what was there before: a power cut takes both away."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from gateway.ports.policy.state_folder import StateFolder, read_checked, write_checked

_NAME = "in-force.json"


@dataclass(frozen=True, slots=True)
class FoundBefore:
    """What was there before anything of ours: `hosts`: `authorized_default` of each USB bus; the others: what we
    switched off, blocked, masked, and what ran of that."""

    hosts: dict[str, str] = field(default_factory=dict)
    switched_off: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InForce:
    """`sha256`: of the plan, `None` where nothing is closed. `is_whole`: else somebody was cut off in the middle.
    `listing`: our table as the kernel had it then."""

    sha256: str | None
    is_whole: bool
    listing: str | None
    before: FoundBefore


def read_in_force(folder: StateFolder) -> InForce | None:
    """What was put in force since the machine's start; `None`: nothing, or nobody can tell."""
    content = read_checked(folder.volatile / _NAME)
    try:
        return None if content is None else _in_force(content)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def write_in_force(folder: StateFolder, in_force: InForce) -> None:
    """Raises GatewayError: it cannot be written."""
    write_checked(folder.volatile / _NAME, asdict(in_force))


def _in_force(content: dict[str, Any]) -> InForce:
    before = content["before"]
    lists = {name: tuple(map(str, before[name])) for name in ("switched_off", "blocked", "masked", "stopped")}
    hosts = {str(host): str(value) for host, value in before["hosts"].items()}
    return InForce(
        content["sha256"], content["is_whole"] is True, content["listing"], FoundBefore(hosts=hosts, **lists)
    )
