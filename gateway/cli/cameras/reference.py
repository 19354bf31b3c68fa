"""`gateway cameras reference`: what a camera is to show, which says whether it was moved; and taking a new one."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.cameras.options import Camera, moment
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import Force, Out, is_standard, print_json, put, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_cameras_storage
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.cameras.pictures.usual_pictures import UsualPicture, UsualPictureStore
    from gateway.config import Configuration
    from gateway.config.cameras import HealthSettings

LOOK_EVERY_S = 0.2
PATIENCE_S = 30.0
"""For the reference, beyond the time of two checks."""


def reference(
    camera: Camera,
    now: Annotated[
        bool, typer.Option("--now", help="Take a new one: of the next picture that shows something.")
    ] = False,
    out: Out = None,
    force: Force = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """The picture that `moved` is held against: when it was taken, with -o the picture (PNG, grey), with --now a new
    one. To be done after a camera was turned on purpose; by itself the gateway takes one only where there is none."""
    if as_json and out is not None and is_standard(out):
        raise usage(Phrase("--json and -o - would both be written to standard output: name a file"))
    configuration = load_configuration(config)
    health = _health_of(configuration, camera)

    from gateway.cameras.pictures.usual_pictures import UsualPictureStore

    with closing(open_cameras_storage(configuration, to_change=now)) as database:
        store = UsualPictureStore(database)
        usual = _ask(configuration, store, camera, health) if now else store.of(camera)
    if out is not None:
        _write(usual, out, force=force)
    if as_json:
        print_json(_to_json(usual, configuration.station.timezone))
    elif out is None:
        say(_line(usual, configuration.station.timezone))


def _health_of(configuration: Configuration, camera: str) -> HealthSettings:
    """Ends the command with exit code 2 if there is no such camera, or nobody looks at its pictures."""
    from gateway.cli.lines import advice

    cameras = [] if configuration.cameras is None else configuration.cameras.list
    found = next((one for one in cameras if one.name == camera), None)
    if found is None:
        names = [one.name for one in cameras]
        raise usage(
            Phrase(
                "no camera is called {camera}; {hint}",
                camera=camera,
                hint=(advice(camera, names) if names else Phrase("there is none")),
            )
        )
    if not found.health.watch:
        raise usage(
            Phrase(
                "{camera} has health: off, nobody looks at its pictures; remove that to have a reference", camera=camera
            )
        )
    return found.health


def _ask(configuration: Configuration, store: UsualPictureStore, camera: str, health: HealthSettings) -> UsualPicture:
    from gateway.runtime import lock
    from gateway.runtime.clock import SystemClock

    if not lock.is_held(configuration.storage.path, lock.CAMERAS_LOCK):
        raise GatewayError(
            Phrase("the cameras' recorder is not running, and it is what has pictures (gateway cameras run)")
        )
    clock = SystemClock()
    store.want(camera, clock.now().wall_ms)
    give_up_s = clock.now().mono_s + PATIENCE_S + 2 * health.every.total_seconds()
    pause = threading.Event()
    while store.wanted_ms(camera) is not None:
        if clock.now().mono_s >= give_up_s:
            raise GatewayError(
                Phrase(
                    "{camera}: no picture that shows something has come yet; the first one that does will be taken:"
                    " see gateway cameras list",
                    camera=camera,
                )
            )
        pause.wait(LOOK_EVERY_S)
    return store.of(camera)


def _write(usual: UsualPicture, out: Path, *, force: bool) -> None:
    if usual.reference is None:
        raise GatewayError(Phrase("{camera} has no reference picture yet", camera=usual.camera))
    put(usual.reference, out, force=force)


def _line(usual: UsualPicture, zone: str) -> str:
    wanted = (
        ""
        if usual.wanted_ms is None
        else Phrase("; a new one was asked for at {wanted}", wanted=moment(usual.wanted_ms, zone))
    )
    if usual.reference_ms is None:
        return Phrase(
            "{camera}: no reference picture yet: it is taken of the first pictures with nothing wrong{wanted}",
            camera=usual.camera,
            wanted=wanted,
        )
    return Phrase(
        "{camera}: reference picture of {reference}{wanted}",
        camera=usual.camera,
        reference=moment(usual.reference_ms, zone),
        wanted=wanted,
    )


def _to_json(usual: UsualPicture, zone: str) -> dict[str, str | None]:
    from gateway.core.instants import local_text

    return {
        "camera": usual.camera,
        "taken": local_text(usual.reference_ms, zone),
        "asked_for": local_text(usual.wanted_ms, zone),
    }
