"""What was noticed at the station, of the daemon's and of the recorder's, as `gateway events` and programs are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gateway.audit.events import EventStore
from gateway.core.box_rules import BoxKind
from gateway.core.findings import (
    DESTINATION_KINDS,
    INSTRUMENT_KINDS,
    JOURNAL_ALTERED,
    NOT_PROVEN,
    ORDERS_LATE,
    OTHER_BYTES,
    ROLLED_BACK,
    Finding,
    Topic,
)
from gateway.core.frozen import FROZEN_TOGETHER
from gateway.core.instants import local_time
from gateway.core.limits import Level
from gateway.core.long_outage import LongOutage
from gateway.core.ports import ViolationKind
from gateway.core.quality import QualityFlag
from gateway.core.running_total import CounterNote
from gateway.core.validity import VALIDITY_KINDS
from gateway.core.video import CameraEvent, CameraEventKind
from gateway.db import Database

CAMERA_TOPIC = "camera"
"""Of what the recorder notices; it is kept in its own database."""
NOTICED_KINDS: tuple[str, ...] = tuple(
    dict.fromkeys(
        map(
            str,
            (
                *Topic, *QualityFlag, *CounterNote, FROZEN_TOGETHER, *Level, *LongOutage, OTHER_BYTES, NOT_PROVEN,
                ORDERS_LATE, ROLLED_BACK, JOURNAL_ALTERED, *ViolationKind, *BoxKind, *VALIDITY_KINDS,
                *DESTINATION_KINDS, *INSTRUMENT_KINDS, CAMERA_TOPIC, *CameraEventKind,
            ),
        )
    )
)  # fmt: skip
"""What may be asked for: topics, and kinds of them."""

Noticed = Finding | CameraEvent


def findings_of(database: Database, from_ms: int, until_ms: int) -> list[Finding]:
    """Of all topics, those that touch the time."""
    store = EventStore(database)
    return [one for topic in Topic for one in store.findings(topic, from_ms, until_ms)]


def in_order(findings: Iterable[Finding], seen: Iterable[CameraEvent], kind: str | None) -> list[Noticed]:
    """Both, of one topic or kind if that is asked for; oldest first."""
    told: list[tuple[int, Noticed]] = [
        (one.episode.begin_ms, one) for one in findings if kind in (None, one.topic, one.episode.kind)
    ]
    told += [(one.began_ms, one) for one in seen if kind in (None, CAMERA_TOPIC, one.kind)]
    return [one for _, one in sorted(told, key=lambda pair: pair[0])]


def noticed_to_json(noticed: Sequence[Noticed], zone: str) -> list[dict[str, Any]]:
    """The list that `gateway events --json` prints. Keys are stable."""
    return [_camera_to_json(one, zone) if isinstance(one, CameraEvent) else _to_json(one, zone) for one in noticed]


def _to_json(finding: Finding, zone: str) -> dict[str, Any]:
    episode = finding.episode
    return {
        "topic": finding.topic.value,
        "kind": str(episode.kind),
        "subject": finding.subject,
        "began": local_second(episode.begin_ms, zone),
        "last": local_second(episode.last_ms, zone),
        "ended": None if episode.end_ms is None else local_second(episode.end_ms, zone),
        "count": episode.count,
        "worst": episode.peak,
        "detail": str(finding.detail),
        "limit": _limit_to_json(finding),
        "cause": finding.cause,
        "reason": None
        if finding.reason is None
        else {"cause": finding.reason.cause.value, "detail": finding.reason.detail},
    }


def _camera_to_json(event: CameraEvent, zone: str) -> dict[str, Any]:
    """The keys of the others, and `picture`: a file below the video folder."""
    return {
        "topic": CAMERA_TOPIC,
        "kind": event.kind.value,
        "subject": event.camera,
        "began": local_second(event.began_ms, zone),
        "last": local_second(event.last_ms, zone),
        "ended": None if event.ended_ms is None else local_second(event.ended_ms, zone),
        "count": 1,
        "worst": None,
        "detail": event.detail,
        "limit": None,
        "cause": None,
        "reason": None,
        "picture": event.picture,
    }


def _limit_to_json(finding: Finding) -> dict[str, Any] | None:
    """`None` also of what an older gateway wrote: that has only `detail`."""
    if isinstance(finding.detail, str):
        return None
    limit = finding.detail.limit
    return {
        "min": limit.lowest,
        "max": limit.highest,
        "unit": finding.detail.unit,
        "over_s": None if limit.averaging_ms is None else limit.averaging_ms / 1000,
    }


def local_second(at_ms: int, zone: str) -> str:
    """On the station's wall clock: `2026-01-05T10:05:00`."""
    return local_time(at_ms, zone).isoformat(timespec="seconds")[:19]
