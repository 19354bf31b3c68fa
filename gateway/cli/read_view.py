"""What reading an instrument once brought, as JSON and as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.cli.output import say
from gateway.cli.speech import said
from gateway.cli.terms import reason_words, status_called
from gateway.core.number_form import readable
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.core.reason import Reason
    from gateway.instruments.manual_read import ManualRead, ParameterRead

_COUNTED = {
    "total": Phrase("running total: a slot has what it grows by"),
    "since_read": Phrase("emptied by this read: what it shows is in no slot"),
}
_DOUBT = Phrase(
    "outside its range: does the device's display show the same? If not, type, byte_order or scale is wrong; gateway"
    " scan shows them side by side"
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
        say(Phrase("{instrument}: {error}", instrument=read.instrument, error=read.error), err=True)
        return
    identity = "" if read.identity is None else Phrase(", it is {identity}", identity=read.identity)
    say(
        Phrase(
            "{instrument} answered in {latency:.1f} ms{identity}",
            instrument=read.instrument,
            latency=read.latency_s * 1000,
            identity=identity,
        )
    )
    for shown in read.shown:
        status = shown.reading.status
        value = Phrase("no value") if shown.reading.value is None else readable(shown.reading.value)
        line = Phrase(
            "  {symbol:<8}{value:>14} {unit:<8} {code} {status:<12}{raw}",
            symbol=shown.parameter.symbol,
            value=value,
            unit=shown.parameter.unit,
            code=status.value,
            status=status_called(status),
            raw=_raw(shown.raw),
        )
        say(said(line).rstrip() + _outside(shown) + _counted(shown))
    for register, words in read.status:
        say(Phrase("  {name:<8}{register:>14} {words}", name=Phrase("status"), register=register, words=_raw(words)))
    alike: dict[Reason, list[str]] = {}
    for shown in read.shown:
        if shown.reason is not None:
            alike.setdefault(shown.reason, []).append(shown.parameter.symbol)
    for reason, symbols in alike.items():
        say(Phrase("  {symbols}: {reason}", symbols=", ".join(symbols), reason=reason_words(reason)))
    if any(shown.is_in_range is False for shown in read.shown):
        say(Phrase("  {doubt}", doubt=_DOUBT))


def _counted(shown: ParameterRead) -> str:
    """What the number is, and what this read did to it."""
    return "" if shown.counter is None else Phrase("  {counted}", counted=_COUNTED[shown.counter])


def _outside(shown: ParameterRead) -> str:
    if shown.range is None or shown.is_in_range is not False:
        return ""
    return Phrase("  outside its range {least:g} to {most:g}", least=shown.range[0], most=shown.range[1])


def _raw(words: tuple[int, ...] | None) -> str:
    return "" if words is None else Phrase("raw {words}", words=" ".join(f"{word:04x}" for word in words))
