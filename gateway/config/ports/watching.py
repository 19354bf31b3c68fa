"""`ports_policy`: how ports are watched, and what an undeclared one counts for."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from gateway.config.ports.snmp import SnmpAccess
from gateway.config.section import AbsolutePath, Section
from gateway.config.units import Duration, within
from gateway.core.phrase import Phrase


class Undeclared(StrEnum):
    """What a port is that nobody declared and that holds something."""

    VIOLATION = "violation"
    WARNING = "warning"


class PortsPolicy(Section):
    """`probe_every`: how often neighbours are asked. `root`: the folder in which the box's `sys`, `proc` and `dev` lie:
    another one in a container, or where a box is simulated. `snmp`: how managed switches let themselves be read."""

    probe_every: Annotated[Duration, AfterValidator(within("10s", "1d", Phrase("neighbours are asked gently")))] = (
        timedelta(minutes=10)
    )
    sweep_every: Annotated[Duration, AfterValidator(within("1s", "1h"))] = timedelta(seconds=60)
    undeclared: Undeclared = Undeclared.VIOLATION
    root: AbsolutePath = Path("/")
    snmp: tuple[SnmpAccess, ...] = ()
