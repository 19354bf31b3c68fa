"""What all commands have in common on the command line: `--config` before a command's name as well as behind it, and
`--language`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from gateway.cli.options import DEFAULT_CONFIG
from gateway.cli.output import say
from gateway.cli.speech import ask_for, help_language, speak_as_written, speaks_english
from gateway.core.phrase import Phrase

CONFIG_VARIABLE = "GATEWAY_CONFIG"


class Commands(TyperGroup):
    """The root of all commands: it gives each of them what it lacks of these options."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        config, language = _options()
        _complete(self, config, language)

    def main(self, *given: Any, **options: Any) -> Any:
        """As Typer's, but for the language in which help and a wrong command line are told."""
        arguments = list(options.get("args") or (given[0] if given else None) or sys.argv[1:])
        if "--help" in arguments or not any(one.startswith("-") for one in arguments):
            _speak_help(self, arguments)
        if not options.get("standalone_mode", True):
            return super().main(*given, **options)
        try:
            code = super().main(*given, **(options | {"standalone_mode": False}))
        except _CLICK_ERROR as error:
            _tell(error, arguments)
            sys.exit(error.exit_code)
        except typer.Abort:
            say(Phrase("Aborted!"), err=True)
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


_USAGE_ERROR: Any = typer.BadParameter.__mro__[1]
_CLICK_ERROR: Any = typer.BadParameter.__mro__[2]
"""Their own names are not the same in every version of Typer."""


def _speak_help(command: Any, arguments: list[str]) -> None:
    """Before anything of the command line is looked at; the station's file is only skimmed."""
    asked = _behind(arguments, "-l", "--language")
    file = _behind(arguments, "-c", "--config") or os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG
    if help_language(asked, Path(file)) != "en":
        from gateway.cli.spoken_help import speak_help

        speak_help(command)


def _behind(arguments: list[str], *names: str) -> str | None:
    """What stands behind one of these options."""
    return next((value for name, value in zip(arguments, arguments[1:], strict=False) if name in names), None)


def _tell(error: Any, arguments: list[str]) -> None:
    """A wrong option is noticed before those that say the language are looked at."""
    ask_for(_behind(arguments, "-l", "--language"))
    speak_as_written(Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG))
    if not speaks_english() and isinstance(error, _USAGE_ERROR) and type(error).__name__ != "NoArgsIsHelpError":
        from gateway.cli.usage_errors import tell

        tell(error)
    else:
        error.show()


def _complete(command: Any, config: Any, language: Any) -> None:
    names = {name for one in command.params for name in one.opts}
    for below in getattr(command, "commands", {}).values():
        _complete(below, config, language)
    if hasattr(command, "commands") and "--config" not in names:
        command.params.append(config)
    if "--language" not in names:
        command.params.append(language)
    for own in command.params:
        if "--language" in own.opts and own is not language and own.callback is None:
            own.callback = _noted


def _noted(_context: Any, _option: Any, value: str | None) -> str | None:
    """Of a command that has the option for what it writes: it speaks that language, too."""
    ask_for(value)
    return value


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
