"""`gateway cameras clip`: a piece of what was recorded, as one file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.cameras.options import Camera, From, To, both_ends, cause, known_camera, length, moment, size
from gateway.cli.cameras.run import cameras_of, require_extra
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import Force, print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_cameras_storage
from gateway.cli.user import user_name
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.cameras.watching.clip import Clip
    from gateway.config import Configuration
    from gateway.core.video import Segment
    from gateway.db import Database
    from gateway.reports.camera_span import CameraSpan

_FORMS = (".mp4", ".mkv")
_TOLD_BEHIND_MS = 1000
"""What pictures are behind their time for less is two segments that touch."""


def clip(
    camera: Camera,
    out: Annotated[Path, typer.Option("--output", "-o", help="File to write: .mp4 or .mkv.")],
    first: From = None,
    last: To = None,
    pin: Annotated[bool, typer.Option("--pin", help="Keep the recordings it is made of, too; wants --reason.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why they are pinned.", show_default=False)] = None,
    force: Force = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Cut out and join, without encoding anew: from the key frame before --from on. Exit code 1: some is missing.

    gateway cameras clip outlet --from 2026-01-05T08:25 --to 2026-01-05T08:40 -o discharge.mp4
    """
    from gateway.reports.atomic_output import refuse_early
    from gateway.reports.camera_span import camera_span
    from gateway.runtime.clock import SystemClock

    if out.suffix.lower() not in _FORMS:
        raise usage(Phrase("{out}: write a name that ends in .mp4 or .mkv", out=out))
    if pin != (reason is not None and bool(reason.strip())):
        raise usage(Phrase("--pin and --reason belong together: say why the recordings are kept"))
    configuration = load_configuration(config)
    folder = cameras_of(configuration, config).storage.path
    now_ms = SystemClock().now().wall_ms
    from_ms, to_ms = both_ends(configuration, first, last, now_ms)
    refuse_early(out, overwrite=force)
    require_extra()
    with closing(open_cameras_storage(configuration)) as database:
        known_camera(configuration, database, camera)
        segments = _segments(configuration, database, camera, from_ms, to_ms)
        span = camera_span(database, camera, from_ms, to_ms, now_ms)
    if pin and reason is not None:
        _pin(configuration, camera, from_ms, to_ms, reason.strip(), now_ms)
    made = _write(folder, segments, from_ms, to_ms, out, f"{configuration.station.code} {camera}", force=force)
    missing = _missing(made, span, from_ms, to_ms, configuration.station.timezone)
    if as_json:
        print_json(_to_json(made, missing, camera, out, configuration.station.timezone))
    else:
        say(*_lines(made, camera, out, configuration.station.timezone))
    for words in missing:
        say(Phrase("gateway: missing: {words}", words=words), err=True)
    if missing:
        raise typer.Exit(1)


def _segments(configuration: Configuration, database: Database, camera: str, from_ms: int, to_ms: int) -> list[Segment]:
    """
    Raises:
        GatewayError: there are none, or they cannot be one file.
    """
    from gateway.cameras.catalog.segments import SegmentStore

    zone = configuration.station.timezone
    found = SegmentStore(database).between(camera, from_ms, to_ms)
    if not found:
        raise GatewayError(
            Phrase(
                "there is no video of {camera} between {begin} and {to}: gateway cameras gaps says why",
                camera=camera,
                begin=moment(from_ms, zone),
                to=moment(to_ms, zone),
            )
        )
    known = [one for one in found if None not in (one.codec, one.width, one.height)]
    for one in known[1:]:
        before, after = known[0], one
        if (before.codec, before.width, before.height) != (after.codec, after.width, after.height):
            old, new = f"{before.codec} {before.width}×{before.height}", f"{after.codec} {after.width}×{after.height}"
            raise GatewayError(
                Phrase(
                    "the video changes at {begin} from {old} to {new}, which is not one file: make two clips, the"
                    " first one until then, the second one from then on",
                    begin=moment(after.begin_ms, zone),
                    old=old,
                    new=new,
                )
            )
    return found


def _pin(configuration: Configuration, camera: str, from_ms: int, to_ms: int, reason: str, now_ms: int) -> None:
    """Before it is cut, so that nothing of it goes meanwhile."""
    from gateway.cameras.keeping.pins import PinStore

    with closing(open_cameras_storage(configuration, to_change=True)) as database:
        number = PinStore(database).add(camera, from_ms, to_ms, reason, made_ms=now_ms, made_by=user_name())
    say(Phrase("pinned as {number}", number=number), err=True)


def _write(
    folder: Path, segments: Sequence[Segment], from_ms: int, to_ms: int, out: Path, title: str, *, force: bool
) -> Clip:
    from gateway.cameras.watching.clip import FORMS, write_clip
    from gateway.reports.atomic_output import atomic_file

    with atomic_file(out, overwrite=force) as beside:
        return write_clip(folder, segments, from_ms, to_ms, beside, FORMS[out.suffix.lower()], title)


def _missing(made: Clip, span: CameraSpan, from_ms: int, to_ms: int, zone: str) -> list[str]:
    """What was asked for and is not in the clip, and why; in order."""
    from gateway.reports.camera_span import length_ms

    found = []
    if span.from_ms > from_ms:
        found.append(Phrase("until {begin} (nothing was recorded yet)", begin=moment(min(span.from_ms, to_ms), zone)))
    for gap in span.gaps:
        until = moment(gap.end_ms, zone)
        found.append(
            Phrase(
                "{begin} to {until} ({length}, {cause})",
                begin=moment(gap.begin_ms, zone),
                until=until,
                length=length(length_ms(gap)),
                cause=cause(gap),
            )
        )
    if span.to_ms < to_ms and span.share is not None:
        why = (
            Phrase("that time has not come yet")
            if span.to_ms >= span.now_ms
            else Phrase("it was not configured any more")
        )
        found.append(Phrase("from {to} on ({why})", to=moment(span.to_ms, zone), why=why))
    return found + [words for _, words in made.unreadable]


def _lines(made: Clip, camera: str, out: Path, zone: str) -> list[str]:
    from gateway.core.number_of import number_of

    begin_ms, end_ms = made.begin_ms or 0, made.end_ms or 0
    lines: list[str] = [
        Phrase(
            "{out}: {camera} from {begin} to {end}, {size}, of {segments}",
            out=out,
            camera=camera,
            begin=moment(begin_ms, zone),
            end=moment(end_ms, zone),
            size=size(out.stat().st_size),
            segments=number_of(made.segments, "segment"),
        )
    ]
    if made.left_out is not None:
        lines.append(
            Phrase(
                "without its sound, which .mp4 does not take ({left_out}): write .mkv to keep it",
                left_out=made.left_out,
            )
        )
    if made.behind_ms > _TOLD_BEHIND_MS:
        behind = length(made.behind_ms)
        lines.append(
            Phrase(
                "the clock was set back while it was recorded: pictures are up to {behind} behind their time",
                behind=behind,
            )
        )
    return lines


def _to_json(made: Clip, missing: list[str], camera: str, out: Path, zone: str) -> dict[str, Any]:
    from gateway.core.instants import local_text

    return {
        "camera": camera,
        "file": str(out),
        "begin": local_text(made.begin_ms, zone),
        "end": local_text(made.end_ms, zone),
        "bytes": out.stat().st_size,
        "segments": made.segments,
        "sound": made.has_sound,
        "sound_left_out": made.left_out,
        "behind_s": made.behind_ms / 1000,
        "missing": missing,
    }
