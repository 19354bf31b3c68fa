"""`gateway status`: the station at a glance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.remarks import local, remarks
from gateway.cli.storage import open_storage

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from gateway.config import Configuration
    from gateway.db.board import Component
    from gateway.reports.status import Status

_STATUS_WORDS = {"00": "measuring", "01": "calibrating", "02": "fault"}
_COLOURS = {"00": "green", "01": "yellow", "02": "red", "up": "green", "down": "red", "rejected": "red"}


def status(
    destination: Annotated[
        str | None, typer.Argument(help="Only this destination, and more of it.", show_default=False)
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Show links, newest values, destinations and disk. Reads the database; the daemon need not run."""
    from gateway.reports.status_json import to_json

    configuration = load_configuration(config)
    if destination is not None:
        from gateway.cli.destination import show

        show(configuration, destination, as_json=as_json)
        return
    seen = look(configuration)
    if as_json:
        typer.echo(json.dumps(to_json(seen), indent=2, ensure_ascii=False))
        return
    _print(seen)


def look(configuration: Configuration) -> Status:
    """Status from the database of that configuration.

    Raises:
        GatewayError: there is no database yet, or it is not for this user.
    """
    from gateway.reports.status import collect
    from gateway.runtime.clock import SystemClock

    database = open_storage(configuration)
    try:
        return collect(configuration, database, SystemClock().now())
    finally:
        database.close()


def _print(seen: Status) -> None:
    """As tables, with sentences before and after: whole ones, where no terminal sets a width."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for part in (*heading(seen), _links(seen), parameters(seen), _destinations(seen), *remarks(seen)):
        console.print(part, soft_wrap=isinstance(part, Text) and not console.is_terminal)


def heading(seen: Status) -> list[Text]:
    """Which station, whether its gateway runs, and how far it has come: two lines."""
    from rich.text import Text

    station = seen.configuration.station
    running = Text("running", "green") if seen.running else Text("not running", "red")
    newest = "none yet" if seen.newest_slot_ms is None else local(seen.newest_slot_ms, seen)
    days = "" if seen.days_left is None else f", {seen.days_left:,.0f} days left"
    return [
        Text.assemble((station.code, "bold"), f"  {station.name}  gateway ", running),
        Text(f"newest slot {newest}   disk {seen.free_bytes / 1e9:,.1f} GB free{days}"),
    ]


def _links(seen: Status) -> Table:
    drawn = _table("link", "state", "since")
    for name, component in seen.links:
        drawn.add_row(name, state(component), _since(component, seen))
    return drawn


def state(component: Component | None) -> str:
    """The word for it, in its colour, as markup."""
    word = component.state if component else "unknown"
    return f"[{_COLOURS.get(word, 'dim')}]{word}"


def _since(component: Component | None, seen: Status) -> str:
    return "" if component is None else local(component.since_ms, seen)


def parameters(seen: Status) -> Table:
    """The newest value of every line of the file."""
    from gateway.files.formats.tt10 import local_time, number

    decimals = {sent.line: sent.shown_decimals for sent in seen.configuration.sent}
    drawn = _table("parameter", ">value", "unit", "status", "time", "instrument")
    for shown in seen.parameters:
        symbol = shown.parameter.symbol
        code = shown.reading.status.value if shown.reading else None
        value = shown.reading.value if shown.reading else None
        drawn.add_row(
            symbol,
            "–" if value is None else number(value, decimals[symbol]),
            shown.parameter.unit,
            f"[{_COLOURS[code]}]{code} {_STATUS_WORDS[code]}" if code else "[dim]nothing in the last hour",
            "" if shown.at_ms is None else f"{local_time(shown.at_ms, seen.configuration.station.timezone):%H:%M:%S}",
            shown.instrument or "computed",
        )
    return drawn


def _destinations(seen: Status) -> Table:
    drawn = _table("destination", "state", "since", ">pending", "oldest", ">aside", ">today", ">month")
    for shown in seen.destinations:
        oldest_ms = shown.standing.oldest_pending_ms
        drawn.add_row(
            shown.name,
            state(shown.component) if shown.in_use else "[dim]not used" if shown.configured else "[yellow]gone",
            _since(shown.component, seen),
            str(shown.standing.pending),
            "" if oldest_ms is None else local(oldest_ms, seen),
            str(shown.standing.refused),
            _percent(shown.ratio_today),
            _percent(shown.ratio_month),
        )
    return drawn


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio * 100:.1f} %"


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        drawn.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left", overflow="fold")
    return drawn
