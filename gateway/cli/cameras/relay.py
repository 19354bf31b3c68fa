"""`gateway cameras relay`: the RTSP server for the authority, for systemd. Becomes a program of the system's Python,
which is the one that has GStreamer; needs neither configuration nor databases."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, load_configuration
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

SYSTEM_PYTHON = Path("/usr/bin/python3")
RUN_TIME_FOLDER = Path("/run/station-gateway-cameras")
"""Of the recorder's unit."""


def relay(
    config: ConfigFile = DEFAULT_CONFIG,
    socket: Annotated[
        Path | None,
        typer.Option(help="Over which the recorder feeds it; by default as the configuration says, if it may be read."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log details, too.")] = False,
) -> None:
    """Relay the cameras' streams by RTSP to whoever may look: in the foreground, until SIGTERM."""
    from importlib import resources

    program = Path(str(resources.files("gateway"))) / "relay"
    arguments = ["-I", str(program), "--socket", str(socket or _socket_of(config)), *(["--verbose"] if verbose else [])]
    try:
        os.execv(SYSTEM_PYTHON, [str(SYSTEM_PYTHON), *arguments])  # noqa: S606  # nothing of it goes through a shell
    except OSError as error:
        raise GatewayError(
            Phrase(
                "the relay needs {python} with GStreamer ({strerror}): apt-get install python3 python3-gi"
                " gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good"
                " gstreamer1.0-plugins-bad",
                python=SYSTEM_PYTHON,
                strerror=error.strerror,
            )
        ) from None


def _socket_of(config: Path) -> Path:
    """Where the recorder of this configuration listens. The relay's own user may not read it: then where the recorder's
    unit does."""
    in_unit = RUN_TIME_FOLDER / "relay.sock"
    if not os.access(config, os.R_OK):
        return in_unit
    configuration = load_configuration(config)
    if configuration.cameras is None or configuration.cameras.relay is None:
        raise GatewayError(Phrase("{config} has no cameras: relay: there is nothing to relay", config=config))
    configured = configuration.cameras.relay.socket
    return configured or (in_unit if RUN_TIME_FOLDER.is_dir() else configuration.storage.path / "relay.sock")
