"""The station's metrics, family by family."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from gateway import __version__
from gateway.alerts.store import TargetState
from gateway.core.clock_trust import TrustState
from gateway.core.component import ComponentState
from gateway.core.instants import DAY_MS
from gateway.core.journal_entry import JournalHead
from gateway.core.limits import Level
from gateway.core.ports import ViolationKind
from gateway.core.reading import Status
from gateway.db.damage import SetAsideKind
from gateway.reports.camera_report import CameraReport
from gateway.reports.metrics.delivery_counts import BOUNDS_S, DeliveryCounts
from gateway.reports.metrics.exposition import MetricFamily, MetricSample, MetricType
from gateway.reports.need import NeedKind
from gateway.reports.needs import needs
from gateway.reports.status import DestinationStatus, StationStatus

PREFIX = "station_gateway_"
_DESTINATION_STATES = (ComponentState.UP, ComponentState.DOWN, ComponentState.REJECTED)
_STATUS_WORDS = {Status.MEASURING: "measuring", Status.CALIBRATING: "calibrating", Status.FAULT: "fault"}

One = TypeVar("One")
Measured = Callable[[One], float | None]


@dataclass(frozen=True, slots=True)
class MetricsLook:
    """What is told of: the station's status, its deliveries by destination, and the newest entry of its journal."""

    status: StationStatus
    deliveries: Mapping[str, DeliveryCounts]
    journal: JournalHead | None


def station_metrics(look: MetricsLook) -> Iterator[MetricFamily]:
    """All families, those without a sample too."""
    status = look.status
    yield from _gateway(status, look.journal)
    yield from _parameters(status)
    yield from _outside(status)
    yield from _destinations(status)
    yield from _deliveries(look)
    yield from _clock(status)
    yield from _box(status)
    yield from _kept(status)
    yield from _cameras(status)
    yield from _alerts(status)
    yield from _orders(status)


def _gateway(status: StationStatus, journal: JournalHead | None) -> Iterator[MetricFamily]:
    station = status.configuration.station
    yield _gauge("build_info", "The gateway's version.", _one(1, version=__version__, python=platform.python_version()))
    yield _gauge(
        "station_info",
        "Which station it is.",
        _one(
            1,
            station=station.code,
            name=station.name,
            province=station.province,
            facility=station.facility,
            kind=station.kind.value,
        ),
    )
    yield _gauge("running", "Whether the daemon runs.", _one(status.running))
    started = "When the daemon was started last."
    yield _gauge("start_time_seconds", started, _one(_seconds(status.since_ms)))
    newest = "End of the newest slot that was closed."
    yield _gauge("newest_slot_time_seconds", newest, _one(_seconds(status.newest_slot_ms)))
    found = needs(status)
    yield _gauge(
        "needs",
        "Reasons why a person is needed, as gateway status --check has them.",
        [_sample(sum(one.kind is kind for one in found), kind=kind.value) for kind in NeedKind],
    )
    entries = "Entries of the journal."
    yield _family("journal_entries_total", MetricType.COUNTER, entries, _one(None if journal is None else journal.seq))


def _parameters(status: StationStatus) -> Iterator[MetricFamily]:
    shown = status.parameters
    values = [(one, None if one.reading is None else one.reading.value) for one in shown]
    yield _gauge(
        "parameter_value",
        "Newest value as it is sent, in the unit that is a label.",
        [
            _sample(value, parameter=one.parameter.symbol, unit=one.parameter.unit)
            for one, value in values
            if value is not None
        ],
    )
    yield _gauge(
        "parameter_status",
        "Status of the newest reading: 1 of that which it has (measuring 00, calibrating 01, fault 02).",
        [
            _sample(one.reading.status is state, parameter=one.parameter.symbol, status=word)
            for one in shown
            if one.reading is not None
            for state, word in _STATUS_WORDS.items()
        ],
    )
    yield _gauge(
        "parameter_time_seconds",
        "When the newest reading was taken.",
        _of(shown, lambda one: _seconds(one.at_ms), lambda one: {"parameter": one.parameter.symbol}),
    )
    yield _gauge(
        "parameter_over_limit",
        "Whether the value is beyond a limit of the permit now.",
        _of(shown, lambda one: one.level is Level.EXCEEDED, lambda one: {"parameter": one.parameter.symbol}),
    )
    air = status.air
    indices = () if air is None else (("hour", air.hour.quality.index), ("day", air.day.quality.index))
    yield _gauge(
        "air_quality_index",
        "VN_AQI of the newest whole hour and day.",
        [_sample(index, period=period) for period, index in indices if index is not None],
    )


