"""`gateway cameras snapshot`: one picture out of what was recorded, as a file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.cameras.options import Camera, cause, known_camera, length, moment
from gateway.cli.cameras.run import cameras_of, require_extra
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import Force, is_standard, print_json, put, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_cameras_storage
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.video import Segment
    from gateway.db import Database

_FORMS = {".jpg": ".jpg", ".jpeg": ".jpg", ".png": ".png"}
_OLD_MS = 15_000
"""Older than this, the newest picture is not what the camera sees now."""


def snapshot(
    camera: Camera,
    out: Annotated[Path, typer.Option("--output", "-o", help="File to write, .jpg or .png; -: standard output.")],
    at: Annotated[
        str | None, typer.Option("--at", help="When: an instant, local time [default: the newest]", show_default=False)
    ] = None,
    force: Force = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """The newest key frame, or the picture of an instant, in full size. The camera itself is not asked.

    gateway cameras snapshot outlet -o outlet.jpg --at 2026-01-05T08:30
    """
    from gateway.core.instants import local_text
    from gateway.reports.atomic_output import refuse_early
    from gateway.runtime.clock import SystemClock

    form = ".jpg" if is_standard(out) else _FORMS.get(out.suffix.lower())
    if form is None:
        raise usage(Phrase("{out}: write a name that ends in .jpg or .png", out=out))
    if as_json and is_standard(out):
        raise usage(Phrase("--json and -o - would both be written to standard output: name a file"))
    configuration = load_configuration(config)
    folder = cameras_of(configuration, config).storage.path
    if not is_standard(out):
        refuse_early(out, overwrite=force)
    require_extra()
    now_ms, zone = SystemClock().now().wall_ms, configuration.station.timezone
    at_ms = None if at is None else _instant(configuration, at)
    with closing(open_cameras_storage(configuration)) as database:
        known_camera(configuration, database, camera)
        segment = _segment(configuration, database, camera, at_ms, now_ms)

    from gateway.cameras.watching.snapshot import snapshot as take

    taken = take(folder, segment, at_ms, form)
    put(taken.content, out, force=force)
    if as_json:
        shown = {"width": taken.width, "height": taken.height}
        print_json({"camera": camera, "file": str(out), "time": local_text(taken.at_ms, zone), **shown})
    say(
        Phrase(
            "{camera} at {at}, {width} × {height}",
            camera=camera,
            at=moment(taken.at_ms, zone),
            width=taken.width,
            height=taken.height,
        ),
        err=True,
    )
    if at_ms is None and now_ms - taken.at_ms > _OLD_MS:
        age = length(now_ms - taken.at_ms)
        why = Phrase(
            "gateway cameras list says why; if it is recorded, its key frames are that rare: set them in the camera"
        )
        say(Phrase("gateway: this is the newest key frame, {age} old: {why}", age=age, why=why), err=True)


def _instant(configuration: Configuration, at: str) -> int:
    from gateway.core.span import first_ms

    try:
        return first_ms(at, configuration.station.zone)
    except ValueError as fault:
        raise usage(fault) from None


def _segment(configuration: Configuration, database: Database, camera: str, at_ms: int | None, now_ms: int) -> Segment:
    """
    Raises:
        GatewayError: nothing was recorded, or not then; the message says why, and when there is video.
    """
    from gateway.cameras.catalog.segments import SegmentStore
    from gateway.reports.camera_span import camera_span

    store, zone = SegmentStore(database), configuration.station.timezone
    newest = store.newest(camera, now_ms) or store.newest(camera)
    if newest is None:
        raise GatewayError(Phrase("nothing of {camera} is recorded: gateway cameras list says why", camera=camera))
    if at_ms is None:
        return newest
    if at_ms > now_ms:
        raise usage(Phrase("that time has not come yet"))
    there = [one for one in store.between(camera, at_ms, at_ms + 1) if one.begin_ms <= at_ms]
    gap = next(
        (
            one
            for one in camera_span(database, camera, at_ms - 1000, at_ms + 1000, now_ms).gaps
            if one.begin_ms <= at_ms
        ),
        None,
    )
    if there and gap is None:
        return there[-1]
    oldest = store.oldest(camera)
    if gap is not None:
        raise GatewayError(
            Phrase(
                "there is no video of {camera} at {at} ({gap}); gateway cameras gaps shows when there is",
                camera=camera,
                at=moment(at_ms, zone),
                gap=cause(gap),
            )
        )
    since = moment(None if oldest is None else oldest.begin_ms, zone)
    raise GatewayError(
        Phrase(
            "there is no video of {camera} at {at}: it begins {since}",
            camera=camera,
            at=moment(at_ms, zone),
            since=since,
        )
    )
