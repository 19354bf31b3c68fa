"""What `gateway check` says of cameras: what will be recorded where, and what is missing for it on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.cli.cameras.options import size
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.config import CamerasSettings, Configuration, RelaySettings
    from gateway.core.errors import Problem


def camera_lines(configuration: Configuration) -> list[Phrase]:
    """For the summary of what will run."""
    cameras = configuration.cameras
    if cameras is None:
        return []
    storage = cameras.storage
    room = (
        Phrase("at most {max_size}", max_size=size(storage.max_size))
        if storage.max_size
        else Phrase("leaving {leave_free} of the disk", leave_free=size(storage.leave_free))
    )
    lines = [
        Phrase(
            "  video in {path}: {days} days, {room}; pins up to {pinned}",
            path=storage.path,
            days=storage.keep.days,
            room=room,
            pinned=size(storage.pinned),
        )
    ]
    for camera in cameras.list:
        looked = (
            Phrase("looked at every {every:g} s", every=camera.health.every.total_seconds())
            if camera.health.watch
            else Phrase("not looked at")
        )
        sound = {"keep": Phrase("with sound"), "drop": Phrase("without sound")}[camera.audio]
        lines.append(
            Phrase(
                "    camera {name}: {url} over {transport}, {sound}, {looked}",
                name=camera.name,
                url=camera.url,
                transport=camera.transport,
                sound=sound,
                looked=looked,
            )
        )
    if cameras.relay is not None:
        relay = cameras.relay
        lines.append(
            Phrase("    relay: {relay}, up to {viewers} viewers at once", relay=relay_url(relay), viewers=relay.viewers)
        )
    return lines


def relay_url(relay: RelaySettings) -> str:
    scheme = "rtsp" if relay.certificate is None else "rtsps"
    return f"{scheme}://{relay.user}@{relay.listen}/CAMERA"


def cameras_configured(configuration: Configuration) -> dict[str, Any] | None:
    """The same for programs."""
    cameras = configuration.cameras
    if cameras is None:
        return None
    return {
        "path": str(cameras.storage.path),
        "keep_days": cameras.storage.keep.days,
        "max_bytes": cameras.storage.max_size,
        "relay": None if cameras.relay is None else relay_url(cameras.relay),
        "list": [
            {
                "name": camera.name,
                "url": str(camera.url),
                "transport": camera.transport.value,
                "sound": camera.audio.value == "keep",
                "look_every_s": camera.health.every.total_seconds() if camera.health.watch else None,
            }
            for camera in cameras.list
        ],
    }


def camera_plan(configuration: Configuration) -> list[Phrase]:
    """A line for each, for `--plan`."""
    lines: list[Phrase] = []
    for camera in configuration.cameras.list if configuration.cameras else ():
        every = Phrase("a picture decoded every {every:g} s", every=camera.health.every.total_seconds())
        lines.append(
            Phrase(
                "camera {name}: one connection to {host}:{port} over {transport}, a file every 5 min, {every}",
                name=camera.name,
                host=camera.url.host,
                port=camera.url.port,
                transport=camera.transport,
                every=every if camera.health.watch else Phrase("nothing decoded"),
            )
        )
    return lines


def camera_problems(configuration: Configuration, now_ms: int) -> Iterator[Problem]:
    """What is missing on this machine, or ends soon."""
    from gateway.audit.certificates import begins_later, endings
    from gateway.cli.cameras.run import require_extra
    from gateway.core.errors import GatewayError, Problem

    cameras, file = configuration.cameras, str(configuration.file)
    if cameras is None:
        return
    try:
        require_extra()
    except GatewayError as error:
        yield Problem(
            file,
            0,
            "cameras",
            Phrase("{missing}", missing=str(error).partition(": pip")[0]),
            Phrase("pip install 'station-gateway[cameras]'"),
        )
    yield from _room_problems(configuration, cameras, now_ms)
    if cameras.relay is None or cameras.relay.certificate is None:
        return
    certificate, at = cameras.relay.certificate, "cameras.relay.certificate"
    if not certificate.exists():
        yield Problem(
            file,
            0,
            at,
            Phrase("{certificate} does not exist", certificate=certificate),
            Phrase("put the relay's certificate there, as PEM"),
        )
        return
    try:
        ending_soon, begin = endings(certificate, now_ms), begins_later(certificate, now_ms)
    except ValueError as error:
        yield Problem(
            file,
            0,
            at,
            Phrase("{certificate} is damaged ({error})", certificate=certificate, error=error),
            Phrase("put the relay's certificate there, as PEM"),
        )
        return
    for ending in ending_soon:
        verb = Phrase("ended") if ending.left_ms < 0 else Phrase("ends")
        yield Problem(
            file,
            0,
            at,
            Phrase("the certificate {verb} on {at:%Y-%m-%d}", verb=verb, at=ending.at),
            Phrase("put the next one there"),
        )
    if begin is not None:
        wrong = Phrase("the certificate is valid from {begin:%Y-%m-%d %H:%M} UTC on, and not yet", begin=begin)
        yield Problem(file, 0, at, wrong, Phrase("put one there that is valid now, or set this machine's clock"))


def _room_problems(configuration: Configuration, cameras: CamerasSettings, now_ms: int) -> Iterator[Problem]:
    """Where three months do not fit. What cannot be asked for is told by the recorder."""
    from gateway.cli.cameras.room import room_of_video
    from gateway.core.errors import GatewayError, Problem

    try:
        problems = room_of_video(configuration, cameras, now_ms).problems()
    except GatewayError:
        return
    for wrong, right in problems:
        yield Problem(str(configuration.file), 0, "cameras.storage", wrong, right)
