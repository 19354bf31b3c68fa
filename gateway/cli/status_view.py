"""What `gateway status` and its kin draw of a station: two lines that say which it is, and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.clock import COLOURS as CLOCK_COLOURS
from gateway.cli.coloured import coloured
from gateway.cli.moments import local
from gateway.cli.speech import language_spoken, said
from gateway.cli.storage import open_storage
from gateway.cli.terms import called, status_called
from gateway.core.component import ComponentState
from gateway.core.phrase import Phrase, verbatim
from gateway.core.validity import ValidityState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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
    running = coloured(Phrase("running"), "green") if status.running else coloured(Phrase("not running"), "red")
    newest = Phrase("none yet") if status.newest_slot_ms is None else local(status.newest_slot_ms, status)
    slot = Phrase("newest slot {newest}   ", newest=newest) if status.configuration.sent else ""
    days = "" if status.days_left is None else Phrase(", {days:,.0f} days left", days=status.days_left)
    free = status.free_bytes / 1e9
    words = Phrase("{slot}disk {free:,.1f} GB free{days}   clock ", slot=slot, free=free, days=days)
    state = status.clock.state
    return [
        Text.assemble((station.code, "bold"), f"  {station.name}  gateway ", running),
        Text.assemble(said(words), (said(called(state)), CLOCK_COLOURS[state.value])),
        *_configuration(status),
    ]


def _configuration(status: StationStatus) -> list[Text]:
    """Which one runs, or ran last, and what became of the file since."""
    from gateway.reports.configuration_standing import SHOWN

    standing, refused = status.standing, status.standing.refused
    if standing.sha256 is None or standing.since_ms is None:
        return []
    words = Phrase(
        "configuration {sha256} {runs}, since {since}",
        sha256=standing.sha256[:SHOWN],
        runs=Phrase("runs") if status.running else Phrase("ran last"),
        since=local(standing.since_ms, status),
    )
    lines = [coloured(words)]
    if standing.differs and standing.file_sha256 is not None:
        advice = verbatim("gateway reload") if status.running else Phrase("the next start takes it")
        changed = Phrase(
            "; the file is another one now ({sha256}): {advice}", sha256=standing.file_sha256[:SHOWN], advice=advice
        )
        lines[0].append(said(changed), "yellow")
    if refused is not None and refused.settled_ms is not None:
        words = Phrase(
            "reload was refused at {at}, asked for by {who}: {why}",
            at=local(refused.settled_ms, status),
            who=refused.asked_by,
            why=standing.why_refused,
        )
        lines.append(coloured(words, "yellow"))
    return lines


def links(status: StationStatus) -> PlainTable:
    """Of each its state, and since when."""
    drawn = columns(Phrase("link"), Phrase("state"), Phrase("since"))
    for name, component in status.links:
        drawn.add_row(name, state(component), _since(component, status))
    return drawn


def state(component: Component | None) -> Text:
    """The word for it, in its colour."""

    if component is None:
        return coloured(Phrase("unknown"), "dim")
    return coloured(called(component.state), _COLOURS.get(component.state, "dim"))


def _since(component: Component | None, status: StationStatus) -> str:
    return "" if component is None else local(component.since_ms, status)


def parameters(status: StationStatus, pictures: Mapping[Parameter, str] | None = None) -> PlainTable:
    """The newest value of every line of the file, with its instrument, or with its picture if there are any."""
    from gateway.core.instants import local_time
    from gateway.core.number_form import readable
    from gateway.files.formats.tt10 import number

    decimals = {sent.line: sent.shown_decimals for sent in status.configuration.sent}
    last = Phrase("instrument") if pictures is None else Phrase("{count} {things}", count=24, things=Phrase("h"))
    names = (Phrase("parameter"), Phrase("value"), Phrase("unit"), Phrase("status"), Phrase("at"), last)
    drawn = columns(*names, right={1})
    for shown in status.parameters:
        symbol = shown.parameter.symbol
        value = shown.reading.value if shown.reading else None
        drawn.add_row(
            symbol,
            "–" if value is None else readable(value, number(value, decimals[symbol])),
            Phrase("{unit} total", unit=shown.parameter.unit) if shown.counter == "total" else shown.parameter.unit,
            _status(shown),
            "" if shown.at_ms is None else f"{local_time(shown.at_ms, status.configuration.station.timezone):%H:%M:%S}",
            shown.instrument or Phrase("computed") if pictures is None else pictures.get(shown.parameter, ""),
        )
    return drawn


def limits(status: StationStatus) -> list[Text]:
    """What each line of the file is held against now, a line each."""

    from gateway.texts.limit_wording import LimitWording

    wording = LimitWording.of(language_spoken())
    return [
        coloured(
            Phrase(
                "{symbol} limit: {limit}",
                symbol=shown.parameter.symbol,
                limit=wording.whole(one, shown.parameter.unit),
            ),
            "dim",
        )
        for shown in status.parameters
        for one in shown.limits
    ]


def _status(shown: ParameterStatus) -> Text:
    """As it stands in the file, and in a word: what it means, or that the value cannot be."""

    if shown.reading is None:
        return coloured(Phrase("nothing in the last hour"), "dim")
    code = shown.reading.status
    if shown.is_in_range is False:
        return coloured(Phrase("{code} out of range", code=code.value), "red")
    return coloured(Phrase("{code} {word}", code=code.value, word=status_called(code)), _STATUS_COLOURS[code.value])


def destinations(status: StationStatus) -> PlainTable:
    """How each fares, what waits for it, and what has arrived."""

    not_used, gone = coloured(Phrase("not used"), "dim"), coloured(Phrase("gone"), "yellow")
    names = (Phrase("destination"), Phrase("state"), Phrase("since"), Phrase("pending"), Phrase("oldest"))
    drawn = columns(*names, Phrase("aside"), Phrase("today"), Phrase("month"), right={3, 5, 6, 7})
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


def orders(status: StationStatus) -> list[Text]:
    """How it stands with transport orders, a line each; nothing where none are taken."""
    found = status.orders
    if found is None:
        return []
    today = found.today
    share = Phrase(" ({percent} within 3 minutes)", percent=_percent(today.share_in_time))
    lines = [
        coloured(
            Phrase(
                "transport orders of today: {submitted:,}, accepted {accepted:,}{share}, late {late:,}",
                submitted=today.submitted,
                accepted=today.accepted,
                share="" if today.share_in_time is None else share,
                late=today.late,
            )
        )
    ]
    if found.late and found.oldest_waiting_ms is not None:
        words = Phrase(
            "waiting for more than 3 minutes: {late:,}, the oldest since {oldest}",
            late=found.late,
            oldest=local(found.oldest_waiting_ms, status),
        )
        lines.append(coloured(words, "red"))
    if found.set_aside:
        count = found.set_aside
        words = Phrase("set aside: {count:,}, see gateway orders list --waiting", count=count)
        lines.append(coloured(words, "red"))
    for one in found.signers:
        until = "" if one.until_ms is None else Phrase(", valid until {until}", until=local(one.until_ms, status))
        wrong = "" if one.trouble is None else Phrase(": {trouble}", trouble=one.trouble)
        is_well = one.trouble is None and one.state(status.at_ms) is ValidityState.VALID
        words = Phrase("signature of {role}{until}{wrong}", role=one.role, until=until, wrong=wrong)
        lines.append(coloured(words, "dim" if is_well else "yellow"))
    return lines


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio * 100:.1f} %"


def columns(*names: str, right: Collection[int] = ()) -> PlainTable:
    """An empty table of these columns. `right`: which of them are numbers."""
    from gateway.cli.drawing import table

    drawn = table()
    for at, name in enumerate(names):
        drawn.add_column(name, justify="right" if at in right else "left")
    return drawn
