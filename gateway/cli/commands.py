"""What all commands have in common on the command line: `--config` before a command's name as well as behind it, and
`--language`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from gateway.cli.speech import ask_for

CONFIG_VARIABLE = "GATEWAY_CONFIG"


class Commands(TyperGroup):
    """The root of all commands: it gives each of them what it lacks of these options."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        config, language = _options()
        _complete(self, config, language)


def _complete(command: Any, config: Any, language: Any) -> None:
    names = {name for one in command.params for name in one.opts}
    for below in getattr(command, "commands", {}).values():
        _complete(below, config, language)
    if hasattr(command, "commands") and "--config" not in names:
        command.params.append(config)
    if "--language" not in names:
        command.params.append(language)


def _options() -> list[Any]:
    """Both, as Typer makes them of a function's parameters."""
    donor = typer.Typer(add_completion=False)
    donor.command()(_common)
    return [one for one in typer.main.get_command(donor).params if one.name in ("config", "language")]


def _note_config(value: Path | None) -> None:
    """The commands below take it from the environment, unless they are given one themselves."""
    if value is not None:
        os.environ[CONFIG_VARIABLE] = str(value)


def _note_language(value: str | None) -> None:
    ask_for(value)


def _common(
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            callback=_note_config,
            expose_value=False,
            show_default=False,
            help="The station's configuration, as behind the command's name.",
        ),
    ] = None,
    language: Annotated[
        Literal["vi", "en"] | None,
        typer.Option(
            "--language",
            "-l",
            callback=_note_language,
            expose_value=False,
            show_default=False,
            help="In which language people are told [default: the station's].",
        ),
    ] = None,
) -> None:
    """Never called."""
