"""A declaration of ports, as `ports` in the configuration says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from gateway.config.ports.port import PortSettings
from gateway.config.ports.watching import PortsPolicy, Undeclared
from gateway.ports.policy.plan import ClosingPlan, plan_of

_PORTS: TypeAdapter[tuple[PortSettings, ...]] = TypeAdapter(tuple[PortSettings, ...])


def declared(*ports: Mapping[str, Any] | str) -> tuple[PortSettings, ...]:
    """Each as in YAML, or as `usb:1-1.2 used`."""
    whole = [_short(port) if isinstance(port, str) else port for port in ports]
    return _PORTS.validate_python(whole)


def closing_plan(*ports: Mapping[str, Any] | str, undeclared: str = "violation") -> ClosingPlan:
    return plan_of(declared(*ports), PortsPolicy(undeclared=Undeclared(undeclared)))


def _short(port: str) -> dict[str, str]:
    name, _, state = port.partition(" ")
    return {"id": name, "state": state}
