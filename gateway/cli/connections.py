"""`gateway connections`: what a firewall has to let through, out of the configuration alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say

if TYPE_CHECKING:
    from rich.table import Table

    from gateway.reports.connections import FirewallConnection
    from gateway.texts import Texts


def connections(
    language: Annotated[
        str | None,
        typer.Option("--language", "-l", help="vi or en; without it: the station's.", show_default=False),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Whom the box talks to and who may come to it, for whoever sets the firewall: host, port, protocol, why.

    Nothing is asked and no name is looked up. What the machine does beside the gateway (updates, chrony) is not in it.
    """
    from gateway.reports import connections as found_in

    configuration = load_configuration(config)
    found = found_in.connections(configuration)
    if as_json:
        print_json(found_in.to_json(found))
        return
    from gateway.cli.drawing import open_console
    from gateway.cli.report import language_of
    from gateway.texts import texts_in

    texts = texts_in(language_of(configuration, language))
    console = open_console()
    for direction in found_in.Direction:
        rows = [one for one in found if one.direction is direction]
        if rows:
            say(texts(f"connections.{direction}"))
            console.print(_table(rows, texts))
    for word in ("passive", "active"):
        if any(one.purpose == "destination_data" and (one.direction == "out") == (word == "passive") for one in found):
            say(texts(f"connections.{word}"))


def _table(rows: list[FirewallConnection], texts: Texts) -> Table:
    from gateway.cli.drawing import table

    drawn = table()
    incoming = rows[0].direction == "in"
    for head in ("at" if incoming else "host", "port", "protocol", *(("sources",) if incoming else ()), "why"):
        drawn.add_column(texts(f"connections.column.{head}"))
    for one in rows:
        anybody = texts("connections.itself" if one.reach == "machine" else "connections.anybody")
        sources = (", ".join(one.sources) or anybody,) if incoming else ()
        host = texts(f"connections.host.{one.purpose}") if one.host is None else one.host
        why = texts(f"connections.why.{one.purpose}", of=one.of)
        drawn.add_row(host, _port(one), _protocol(one), *sources, why)
    return drawn


def _port(one: FirewallConnection) -> str:
    if one.ports is None:
        return "?"
    first, last = one.ports
    return str(first) if first == last else f"{first}–{last}"


def _protocol(one: FirewallConnection) -> str:
    return one.transport if one.protocol == one.transport else f"{one.transport} ({one.protocol})"
