"""What a look at an instrument brought, as JSON and as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from gateway.instruments.manual_read import ManualRead, ParameterRead

_DOUBT = (
    "outside its range: does the device's display show the same? If not, type, byte_order or scale is wrong;"
    " gateway scan shows them side by side"
)


def to_json(look: ManualRead) -> dict[str, Any]:
    """Stable keys; null where nothing is known."""
    return {
        "instrument": look.instrument,
        "error": look.error,
        "latency_ms": None if look.latency_s is None else round(look.latency_s * 1000, 1),
        "identity": look.identity,
        "status_registers": [{"register": register, "raw": words} for register, words in look.status],
        "readings": [_reading(shown) for shown in look.shown],
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
    }


def print_look(look: ManualRead) -> None:
    """A line for the instrument, one for each parameter; an error goes to stderr."""
    if look.error is not None or look.latency_s is None:
        typer.echo(f"{look.instrument}: {look.error}", err=True)
        return
    identity = "" if look.identity is None else f", it is {look.identity}"
    typer.echo(f"{look.instrument} answered in {look.latency_s * 1000:.1f} ms{identity}")
    for shown in look.shown:
        status = shown.reading.status
        value = "no value" if shown.reading.value is None else f"{shown.reading.value:.9g}"
        line = f"  {shown.parameter.symbol:<8}{value:>14} {shown.parameter.unit:<8}"
        line += f" {status.value} {status.name.lower():<12}"
        typer.echo(f"{line}{_raw(shown.raw)}".rstrip() + _outside(shown))
    for register, words in look.status:
        typer.echo(f"  {'status':<8}{register:>14} {_raw(words)}")
    if any(shown.is_in_range is False for shown in look.shown):
        typer.echo(f"  {_DOUBT}")


def _outside(shown: ParameterRead) -> str:
    if shown.range is None or shown.is_in_range is not False:
        return ""
    return typer.style(f"  outside its range {shown.range[0]:g} to {shown.range[1]:g}", fg="red")


def _raw(words: tuple[int, ...] | None) -> str:
    return "" if words is None else "raw " + " ".join(f"{word:04x}" for word in words)
