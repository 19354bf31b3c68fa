"""`gateway read`: poll once and print, for the person at the cabinet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.core.errors import GatewayError, InstrumentError

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.reading import Parameter, Reading


def read(
    instrument: Annotated[str | None, typer.Argument(help="Only this one.", show_default=False)] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Poll each instrument once and print what it says. Nothing is kept or sent.

    A serial line can be used by one program at a time: stop the daemon first if it polls the same line.
    """
    configuration = load_configuration(config)
    names = [known.name for known in configuration.instruments]
    if instrument is not None and instrument not in names:
        typer.echo(f"gateway: no instrument is called {instrument}; there are: {', '.join(names)}", err=True)
        raise typer.Exit(2)
    results = [_ask(configuration, name) for name in names if instrument in (None, name)]
    if as_json:
        typer.echo(json.dumps(results, indent=2, ensure_ascii=False))
    else:
        for result in results:
            _print(result)
    if any(result["error"] for result in results):
        raise typer.Exit(1)


def _ask(configuration: Configuration, name: str) -> dict[str, Any]:
    from gateway.instruments.registry import build_instrument
    from gateway.runtime.clock import SystemClock

    clock = SystemClock()
    began_s = clock.now().mono_s
    try:
        with build_instrument(configuration, name, clock) as device:
            readings = device.read()
            shown = list(zip(device.parameters, readings, strict=True))
    except InstrumentError as error:
        return {"instrument": name, "error": str(error), "latency_ms": None, "readings": []}
    except OSError as error:
        raise GatewayError(f"{name}: {error}") from error
    return {
        "instrument": name,
        "error": None,
        "latency_ms": round((clock.now().mono_s - began_s) * 1000, 1),
        "readings": [_reading(parameter, reading) for parameter, reading in shown],
    }


def _reading(parameter: Parameter, reading: Reading) -> dict[str, Any]:
    return {
        "symbol": parameter.symbol,
        "value": reading.value,
        "unit": parameter.unit,
        "status": reading.status.value,
    }


def _print(result: dict[str, Any]) -> None:
    if result["error"]:
        typer.echo(f"{result['instrument']}: {result['error']}", err=True)
        return
    typer.echo(f"{result['instrument']} answered in {result['latency_ms']} ms")
    for reading in result["readings"]:
        value = "no value" if reading["value"] is None else f"{reading['value']:.9g}"
        typer.echo(f"  {reading['symbol']:<8}{value:>14} {reading['unit']:<8} status {reading['status']}")
