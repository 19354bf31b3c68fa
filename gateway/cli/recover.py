"""`gateway recover`: what is whole in a database that was set aside, or in any other copy, into the station's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.salvage import counted, matters_of, opened, progress, read_by_pages, target_of
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.audit.recovered import LostSlots, Recovered
    from gateway.db.set_aside import SetAside


def recover(
    file: Annotated[
        Path,
        typer.Argument(
            help="The other database: gateway.db.corrupt-1, cameras.db.corrupt-1, a copy.", show_default=False
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken and what is lost.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
    open_slots: Annotated[
        bool,
        typer.Option(
            "--open-slots",
            hidden=True,
            help="The file was in use until just now (an upgrade that is taken back): go on with the slots open there.",
        ),
    ] = False,
) -> None:
    """Take over what is whole: what waits to be sent first, then records, readings, the ledger; of the cameras'
    database pins, causes of gaps, events and views.

    Nothing that is here is changed; the file is only read. The gateway may run, and sends what comes. May be repeated.
    Exit code 1 if something of it is lost.
    """
    from gateway.audit.recovery import TABLES, Recovery
    from gateway.audit.rollback import renew_anchor
    from gateway.cameras.catalog.database import cameras_file
    from gateway.cli.cameras.recover import is_of_video, recover_video
    from gateway.db.anchor import AnchorFile
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    ours = configuration.storage.path / "gateway.db"
    if not file.is_file():
        raise usage(Phrase("{file} is no file", file=file))
    for own in (ours, cameras_file(configuration.storage.path)):
        if own.exists() and file.samefile(own):
            raise usage(Phrase("{file} is the gateway's own database: name the one that was set aside", file=file))
    if is_of_video(file, ours.parent):
        recover_video(configuration, file, dry_run=dry_run, as_json=as_json)
        return
    database = open_storage(configuration, to_change=True)
    try:
        with (
            target_of(database, dry_run) as target,
            opened(file, ours.parent, is_at_rest=open_slots) as source,
            progress(source, TABLES) as told,
        ):
            now_ms = SystemClock().now().wall_ms
            found = Recovery(source, target, now_ms, told, user_name(), opens_slots=open_slots).run()
            if open_slots and found.is_whole and not dry_run:
                renew_anchor(database, AnchorFile(ours.parent), now_ms)
        matters = matters_of(database, file)
    finally:
        database.close()
    if as_json:
        print_json(to_json(found, file, configuration.station.timezone, dry_run=dry_run))
    else:
        _print(found, matters, configuration.station.timezone, dry_run=dry_run)
    if not found.is_whole:
        raise typer.Exit(1)


def to_json(found: Recovered, file: Path, zone: str, *, dry_run: bool) -> dict[str, Any]:
    """What `gateway recover --json` prints. Keys are stable; counts are of rows, by table."""
    from gateway.core.instants import local_text

    reading = found.page_reading
    return {
        "file": str(file),
        "dry_run": dry_run,
        "taken": dict(sorted((+found.taken).items())),
        "already_here": dict(sorted((+found.already).items())),
        "lost": dict(sorted((+found.lost).items())),
        "mended": found.mended,
        "files_made_again": found.made_again,
        "lost_slots": [
            {
                "first": local_text(one.first_ms, zone),
                "last": local_text(one.last_ms, zone),
                "length_s": one.length_ms // 1000,
                "slots": one.slots,
            }
            for one in found.slots
        ],
        "lost_unsent": [{"destination": name, "slot": local_text(end_ms, zone)} for name, end_ms in found.unsent],
        "deliveries_unknown": found.untold,
        "other_content": list(found.other),
        "read_page_by_page": reading is not None,
        "not_found": dict(sorted(reading.missing.items())) if reading else {},
    }


def _print(found: Recovered, matters: list[SetAside], zone: str, *, dry_run: bool) -> None:
    from gateway.core.instants import local_text

    verb = Phrase("would be taken") if dry_run else Phrase("taken")
    say(Phrase("{part}: {taken}", part=verb, taken=counted(found.taken)))
    say(Phrase("already here: {already}", already=counted(found.already)))
    if found.mended:
        say(Phrase("put right, one bit each: {mended}", mended=found.mended))
    if found.made_again:
        say(Phrase("records whose files are made again, none is left: {made_again}", made_again=found.made_again))
    for words in found.other:
        say(Phrase("other content: {words}", words=words))
    if found.page_reading is not None:
        say(read_by_pages(found.page_reading))
    if found.lost.total():
        say(Phrase("lost: {lost}", lost=counted(found.lost)))
    for one in found.slots:
        say(Phrase("lost slots: {one}", one=_slots(one, zone)))
    for name, end_ms in found.unsent:
        say(Phrase("lost and not sent: {name}, slot {end}", name=name, end=local_text(end_ms, zone)))
    if found.untold:
        first, last = found.untold[0], found.untold[-1]
        say(
            Phrase(
                "not known whether they were sent, see what the authority has: {count} files, {first} … {last}",
                count=len(found.untold),
                first=first,
                last=last,
            )
        )
    if not dry_run:
        for matter in matters:
            say(Phrase("status goes on telling of it until: gateway set-aside close {id} --reason …", id=matter.id))


def _slots(one: LostSlots, zone: str) -> str:
    from gateway.core.instants import local_text

    first, last = local_text(one.first_ms, zone), local_text(one.last_ms, zone)
    span = f"{first}" if one.slots == 1 else Phrase("{first} to {last}", first=first, last=last)
    return Phrase("{span} ({slots} of {length} s)", span=span, slots=one.slots, length=one.length_ms // 1000)
