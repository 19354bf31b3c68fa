"""What reading an instrument once brought, as JSON and as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.cli.output import say
from gateway.cli.terms import reason_words
from gateway.core.number_form import readable

if TYPE_CHECKING:
    from gateway.core.reason import Reason
    from gateway.instruments.manual_read import ManualRead, ParameterRead

_COUNTED = {
    "total": "running total: a slot has what it grows by",
    "since_read": "emptied by this read: what it shows is in no slot",
}
_DOUBT = (
    "outside its range: does the device's display show the same? If not, type, byte_order or scale is wrong;"
    " gateway scan shows them side by side"
)


def to_json(read: ManualRead) -> dict[str, Any]:
    """Stable keys; null where nothing is known."""
    return {
        "instrument": read.instrument,
        "error": read.error,
        "cause": read.cause,
        "latency_ms": None if read.latency_s is None else round(read.latency_s * 1000, 1),
        "identity": read.identity,
        "status_registers": [{"register": register, "raw": words} for register, words in read.status],
        "readings": [_reading(shown) for shown in read.shown],
    }


def _reading(shown: ParameterRead) -> dict[str, Any]:
    return {
        "symbol": shown.parameter.symbol,
        "value": shown.reading.value,
        "unit": shown.parameter.unit,
        "status": shown.reading.status.value,
        "raw": shown.raw,
        "range": shown.range,
        "in_range": shown.is_in_range,
        "counter": shown.counter,
        "reason": None if shown.reason is None else {"cause": shown.reason.cause.value, "detail": shown.reason.detail},
    }


def print_read(read: ManualRead) -> None:
    """A line for the instrument, one for each parameter; an error goes to stderr."""
    if read.error is not None or read.latency_s is None:
        say(f"{read.instrument}: {read.error}", err=True)
        return
    identity = "" if read.identity is None else f", it is {read.identity}"
    say(f"{read.instrument} answered in {read.latency_s * 1000:.1f} ms{identity}")
    for shown in read.shown:
        status = shown.reading.status
        value = "no value" if shown.reading.value is None else readable(shown.reading.value)
        line = f"  {shown.parameter.symbol:<8}{value:>14} {shown.parameter.unit:<8}"
        line += f" {status.value} {status.name.lower():<12}"
        say(f"{line}{_raw(shown.raw)}".rstrip() + _outside(shown) + _counted(shown))
    for register, words in read.status:
        say(f"  {'status':<8}{register:>14} {_raw(words)}")
    alike: dict[Reason, list[str]] = {}
    for shown in read.shown:
        if shown.reason is not None:
            alike.setdefault(shown.reason, []).append(shown.parameter.symbol)
    for reason, symbols in alike.items():
        say(f"  {', '.join(symbols)}: {reason_words(reason)}")
    if any(shown.is_in_range is False for shown in read.shown):
        say(f"  {_DOUBT}")


def _counted(shown: ParameterRead) -> str:
    """What the number is, and what this read did to it."""
    return "" if shown.counter is None else f"  {_COUNTED[shown.counter]}"


def _outside(shown: ParameterRead) -> str:
    if shown.range is None or shown.is_in_range is not False:
        return ""
    return f"  outside its range {shown.range[0]:g} to {shown.range[1]:g}"


def _raw(words: tuple[int, ...] | None) -> str:
    return "" if words is None else "raw " + " ".join(f"{word:04x}" for word in words)