def _outside(status: StationStatus) -> Iterator[MetricFamily]:
    yield _gauge(
        "link_up",
        "Whether the connection to the instruments is there.",
        [_sample(one.state is ComponentState.UP, link=name) for name, one in status.links if one is not None],
    )
    yield _gauge(
        "instrument_answering",
        "Whether the instrument gives values.",
        [
            _sample(one.component.state is ComponentState.ANSWERING, instrument=one.name, link=one.link)
            for one in status.instruments
            if one.component is not None
        ],
    )
    yield _gauge(
        "instrument_last_good_time_seconds",
        "When any parameter of the instrument was last measuring (00).",
        _of(status.instruments, lambda one: _seconds(one.last_good_ms), lambda one: {"instrument": one.name}),
    )


def _destinations(status: StationStatus) -> Iterator[MetricFamily]:
    shown = status.destinations
    yield _gauge(
        "destination_state",
        "How the destination fares: 1 of the state that it has.",
        [
            _sample(one.component.state is state, destination=one.name, state=state.value)
            for one in shown
            if one.component is not None and one.in_use
            for state in _DESTINATION_STATES
        ],
    )

    def gauge(name: str, text: str, measured: Measured[DestinationStatus]) -> MetricFamily:
        return _gauge(f"destination_{name}", text, _of(shown, measured, _destination))

    yield gauge("pending_files", "Files, or transport orders, still to be sent.", lambda one: one.counts.pending)
    yield gauge("unproven_files", "Files that were accepted, are not proven, and wait.", lambda one: one.counts.held)
    yield gauge(
        "refused_files",
        "Files, or transport orders, that are set aside, for they were refused.",
        lambda one: one.counts.refused,
    )
    yield gauge(
        "oldest_pending_time_seconds",
        "End of the oldest slot that is still to be sent.",
        lambda one: _seconds(one.counts.oldest_pending_ms),
    )
    yield gauge(
        "last_delivery_time_seconds", "When a file arrived last.", lambda one: _seconds(one.counts.last_delivered_ms)
    )
    yield gauge(
        "long_outage", "Whether nothing has arrived for more than twelve hours.", lambda one: one.outage is not None
    )
    yield _gauge(
        "destination_received_ratio",
        "Files that have arrived, of those expected of this day or month, as the authority counts.",
        [
            _sample(ratio, destination=one.name, period=period)
            for one in shown
            for period, ratio in (("day", one.ratio_today), ("month", one.ratio_month))
            if ratio is not None
        ],
    )


def _deliveries(look: MetricsLook) -> Iterator[MetricFamily]:
    """Of a destination to which nothing has happened, zeros: a counter that is not there cannot be compared."""
    named = {one.name: look.deliveries.get(one.name, DeliveryCounts()) for one in look.status.destinations}
    since = "since the gateway was started, or this month (UTC) began"
    yield _family(
        "destination_delivered_files_total",
        MetricType.COUNTER,
        f"Files that have arrived {since}.",
        [_sample(one.delivered, destination=name) for name, one in named.items()],
    )
    yield _family(
        "destination_refused_files_total",
        MetricType.COUNTER,
        f"Refusals of files {since}.",
        [_sample(one.refused, destination=name) for name, one in named.items()],
    )
    yield _family(
        "delivery_delay_seconds",
        MetricType.HISTOGRAM,
        f"How long after its slot's end a file has arrived, {since}; up to 300 it is in time.",
        [sample for name, one in named.items() for sample in _histogram(one, name)],
    )


def _histogram(counts: DeliveryCounts, destination: str) -> Iterator[MetricSample]:
    for bound_s, count in zip(BOUNDS_S, counts.within, strict=True):
        yield MetricSample(count, {"destination": destination, "le": str(bound_s)}, "_bucket")
    yield MetricSample(counts.delivered, {"destination": destination, "le": "+Inf"}, "_bucket")
    yield MetricSample(counts.delay_s, {"destination": destination}, "_sum")
    yield MetricSample(counts.delivered, {"destination": destination}, "_count")


def _clock(status: StationStatus) -> Iterator[MetricFamily]:
    clock = status.clock
    yield _gauge(
        "clock_state",
        "What is thought of the clock: 1 of the state that it has.",
        [_sample(clock.state is state, state=state.value) for state in TrustState],
    )
    offset = "How far the clock is behind its witness; ahead, below 0."
    yield _gauge("clock_offset_seconds", offset, _one(_seconds(clock.offset_ms)))
    waiting = "Readings that get their times once the clock is trusted."
    yield _gauge("clock_waiting_readings", waiting, _one(status.waits_for_time.samples))


def _box(status: StationStatus) -> Iterator[MetricFamily]:
    look = status.box.look
    yield _gauge("disk_free_bytes", "Room on the card.", _one(status.free_bytes))
    left = None if status.days_left is None else status.days_left * DAY_MS / 1000
    yield _gauge("disk_left_seconds", "How long the room on the card lasts.", _one(left))
    yield _gauge("database_size_bytes", "Size of the database.", _one(look.database_bytes))
    yield _gauge("memory_bytes", "The machine's memory.", _one(look.memory_bytes))
    yield _gauge("memory_available_bytes", "Memory that is available.", _one(look.available_bytes))
    yield _gauge("temperature_celsius", "Temperature of the hottest sensor.", _one(look.celsius))
    yield _gauge("under_voltage", "Whether the supply is too weak.", _one(look.is_under_voltage))
    yield _gauge(
        "card_used_ratio",
        "Used of the card's life, by its own counting.",
        [_sample(one.percent / 100, card=one.card) for one in look.cards if one.percent is not None],
    )


