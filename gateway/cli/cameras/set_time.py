"""`gateway cameras set-time`: the clock of a camera, whose picture shows the time, is set to the station's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.cameras.credentials import device_of, require_onvif
from gateway.cli.cameras.options import length
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.cameras.onvif.camera_time import CameraTime
    from gateway.cameras.onvif.device import OnvifDevice
    from gateway.config import Configuration
    from gateway.config.cameras import CameraSettings
    from gateway.core.interfaces import Clock

_STILL_RIGHT_S = 1.0
"""Beyond what a camera's answer leaves open: a clock that is further off was not set."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Of one camera. `before` is `None` if it did not say; `after`: it was set, and shows that."""

    camera: str
    url: str
    before: CameraTime | None
    after: CameraTime | None
    problem: str | None


def set_time(
    camera: Annotated[
        str | None, typer.Argument(metavar="CAMERA", help="Its name in the configuration.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All cameras of the configuration.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell how far its clock is off.")] = False,
    stop_ntp: Annotated[
        bool, typer.Option("--stop-ntp", help="Also set one that asks a time server: it asks no longer then.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Set a camera's clock to the station's, over ONVIF: UTC, its time zone stays. Only while somebody vouches for the
    station's clock. A camera whose clock is right as far as it tells, to a second, is left alone. Exit code 1 if a
    clock is not right afterwards."""
    configuration = load_configuration(config)
    chosen = _chosen(configuration, camera, every=every)
    require_onvif()

    from gateway.runtime.clock import SystemClock

    clock = SystemClock()
    is_trusted = _is_trusted(configuration, clock)
    if not is_trusted and not dry_run:
        raise GatewayError(Phrase("nobody vouches for this machine's clock, no camera is set by it: see gateway clock"))
    outcomes = [_set(one, clock, dry_run=dry_run, stop_ntp=stop_ntp) for one in chosen]
    if as_json:
        print_json([_to_json(one) for one in outcomes])
    else:
        for one in outcomes:
            say(_line(one, dry_run=dry_run))
        if not is_trusted:
            say(Phrase("nobody vouches for this machine's clock: by it, the cameras' are off as shown"), err=True)
    if any(one.problem for one in outcomes):
        raise typer.Exit(1)


def _chosen(configuration: Configuration, camera: str | None, *, every: bool) -> list[CameraSettings]:
    from gateway.cli.lines import advice

    cameras = [] if configuration.cameras is None else list(configuration.cameras.list)
    if every is not (camera is None):
        raise usage(Phrase("name a camera, or say --all"))
    if camera is None:
        return cameras
    names = [one.name for one in cameras]
    if camera not in names:
        raise usage(
            Phrase(
                "no camera is called {camera}; {hint}",
                camera=camera,
                hint=(advice(camera, names) if names else Phrase("there is none")),
            )
        )
    return [one for one in cameras if one.name == camera]


def _is_trusted(configuration: Configuration, clock: Clock) -> bool:
    from gateway.app.camera_clock import trust_by_others

    trust = trust_by_others(configuration, clock)
    trust.step(clock.now())
    return trust.is_trusted(clock.now())


def _set(camera: CameraSettings, clock: Clock, *, dry_run: bool, stop_ntp: bool) -> _Outcome:
    name, url = camera.name, str(camera.device_url)
    before: CameraTime | None = None
    try:
        device = device_of(camera, clock)
        before = device.time()
        if dry_run or _is_right(before):
            return _Outcome(name, url, before, None, None)
        if before.by_ntp and not stop_ntp:
            return _Outcome(
                name,
                url,
                before,
                None,
                Phrase(
                    "it asks a time server, which it was told in its own settings: look there, or set it all the same"
                    " with --stop-ntp"
                ),
            )
        return _set_now(device, name, url, before)
    except GatewayError as error:
        return _Outcome(name, url, before, None, error.words)


def _set_now(device: OnvifDevice, name: str, url: str, before: CameraTime) -> _Outcome:
    device.set_time()
    after = device.time()
    problem = None if _is_right(after) else Phrase("it took the time, and shows another one all the same")
    return _Outcome(name, url, before, after, problem)


def _is_right(shown: CameraTime) -> bool:
    return abs(shown.ahead_s) <= shown.within_s + _STILL_RIGHT_S


def _line(one: _Outcome, *, dry_run: bool) -> str:
    if one.before is None:
        return Phrase("{camera}: {problem}  ({url})", camera=one.camera, problem=one.problem, url=one.url)
    told = Phrase("{camera}: {offset}", camera=one.camera, offset=_offset(one.before))
    if one.after is not None:
        told = Phrase("{told}; set, now {after}", told=told, after=_offset(one.after))
    elif one.problem is None and not dry_run:
        told = Phrase("{told}; left as it is", told=told)
    return told if one.problem is None else Phrase("{told}; {problem}", told=told, problem=one.problem)


def _offset(shown: CameraTime) -> str:
    if _is_right(shown):
        return Phrase("right")
    way = Phrase("ahead") if shown.ahead_s > 0 else Phrase("behind")
    return Phrase(
        "{length} {way} (it shows {shown} UTC)",
        length=length(round(abs(shown.ahead_s)) * 1000),
        way=way,
        shown=f"{shown.shown:%Y-%m-%d %H:%M:%S}",
    )


def _to_json(one: _Outcome) -> dict[str, Any]:
    return {
        "camera": one.camera,
        "onvif": one.url,
        "shown": None if one.before is None else one.before.shown.isoformat(),
        "offset_s": None if one.before is None else round(one.before.ahead_s, 2),
        "within_s": None if one.before is None else round(one.before.within_s, 2),
        "by_ntp": None if one.before is None else one.before.by_ntp,
        "is_set": one.after is not None,
        "offset_after_s": None if one.after is None else round(one.after.ahead_s, 2),
        "problem": one.problem,
    }
