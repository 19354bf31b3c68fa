"""One reason to send a person to a station."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.core.instants import HOUR_MS
from gateway.core.lateness import DelayCause
from gateway.core.permit_limit import PermitLimit
from gateway.core.reason import Reason
from gateway.db.board import Component
from gateway.reports.status import StationStatus

LONG_MS = HOUR_MS
"""So long instruments, links and odd values are left to themselves."""


class NeedKind(StrEnum):
    """In the order in which a person looks. The values are those of JSON and of metrics."""

    NOT_RUNNING = "not_running"
    CLOCK = "clock"
    STANDSTILL = "standstill"
    STAGE = "stage"
    STORAGE = "storage"
    DISK = "disk"
    BOX = "box"
    SET_ASIDE = "set_aside"
    UPGRADE = "upgrade"
    RECORDS = "records"
    REJECTED = "rejected"
    OUTAGE = "outage"
    REFUSED = "refused"
    UNPROVEN = "unproven"
    ORDERS = "orders"
    CERTIFICATE = "certificate"
    DESTINATION_GONE = "destination_gone"
    LINK = "link"
    INSTRUMENT = "instrument"
    PARAMETER = "parameter"
    EXCEEDED = "exceeded"
    QUALITY = "quality"
    CALIBRATION = "calibration"
    EQUIPMENT = "equipment"
    CAMERA = "camera"
    PORT = "port"
    SEAL = "seal"
    PROFILE = "profile"
    ALERTS = "alerts"


NeedDetail = str | Reason | PermitLimit | DelayCause | date
"""What was said, in its own words; anything else is worded in the reader's language."""


@dataclass(frozen=True, slots=True)
class Need:
    """One reason to send a person. `subject`: of what, empty if of the whole station. `key`: the text that says what is
    the matter (`gateway.texts`). `since_ms`: `None` where nobody knows. `detail`: words, or to be worded."""

    kind: NeedKind
    subject: str
    key: str
    since_ms: int | None = None
    detail: NeedDetail = ""
    count: int = 0


def need_of(kind: NeedKind, one: Component) -> Need:
    """As the board tells of it."""
    return Need(kind, one.name, f"need.{kind}", one.since_ms, one.last_error or "")


def is_long(since_ms: int | None, status: StationStatus) -> bool:
    """Whether it has lasted longer than what is left to itself."""
    return since_ms is not None and status.at_ms - since_ms >= LONG_MS