def _kept(status: StationStatus) -> Iterator[MetricFamily]:
    yield _gauge(
        "set_aside",
        "What is damaged or contradicts, and no person has closed.",
        [_sample(sum(one.kind is kind for one in status.set_aside), kind=kind.value) for kind in SetAsideKind],
    )
    yield _gauge("damaged_records", "Records that cannot be sent any more.", _one(status.damaged.count))
    yield _gauge("failing_stages", "Parts of the gateway's own work that fail now.", _one(len(status.stages)))
    if status.violations is not None:
        yield _gauge(
            "port_violations",
            "Ports that are not as declared.",
            [_sample(sum(one.kind == kind for one in status.violations), kind=kind.value) for kind in ViolationKind],
        )


def _cameras(status: StationStatus) -> Iterator[MetricFamily]:
    report = status.cameras
    cameras = [] if report is None else [one for one in report.cameras if one.is_configured]

    def labels(camera: CameraReport) -> Mapping[str, str]:
        return {"camera": camera.name}

    yield _gauge(
        "camera_recording", "Whether the camera is recorded.", _of(cameras, lambda one: one.is_recording, labels)
    )
    yield _gauge(
        "camera_findings", "What is the matter with the picture.", _of(cameras, lambda one: len(one.findings), labels)
    )
    yield _gauge(
        "camera_newest_time_seconds",
        "End of the newest video.",
        _of(cameras, lambda one: _seconds(one.newest_ms), labels),
    )
    yield _gauge(
        "camera_gap_seconds",
        "What is missing of today's video.",
        _of(cameras, lambda one: _seconds(one.gap_ms_today), labels),
    )
    yield _gauge(
        "camera_kept_ratio",
        "Share of the last 90 days of which there is video.",
        _of(cameras, lambda one: one.share_kept, labels),
    )
    yield _gauge("camera_video_bytes", "Size of the video.", _of(cameras, lambda one: one.bytes, labels))


def _alerts(status: StationStatus) -> Iterator[MetricFamily]:
    def labels(target: TargetState) -> Mapping[str, str]:
        return {"target": target.name}

    yield _gauge(
        "alert_waiting", "Alerts that are still to be told.", _of(status.alerts, lambda one: one.waiting, labels)
    )
    yield _gauge(
        "alert_failures",
        "Tries in a row by which the target could not be told.",
        _of(status.alerts, lambda one: one.failures, labels),
    )


def _orders(status: StationStatus) -> Iterator[MetricFamily]:
    """Only where transport orders are taken."""
    orders = status.orders
    if orders is None:
        return
    today = orders.today
    yield _gauge("orders_waiting", "Transport orders that wait to be sent.", _one(orders.waiting))
    oldest = "When the oldest order was submitted that waits."
    yield _gauge("orders_oldest_waiting_time_seconds", oldest, _one(_seconds(orders.oldest_waiting_ms)))
    yield _gauge("orders_late", "Orders that have waited for more than three minutes.", _one(orders.late))
    yield _gauge("orders_set_aside", "Orders that wait for a person.", _one(orders.set_aside))
    counts = (("accepted", today.accepted), ("in_time", today.in_time), ("late", today.late))
    yield _gauge(
        "orders_of_today",
        "Of the orders that were submitted today: accepted, accepted within three minutes, late.",
        [_sample(count, of=name) for name, count in counts],
    )
    yield _gauge(
        "order_signature_end_time_seconds",
        "When the certificate of who signs orders ends.",
        _of(orders.signers, lambda one: _seconds(one.until_ms), lambda one: {"role": one.role}),
    )


def _destination(shown: DestinationStatus) -> Mapping[str, str]:
    return {"destination": shown.name}


def _family(name: str, kind: MetricType, text: str, samples: Iterable[MetricSample]) -> MetricFamily:
    return MetricFamily(f"{PREFIX}{name}", kind, text, tuple(samples))


def _gauge(name: str, text: str, samples: Iterable[MetricSample]) -> MetricFamily:
    return _family(name, MetricType.GAUGE, text, samples)


def _of(ones: Iterable[One], measured: Measured[One], labels: Callable[[One], Mapping[str, str]]) -> list[MetricSample]:
    """A sample of each of which it is known."""
    return [MetricSample(float(value), labels(one)) for one in ones if (value := measured(one)) is not None]


def _one(value: float | None, **labels: str) -> list[MetricSample]:
    return [] if value is None else [_sample(value, **labels)]


def _sample(value: float, **labels: str) -> MetricSample:
    return MetricSample(float(value), labels)


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
