"""The station's status for programs: what `gateway status --json` prints."""

from __future__ import annotations

from typing import Any

from gateway.audit.inspections import InspectionState
from gateway.config import Language
from gateway.core.component import ComponentState
from gateway.core.findings import Finding
from gateway.core.instants import local_text, local_time
from gateway.core.lateness import Downtime
from gateway.core.reading import Status
from gateway.core.record import Line
from gateway.db.board import Component
from gateway.db.commits import worst_s
from gateway.instruments.device_profiles import KnownDevice
from gateway.readings.calibrations import Calibration
from gateway.reports import air
from gateway.reports.alerts import targets_to_json
from gateway.reports.box import box_to_json
from gateway.reports.cameras_json import cameras_to_json
from gateway.reports.clock import clock_to_json, time_to_json
from gateway.reports.configuration_standing import standing_to_json as configuration_to_json
from gateway.reports.digests import counts_to_json, digest_to_json
from gateway.reports.limits_on_day import limit_to_json
from gateway.reports.needs import needs
from gateway.reports.needs_words import needs_to_json
from gateway.reports.orders.status import orders_to_json
from gateway.reports.parameter_status import InstrumentStatus, ParameterStatus, SlotStatus
from gateway.reports.port_policy import standing_to_json
from gateway.reports.ports import violations_to_json
from gateway.reports.profiles import to_json as profile_to_json
from gateway.reports.status import StationStatus
from gateway.reports.validity import validities_to_json
from gateway.texts import Wording


def to_json(status: StationStatus) -> dict[str, Any]:
    """The object that `gateway status --json` prints. Keys are stable; what this version cannot know is null."""
    station = status.configuration.station
    zone = station.timezone
    return {
        "station": {
            "code": station.code,
            "name": station.name,
            "province": station.province,
            "facility": station.facility,
            "kind": station.kind.value,
        },
        "gateway": {"running": status.running, "since": local_text(status.since_ms, zone)},
        "configuration": configuration_to_json(status.standing, zone),
        "needs": needs_to_json(needs(status), Wording.of(Language.ENGLISH), zone),
        "time": time_to_json(status.clock, status.at_ms, zone),
        "clock": clock_to_json(status.clock, zone),
        "newest_slot": local_text(status.newest_slot_ms, zone),
        "standstill": _standstill(status.standstill, zone),
        "storage": _storage(status.storage, zone),
        "future_records": {"count": status.future.count, "newest": local_text(status.future.newest_ms, zone)},
        "readings_without_time": {
            "waiting": status.waits_for_time.samples,
            "of_earlier_starts": status.has_no_time.samples,
        },
        "damaged_records": {"count": status.damaged.count, "newest": local_text(status.damaged.newest_ms, zone)},
        "set_aside": [
            {
                "id": one.id,
                "kind": one.kind.value,
                "subject": one.subject,
                "since": local_text(one.since_ms, zone),
                "reason": one.reason,
                "mended": one.mended,
                "file": one.file,
            }
            for one in status.set_aside
        ],
        "profiles": [profile_to_json(one) for one in status.profiles],
        "inspection": _inspection(status.inspection, zone),
        "stages": [{"name": stage.name, **_component(stage, zone)} for stage in status.stages],
        "instruments": [
            _instrument(shown, zone) | {"learned": _learned(status.devices.get(shown.name), zone)}
            for shown in status.instruments
        ],
        "links": [{"name": name, **_component(component, zone)} for name, component in status.links],
        "parameters": [
            {
                "symbol": shown.parameter.symbol,
                "value": shown.reading.value if shown.reading else None,
                "unit": shown.parameter.unit,
                "status": shown.reading.status.value if shown.reading else None,
                "time": local_text(shown.at_ms, zone),
                "quality": list(shown.findings),
                "level": shown.level,
                "instrument": shown.instrument,
                "calibration": _calibration(shown.calibration, zone),
                "measured": _measured(shown.measured),
                "in_range": shown.is_in_range,
                "counter": shown.counter,
                "reason": _reason(shown, zone),
                "last_good": _last_good(shown, zone),
                "not_measuring_today": _today(shown, status.at_ms, zone),
                "slot": _slot(shown.newest_slot, zone),
                "limits": [limit_to_json(shown.symbol, shown.parameter, one) for one in shown.limits],
            }
            for shown in status.parameters
        ],
        "calibrations": [
            {
                "instrument": due.instrument,
                "last": local_text(due.last_ms, zone),
                "due": local_text(due.due_ms, zone),
                "planned": local_text(due.planned_ms, zone),
                "overdue": due.is_overdue,
            }
            for due in status.calibrations
        ],
        "equipment": validities_to_json(status.configuration.validities, status.today),
        "destinations": [
            {
                "name": shown.name,
                "official_name": shown.official_name,
                "configured": shown.configured,
                "in_use": shown.in_use,
                **_component(shown.component, zone),
                "pending": shown.counts.pending,
                "refused": shown.counts.refused,
                "held": shown.counts.held,
                "oldest_pending": local_text(shown.counts.oldest_pending_ms, zone),
                "last_delivered": local_text(shown.counts.last_delivered_ms, zone),
                "ratio_today": shown.ratio_today,
                "ratio_month": shown.ratio_month,
                "certificate": shown.certificate.state if shown.certificate else None,
                "outage": _outage(shown.outage, zone),
                "digests": counts_to_json(shown.digests, zone),
                "carries": "orders" if shown.gets_orders else "files",
            }
            for shown in status.destinations
        ],
        "orders": orders_to_json(status.orders, status.at_ms, zone),
        "air_quality": air.to_json(status.air, zone),
        "cameras": cameras_to_json(status.cameras, zone),
        "ports": {
            **violations_to_json(status.violations, zone),
            "policy": standing_to_json(status.policy, status.violations, zone),
        },
        "box": box_to_json(status.box, zone),
        "alerts": targets_to_json(status.alerts, zone),
        "upgrade": {
            "under_way": status.upgrades.phase or None,
            "failed": [{"version": version, "reason": why} for version, why in status.upgrades.failed],
        },
        "journal": {"digest": digest_to_json(status.digest, zone)},
        "disk": {
            "free_bytes": status.free_bytes,
            "days_left": status.days_left,
            "reserve": status.has_reserve,
        },
    }


