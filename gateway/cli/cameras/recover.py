"""`gateway recover` of a database of the cameras' recorder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gateway.cli.output import print_json, say
from gateway.cli.salvage import counted, matters_of, opened, progress, read_by_pages, target_of
from gateway.cli.storage import open_cameras_storage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.cameras.catalog.recovery import RecoveredVideoNotes
    from gateway.config import Configuration


def is_of_video(file: Path, folder: Path) -> bool:
    """Whether it is the recorder's: its name says so, or what is in it."""
    from gateway.cameras.catalog.recovery import is_of_cameras
    from gateway.core.errors import StoreCorrupt

    if file.name.startswith(("cameras.db", "gateway.db")):
        return file.name.startswith("cameras.db")
    try:
        with opened(file, folder) as source:
            return is_of_cameras(source)
    except StoreCorrupt:
        return False


def recover_video(configuration: Configuration, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Exit code 1 if something of it is lost."""
    from gateway.cameras.catalog.database import CAMERAS_SCHEMA
    from gateway.cameras.catalog.recovery import TABLES, VideoRecovery
    from gateway.runtime.clock import SystemClock

    database = open_cameras_storage(configuration, to_change=True)
    try:
        with (
            target_of(database, dry_run, CAMERAS_SCHEMA) as target,
            opened(file, configuration.storage.path, CAMERAS_SCHEMA) as source,
            progress(source, TABLES) as told,
        ):
            found = VideoRecovery(source, target, SystemClock().now().wall_ms, told).run()
        matters = [f"c{one.id}" for one in matters_of(database, file)]
    finally:
        database.close()
    if as_json:
        print_json(_to_json(found, file, dry_run=dry_run))
    else:
        _print(found, [] if dry_run else matters, dry_run=dry_run)
    if not found.is_whole:
        raise typer.Exit(1)


def _to_json(found: RecoveredVideoNotes, file: Path, *, dry_run: bool) -> dict[str, Any]:
    """Keys are stable, and those of the gateway's database where they mean the same."""
    reading = found.page_reading
    return {
        "file": str(file),
        "dry_run": dry_run,
        "taken": dict(sorted((+found.taken).items())),
        "already_here": dict(sorted((+found.already).items())),
        "lost": dict(sorted((+found.lost).items())),
        "mended": found.mended,
        "read_page_by_page": reading is not None,
        "not_found": dict(sorted(reading.missing.items())) if reading else {},
    }


def _print(found: RecoveredVideoNotes, matters: list[str], *, dry_run: bool) -> None:
    say(
        Phrase(
            "{part}: {taken}",
            part=(Phrase("would be taken") if dry_run else Phrase("taken")),
            taken=counted(found.taken),
        )
    )
    say(Phrase("already here: {already}", already=counted(found.already)))
    if found.mended:
        say(Phrase("put right, one bit each: {mended}", mended=found.mended))
    if found.page_reading is not None:
        say(read_by_pages(found.page_reading))
    if found.lost.total():
        say(Phrase("lost: {lost}", lost=counted(found.lost)))
    say(Phrase("which video there is, the recorder sees on the disk by itself"))
    for matter in matters:
        say(Phrase("status goes on telling of it until: gateway set-aside close {matter} --reason …", matter=matter))
