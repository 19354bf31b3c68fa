"""A program of ours that stays for months and is none of the command line's, `python -m MODULE FILE [--verbose]
[--language vi|en]`: how a command becomes it, and how it ends, with the exit codes and errors of the command `gateway`.

The command's process becomes another one, so that systemd knows it, and what the command line has loaded is gone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from gateway.core.errors import ConfigError, GatewayError
from gateway.core.phrase import Phrase
from gateway.core.printable import printable
from gateway.runtime.spoken_language import LANGUAGES, language_written, spoken_language


def become(module: str, program: Program, *interpreter: str) -> NoReturn:
    """This process is that module from here on. `interpreter`: options of Python's.

    Where nothing of the user's environment counts (`python3 -I`, as a package starts the command), it does not there
    either; elsewhere nothing comes from the folder in which somebody happens to be.
    """
    alone = "-I" if sys.flags.isolated else "-P"
    os.execv(sys.executable, [sys.executable, alone, *interpreter, "-m", module, *program.arguments])  # noqa: S606  # no shell


@dataclass(slots=True)
class Program:
    """What it was asked for. `asked`: the language of `--language`; `station`: that of its configuration, once it is
    known."""

    file: Path
    verbose: bool = False
    asked: str | None = None
    station: str | None = None

    @classmethod
    def started(cls, arguments: list[str]) -> Program:
        """By its arguments, which a command of ours gave it."""
        file, *options = arguments
        return cls(Path(file), "--verbose" in options, next((one for one in options if one in LANGUAGES), None))

    @property
    def arguments(self) -> list[str]:
        verbose = ["--verbose"] if self.verbose else []
        language = ["--language", self.asked] if self.asked else []
        return [str(self.file), *verbose, *language]

    def exit_code(self, run: Callable[[Program], int], said: Callable[[str, str], str]) -> int:
        """What `run` returns; 2 for a faulty configuration and 1 for any other error of ours, which are written to
        stderr as `said` says them: a text and the language of the reader's."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # whatever a peer says can be written, in ASCII, too
                stream.reconfigure(errors="backslashreplace")
        try:
            return run(self)
        except ConfigError as error:
            self.station = self.station or language_written(self.file)
            self._tell([problem.words for problem in error.problems], said)
            return 2
        except GatewayError as error:
            self._tell([error.words], said, before="gateway: ")
        except KeyboardInterrupt:
            self._tell([Phrase("Aborted!")], said)
        return 1

    def _tell(self, words: list[str], said: Callable[[str, str], str], before: str = "") -> None:
        language = spoken_language(self.asked, self.station)
        lines = (one if language == "en" else said(one, language) for one in words)
        sys.stderr.writelines(f"{before}{printable(line)}\n" for line in lines)
