"""The station at a glance, and the parts of it that are asked for by themselves."""

from __future__ import annotations

from typing import TypedDict

from gateway.web.api.shapes.common import Cause, Digests, Outage, ShownLimit, ShownNeed


class Named(TypedDict):
    code: str
    name: str
    province: str
    facility: str
    kind: str


class Running(TypedDict):
    running: bool
    since: str | None


class Time(TypedDict):
    now: str
    synchronised: bool
    offset_s: float | None
    state: str


class ClockServer(TypedDict):
    name: str
    offset_s: float | None
    delay_s: float | None
    stratum: int | None
    verdict: str
    detail: str | None
    asked: str | None


class ClockWitness(TypedDict):
    kind: str
    name: str
    offset_s: float | None
    verdict: str
    detail: str | None
    asked: str | None


ClockJump = TypedDict("ClockJump", {"from": str, "to": str, "by_s": float})


class Clock(TypedDict):
    state: str
    offset_s: float | None
    since: str | None
    witness: str | None
    reason: str
    servers: list[ClockServer]
    witnesses: list[ClockWitness]
    jumps: list[ClockJump]
    last_good: str | None
    waiting_samples: int
    timeless_samples: int


Standstill = TypedDict("Standstill", {"from": str, "until": str, "length_s": float})


class CommitTimes(TypedDict):
    state: str
    slow_since: str | None
    worst_s: float | None


class OddRecords(TypedDict):
    count: int
    newest: str | None


class Timeless(TypedDict):
    waiting: int
    of_earlier_starts: int


class Matter(TypedDict):
    id: int | str | None
    kind: str
    subject: str
    since: str
    reason: str
    mended: bool
    file: str | None


ShownProfile = TypedDict(
    "ShownProfile",
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


class LookedThrough(TypedDict):
    begun: str
    done: str | None
    rows: int
    damaged: int
    found: list[str]


class NamedComponent(TypedDict):
    name: str
    state: str
    since: str | None
    last_error: str | None
    last_error_time: str | None


class LearnedOfDevice(TypedDict):
    words: list[str]
    since: str


class ShownInstrument(NamedComponent):
    link: str
    reason: str | None
    failures: int
    last_good: str | None
    learned: LearnedOfDevice | None


class LastingCause(Cause):
    since: str | None
    times: int | None
    not_measuring_since: str | None


class LastGood(TypedDict):
    value: float | None
    unit: str
    time: str | None


class NewestSlot(TypedDict):
    time: str
    value: float | None
    status: str
    reason: Cause | None


class DeclaredCalibration(TypedDict):
    since: str
    until: str | None
    reason: str
    by: str


class MeasuredAs(TypedDict):
    value: float | None
    unit: str


class ShownParameter(TypedDict):
    symbol: str
    value: float | None
    unit: str
    status: str | None
    time: str | None
    quality: list[str]
    level: str | None
    instrument: str | None
    calibration: DeclaredCalibration | None
    measured: MeasuredAs | None
    in_range: bool | None
    counter: str | None
    reason: LastingCause | None
    last_good: LastGood | None
    not_measuring_today: int
    slot: NewestSlot | None
    limits: list[ShownLimit]


class DueCalibration(TypedDict):
    instrument: str
    last: str | None
    due: str
    planned: str | None
    overdue: bool


class Paper(TypedDict):
    name: str
    of: str
    until: str
    days_left: int | None
    state: str | None


class LongOutageShape(TypedDict):
    since: str
    cause: str | None


class ShownDestination(NamedComponent):
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
    digests: Digests | None


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


class Camera(TypedDict):
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


class Ports(TypedDict):
    violations: list[ViolationShape] | None
    policy: PolicyShape | None


class CardShape(TypedDict):
    card: str
    used_percent: int | None
    failing: bool | None


class BoxFinding(TypedDict):
    kind: str
    subject: str
    since: str
    worst: float | None
    detail: str


class Box(TypedDict):
    temperature_c: float | None
    hottest: str | None
    under_voltage: bool | None
    memory_bytes: int | None
    available_bytes: int | None
    database_bytes: int | None
    restarts: int | None
    cards: list[CardShape]
    findings: list[BoxFinding]


class DigestShape(TypedDict):
    day: str
    part: int
    files: int
    root: str
    entry: int
    made: str


class JournalState(TypedDict):
    digest: DigestShape | None


class Disk(TypedDict):
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


class Status(TypedDict):
    station: Named
    gateway: Running
    needs: list[ShownNeed]
    time: Time
    clock: Clock
    newest_slot: str | None
    standstill: Standstill | None
    storage: CommitTimes
    future_records: OddRecords
    readings_without_time: Timeless
    damaged_records: OddRecords
    set_aside: list[Matter]
    profiles: list[ShownProfile]
    inspection: LookedThrough | None
    stages: list[NamedComponent]
    instruments: list[ShownInstrument]
    links: list[NamedComponent]
    parameters: list[ShownParameter]
    calibrations: list[DueCalibration]
    equipment: list[Paper]
    destinations: list[ShownDestination]
    air_quality: AirShape | None
    cameras: list[Camera]
    ports: Ports
    box: Box
    journal: JournalState
    disk: Disk
    alerts: list[AlertTargetShape]


class Check(TypedDict):
    exit: int
    station: str
    needs: list[ShownNeed]


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


class DestinationDetails(ShownDestination):
    url: str | None
    waiting: dict[str, int]
    server: KnownServerShape | None
    manners: list[MannerShape]
    outages: list[Outage]
    interventions: list[InterventionShape]
