"""A command: a program on this machine that tells people in its own way."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.alerts.kinds import ALL_KINDS, AlertKinds
from gateway.config.file.form_error import FormError
from gateway.config.section import Name, Section, not_empty
from gateway.config.suggest import did_you_mean
from gateway.config.units import Duration, within
from gateway.core.alert_fields import ALERT_FIELDS, PLACEHOLDER
from gateway.core.phrase import Phrase

MOST_ARGUMENTS, LONGEST_ARGUMENT = 64, 1_000
_SHELLS = re.compile(r"(?:ba|da|z|k|a)?sh")


def _check_arguments(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """
    Raises:
        FormError: no program named by its path, or a placeholder that nothing is put in for.
    """
    program = arguments[0]
    if not program.startswith("/") or not program.isprintable() or program.endswith("/"):
        raise FormError(
            Phrase("does not begin with a program's path"), Phrase("write it whole, such as /usr/local/bin/tell")
        )
    if PLACEHOLDER.search(program):
        raise FormError(
            Phrase("has a placeholder in the program's path"),
            Phrase("name one program; it may choose by its arguments"),
        )
    if len(arguments) > MOST_ARGUMENTS or any(len(one) > LONGEST_ARGUMENT for one in arguments):
        raise FormError(
            Phrase("is too long"),
            Phrase(
                "write at most {most_arguments} arguments of {longest_argument} characters, or a script",
                most_arguments=MOST_ARGUMENTS,
                longest_argument=LONGEST_ARGUMENT,
            ),
        )
    for argument in arguments:
        if "\0" in argument:
            raise FormError(Phrase("has a NUL character in it"), Phrase("remove it: no program can be given one"))
        for name in PLACEHOLDER.findall(argument):
            if name not in ALERT_FIELDS:
                known = ", ".join(f"{{{one}}}" for one in ALERT_FIELDS)
                raise FormError(
                    Phrase("has the unknown {{{name}}}", name=name),
                    did_you_mean(name, ALERT_FIELDS) or Phrase("known: {known}", known=known),
                )
    if _SHELLS.fullmatch(Path(program).name) and "-c" in arguments and _has_placeholder_behind_c(arguments):
        raise FormError(
            Phrase("has a shell read what devices and servers said as commands"),
            Phrase('write the script in a file, or use "$1": [/bin/sh, "-c", \'echo "$1"\', tell, "{text}"]'),
        )
    return arguments


def _has_placeholder_behind_c(arguments: tuple[str, ...]) -> bool:
    script = arguments[arguments.index("-c") + 1 :][:1]
    return any(PLACEHOLDER.search(one) for one in script)


class CommandSettings(Section):
    """The program and its arguments, in which placeholders are filled in; it gets the whole message as JSON on its
    standard input, too. No shell. `timeout`: then it is killed, with all that it has started."""

    command: Annotated[tuple[str, ...], AfterValidator(not_empty), AfterValidator(_check_arguments)] = Field(
        description=Phrase("the program and its arguments")
    )
    timeout: Annotated[Duration, AfterValidator(within("1s", "2min"))] = timedelta(seconds=30)
    name: Name | None = None
    on: AlertKinds = ALL_KINDS

    @property
    def place(self) -> str:
        """What it is called where it has no name."""
        return Path(self.command[0]).name

    @property
    def missing(self) -> tuple[Phrase, Phrase] | None:
        """What keeps it from being run by this user now, and what to do; `None`: nothing."""
        program = self.command[0]
        if not Path(program).exists():
            return Phrase("{program} does not exist", program=program), Phrase("put it there, or correct the path")
        if not Path(program).is_file() or not os.access(program, os.X_OK):
            return Phrase("{program} cannot be run", program=program), Phrase(
                "chmod +x {program}, and let the gateway's user read it", program=program
            )
        return None
