"""What is around the measuring: cameras, ports, the box and its disk."""

from __future__ import annotations

from typing import TypedDict


class CameraEventShape(TypedDict):
    camera: str | None
    kind: str
    detail: str
    began: str
    last: str
    ended: str | None
    picture: str | None


class CameraShape(TypedDict):
    name: str
    configured: bool
    recording: bool
    healthy: bool
    state: str
    since: str | None
    detail: str | None
    oldest: str | None
    newest: str | None
    gap_s_today: float | None
    share_today: float | None
    share_90_days: float | None
    findings: list[str]
    events: list[CameraEventShape]
    bytes: int
    bit_rate: int | None
    codec: str | None
    width: int | None
    height: int | None


class ViolationShape(TypedDict):
    id: str
    kind: str
    since: str
    detail: str


class PolicyShape(TypedDict):
    state: str
    since: str | None
    who: str | None
    sha256: str | None
    as_declared: bool
    drift: list[str]


class PortsShape(TypedDict):
    violations: list[ViolationShape] | None
    policy: PolicyShape | None


class CardShape(TypedDict):
    card: str
    used_percent: int | None
    failing: bool | None


class BoxFindingShape(TypedDict):
    kind: str
    subject: str
    since: str
    worst: float | None
    detail: str


class BoxShape(TypedDict):
    temperature_c: float | None
    hottest: str | None
    under_voltage: bool | None
    memory_bytes: int | None
    available_bytes: int | None
    database_bytes: int | None
    restarts: int | None
    cards: list[CardShape]
    findings: list[BoxFindingShape]


class DiskShape(TypedDict):
    free_bytes: int
    days_left: float | None
    reserve: bool
