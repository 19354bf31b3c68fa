"""`gateway cameras run`: the cameras' recorder in the foreground, for systemd."""

from __future__ import annotations

import gc
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.cli.speech import said
from gateway.core.errors import ConfigError, GatewayError, Problem
from gateway.core.phrase import Phrase, in_a_row

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.config.cameras import CamerasSettings


_EXTRA = "pip install 'station-gateway[cameras]'"


def run(
    config: ConfigFile = DEFAULT_CONFIG,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log repeats and details, too.")] = False,
) -> None:
    """Record the cameras' streams, keep them for three months, feed the relay: in the foreground, until SIGTERM."""
    from gateway.runtime.load_in_child import load_in_child

    configuration = load_in_child(config)
    cameras = cameras_of(configuration, config)
    require_extra()

    from gateway.app.camera_recording import CameraRecording
    from gateway.runtime.journald import log_to_journal

    log_to_journal(verbose=verbose, zone=configuration.station.zone)
    gc.collect()
    gc.freeze()
    raise typer.Exit(CameraRecording(configuration, cameras).run())


def cameras_of(configuration: Configuration, file: Path) -> CamerasSettings:
    """The section `cameras`.

    Raises:
        ConfigError: there is none.
    """
    if configuration.cameras is None:
        right = Phrase(
            "add cameras: with a list of them, or do not start this (systemctl disable station-gateway-cameras)"
        )
        raise ConfigError((Problem(str(file), 0, "cameras", Phrase("is missing: there is nothing to record"), right),))
    return configuration.cameras


def require_extra() -> None:
    """
    Raises:
        GatewayError: what records video, or looks at it, is not installed.
    """
    missing = [package for module, package in _PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise GatewayError(
            Phrase(
                "cameras need {missing}, which is not installed: {extra}",
                missing=in_a_row(missing, said(Phrase(" and "))),
                extra=_EXTRA,
            )
        )


_PACKAGES = {"av": Phrase("the package av"), "cv2": Phrase("the package opencv-python-headless")}
