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

MOST_ARGUMENTS, LONGEST_ARGUMENT = 64, 1_000
_SHELLS = re.compile(r"(?:ba|da|z|k|a)?sh")


def _check_arguments(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """
    Raises:
        FormError: no program named by its path, or a placeholder that nothing is put in for.
    """
    program = arguments[0]
    if not program.startswith("/") or not program.isprintable() or program.endswith("/"):
        raise FormError("does not begin with a program's path", "write it whole, such as /usr/local/bin/tell")
    if PLACEHOLDER.search(program):
        raise FormError("has a placeholder in the program's path", "name one program; it may choose by its arguments")
    if len(arguments) > MOST_ARGUMENTS or any(len(one) > LONGEST_ARGUMENT for one in arguments):
        raise FormError(
            "is too long", f"write at most {MOST_ARGUMENTS} arguments of {LONGEST_ARGUMENT} characters, or a script"
        )
    for argument in arguments:
        if "\0" in argument:
            raise FormError("has a NUL character in it", "remove it: no program can be given one")
        for name in PLACEHOLDER.findall(argument):
            if name not in ALERT_FIELDS:
                known = ", ".join(f"{{{one}}}" for one in ALERT_FIELDS)
                raise FormError(f"has the unknown {{{name}}}", did_you_mean(name, ALERT_FIELDS) or f"known: {known}")
    if _SHELLS.fullmatch(Path(program).name) and "-c" in arguments and _has_placeholder_behind_c(arguments):
        raise FormError(
            "has a shell read what devices and servers said as commands",
            'write the script in a file, or use "$1": [/bin/sh, "-c", \'echo "$1"\', tell, "{text}"]',
        )
    return arguments


def _has_placeholder_behind_c(arguments: tuple[str, ...]) -> bool:
    script = arguments[arguments.index("-c") + 1 :][:1]
    return any(PLACEHOLDER.search(one) for one in script)


class CommandSettings(Section):
    """The program and its arguments, in which placeholders are filled in; it gets the whole message as JSON on its
    standard input, too. No shell. `timeout`: then it is killed, with all that it has started."""

    command: Annotated[tuple[str, ...], AfterValidator(not_empty), AfterValidator(_check_arguments)] = Field(
        description="the program and its arguments"
    )
    timeout: Annotated[Duration, AfterValidator(within("1s", "2min"))] = timedelta(seconds=30)
    name: Name | None = None
    on: AlertKinds = ALL_KINDS

    @property
    def place(self) -> str:
        """What it is called where it has no name."""
        return Path(self.command[0]).name

    @property
    def missing(self) -> tuple[str, str] | None:
        """What keeps it from being run by this user now, and what to do; `None`: nothing."""
        program = self.command[0]
        if not Path(program).exists():
            return f"{program} does not exist", "put it there, or correct the path"
        if not Path(program).is_file() or not os.access(program, os.X_OK):
            return f"{program} cannot be run", f"chmod +x {program}, and let the gateway's user read it"
        return None
