"""`gateway set-aside`: what a person has to know of, and closing it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_cameras_storage, open_storage
from gateway.cli.terms import matter_called
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.db.open_matters import OpenMatter

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
        mended = Phrase(", put right") if one.mended else ""
        say(
            Phrase(
                "{number:>4}  {since}  {kind}{mended}  {subject}: {reason}",
                number=number,
                since=since,
                kind=matter_called(one.kind.value),
                mended=mended,
                subject=one.subject,
                reason=one.reason,
            )
        )
    if not found:
        say(Phrase("nothing is open"))


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
    from gateway.acts.acknowledge import close_named, is_of_cameras, number_there
    from gateway.db import set_aside as store
    from gateway.journal.matters import close_matters
    from gateway.runtime.clock import SystemClock

    if not reason.strip():
        raise usage(Phrase("--reason is empty: write what was done about it"))
    configuration = load_configuration(config)
    words = list(dict.fromkeys(matters))
    of_cameras = [word for word in words if is_of_cameras(word)]
    closed, seen_to = 0, (user_name(), reason.strip(), SystemClock().now().wall_ms)
    if len(of_cameras) < len(words):
        with closing(open_storage(configuration, to_change=True)) as database:
            closed += close_named(database, [word for word in words if word not in of_cameras], seen_to, close_matters)
    if of_cameras:
        with closing(open_cameras_storage(configuration, to_change=True)) as database:
            closed += close_named(database, [number_there(word) for word in of_cameras], seen_to, store.close)
    say(Phrase("{closed} closed", closed=closed))
    if closed < len(words):
        say(Phrase("gateway: the others are not open; gateway set-aside list shows what is"), err=True)
        raise typer.Exit(1)


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
