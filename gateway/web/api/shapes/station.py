"""The station at a glance, and the parts of it that are asked for by themselves."""

from __future__ import annotations

from typing import TypedDict

from gateway.web.api.shapes.common import CauseShape, DigestsShape, OutageShape, ShownLimitShape, ShownNeedShape


class NamedShape(TypedDict):
    code: str
    name: str
    province: str
    facility: str
    kind: str


class RunningShape(TypedDict):
    running: bool
    since: str | None


class TimeShape(TypedDict):
    now: str
    synchronised: bool
    offset_s: float | None
    state: str


class ClockServerShape(TypedDict):
    name: str
    offset_s: float | None
    delay_s: float | None
    stratum: int | None
    verdict: str
    detail: str | None
    asked: str | None


class ClockWitnessShape(TypedDict):
    kind: str
    name: str
    offset_s: float | None
    verdict: str
    detail: str | None
    asked: str | None


ClockJumpShape = TypedDict("ClockJumpShape", {"from": str, "to": str, "by_s": float})


class ClockShape(TypedDict):
    state: str
    offset_s: float | None
    since: str | None
    witness: str | None
    reason: str
    servers: list[ClockServerShape]
    witnesses: list[ClockWitnessShape]
    jumps: list[ClockJumpShape]
    last_good: str | None
    waiting_samples: int
    timeless_samples: int


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


class NamedComponentShape(TypedDict):
    name: str
    state: str
    since: str | None
    last_error: str | None
    last_error_time: str | None


class LearnedOfDeviceShape(TypedDict):
    words: list[str]
    since: str


class ShownInstrumentShape(NamedComponentShape):
    link: str
    reason: str | None
    failures: int
    last_good: str | None
    learned: LearnedOfDeviceShape | None


class LastingCauseShape(CauseShape):
    since: str | None
    times: int | None
    not_measuring_since: str | None


class LastGoodShape(TypedDict):
    value: float | None
    unit: str
    time: str | None


class NewestSlotShape(TypedDict):
    time: str
    value: float | None
    status: str
    reason: CauseShape | None


class DeclaredCalibrationShape(TypedDict):
    since: str
    until: str | None
    reason: str
    by: str


class MeasuredAsShape(TypedDict):
    value: float | None
    unit: str


class ShownParameterShape(TypedDict):
    symbol: str
    value: float | None
    unit: str
    status: str | None
    time: str | None
    quality: list[str]
    level: str | None
    instrument: str | None
    calibration: DeclaredCalibrationShape | None
    measured: MeasuredAsShape | None
    in_range: bool | None
    counter: str | None
    reason: LastingCauseShape | None
    last_good: LastGoodShape | None
    not_measuring_today: int
    slot: NewestSlotShape | None
    limits: list[ShownLimitShape]


class DueCalibrationShape(TypedDict):
    instrument: str
    last: str | None
    due: str
    planned: str | None
    overdue: bool


class PaperShape(TypedDict):
    name: str
    of: str
    until: str
    days_left: int | None
    state: str | None


class LongOutageShape(TypedDict):
    since: str
    cause: str | None


class ShownDestinationShape(NamedComponentShape):
    official_name: str | None
    configured: bool
    in_use: bool
    pending: int
    refused: int
    held: int
    oldest_pending: str | None
    last_delivered: str | None
    ratio_today: float | None
    ratio_month: float | None
    certificate: str | None
    outage: LongOutageShape | None
    digests: DigestsShape | None


class AirClassShape(TypedDict):
    vi: str
    en: str
    colour: str


AirIndexShape = TypedDict(
    "AirIndexShape",
    {
        "end": str,
        "index": int | None,
        "symbol": str | None,
        "class": AirClassShape | None,
        "parameters": dict[str, int | None],
        "hours": dict[str, int],
        "decision": str | None,
    },
)


class AirShape(TypedDict):
    hour: AirIndexShape
    day: AirIndexShape


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


class DigestShape(TypedDict):
    day: str
    part: int
    files: int
    root: str
    entry: int
    made: str


class JournalStateShape(TypedDict):
    digest: DigestShape | None


class DiskShape(TypedDict):
    free_bytes: int
    days_left: float | None
    reserve: bool


class AlertTargetShape(TypedDict):
    target: str
    on: list[str]
    waiting: int
    waiting_since: str | None
    told: str | None
    failures: int
    last_error: str | None
    last_error_at: str | None


class StatusShape(TypedDict):
    station: NamedShape
    gateway: RunningShape
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
    air_quality: AirShape | None
    cameras: list[CameraShape]
    ports: PortsShape
    box: BoxShape
    journal: JournalStateShape
    disk: DiskShape
    alerts: list[AlertTargetShape]


class CheckShape(TypedDict):
    exit: int
    station: str
    needs: list[ShownNeedShape]


class KnownServerShape(TypedDict):
    learned: str
    software: str
    renames: bool | None
    replaces: bool | None
    replaces_at_once: bool | None
    tells_size: bool | None
    lists_facts: bool | None
    makes_folders: bool | None
    data_connections: str | None
    takes_packs: bool | None
    tls: str | None
    resumes_tls: bool | None
    host_key: str | None
    warning: str | None
    connections: int | None
    certificate_until: str | None


class MannerShape(TypedDict):
    manner: str
    learned: str
    words: str
    number: int | None


InterventionShape = TypedDict(
    "InterventionShape",
    {
        "at": str,
        "by": str,
        "action": str,
        "from": str | None,
        "to": str | None,
        "deliveries": int,
        "reason": str | None,
    },
)


class DestinationDetailsShape(ShownDestinationShape):
    url: str | None
    waiting: dict[str, int]
    server: KnownServerShape | None
    manners: list[MannerShape]
    outages: list[OutageShape]
    interventions: list[InterventionShape]
