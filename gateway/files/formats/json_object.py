"""One JSON object per slot and station, in the shape of a template: for receivers that take messages instead of files.

Named like the regulation's file, with `.json`. A missing value is null, unless `missing_value` is `omit`: then the
parameter is left out. What a template may hold stands in `gateway.core.template`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gateway.core.instants import local_time
from gateway.core.record import Line, Record
from gateway.core.template import Value, filled
from gateway.files.formats import Document, Rendering
from gateway.files.formats.tt10 import DEFAULT_DECIMALS, number

DEFAULT_TEMPLATE: Mapping[str, Any] = {
    "station": "{station}",
    "time": "{time}",
    "slot_s": "{slot_s}",
    "parameters": [{"symbol": "{symbol}", "value": "{value}", "unit": "{unit}", "status": "{status}"}],
}


def render(record: Record, rendering: Rendering) -> Document:
    """The object of a record: the same arguments give the same bytes, for ever."""
    end = local_time(record.slot.end_ms, rendering.zone)
    slot: dict[str, Value] = {
        "station": rendering.station,
        "province": rendering.province,
        "facility": rendering.facility,
        "time": end.isoformat(timespec="seconds"),
        "time_ms": record.slot.end_ms,
        "slot_s": record.slot.length_ms // 1000,
    }
    decimals = dict(rendering.decimals)
    parameters = [_parameter(symbol, line, decimals) for symbol, line in rendering.lines_of(record)]
    template = json.loads(rendering.template) if rendering.template else DEFAULT_TEMPLATE
    message = filled(template, slot, parameters)
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    time = end.strftime("%Y%m%d%H%M%S")
    return Document(f"{rendering.province}_{rendering.facility}_{rendering.station}_{time}.json", text.encode("utf-8"))


def written(line: Line, rendering: Rendering, decimals: Mapping[str, int]) -> str:
    """What stands in the object for the line's value."""
    return json.dumps(_value(line, decimals))


def _value(line: Line, decimals: Mapping[str, int]) -> int | float | None:
    value, digits = line.average.value, decimals.get(line.parameter.symbol, DEFAULT_DECIMALS)
    return None if value is None else _exact(number(value, digits))


def _parameter(symbol: str, line: Line, decimals: Mapping[str, int]) -> dict[str, Value]:
    return {
        "symbol": symbol,
        "value": _value(line, decimals),
        "unit": line.parameter.unit,
        "status": line.average.status.value,
    }


def _exact(text: str) -> int | float:
    return float(text) if "." in text else int(text)
