"""The station at a glance."""

from __future__ import annotations

from typing import TypedDict

from gateway.web.api.shapes.clock import ClockShape, TimeShape
from gateway.web.api.shapes.common import ShownNeedShape
from gateway.web.api.shapes.components import DueCalibrationShape, NamedComponentShape, PaperShape, ShownInstrumentShape
from gateway.web.api.shapes.destinations import ShownDestinationShape
from gateway.web.api.shapes.orders import OrdersShape
from gateway.web.api.shapes.parameters import AirShape, ShownParameterShape
from gateway.web.api.shapes.premises import BoxShape, CameraShape, DiskShape, PortsShape


class NamedShape(TypedDict):
    code: str
    name: str
    province: str
    facility: str
    kind: str


class RunningShape(TypedDict):
    running: bool
    since: str | None


class RefusedConfigurationShape(TypedDict):
    at: str | None
    by: str
    sha256: str
    why: str
    problems: list[str]


class ConfigurationStandingShape(TypedDict):
    sha256: str | None
    since: str | None
    file_sha256: str | None
    differs: bool
    refused: RefusedConfigurationShape | None


StandstillShape = TypedDict("StandstillShape", {"from": str, "until": str, "length_s": float})


class CommitTimesShape(TypedDict):
    state: str
    slow_since: str | None
    worst_s: float | None


class OddRecordsShape(TypedDict):
    count: int
    newest: str | None


class TimelessShape(TypedDict):
    waiting: int
    of_earlier_starts: int


class MatterShape(TypedDict):
    id: int | str | None
    kind: str
    subject: str
    since: str
    reason: str
    mended: bool
    file: str | None


ShownProfileShape = TypedDict(
    "ShownProfileShape",
    {
        "name": str,
        "version": int,
        "from": str,
        "sha256": str,
        "instruments": list[str],
        "running_sha256": str | None,
        "changed": bool,
    },
)


class LookedThroughShape(TypedDict):
    begun: str
    done: str | None
    rows: int
    damaged: int
    found: list[str]


class DigestShape(TypedDict):
    day: str
    part: int
    files: int
    root: str
    entry: int
    made: str


class JournalStateShape(TypedDict):
    digest: DigestShape | None


class AlertTargetShape(TypedDict):
    target: str
    on: list[str]
    waiting: int
    waiting_since: str | None
    told: str | None
    failures: int
    last_error: str | None
    last_error_at: str | None


class FailedUpgradeShape(TypedDict):
    version: str
    reason: str


class UpgradeShape(TypedDict):
    under_way: str | None
    failed: list[FailedUpgradeShape]


class StatusShape(TypedDict):
    station: NamedShape
    gateway: RunningShape
    configuration: ConfigurationStandingShape
    needs: list[ShownNeedShape]
    time: TimeShape
    clock: ClockShape
    newest_slot: str | None
    standstill: StandstillShape | None
    storage: CommitTimesShape
    future_records: OddRecordsShape
    readings_without_time: TimelessShape
    damaged_records: OddRecordsShape
    set_aside: list[MatterShape]
    profiles: list[ShownProfileShape]
    inspection: LookedThroughShape | None
    stages: list[NamedComponentShape]
    instruments: list[ShownInstrumentShape]
    links: list[NamedComponentShape]
    parameters: list[ShownParameterShape]
    calibrations: list[DueCalibrationShape]
    equipment: list[PaperShape]
    destinations: list[ShownDestinationShape]
    orders: OrdersShape | None
    air_quality: AirShape | None
    cameras: list[CameraShape]
    ports: PortsShape
    box: BoxShape
    journal: JournalStateShape
    disk: DiskShape
    alerts: list[AlertTargetShape]
    upgrade: UpgradeShape


class CheckShape(TypedDict):
    exit: int
    station: str
    needs: list[ShownNeedShape]
