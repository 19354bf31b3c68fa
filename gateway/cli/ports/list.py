"""`gateway ports list`: every port, what is there, what it is for, its seals, and what happened last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.coloured import coloured
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.speech import said
from gateway.cli.terms import called, violation_called
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.config import Configuration
    from gateway.core.findings import Finding
    from gateway.core.ports import PortId
    from gateway.reports.port_list import ListedPort


_NOT_RUNNING = Phrase("the daemon does not run")


def list_all(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """Every port that the box has or that is declared. The box is looked at now; of neighbours, what the daemon was
    answered last. As root, it also tells which programs listen."""
    from gateway.reports.port_list import listed_to_json

    configuration = load_configuration(config)
    rows, contradictions = _listed(configuration)
    if as_json:
        print_json(listed_to_json(rows, configuration.station.timezone))
        return
    _print(rows, configuration.station.timezone)
    say(*contradictions)


def _listed(configuration: Configuration) -> tuple[tuple[ListedPort, ...], tuple[str, ...]]:
    """The ports, and where the configuration and the register of seals do not say the same."""
    from contextlib import closing
    from dataclasses import replace

    from gateway.app.port_wiring import inventory_of
    from gateway.audit.events import EventStore
    from gateway.cli.storage import may_have_run, open_storage
    from gateway.core.errors import GatewayError
    from gateway.core.findings import Topic
    from gateway.core.ports import SEEN_FROM_OUTSIDE, PortLook
    from gateway.ports.seen_ports import SeenPorts
    from gateway.reports.port_list import list_ports
    from gateway.reports.seal_overview import seal_overview
    from gateway.runtime import lock
    from gateway.runtime.clock import SystemClock

    declared = [one.declared for one in configuration.ports or ()]
    look = inventory_of(configuration).look()
    seals: dict[str, tuple[str, ...]] = {str(one.id): (one.seal,) for one in declared if one.seal is not None}
    findings: list[Finding] = []
    contradictions: tuple[str, ...] = ()
    try:
        with closing(open_storage(configuration)) as database:
            asked = [one.found for one in SeenPorts(database).all() if one.found.id.kind in SEEN_FROM_OUTSIDE]
            if not lock.is_held(configuration.storage.path):
                asked = [replace(one, detail=_asked_last(one.detail)) for one in asked]
            look = PortLook((*look.found, *asked), look.unseen)
            overview = seal_overview(configuration, database)
            bear = dict.fromkeys((*seals, *(one.port for one in overview.in_place)))
            seals = {port: overview.numbers_on(port) for port in bear}
            contradictions = overview.contradictions
            findings = EventStore(database).findings(Topic.PORT, 0, SystemClock().now().wall_ms)
    except GatewayError as error:
        if may_have_run(configuration):
            say(Phrase("gateway: seals and events are not known: {error}", error=error), err=True)
    return list_ports(declared, look, seals, findings), contradictions


def _asked_last(detail: str) -> Phrase:
    return Phrase("{detail}, when it was asked last: {why}", detail=detail, why=_NOT_RUNNING)


def _print(rows: tuple[ListedPort, ...], zone: str) -> None:
    from gateway.cli.drawing import open_console, table

    console, drawn = open_console(), table()
    narrow = (Phrase("port"), Phrase("declared"), Phrase("there"))
    for title in (*narrow, Phrase("seal"), Phrase("what")):
        drawn.add_column(title, is_whole=title in narrow)
    for row in rows:
        drawn.add_row(
            str(row.id),
            _declared(row),
            _there(row),
            ", ".join(row.seals),
            _judged(row),
        )
    console.print(drawn)
    for row in rows:
        if row.newest is not None:
            console.print(_event(row.id, row.newest, zone), soft_wrap=not console.is_terminal)


def _declared(row: ListedPort) -> Text:
    from rich.text import Text

    if row.declared is not None:
        return coloured(called(row.declared.state))
    if row.found is not None and row.found.is_local:
        return Text("–", "dim")
    return coloured(Phrase("nobody did"), "yellow" if row.found is not None and row.found.is_occupied else "dim")


def _there(row: ListedPort) -> str:
    if row.untold is not None or (row.found is not None and row.found.is_occupied is None):
        return "?"
    if row.found is None:
        return Phrase("nothing")
    return Phrase("the box only") if row.found.is_local else (Phrase("yes") if row.found.is_occupied else Phrase("no"))


def _judged(row: ListedPort) -> Text:
    """What is there, behind what is wrong with it."""
    from rich.text import Text

    purpose = None if row.declared is None else row.declared.purpose
    what = ": ".join(said(one) for one in (purpose, row.untold or _what(row)) if one)
    if row.violation is None:
        return Text(what)
    return Text.assemble((violation_called(row.violation.value), "red"), f" {what}" if what else "")


def _what(row: ListedPort) -> str:
    """What is there, and the words by which it may be declared; the others, if it was declared by others."""
    from gateway.core.port_rules import is_the_declared_one

    if row.found is None:
        return ""
    told = "" if row.found.identity is None else f"[{row.found.identity}]"
    wanted = None if row.declared is None else row.declared.match
    asked = "" if is_the_declared_one(wanted, row.found.identity) else Phrase("(match: {wanted})", wanted=wanted)
    return " ".join(said(one) for one in (row.found.detail, told, asked) if one)


def _event(port: PortId, newest: Finding, zone: str) -> Text:

    from gateway.core.instants import local_time

    episode = newest.episode
    since = f"{local_time(episode.begin_ms, zone):%Y-%m-%d %H:%M:%S}"
    if episode.end_ms is None:
        return coloured(
            Phrase(
                "{port}: {kind} since {since}: {detail}",
                port=port,
                kind=violation_called(str(episode.kind)),
                since=since,
                detail=newest.detail,
            ),
            "red",
        )
    return coloured(
        Phrase(
            "{port}: {kind} from {since} to {end}",
            port=port,
            kind=violation_called(str(episode.kind)),
            since=since,
            end=f"{local_time(episode.end_ms, zone):%Y-%m-%d %H:%M:%S}",
        ),
        "dim",
    )