def _instrument(shown: InstrumentStatus, zone: str) -> dict[str, Any]:
    return {
        "name": shown.name,
        "link": shown.link,
        "poll_s": shown.poll_s,
        **_component(shown.component, zone),
        "reason": shown.reason,
        "failures": shown.failures,
        "last_good": local_text(shown.last_good_ms, zone),
    }


def _learned(known: KnownDevice | None, zone: str) -> dict[str, Any] | None:
    """What the gateway has found out that the device cannot do."""
    return None if known is None else {"words": list(known.words), "since": local_text(known.learned_ms, zone)}


def _reason(shown: ParameterStatus, zone: str) -> dict[str, Any] | None:
    """Why the newest reading is not 00: since when for this cause, how many readings in a row, and since when not 00 at
    all; these are null where the cause is another parameter's."""
    if shown.reason is None:
        return None
    own = shown.state if shown.state is not None and shown.state.lasts else None
    return {
        "cause": shown.reason.cause.value,
        "detail": shown.reason.detail,
        "since": None if own is None else local_text(own.since_ms, zone),
        "times": None if own is None else own.times,
        "not_measuring_since": None if own is None else local_text(own.off_since_ms, zone),
    }


def _last_good(shown: ParameterStatus, zone: str) -> dict[str, Any] | None:
    """The newest value of status 00, as the instrument measured it: the one that is shown, or the last before."""
    unit = shown.parameter.unit if shown.measured is None else shown.measured.parameter.unit
    value = None if shown.reading is None else shown.reading.value
    if shown.measured is not None:
        value = shown.measured.average.value
    if shown.reading is not None and shown.reading.status is Status.MEASURING:
        return {"value": value, "unit": unit, "time": local_text(shown.at_ms, zone)}
    if shown.state is None or shown.state.good_ms is None:
        return None
    good = shown.state
    return {"value": good.good, "unit": good.parameter.unit, "time": local_text(good.good_ms, zone)}


def _today(shown: ParameterStatus, now_ms: int, zone: str) -> int:
    """How many of today's readings were not 00, as far as it is written down."""
    is_of_today = shown.state is not None and shown.state.day == f"{local_time(now_ms, zone):%Y-%m-%d}"
    return shown.state.today if shown.state is not None and is_of_today else 0


def _slot(slot: SlotStatus | None, zone: str) -> dict[str, Any] | None:
    """What the newest slot's record says, which is what is sent; the other keys are of the newest reading."""
    if slot is None:
        return None
    return {
        "time": local_text(slot.end_ms, zone),
        "value": slot.value,
        "status": slot.status.value,
        "reason": None if slot.reason is None else {"cause": slot.reason.cause.value, "detail": slot.reason.detail},
    }


def _inspection(state: InspectionState | None, zone: str) -> dict[str, Any] | None:
    if state is None:
        return None
    return {
        "begun": local_text(state.begun_ms, zone),
        "done": local_text(state.done_ms, zone),
        "rows": state.rows,
        "damaged": state.damaged,
        "found": list(state.found),
    }


def _standstill(one: Downtime | None, zone: str) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "from": local_text(one.from_ms, zone),
        "until": local_text(one.until_ms, zone),
        "length_s": (one.until_ms - one.from_ms) / 1000,
    }


def _storage(component: Component | None, zone: str) -> dict[str, Any]:
    """How long commits take: since when it is slow now, and the worst that was seen since it last began."""
    is_slow = component is not None and component.state is ComponentState.SLOW
    return {
        "state": "unknown" if component is None else component.state,
        "slow_since": local_text(component.since_ms, zone) if component is not None and is_slow else None,
        "worst_s": None if component is None else worst_s(component),
    }


def _measured(line: Line | None) -> dict[str, Any] | None:
    return None if line is None else {"value": line.average.value, "unit": line.parameter.unit}


def _calibration(calibration: Calibration | None, zone: str) -> dict[str, Any] | None:
    if calibration is None:
        return None
    return {
        "since": local_text(calibration.began_ms, zone),
        "until": local_text(calibration.planned_ms, zone),
        "reason": calibration.reason,
        "by": calibration.begun_by,
    }


def _outage(finding: Finding | None, zone: str) -> dict[str, Any] | None:
    if finding is None:
        return None
    return {"since": local_text(finding.episode.begin_ms, zone), "cause": finding.cause}


def _component(component: Component | None, zone: str) -> dict[str, Any]:
    if component is None:
        return {"state": "unknown", "since": None, "last_error": None, "last_error_time": None}
    return {
        "state": component.state,
        "since": local_text(component.since_ms, zone),
        "last_error": component.last_error,
        "last_error_time": local_text(component.last_error_ms, zone),
    }
