"""`gateway cameras views`: who looked at the streams over the relay."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.cameras.options import From, To, known_camera, length, moment, span_of
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.storage import open_cameras_storage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.cameras.feed.views import StreamView

_SHOWN_DAYS = 7
"""Without --from."""


def views(
    camera: Annotated[
        str | None, typer.Argument(metavar="[CAMERA]", help="Only of this one.", show_default=False)
    ] = None,
    first: From = None,
    last: To = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Who, from where, since when and how long. Without --from: the last seven days."""
    from gateway.cameras.feed.views import ViewStore
    from gateway.core.instants import DAY_MS, local_text
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    zone, now_ms = configuration.station.timezone, SystemClock().now().wall_ms
    from_ms, to_ms = span_of(configuration, first, last, now_ms)
    if first is None:
        from_ms = to_ms - _SHOWN_DAYS * DAY_MS
    with closing(open_cameras_storage(configuration)) as database:
        if camera is not None:
            known_camera(configuration, database, camera)
        found = ViewStore(database).between(from_ms, to_ms, camera)
    if as_json:
        print_json(
            [
                {
                    "camera": one.camera,
                    "viewer": one.viewer,
                    "address": one.address,
                    "began": local_text(one.began_ms, zone),
                    "ended": local_text(one.ended_ms, zone),
                    "known_until": local_text(one.known_until_ms, zone),
                    "seconds": None if one.ended_ms is None else (one.ended_ms - one.began_ms) / 1000,
                }
                for one in found
            ]
        )
        return
    for one in found:
        say(
            Phrase(
                "{began}  {camera:<10} {viewer} from {address}: {lasted}",
                began=moment(one.began_ms, zone),
                camera=one.camera,
                viewer=one.viewer,
                address=one.address,
                lasted=_lasted(one),
            )
        )
    if not found:
        say(Phrase("nobody looked"), err=True)


def _lasted(view: StreamView) -> str:
    if view.ended_ms is not None:
        return length(view.ended_ms - view.began_ms)
    if view.known_until_ms is None:
        return Phrase("still looks")
    at_least = length(view.known_until_ms - view.began_ms)
    return Phrase("at least {at_least}: the relay or the recorder was ended before it was over", at_least=at_least)
