"""`gateway cameras disk`: which disk video is written to, and taking another one."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from gateway.cli.cameras.options import moment, size
from gateway.cli.cameras.run import cameras_of
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_cameras_storage
from gateway.cli.user import user_name
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

disk = typer.Typer(no_args_is_help=True, help="Which disk video is written to. Another one is taken only on purpose.")


@disk.command("show")
def show(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """The known disk, what is mounted now, and its room. Exit code 1 if it is another one, or none."""
    from gateway.cameras.disk.disk_marker import read_marker
    from gateway.cameras.disk.disk_room import room_of
    from gateway.cameras.disk.video_disks import VideoDiskStore
    from gateway.core.instants import local_text

    configuration = load_configuration(config)
    path, zone = cameras_of(configuration, config).storage.path, configuration.station.timezone
    with closing(open_cameras_storage(configuration)) as database:
        known = VideoDiskStore(database).in_use()
    try:
        mounted = read_marker(path) if path.is_dir() else None
        room = room_of(path, configuration.storage.path)
    except OSError as error:
        raise GatewayError(Phrase("{path} cannot be read: {strerror}", path=path, strerror=error.strerror)) from None
    is_right = known is not None and mounted == known.identity
    if as_json:
        print_json(
            {
                "path": str(path),
                "known": None if known is None else known.identity,
                "since": None if known is None else local_text(known.since_ms, zone),
                "mounted": mounted,
                "right": is_right,
                "total_bytes": room.total,
                "free_bytes": room.free,
                "shared_with_storage": room.is_shared,
            }
        )
    else:
        of = Phrase("the disk of storage.path, too") if room.is_shared else Phrase("a disk of its own")
        say(
            Phrase(
                "{path}: {of}, {free} of {total} free", path=path, of=of, free=size(room.free), total=size(room.total)
            )
        )
        said = (
            Phrase("none was ever seen")
            if known is None
            else Phrase("{identity} since {since}", identity=known.identity, since=moment(known.since_ms, zone))
        )
        say(Phrase("known: {said}", said=said))
        say(
            Phrase(
                "mounted: {disk}",
                disk=(Phrase("it is the known one") if is_right else (mounted or Phrase("no disk with a mark"))),
            )
        )
    if not is_right and known is not None:
        if not as_json:
            say(
                Phrase(
                    "gateway: nothing is recorded on it: mount the right one, or take this one: gateway cameras disk"
                    " accept --reason …"
                ),
                err=True,
            )
        raise typer.Exit(1)


@disk.command("accept")
def accept(
    reason: Annotated[str, typer.Option("--reason", help="Why: kept for ever.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Who [default: the user's name]", show_default=False)] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """What is mounted now is the right one. A running recorder writes to it before its next segment."""
    from gateway.cameras.disk.accept_disk import accept_disk
    from gateway.cameras.disk.video_disks import VideoDiskStore
    from gateway.runtime.clock import SystemClock

    if not reason.strip():
        raise usage(Phrase("--reason is missing: say why it is another disk"))
    configuration = load_configuration(config)
    path = cameras_of(configuration, config).storage.path
    with closing(open_cameras_storage(configuration, to_change=True)) as database:
        identity = accept_disk(
            path,
            configuration.storage.path,
            VideoDiskStore(database),
            SystemClock().now().wall_ms,
            by=by or user_name(),
            reason=reason.strip(),
        )
    say(Phrase("{path} is the video disk from now on: {identity}", path=path, identity=identity))
