"""`gateway seals`: which seals are on which ports, and noting that one was put or broken."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage
from gateway.cli.terms import called
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.ports import PortId, SealAct, SealEntry
    from gateway.db import Database
    from gateway.reports.seal_overview import SealOverview

seals = typer.Typer(no_args_is_help=True, help="Seals: which are on which port, who put and who broke them.")

PortArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The port, such as usb:1-1.3, as gateway ports list shows it.")
]
Number = Annotated[str, typer.Option("--number", help="What is printed on the seal.", show_default=False)]
Who = Annotated[str, typer.Option("--who", help="Who did it: name and office.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why: kept for ever.", show_default=False)]
PhotoFile = Annotated[Path | None, typer.Option("--photo", help="A picture of it (JPEG), kept.", show_default=False)]


@seals.command("list")
def list_seals(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """The seals that are in place, and what was done to seals, oldest first."""
    from gateway.core.instants import local_text
    from gateway.reports.seal_overview import seal_overview

    configuration = load_configuration(config)
    zone = configuration.station.timezone
    with closing(open_storage(configuration)) as database:
        found = seal_overview(configuration, database)
    if as_json:
        print_json(_to_json(found, zone))
        return
    for one in found.in_place:
        photo = "" if one.photo is None else Phrase(", photo")
        since = local_text(one.at_ms, zone, "seconds")
        say(
            Phrase(
                "{port}  {number}  since {since}, by {who}{photo}: {reason}",
                port=one.port,
                number=one.number,
                since=since,
                who=one.who,
                photo=photo,
                reason=one.reason,
            )
        )
    for port in found.unregistered:
        say(
            Phrase(
                "{id}  {seal}  by the configuration; the register does not know it: gateway seals put {id}",
                id=port.id,
                seal=port.seal,
            )
        )
    say(*found.contradictions)
    for port in found.without_seal:
        say(Phrase("{id}  is {state} and bears no seal", id=port.id, state=called(port.state)))
    if not found.in_place and not found.unregistered:
        say(Phrase("no seal is in place"))
    if found.entries:
        say("", Phrase("what was done:"))
    for one in found.entries:
        say(
            Phrase(
                "{at}  {act:<6}  {port}  {number}  {who}: {reason}",
                at=local_text(one.at_ms, zone, "seconds"),
                act=called(one.act),
                port=one.port,
                number=one.number,
                who=one.who,
                reason=one.reason,
            )
        )


@seals.command("put")
def put(
    port: PortArgument,
    number: Number,
    who: Who,
    reason: Reason,
    photo: PhotoFile = None,
    again: Annotated[
        bool, typer.Option("--again", help="The number was noted as broken by mistake: take it once more.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Note that a seal was put on a port."""
    from gateway.core.ports import SealAct

    entry, zone = _note(SealAct.PUT, port, (number, who, reason), photo, config, again=again)
    _tell(entry, zone, Phrase("{number} is on {port}", number=entry.number, port=entry.port), as_json)


@seals.command("break")
def break_seal(
    port: PortArgument,
    number: Number,
    who: Who,
    reason: Reason,
    photo: PhotoFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Note that a seal was broken, or found broken."""
    from gateway.core.ports import SealAct

    entry, zone = _note(SealAct.BROKEN, port, (number, who, reason), photo, config)
    _tell(entry, zone, Phrase("{number} on {port} is broken", number=entry.number, port=entry.port), as_json)


def _tell(entry: SealEntry, zone: str, words: str, as_json: bool) -> None:
    if as_json:
        print_json(_entry_to_json(entry, zone))
    else:
        say(words)


def _note(
    act: SealAct, port: str, words: tuple[str, str, str], photo: Path | None, config: Path, *, again: bool = False
) -> tuple[SealEntry, str]:
    """What was noted, and the station's time zone. The photo lies on the disk before the row tells of it."""
    from gateway.core.ports import SealEntry
    from gateway.ports.seal_photos import SealPhotos, read_new_photo
    from gateway.ports.seal_register import SealRegister
    from gateway.runtime.clock import SystemClock

    number, who, reason = _checked(words)
    content = None if photo is None else read_new_photo(photo)
    configuration = load_configuration(config)
    declared = [one.declared for one in configuration.ports or ()]
    with closing(open_storage(configuration, to_change=True)) as database:
        port_id = _port(configuration, database, port)
        kept = None if content is None else SealPhotos(configuration.storage.path).keep(content)
        entry = SealEntry(SystemClock().now().wall_ms, act, str(port_id), number, who, reason, kept)
        SealRegister(database).add(entry, declared, user_name(), again=again)
    return entry, configuration.station.timezone


def _checked(words: tuple[str, str, str]) -> tuple[str, str, str]:
    from gateway.config.section import LONGEST_WORDS
    from gateway.core.seal_rules import LONGEST_NUMBER, plain_words

    checked = []
    options = (("--number", LONGEST_NUMBER), ("--who", LONGEST_WORDS), ("--reason", LONGEST_WORDS))
    for (option, longest), word in zip(options, words, strict=True):
        try:
            checked.append(plain_words(word, longest))
        except ValueError as fault:
            raise usage(Phrase("{option} {fault}", option=option, fault=fault)) from None
    number, who, reason = checked
    return number, who, reason


def _port(configuration: Configuration, database: Database, word: str) -> PortId:
    """The port that is meant. Ends the command with exit code 2 if there is none."""
    from gateway.ports.known_port import UnknownPort, known_port

    try:
        return known_port([one.id for one in configuration.ports or ()], database, word)
    except UnknownPort as fault:
        raise usage(fault) from None


def _entry_to_json(entry: SealEntry, zone: str) -> dict[str, Any]:
    from gateway.core.instants import local_text

    content = asdict(entry)
    return {"at": local_text(content.pop("at_ms"), zone, "seconds"), **content}


def _to_json(found: SealOverview, zone: str) -> dict[str, Any]:
    return {
        "in_place": [_entry_to_json(one, zone) for one in found.in_place],
        "unregistered": [{"port": str(one.id), "number": one.seal} for one in found.unregistered],
        "without_seal": [str(one.id) for one in found.without_seal],
        "other_than_declared": [
            {"port": str(port.id), "declared": port.seal, "in_place": numbers}
            for port, numbers in found.other_than_declared
        ],
        "entries": [_entry_to_json(one, zone) for one in found.entries],
    }
