"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.speech import speak_as, speak_as_written

if TYPE_CHECKING:
    from gateway.config import Configuration

DEFAULT_CONFIG = Path("/etc/station-gateway/gateway.yaml")

ConfigFile = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="GATEWAY_CONFIG", help="The station's configuration.", show_default=True),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]


def load_configuration(file: Path, *, strictly: bool = False) -> Configuration:
    """The configuration of that file; ConfigError ends the command with exit code 2 and one line per fault.

    As a start reads it: what cannot be read beside it, a password for instance, keeps nobody from seeing the station,
    and is told by whoever needs it. `strictly`: that is a fault, too, for commands that judge the file."""
    from gateway.config import load
    from gateway.core.errors import ConfigError

    try:
        configuration = load(file, starting=not strictly)
    except ConfigError:
        speak_as_written(file)
        raise
    speak_as(configuration)
    return configuration
