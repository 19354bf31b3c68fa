"""The text file of circular TT10/2021/TT-BTNMT, appendix 15: one per slot and station.

Name `TenTinh_TenCoSo_TenTram_yyyyMMddHHmmss.txt`; a line `symbol TAB value TAB unit TAB yyyyMMddHHmmss TAB status` per
parameter; UTF-8 without BOM, CRLF, decimal point. The time is the slot's end in the station's zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal

from gateway.core.instants import local_time
from gateway.core.record import Line, Record
from gateway.files.formats import Document, Rendering

DEFAULT_DECIMALS = 3
"""For a symbol that the rendering does not name: one that left the configuration before its slot was closed."""

_ANY_DOUBLE = Context(prec=400)
"""Digits enough for the largest double: a broken instrument's 1e300 must not stop the files of the others."""


def render(record: Record, rendering: Rendering) -> Document:
    """The file of a record: the same arguments give the same bytes, for ever."""
    time = local_time(record.slot.end_ms, rendering.zone).strftime("%Y%m%d%H%M%S")
    decimals = dict(rendering.decimals)
    lines = [_line(symbol, line, time, rendering, decimals) for symbol, line in rendering.lines_of(record)]
    return Document(
        f"{rendering.province}_{rendering.facility}_{rendering.station}_{time}.txt", "".join(lines).encode("utf-8")
    )


def number(value: float, decimals: int) -> str:
    """Decimal notation with that many digits after the point; rounds half to even on the value's shortest decimal form.

    Never an exponent, a thousands mark, or a minus before zero.
    """
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN, _ANY_DOUBLE)
    return f"{abs(rounded) if rounded.is_zero() else rounded:f}"


def written(line: Line, rendering: Rendering, decimals: Mapping[str, int]) -> str:
    """What stands in the file for the line's value."""
    if line.average.value is None:
        return rendering.missing_value
    return number(line.average.value, decimals.get(line.parameter.symbol, DEFAULT_DECIMALS))


def _line(symbol: str, line: Line, time: str, rendering: Rendering, decimals: Mapping[str, int]) -> str:
    value = written(line, rendering, decimals)
    return f"{symbol}\t{value}\t{line.parameter.unit}\t{time}\t{line.average.status.value}\r\n"
