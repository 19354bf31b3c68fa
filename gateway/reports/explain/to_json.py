"""The object that `gateway explain --json` prints. Keys are stable."""

from __future__ import annotations

from typing import Any

from gateway.config import Configuration
from gateway.core.averaging import Average
from gateway.core.instants import local_text
from gateway.core.reason import Reason
from gateway.reports.deliveries import delivery_to_json, outage_to_json
from gateway.reports.explain.averages import ExplainedAverage
from gateway.reports.explain.deliveries import ExplainedDelivery
from gateway.reports.explain.files import ExplainedFile
from gateway.reports.explain.limits import held_to_json
from gateway.reports.explain.lines import ExplainedLine, ExplainedRecord
from gateway.reports.explain.slot import ExplainedSlot, Explanation


def to_json(explanation: Explanation, configuration: Configuration) -> dict[str, Any]:
    """All of it, with each single reading."""
    zone = configuration.station.timezone
    return {
        "slot": local_text(explanation.end_ms, zone),
        "station": configuration.station.code,
        "slots": [_slot(one, zone) for one in explanation.slots],
        "downtimes": [
            {"from": local_text(one.from_ms, zone), "to": local_text(one.until_ms, zone), "cause": one.cause.value}
            for one in explanation.downtimes
        ],
        "calibrations": [
            {
                "symbol": one.symbol,
                "began": local_text(one.began_ms, zone),
                "ended": local_text(one.until_ms, zone),
                "by": one.begun_by,
                "reason": one.reason,
            }
            for one in explanation.calibrations
        ],
        "oldest_reading": local_text(explanation.oldest_reading_ms, zone),
        "digests": [
            {
                "file": one.name,
                "sha256": one.sha256.hex(),
                "entry": one.digest.seq,
                "made": local_text(one.digest.time_ms, zone),
                "day": one.digest.what.get("day"),
                "files": one.digest.what.get("files"),
                "root": one.digest.what.get("root"),
                "key": one.digest.what.get("key"),
            }
            for one in explanation.covered.files
        ],
        "digests_sent": [
            {
                "destination": one.destination,
                "name": one.name,
                "state": one.state.value,
                "delivered": local_text(one.delivered_ms, zone),
            }
            for one in explanation.digests
        ],
        "not_covered": list(explanation.covered.why_not),
    }


def _slot(explained: ExplainedSlot, zone: str) -> dict[str, Any]:
    slot, kept, record = explained.slot, explained.kept, explained.record
    return {
        "begins": local_text(slot.start_ms, zone),
        "ends": local_text(slot.end_ms, zone),
        "length_s": slot.length_ms // 1000,
        "closed": None if kept is None else local_text(kept.closed_ms, zone),
        "why_not": list(explained.why_not),
        "cause": None if explained.cause is None else explained.cause.value,
        "made_of": None if record is None else "readings" if record.shorter is None else "slots",
        "shorter_slots": None if record is None else record.shorter,
        "min_coverage": None if record is None else record.min_coverage,
        "damaged_blocks": 0 if record is None else record.damaged_blocks,
        "agrees": None if record is None else record.agrees,
        "lines": [] if record is None else _lines(record, zone),
        "files": [_file(one, zone) for one in explained.files],
        "deliveries": [_delivery(one, zone) for one in explained.deliveries],
    }


def _lines(record: ExplainedRecord, zone: str) -> list[dict[str, Any]]:
    return [_line(one, zone) for one in record.lines]


def _line(explained: ExplainedLine, zone: str) -> dict[str, Any]:
    line = explained.line
    return {
        "symbol": line.parameter.symbol,
        "unit": line.parameter.unit,
        **_average(line.average),
        "agrees": explained.agrees,
        "again": None if explained.again is None else _average(explained.again),
        "reason": _reason(explained.reason),
        "measured": None if explained.average is None else _measured(explained.average, zone),
        "steps": [{"step": one.step, "words": one.words, "value": one.value} for one in explained.steps],
        "limits": [held_to_json(one, line) for one in explained.limits],
        "inputs": [{"symbol": one.symbol, **_average(one.average)} for one in explained.inputs],
    }


def _average(average: Average) -> dict[str, Any]:
    return {
        "value": average.value,
        "status": average.status.value,
        "counted": average.readings,
        "expected": average.expected,
    }


def _measured(explained: ExplainedAverage, zone: str) -> dict[str, Any]:
    return {
        "symbol": explained.parameter.symbol,
        "unit": explained.parameter.unit,
        **_average(explained.recorded),
        "instruments": list(explained.instruments),
        "averaging": explained.averaging.value,
        "weight": explained.weight or None,
        "running_total": explained.is_running_total,
        "period_s": None if explained.period_ms is None else explained.period_ms / 1000,
        "earlier_periods": [
            {"until": local_text(until_ms, zone), "period_s": period_ms / 1000}
            for until_ms, period_ms in explained.earlier
        ],
        "came": explained.came,
        "missing": explained.missing,
        "statuses": {status.value: count for status, count in sorted(explained.by_status().items(), key=str)},
        "not_counted": {why.value: count for why, count in sorted(explained.why_not().items())},
        "agrees": explained.agrees,
        "readings": [
            {
                "at": local_text(one.at_ms, zone),
                "value": one.reading.value,
                "status": one.reading.status.value,
                "amount": None if one.amount is None else float(one.amount),
                "speed": one.speed,
                "why_not": None if one.why_not is None else one.why_not.value,
            }
            for one in explained.readings
        ],
    }


def _reason(reason: Reason | None) -> dict[str, str] | None:
    return None if reason is None else {"cause": reason.cause.value, "detail": reason.detail}


def _file(explained: ExplainedFile, zone: str) -> dict[str, Any]:
    made, content = explained.made, explained.content
    return {
        "name": made.name,
        "size": made.size,
        "sha256": made.sha256.hex(),
        "format": None if made.rendering is None else made.rendering.format,
        "made": local_text(made.made_ms, zone),
        "planned": local_text(made.planned_ms, zone),
        "content": None if content is None else content.decode(errors="replace"),
        "damage": explained.damage,
        "lines": [
            {
                "symbol": one.parameter.symbol,
                "as": one.symbol or None,
                "value": one.value,
                "decimals": one.decimals,
            }
            for one in explained.lines
        ],
    }


def _delivery(explained: ExplainedDelivery, zone: str) -> dict[str, Any]:
    listed, accepted = explained.listed, explained.acceptance
    return {
        "destination": explained.destination,
        "file": None if explained.file is None else explained.file.made.name,
        "place": explained.place,
        "proof": None if explained.proof is None else explained.proof.value,
        "why_not": explained.why_not,
        "delivery": None if listed is None else delivery_to_json(listed, zone),
        "tried": [
            {
                "began": local_text(one.began_ms, zone),
                "done": local_text(one.done_ms, zone),
                "outcome": one.outcome,
                "answer": one.answer,
            }
            for one in explained.tries
        ],
        "by_kept_answer": explained.is_by_kept_answer,
        "tries_untold": explained.tries_untold,
        "accepted": None
        if accepted is None
        else {
            "times": accepted.times,
            "first": local_text(accepted.first_ms, zone),
            "answer": accepted.answer,
            "held": local_text(accepted.held_ms, zone),
        },
        "acts": [
            {"at": local_text(one.at_ms, zone), "by": one.done_by, "action": one.action.value, "reason": one.reason}
            for one in explained.acts
        ],
        "outages": [outage_to_json(one, zone) for one in explained.outages],
        "conflict": None
        if explained.conflict is None
        else {"since": local_text(explained.conflict.found_ms, zone), "reason": explained.conflict.reason},
    }
