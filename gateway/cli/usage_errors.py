"""What was wrong with a command line, in another language than English: Typer itself says it in English alone."""

from __future__ import annotations

import re
from typing import Any

from gateway.cli.output import say
from gateway.core.phrase import Phrase

_QUOTED = re.compile(r"'([^']*)'")
_WORDS = re.compile(r"\(([^()]*)\)$")


def tell(error: Any) -> None:
    """In two lines on stderr: what is wrong, and where help is. `error`: Typer's UsageError."""
    say(Phrase("gateway: {message}", message=_words(error)), err=True)
    if error.ctx is not None:
        say(Phrase("what can be written: {command} --help", command=error.ctx.command_path), err=True)


def _words(error: Any) -> Phrase:
    said = str(error.message)
    match type(error).__name__:
        case "NoSuchOption":
            return Phrase("there is no option {name}", name=error.option_name)
        case "MissingParameter":
            return Phrase("{name} is missing", name=_place(error))
        case "BadParameter" if place := _place(error):
            return Phrase("{name}: {wrong}", name=place, wrong=_wrong(error))
        case "BadParameter":
            return Phrase("{wrong}", wrong=_wrong(error))
        case "BadOptionUsage":
            return Phrase("{name} is not written as it can be", name=error.option_name)
    if "No such command" in said and (name := _QUOTED.search(said)):
        return Phrase("there is no command {name}", name=name[1])
    if "extra argument" in said and (words := _WORDS.search(said)):
        return Phrase("there is more than the command takes: {words}", words=words[1])
    if said.startswith("Missing command"):
        return Phrase("which of its commands is meant is missing")
    return Phrase("{message}", message=error.message)


def _place(error: Any) -> str:
    """The option or the argument that it is about."""
    hint, about = error.param_hint, error.param
    if hint is None and about is not None:
        is_option = about.param_type_name == "option"
        hint = about.opts if is_option else (about.metavar or about.name.upper()).strip("[]{}")
    return str(hint if isinstance(hint, str) else " / ".join(hint or ()))


def _wrong(error: Any) -> object:
    """Ours are phrases; Typer's own are known by what is the same in its versions."""
    said = error.message
    if isinstance(said, Phrase):
        return said
    numbers = re.findall(r"-?\d+", said.rpartition("equal to")[2] or said)
    match said:
        case _ if "greater than or equal" in said and numbers:
            return Phrase("write a number of {least} at least", least=numbers[-1])
        case _ if "less than or equal" in said and numbers:
            return Phrase("write a number of {most} at most", most=numbers[-1])
        case _ if "integer" in said or "float" in said or "valid number" in said:
            return Phrase("write a number")
        case _ if len(choices := _QUOTED.findall(said)) > 1:
            return Phrase("write one of {choices}", choices=", ".join(choices))
    return said
