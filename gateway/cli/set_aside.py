"""`gateway set-aside`: what a person has to know of, and closing it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import LARGEST_NUMBER, open_cameras_storage, open_storage
from gateway.cli.user import user_name

if TYPE_CHECKING:
    from gateway.db import Database
    from gateway.reports.set_aside import OpenMatter

_CAMERAS = re.compile(r"c\d+|cameras\.db\..*", re.ASCII)
"""What is about the cameras' database: its number, or the name of one that was set aside."""

set_aside = typer.Typer(
    no_args_is_help=True, help="What was damaged, set aside or found different, until a person closes it."
)


@set_aside.command("list")
def list_open(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """All that nobody has closed, oldest first."""
    from gateway.core.instants import local_text
    from gateway.reports.set_aside import all_matters
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    zone = configuration.station.timezone
    database = open_storage(configuration)
    try:
        found = all_matters(database, SystemClock().now().wall_ms)
    finally:
        database.close()
    if as_json:
        print_json([_to_json(one, zone) for one in found])
        return
    for one in found:
        number = "–" if one.id is None else str(one.id)
        since = local_text(one.since_ms, zone)
        mended = ", put right" if one.mended else ""
        say(f"{number:>4}  {since}  {one.kind}{mended}  {one.subject}: {one.reason}")
    if not found:
        say("nothing is open")


@set_aside.command("close")
def close(
    matters: Annotated[
        list[str],
        typer.Argument(metavar="ID…", help="As the list shows it (3, c3 of video); of a database, its file's name."),
    ],
    reason: Annotated[str, typer.Option("--reason", help="What was done about it: kept for ever.", show_default=False)],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Close what was looked after: `status` tells of it no longer."""
    from gateway.db import set_aside as store
    from gateway.journal.matters import close_matters

    if not reason.strip():
        raise usage("--reason is empty: write what was done about it")
    configuration = load_configuration(config)
    words = list(dict.fromkeys(matters))
    of_cameras = [word for word in words if _CAMERAS.fullmatch(word)]
    closed = 0
    if len(of_cameras) < len(words):
        with closing(open_storage(configuration, to_change=True)) as database:
            closed += _close(
                database, [word for word in words if word not in of_cameras], reason.strip(), close_matters
            )
    if of_cameras:
        with closing(open_cameras_storage(configuration, to_change=True)) as database:
            numbers = [word.removeprefix("c") if word[1:].isdecimal() else word for word in of_cameras]
            closed += _close(database, numbers, reason.strip(), store.close)
    say(f"{closed} closed")
    if closed < len(words):
        say("gateway: the others are not open; gateway set-aside list shows what is", err=True)
        raise typer.Exit(1)


def _close(database: Database, matters: list[str], reason: str, close_all: Callable[..., int]) -> int:
    from gateway.db import set_aside as store
    from gateway.db.damage import SetAsideKind
    from gateway.reports.set_aside import open_matters
    from gateway.runtime.clock import SystemClock

    now_ms, by = SystemClock().now().wall_ms, user_name()
    found = open_matters(database, now_ms)
    by_name = {one.subject: one for one in found if one.kind is SetAsideKind.DATABASE}
    numbers: list[int] = []
    with database.write() as connection:
        for word in matters:
            if word.isdecimal():
                numbers += [int(word)] if int(word) <= LARGEST_NUMBER else []
            elif word in by_name:
                one = by_name[word]
                store.keep(connection, one.kind, one.subject, one.reason, one.since_ms)
                (number,) = connection.execute(
                    "SELECT id FROM set_aside WHERE kind = ? AND subject = ? AND closed_ms IS NULL",
                    (one.kind.value, one.subject),
                ).fetchone()
                numbers.append(number)
        return close_all(connection, numbers, by, reason, now_ms)


def _to_json(one: OpenMatter, zone: str) -> dict[str, Any]:
    from gateway.core.instants import local_text

    return {
        "id": one.id,
        "kind": one.kind.value,
        "subject": one.subject,
        "since": local_text(one.since_ms, zone),
        "reason": one.reason,
        "mended": one.mended,
        "file": one.file,
    }
