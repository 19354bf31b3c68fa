"""`gateway read`: poll once and print, for the person at the cabinet."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json
from gateway.cli.slots import usage
from gateway.core.phrase import Phrase


def read(
    instrument: Annotated[str | None, typer.Argument(help="Only this one.", show_default=False)] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Poll each instrument once and print what it says: identity, values, status, registers. Nothing is kept or sent.

    A serial line can be used by one program at a time: systemctl stop station-gateway frees it.
    """
    from gateway.cli.read_view import print_read, to_json

    configuration = load_configuration(config)
    names = [known.name for known in configuration.instruments]
    if instrument is not None and instrument not in names:
        raise usage(
            Phrase(
                "no instrument is called {instrument}; there are: {names}",
                instrument=instrument,
                names=", ".join(names),
            )
        )

    from gateway.instruments.manual_read import read_manually
    from gateway.runtime.clock import SystemClock

    clock = SystemClock()
    reads = [read_manually(configuration, name, clock) for name in names if instrument in (None, name)]
    if as_json:
        print_json([to_json(one) for one in reads])
    else:
        for one in reads:
            print_read(one)
    if any(one.error for one in reads):
        raise typer.Exit(1)
