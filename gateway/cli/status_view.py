"""What `gateway status` and its kin draw of a station: two lines that say which it is, and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.clock import COLOURS as CLOCK_COLOURS
from gateway.cli.moments import local
from gateway.cli.storage import open_storage
from gateway.core.component import ComponentState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.text import Text

    from gateway.cli.drawing import PlainTable
    from gateway.config import Configuration
    from gateway.core.reading import Parameter
    from gateway.db.board import Component
    from gateway.reports.parameter_status import ParameterStatus
    from gateway.reports.status import StationStatus

_COLOURS = {ComponentState.UP: "green", ComponentState.DOWN: "red", ComponentState.REJECTED: "red"}
_STATUS_COLOURS = {"00": "green", "01": "yellow", "02": "red"}


def read_status(configuration: Configuration) -> StationStatus:
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


def heading(status: StationStatus) -> list[Text]:
    """Which station, whether its gateway runs, how far it has come, and by which configuration: three lines."""
    from rich.text import Text

    station = status.configuration.station
    running = Text("running", "green") if status.running else Text("not running", "red")
    newest = "none yet" if status.newest_slot_ms is None else local(status.newest_slot_ms, status)
    days = "" if status.days_left is None else f", {status.days_left:,.0f} days left"
    return [
        Text.assemble((station.code, "bold"), f"  {station.name}  gateway ", running),
        Text.assemble(
            f"newest slot {newest}   disk {status.free_bytes / 1e9:,.1f} GB free{days}   clock ",
            (status.clock.state.value, CLOCK_COLOURS[status.clock.state.value]),
        ),
        *_configuration(status),
    ]


def _configuration(status: StationStatus) -> list[Text]:
    """Which one runs, or ran last, and what became of the file since."""
    from rich.text import Text

    from gateway.reports.configuration_standing import SHOWN

    standing, refused = status.standing, status.standing.refused
    if standing.sha256 is None or standing.since_ms is None:
        return []
    runs = "runs" if status.running else "ran last"
    lines = [Text(f"configuration {standing.sha256[:SHOWN]} {runs}, since {local(standing.since_ms, status)}")]
    if standing.differs and standing.file_sha256 is not None:
        advice = "gateway reload" if status.running else "the next start takes it"
        lines[0].append(f"; the file is another one now ({standing.file_sha256[:SHOWN]}): {advice}", "yellow")
    if refused is not None and refused.settled_ms is not None:
        problems = f": {'; '.join(refused.outcome.problems[:3])}" if refused.outcome.problems else ""
        at, who = local(refused.settled_ms, status), refused.asked_by
        words = f"reload was refused at {at}, asked for by {who}: {refused.outcome.why}{problems}"
        lines.append(Text(words, "yellow"))
    return lines


def links(status: StationStatus) -> PlainTable:
    """Of each its state, and since when."""
    drawn = _table("link", "state", "since")
    for name, component in status.links:
        drawn.add_row(name, state(component), _since(component, status))
    return drawn


def state(component: Component | None) -> Text:
    """The word for it, in its colour."""
    from rich.text import Text

    if component is None:
        return Text("unknown", "dim")
    return Text(component.state, _COLOURS.get(component.state, "dim"))


def _since(component: Component | None, status: StationStatus) -> str:
    return "" if component is None else local(component.since_ms, status)


def parameters(status: StationStatus, pictures: Mapping[Parameter, str] | None = None) -> PlainTable:
    """The newest value of every line of the file, with its instrument, or with its picture if there are any."""
    from gateway.core.instants import local_time
    from gateway.core.number_form import readable
    from gateway.files.formats.tt10 import number

    decimals = {sent.line: sent.shown_decimals for sent in status.configuration.sent}
    drawn = _table("parameter", ">value", "unit", "status", "time", "instrument" if pictures is None else "24 h")
    for shown in status.parameters:
        symbol = shown.parameter.symbol
        value = shown.reading.value if shown.reading else None
        drawn.add_row(
            symbol,
            "–" if value is None else readable(value, number(value, decimals[symbol])),
            f"{shown.parameter.unit} total" if shown.counter == "total" else shown.parameter.unit,
            _status(shown),
            "" if shown.at_ms is None else f"{local_time(shown.at_ms, status.configuration.station.timezone):%H:%M:%S}",
            shown.instrument or "computed" if pictures is None else pictures.get(shown.parameter, ""),
        )
    return drawn


def limits(status: StationStatus) -> list[Text]:
    """What each line of the file is held against now, a line each."""
    from rich.text import Text

    from gateway.config import Language
    from gateway.texts.limit_wording import LimitWording

    wording = LimitWording.of(Language.ENGLISH)
    return [
        Text(f"{shown.parameter.symbol} limit: {wording.whole(one, shown.parameter.unit)}", "dim")
        for shown in status.parameters
        for one in shown.limits
    ]


def _status(shown: ParameterStatus) -> Text:
    """As it stands in the file, and in a word: what it means, or that the value cannot be."""
    from rich.text import Text

    if shown.reading is None:
        return Text("nothing in the last hour", "dim")
    code = shown.reading.status
    if shown.is_in_range is False:
        return Text(f"{code.value} out of range", "red")
    return Text(f"{code.value} {code.name.lower()}", _STATUS_COLOURS[code.value])


def destinations(status: StationStatus) -> PlainTable:
    """How each fares, what waits for it, and what has arrived."""
    from rich.text import Text

    not_used, gone = Text("not used", "dim"), Text("gone", "yellow")
    drawn = _table("destination", "state", "since", ">pending", "oldest", ">aside", ">today", ">month")
    for shown in status.destinations:
        oldest_ms = shown.counts.oldest_pending_ms
        drawn.add_row(
            shown.name,
            state(shown.component) if shown.in_use else not_used if shown.configured else gone,
            _since(shown.component, status),
            str(shown.counts.pending),
            "" if oldest_ms is None else local(oldest_ms, status),
            str(shown.counts.refused),
            _percent(shown.ratio_today),
            _percent(shown.ratio_month),
        )
    return drawn


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio * 100:.1f} %"


def _table(*columns: str) -> PlainTable:
    from gateway.cli.drawing import table

    drawn = table()
    for column in columns:
        drawn.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left", overflow="fold")
    return drawn
