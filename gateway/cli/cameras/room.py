"""`gateway cameras check`: do three months of video fit on the disk, as far as one knows now?"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import typer

from gateway.cli.cameras.options import length, rate, size
from gateway.cli.cameras.run import cameras_of
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.storage import open_cameras_storage
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.app.video_room import RoomCheck
    from gateway.config import CamerasSettings, Configuration
    from gateway.core.room_forecast import CameraRate


def check_storage(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """From the measured bit rates and the disk: what `keep` needs, what there is, what would help. Exit code 1 if it
    does not fit; at the latest the oldest video would then go before its time."""
    from gateway.core.instants import local_text
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    cameras = cameras_of(configuration, config)
    now_ms, zone = SystemClock().now().wall_ms, configuration.station.timezone
    checked = room_of_video(configuration, cameras, now_ms)
    problems = checked.problems()
    forecast = checked.forecast
    if as_json:
        print_json(
            {
                "fits": not problems,
                "keep_days": cameras.storage.keep.days,
                "days_that_fit": None if forecast.needed_bytes == 0 else round(forecast.days, 1),
                "needed_bytes": forecast.needed_bytes,
                "room_bytes": forecast.room_bytes,
                "used_bytes": forecast.used_bytes,
                "left_free_bytes": checked.leave_free_bytes,
                "full": local_text(forecast.full_ms, zone),
                "measured": forecast.is_measured,
                "shared_with_storage": checked.is_shared,
                "cameras": [_rate_to_json(one) for one in forecast.rates],
                "problems": [{"wrong": wrong, "right": right} for wrong, right in problems],
            }
        )
    else:
        for one in forecast.rates:
            how = (
                Phrase("measured over {measured}", measured=length(one.measured_ms))
                if one.is_measured
                else Phrase("not measured yet, this is usual")
            )
            say(Phrase("{camera}: {rate} ({how})", camera=one.camera, rate=rate(round(one.bits_a_second)), how=how))
        if not problems:
            say(forecast.words())
        elif not forecast.is_measured:
            say(
                Phrase(
                    "what was not measured is taken for 2 Mb/s: let the recorder run for half an hour, and ask again"
                )
            )
        why = (
            Phrase(
                ", readings and records need {readings_bytes} of it still", readings_bytes=size(checked.readings_bytes)
            )
            if checked.is_shared
            else ""
        )
        say(
            Phrase(
                "{leave_free_bytes} of the disk are left free{why}",
                leave_free_bytes=size(checked.leave_free_bytes),
                why=why,
            )
        )
    for wrong, right in problems:
        say(Phrase("gateway: {wrong}; {right}", wrong=wrong, right=right), err=True)
    if problems:
        raise typer.Exit(1)


def room_of_video(configuration: Configuration, cameras: CamerasSettings, now_ms: int) -> RoomCheck:
    """
    Raises:
        GatewayError: the disk cannot be asked, or the database cannot be read.
    """
    from gateway.app.video_room import check_room
    from gateway.cameras.catalog.database import cameras_file

    try:
        if not cameras_file(configuration.storage.path).exists():
            return check_room(configuration, cameras, None, now_ms)
        with closing(open_cameras_storage(configuration)) as database:
            return check_room(configuration, cameras, database, now_ms)
    except OSError as error:
        raise GatewayError(
            Phrase(
                "the disk of {path} cannot be asked for its room: {strerror}",
                path=cameras.storage.path,
                strerror=error.strerror,
            )
        ) from None


def _rate_to_json(one: CameraRate) -> dict[str, Any]:
    return {
        "name": one.camera,
        "bit_rate": round(one.bits_a_second),
        "measured": one.is_measured,
        "measured_s": one.measured_ms / 1000,
    }
