"""`gateway explain`: one slot from its readings to the servers' answers."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import known, slot_end_ms
from gateway.cli.storage import open_storage


def explain(
    slot: Annotated[
        str,
        typer.Argument(
            metavar="SLOT", help="The time in the file's name: 2026-01-05T10:05, local time.", show_default=False
        ),
    ],
    destination: Annotated[
        str | None,
        typer.Argument(metavar="[DESTINATION]", help="Only this one's files and tries.", show_default=False),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """The life of one slot: its readings and which of them count, how each value was made, its files, each try to send
    them with the server's answer, what made them late, and the digest that proves them.

    Exit code 1: there is no record of it; the reason is said.
    """
    from gateway.cli.explained import lines_of
    from gateway.reports.explain.slot import explain as explained
    from gateway.reports.explain.to_json import to_json
    from gateway.runtime import lock
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    end_ms = slot_end_ms(configuration, slot)
    with closing(open_storage(configuration)) as database:
        if destination is not None:
            known(configuration, database, destination)
        runs_now = lock.is_held(configuration.storage.path)
        found = explained(database, configuration, end_ms, SystemClock().now().wall_ms, destination, runs_now=runs_now)
    if as_json:
        print_json(to_json(found, configuration))
    else:
        say(*lines_of(found, configuration))
    if all(one.kept is None for one in found.slots):
        raise typer.Exit(1)
