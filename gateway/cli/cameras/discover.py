"""`gateway cameras discover`: which cameras are in the network, and where their streams are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.cameras.credentials import EXTRA, device_at, password_in, speaks_onvif
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.cameras.onvif.device import CameraDescription, OnvifDevice
    from gateway.config.cameras import CameraSettings
    from gateway.core.discovery import FoundCamera
    from gateway.core.interfaces import Clock

PORT = 3702


@dataclass(frozen=True, slots=True)
class _Answered:
    """A camera that was found. `configured`: its name in the configuration. Without `described`, `problem` says why."""

    found: FoundCamera
    configured: str | None
    described: CameraDescription | None
    problem: str | None


def discover(
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, max=60, help="How long to wait for answers.")] = 4.0,
    host: Annotated[
        str | None,
        typer.Option("--host", help="Ask this address alone, not everybody in the network.", show_default=False),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option("--user", help="Of cameras that are not configured, to see their streams.", show_default=False),
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="A file with that user's password.", show_default=False)
    ] = None,
    port: Annotated[int, typer.Option("--port", hidden=True)] = PORT,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Ask the network for cameras (ONVIF, WS-Discovery): address, name, make, and the streams of those whose password
    is known. Needs no configuration; nothing is changed. Exit code 1 if none answers."""
    from gateway.cameras.onvif.discovery import find_cameras
    from gateway.runtime.clock import SystemClock

    if (user is None) != (password_file is None):
        raise usage(Phrase("--user and --password-file belong together"))
    cameras = _configured(config)
    given = None if user is None or password_file is None else (user, password_in(password_file))
    clock = SystemClock()
    try:
        found = find_cameras(seconds, clock, host, port)
    except OSError as error:
        raise GatewayError(
            Phrase(
                "{host} cannot be asked: {strerror}",
                host=(host or Phrase("the network")),
                strerror=error.strerror or error,
            )
        ) from None
    answered = [_ask(one, cameras, given, clock) for one in found]
    if as_json:
        print_json([_to_json(one) for one in answered])
    else:
        for one in answered:
            say(*_lines(one))
        if not answered:
            say(Phrase("no camera answers; switch ONVIF on in the camera, or name its address with --host"), err=True)
    if not answered:
        raise typer.Exit(1)


def _configured(config: Path) -> list[CameraSettings]:
    """Without a configuration, or one that this user may see, cameras are found all the same: it is what they are
    looked for."""
    try:
        if not config.exists():
            return []
    except PermissionError:
        return []
    configuration = load_configuration(config)
    return [] if configuration.cameras is None else list(configuration.cameras.list)


def _ask(found: FoundCamera, cameras: list[CameraSettings], given: tuple[str, str] | None, clock: Clock) -> _Answered:
    """A configured camera's password goes to its own address alone."""
    same = next((one for one in cameras if found.address in (one.device_url.host, one.url.host)), None)
    name = None if same is None else same.name
    if (same is None or same.user is None) and given is None:
        return _Answered(found, name, None, Phrase("its streams are told with --user and --password-file"))
    if not speaks_onvif():
        words = Phrase("its streams are told once this is installed: {extra}", extra=EXTRA)
        return _Answered(found, name, None, words)
    try:
        described = _device(found, same, given, clock).describe()
    except GatewayError as error:
        return _Answered(found, name, None, error.words)
    return _Answered(found, name, described, None)


def _device(
    found: FoundCamera, same: CameraSettings | None, given: tuple[str, str] | None, clock: Clock
) -> OnvifDevice:
    from gateway.cameras.onvif.device import OnvifDevice

    if same is not None and same.user is not None:
        return device_at(found.url, same, clock)
    user, password = given or (None, None)
    return OnvifDevice(found.url, clock, user, password)


def _lines(one: _Answered) -> list[str]:
    words = [one.found.address, one.found.name or "–", one.found.hardware or "–"]
    if one.described is not None:
        words.append(f"{one.described.maker} {one.described.model} {one.described.firmware}".strip())
    if one.configured is not None:
        words.append(Phrase("configured as {configured}", configured=one.configured))
    lines = ["  ".join(words), f"    onvif: {one.found.url}"]
    for stream in one.described.streams if one.described else ():
        size = "" if stream.width is None else f" {stream.width}x{stream.height}"
        lines.append(
            Phrase(
                "    url: {url}  ({profile}: {codec}{size})",
                url=stream.url,
                profile=stream.profile,
                codec=stream.codec,
                size=size,
            )
        )
    return lines if one.problem is None else [*lines, Phrase("    {problem}", problem=one.problem)]


def _to_json(one: _Answered) -> dict[str, Any]:
    streams = one.described.streams if one.described else ()
    return {
        "address": one.found.address,
        "onvif": one.found.url,
        "name": one.found.name,
        "hardware": one.found.hardware,
        "maker": one.described.maker if one.described else None,
        "model": one.described.model if one.described else None,
        "firmware": one.described.firmware if one.described else None,
        "configured": one.configured,
        "streams": [
            {
                "profile": stream.profile,
                "codec": stream.codec,
                "width": stream.width,
                "height": stream.height,
                "url": stream.url,
            }
            for stream in streams
        ],
        "problem": one.problem,
    }
