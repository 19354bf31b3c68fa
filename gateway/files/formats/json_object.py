"""One JSON object per slot and station, in the shape of a template: for receivers that take messages instead of files.

Name as that of the regulation's file, with `.json`. In the template, a text that is one placeholder becomes its value
with its type; placeholders inside a text become text. `{station}`, `{province}`, `{facility}`, `{time}` (the slot's
end, ISO 8601 with the zone), `{time_ms}` (the same, milliseconds since 1970 in UTC) and `{slot_s}` belong to the slot.
What mentions `{symbol}`, `{value}`, `{unit}` or `{status}` belongs to a parameter: a list of one such item is repeated
for each parameter, and so is a member whose name mentions one. A missing value is null, unless `missing_value` is
`omit`: then the parameter is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.core.record import Line, Record
from gateway.files.formats import Document, Rendering
from gateway.files.formats.tt10 import DEFAULT_DECIMALS, local_time, number

DEFAULT_TEMPLATE: Mapping[str, Any] = {
    "station": "{station}",
    "time": "{time}",
    "slot_s": "{slot_s}",
    "parameters": [{"symbol": "{symbol}", "value": "{value}", "unit": "{unit}", "status": "{status}"}],
}
OF_SLOT = ("station", "province", "facility", "time", "time_ms", "slot_s")
OF_PARAMETER = ("symbol", "value", "unit", "status")

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

Value = str | int | float | None


def render(record: Record, rendering: Rendering) -> Document:
    """The object of a record: the same arguments give the same bytes, for ever."""
    end = local_time(record.slot.end_ms, rendering.zone)
    fixed: dict[str, Value] = {
        "station": rendering.station,
        "province": rendering.province,
        "facility": rendering.facility,
        "time": end.isoformat(timespec="seconds"),
        "time_ms": record.slot.end_ms,
        "slot_s": record.slot.length_ms // 1000,
    }
    decimals = dict(rendering.decimals)
    lines = [
        fixed | _values(line, decimals)
        for line in record.lines
        if line.average.value is not None or rendering.missing_value != "omit"
    ]
    template = json.loads(rendering.template) if rendering.template else DEFAULT_TEMPLATE
    text = json.dumps(_filled(template, fixed, lines), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    time = end.strftime("%Y%m%d%H%M%S")
    return Document(f"{rendering.province}_{rendering.facility}_{rendering.station}_{time}.json", text.encode("utf-8"))


def mentioned(template: object) -> Iterator[str]:
    """Every placeholder in a template, or a part of one."""
    if isinstance(template, str):
        yield from _PLACEHOLDER.findall(template)
    elif isinstance(template, Mapping):
        for key, part in template.items():
            yield from mentioned(key)
            yield from mentioned(part)
    elif isinstance(template, (list, tuple)):
        for part in template:
            yield from mentioned(part)


def of_parameter(template: object) -> bool:
    """Whether a part of a template belongs to a parameter."""
    return any(name in OF_PARAMETER for name in mentioned(template))


def repeats(template: object) -> bool:
    """Whether a list of the template is repeated for each parameter."""
    return isinstance(template, (list, tuple)) and len(template) == 1 and of_parameter(template)


def _values(line: Line, decimals: Mapping[str, int]) -> dict[str, Value]:
    symbol, value = line.parameter.symbol, line.average.value
    return {
        "symbol": symbol,
        "value": None if value is None else _exact(number(value, decimals.get(symbol, DEFAULT_DECIMALS))),
        "unit": line.parameter.unit,
        "status": line.average.status.value,
    }


def _exact(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _filled(template: Any, values: Mapping[str, Value], lines: list[dict[str, Value]]) -> Any:
    if isinstance(template, str):
        return _text(template, values)
    if isinstance(template, Mapping):
        filled: dict[str, Any] = {}
        for key, part in template.items():
            for each in lines if of_parameter(key) else (values,):
                filled[str(_text(key, each, typed=False))] = _filled(part, each, lines)
        return filled
    if isinstance(template, (list, tuple)):
        if repeats(template) and "symbol" not in values:
            return [_filled(template[0], each, lines) for each in lines]
        return [_filled(part, values, lines) for part in template]
    return template


def _text(template: str, values: Mapping[str, Value], typed: bool = True) -> Value:
    whole = _PLACEHOLDER.fullmatch(template)
    if whole is not None and typed:
        return values[whole[1]]
    return _PLACEHOLDER.sub(lambda found: _shown(values[found[1]]), template)


def _shown(value: Value) -> str:
    return "" if value is None else str(value)
