"""`gateway status`: the station at a glance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.storage import open_storage

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from gateway.config import Configuration
    from gateway.core.permitted import Detail
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
    from gateway.reports.status import to_json

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
    newest = "none yet" if seen.newest_slot_ms is None else _local(seen.newest_slot_ms, seen)
    days = "" if seen.days_left is None else f", {seen.days_left:,.0f} days left"
    return [
        Text.assemble((station.code, "bold"), f"  {station.name}  gateway ", running),
        Text(f"newest slot {newest}   disk {seen.free_bytes / 1e9:,.1f} GB free{days}"),
    ]


def remarks(seen: Status) -> list[Text]:
    """What has to be said beside the tables, each in a text of its own."""
    return [
        *_card(seen),
        *_air(seen),
        *_calibrations(seen),
        *_noted(seen),
        *_outages(seen),
        *_damaged(seen),
        *_errors(seen),
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
    return "" if component is None else _local(component.since_ms, seen)


def _local(at_ms: int, seen: Status) -> str:
    """Today's times without the date: a row has to fit into 80 columns."""
    from gateway.files.formats.tt10 import local_time

    zone = seen.configuration.station.timezone
    shown = local_time(at_ms, zone)
    today = shown.date() == local_time(seen.at_ms, zone).date()
    return f"{shown:%H:%M:%S}" if today else f"{shown:%Y-%m-%d %H:%M}"


def _calibrations(seen: Status) -> list[Text]:
    """Those that people declared, a line each."""
    from rich.text import Text

    lines = []
    for symbol, calibration in ((shown.parameter.symbol, shown.calibration) for shown in seen.parameters):
        if calibration is not None:
            ends = "gateway calibrate stop" if calibration.planned_ms is None else _local(calibration.planned_ms, seen)
            since = _local(calibration.began_ms, seen)
            who = f"by {calibration.begun_by}: {calibration.reason}"
            lines.append(Text(f"{symbol} is being calibrated since {since} until {ends}, {who}", "yellow"))
    return lines


def _noted(seen: Status) -> list[Text]:
    """Findings and exceedances that last, a line each; of the levels on the way to a limit, the highest."""
    from rich.text import Text

    from gateway.core.watching import Topic

    shown: dict[tuple[str, str, Detail], Text] = {}
    for parameter in seen.parameters:
        for noted in parameter.noted:
            kind, detail = str(noted.episode.kind), f" ({noted.detail})" if noted.detail else ""
            if noted.topic is Topic.EXCEEDANCE and kind != parameter.level:
                continue
            worst = "" if noted.episode.peak is None else f", at worst {noted.episode.peak:g}"
            since = _local(noted.episode.begin_ms, seen)
            words = f"{noted.subject} {kind.replace('_', ' ')}{detail} since {since}{worst}"
            shown[noted.subject, kind, noted.detail] = Text(words, "red" if kind == "exceeded" else "yellow")
    return list(shown.values())


def _outages(seen: Status) -> list[Text]:
    """What has to be told to the authority in writing, a line each."""
    from rich.text import Text

    return [
        Text(
            f"{shown.name}: nothing has arrived since {_local(shown.outage.episode.begin_ms, seen)}"
            f" (cause: {shown.outage.cause or 'unknown'}), more than 12 hours: the department is to be told in writing;"
            " gateway report outages --letter drafts it",
            "red",
        )
        for shown in seen.destinations
        if shown.outage is not None
    ]


def _card(seen: Status) -> list[Text]:
    from rich.text import Text

    from gateway.db.reserve import is_low

    if not is_low(seen.free_bytes):
        return []
    then = "" if seen.has_reserve else ", and its reserve is used up or was never taken"
    return [Text(f"the card has only {seen.free_bytes / 1e6:,.0f} MB left{then}: make room", "red")]


def _air(seen: Status) -> list[Text]:
    """The air quality index, in its colour."""
    from rich.text import Text

    if seen.air is None:
        return []
    lines = []
    for name, one in (("hour", seen.air.hour), ("day", seen.air.day)):
        quality, until = one.quality, _local(one.end_ms, seen)
        if quality.air_class is None:
            lines.append(Text(f"VN_AQI of the {name} until {until}: not enough data", "dim"))
        else:
            words = f"VN_AQI of the {name} until {until}: {quality.index} {quality.air_class.en} ({quality.symbol})"
            lines.append(Text(words, quality.air_class.colour))
    return lines


def _damaged(seen: Status) -> list[Text]:
    from rich.text import Text

    if seen.damaged.newest_ms is None:
        return []
    newest = _local(seen.damaged.newest_ms, seen)
    words = f"records damaged on the card, which cannot be sent: {seen.damaged.count}, the newest of {newest}"
    then = "check the card; each start tries again. What was read then: gateway export --readings"
    return [Text(f"{words}; {then}", "red")]


def _errors(seen: Status) -> list[Text]:
    """The last error of everything that is not well now, a line each: they are too long for a table."""
    from rich.text import Text

    shown = [component for _, component in seen.links] + [one.component for one in seen.destinations if one.in_use]
    errors = [
        Text(f"{component.kind} {component.name}: {component.last_error}", "red")
        for component in shown
        if component is not None and component.state != "up" and component.last_error
    ]
    certificates = [one.certificate for one in seen.destinations if one.in_use]
    warnings = [
        Text(f"{certificate.kind} {certificate.name}: {certificate.last_error}", "yellow")
        for certificate in certificates
        if certificate is not None and certificate.state == "ending"
    ]
    forgotten = [
        Text(
            f"{one.name}: {one.standing.pending + one.standing.refused} files wait, and it is not configured any more:"
            f" gateway deliveries close {one.name} --reason … gives them up",
            "yellow",
        )
        for one in seen.destinations
        if not one.configured
    ]
    return errors + warnings + forgotten


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
            "" if oldest_ms is None else _local(oldest_ms, seen),
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
