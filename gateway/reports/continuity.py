"""Report: which seconds of video there are of each camera, which not and why, and what was noticed of the pictures.

From the recorder's database; a station without one has a report without cameras.
"""

from __future__ import annotations

from contextlib import closing
from datetime import date
from zoneinfo import ZoneInfo

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.known_cameras import known_cameras
from gateway.core.errors import GatewayError
from gateway.core.instants import DAY_MS, MINUTE_MS, SECOND_MS, day_begins_ms
from gateway.core.phrase import Phrase
from gateway.core.video import CameraEvent
from gateway.reports.camera_span import CameraSpan, camera_span, length_ms
from gateway.reports.document import (
    Calendar,
    Cell,
    DurationCell,
    OngoingCell,
    RatioCell,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    TermCell,
    TimeCell,
    heads,
)
from gateway.reports.report_data import ReportData

_FIELD_MS = 5 * MINUTE_MS
_KINDS = ("video_none", "video_whole", "video_partly")
_NONE, _WHOLE, _PARTLY = range(3)


def continuity_report(data: ReportData) -> Report:
    """
    Raises:
        GatewayError: the recorder's database cannot be read.
    """
    spans, events = _read(data)
    shares = [span.share for _, span in spans if span.share is not None]
    gaps = [gap for _, span in spans for gap in span.gaps]
    return Report(
        ReportKind.CAMERAS,
        data.heading,
        (
            ("cameras", len(spans)),
            ("video_share", RatioCell(min(shares)) if shares else None),
            ("video_gaps", len(gaps)),
            ("longest_gap", DurationCell(max(map(length_ms, gaps))) if gaps else None),
        ),
        (
            ReportSection("cameras", _by_camera(spans)),
            ReportSection("video_days", _by_day(spans, data), [_calendar(name, span, data) for name, span in spans]),
            ReportSection("video_gaps", _gaps(spans)),
            ReportSection("camera_events", _events(events, data)),
        ),
    )


def _read(data: ReportData) -> tuple[list[tuple[str, CameraSpan]], list[CameraEvent]]:
    storage, period = data.database.file.parent, data.period
    to_ms = -(-period.until_ms // SECOND_MS) * SECOND_MS  # a day of slots ends a millisecond before midnight
    try:
        with closing(open_cameras_database(storage, read_only=True)) as database:
            spans = [
                (name, camera_span(database, name, period.from_ms, to_ms, data.heading.made_ms))
                for name in known_cameras(database)
            ]
            events = CameraEventStore(database).between(period.from_ms, to_ms)
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise GatewayError(
            Phrase(
                "the cameras' database in {storage} cannot be read ({strerror})",
                storage=storage,
                strerror=error.strerror,
            )
        ) from None
    return [(name, span) for name, span in spans if span.share is not None], events


def _by_camera(spans: list[tuple[str, CameraSpan]]) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for name, span in spans:
        lengths_ms = [length_ms(gap) for gap in span.gaps]
        rows.append(
            (
                name,
                TimeCell(span.from_ms),
                TimeCell(span.to_ms),
                None if span.share is None else RatioCell(span.share),
                DurationCell(sum(lengths_ms)),
                len(lengths_ms),
                DurationCell(max(lengths_ms)) if lengths_ms else None,
            )
        )
    return ReportTable(heads("camera", "begin", "end", "video_share", "missing", "gaps", "longest"), tuple(rows))


def _by_day(spans: list[tuple[str, CameraSpan]], data: ReportData) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for name, span in spans:
        for one in span.days(data.period.zone):
            lengths_ms = [length_ms(gap) for gap in span.on(one.day, data.period.zone)]
            longest = DurationCell(max(lengths_ms)) if lengths_ms else None
            row = (one.day, name, DurationCell(one.expected_ms), RatioCell(one.share), DurationCell(one.gap_ms))
            rows.append((*row, len(lengths_ms), longest))
    columns = heads("day", "camera", "expected", "video_share", "missing", "gaps", "longest")
    return ReportTable(columns, tuple(rows))


def _gaps(spans: list[tuple[str, CameraSpan]]) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            TimeCell(gap.begin_ms),
            OngoingCell() if span.lasts(gap) or gap.end_ms is None else TimeCell(gap.end_ms),
            DurationCell(length_ms(gap)),
            TermCell(gap.cause.value, "gap"),
            gap.detail or None,
        )
        for name, span in spans
        for gap in span.gaps
    ]
    return ReportTable(heads("camera", "begin", "end", "length", "cause", "remark"), tuple(rows))


def _events(events: list[CameraEvent], data: ReportData) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (
            TermCell(one.kind.value, "noted"),
            one.camera or None,
            TimeCell(one.began_ms),
            OngoingCell() if one.ended_ms is None else TimeCell(one.ended_ms),
            DurationCell(max(0, (one.ended_ms or data.heading.made_ms) - one.began_ms)),
            one.detail or None,
            one.picture,
        )
        for one in events
    ]
    return ReportTable(heads("noted", "camera", "begin", "end", "length", "remark", "picture"), tuple(rows))


def _calendar(name: str, span: CameraSpan, data: ReportData) -> Calendar:
    rows: list[tuple[date, tuple[int | None, ...]]] = []
    for day, _, _ in data.period.days():
        midnight_ms = day_begins_ms(day, ZoneInfo(data.period.zone))
        fields = [_field(span, at_ms) for at_ms in range(midnight_ms, midnight_ms + DAY_MS, _FIELD_MS)]
        rows.append((day, tuple(fields)))
    return Calendar(name, _KINDS, tuple(rows))


def _field(span: CameraSpan, at_ms: int) -> int | None:
    """`None`: not in the span."""
    begin_ms, end_ms = max(at_ms, span.from_ms), min(at_ms + _FIELD_MS, span.to_ms)
    if begin_ms >= end_ms:
        return None
    missing_ms = span.missing_ms(begin_ms, end_ms)
    return _WHOLE if missing_ms == 0 else _NONE if missing_ms == end_ms - begin_ms else _PARTLY
