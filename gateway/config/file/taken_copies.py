"""Copies of the files beside the configuration that something is taken from, profiles and tables, as they were when
they were taken over last. They lie in the storage folder (`gateway.app.taken_files` puts them there), for a start that
finds such a file gone, empty or closed: the station goes on as it measured before, and says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.core.errors import ConfigError, Problem
from gateway.core.phrase import Phrase

_FOLDER = "taken"
_MOST_FAULTS = 3
"""Of one file, where it is told that its copy is in force; `gateway check` has all of them."""


@dataclass(frozen=True, slots=True)
class TakenCopies:
    """Of the station that keeps its data in this folder."""

    storage: Path

    @property
    def folder(self) -> Path:
        return self.storage / _FOLDER

    @property
    def are_known(self) -> bool:
        """Whether a configuration was taken over since copies are kept: what has none then was not in force."""
        return self.folder.is_dir()

    def place(self, file: Path) -> Path:
        """Where the copy of this file is, if there is one."""
        return self.folder / file.parent.name / file.name

    def find(self, file: Path) -> bytes | None:
        """The copy of this file; `None`: there is none that can be read."""
        from gateway.config.file.own_file import own_bytes  # YAML, which the daemon is spared

        try:
            return own_bytes(self.place(file), Phrase("remove it"))
        except ConfigError:
            return None

    def found(self, folder: Path) -> Mapping[Path, bytes]:
        """The copies of all files of this folder, by the files' own names."""
        try:
            names = sorted(one.name for one in (self.folder / folder.name).iterdir())
        except OSError:
            return {}
        copies = ((folder / name, self.find(folder / name)) for name in names)
        return {file: content for file, content in copies if content is not None}


def told_of_copy(file: Path, content: bytes, faults: Iterable[Problem]) -> tuple[Problem, ...]:
    """That the copy is in force, and what is wrong with the file."""
    wrong = Phrase(
        "cannot be used, and what was taken over from it last is in force (sha256 {digest})",
        digest=hashlib.sha256(content).hexdigest()[:12],
    )
    return (_told(file, wrong), *tuple(faults)[:_MOST_FAULTS])


def told_of_shipped(file: Path, faults: Iterable[Problem]) -> tuple[Problem, ...]:
    """That the one which ships is in force, as before, and why it is not known whether it is to be."""
    wrong = Phrase("cannot be looked for, and the one of that name that ships is in force, as before")
    return (_told(file, wrong), *tuple(faults)[:_MOST_FAULTS])


def _told(file: Path, wrong: Phrase) -> Problem:
    return Problem(str(file), 0, "", wrong, Phrase("put it right, then gateway check and gateway reload"))
