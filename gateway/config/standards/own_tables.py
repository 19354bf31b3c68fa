"""An integrator's tables, in the folder beside the configuration.

Promises: nothing is read that is not a plain file of bounded size that not everybody may change; what lies there and
would not be read is told, for its limits would be missed in silence.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.config.file.document import YamlDocument
from gateway.config.file.own_file import decoded, own_bytes
from gateway.config.file.taken_copies import TakenCopies, told_of_copy
from gateway.config.standards.reading import read_table
from gateway.config.standards.table_names import ENDING, foreign_letters, same_table
from gateway.core.errors import ConfigError, Problem
from gateway.core.phrase import Phrase
from gateway.core.standard_table import Standard

MOST = 100
"""Tables; a folder with more is another folder."""
_ALMOST = (".yml", ENDING)
"""Endings, without regard to upper and lower case, of what somebody takes for a table."""


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table as read. `digest`: SHA-256 of its file's bytes, in hexadecimal."""

    standard: Standard
    file: str
    digest: str
    instead: tuple[Problem, ...] = ()
    """Why it is not read from that file, at a start that cannot use it."""


def own_tables(folder: Path, shipped: Sequence[str]) -> tuple[Mapping[str, OwnTable], tuple[Problem, ...]]:
    """Those that are sound, by name, and every fault of the others. `shipped`: names that are taken."""
    found: dict[str, OwnTable] = {}
    problems: list[Problem] = []
    try:
        files = _files(folder)
    except ConfigError as error:
        return {}, tuple(error.problems)
    taken = {same_table(name): Phrase("{name}, which ships with the gateway", name=name) for name in shipped}
    for file in files:
        if not file.name.endswith(ENDING):
            wrong = Phrase("is no table: its name does not end in {ending}", ending=ENDING)
            problems.append(
                Problem(
                    str(file),
                    0,
                    "",
                    wrong,
                    Phrase("call it {stem}{ending}, or put it elsewhere", stem=file.stem, ending=ENDING),
                )
            )
            continue
        try:
            standard, document, digest = _read(file)
        except ConfigError as error:
            problems += error.problems
            continue
        faults = list(_name_faults(standard.name, document, taken))
        problems += faults
        if not faults:
            found[standard.name] = OwnTable(standard, str(file), digest)
            taken[same_table(standard.name)] = Phrase("{name} in {name2}", name=standard.name, name2=file.name)
    return found, tuple(problems)


def with_copies(
    found: Mapping[str, OwnTable], problems: Sequence[Problem], folder: Path, copies: TakenCopies
) -> tuple[Mapping[str, OwnTable], tuple[Problem, ...]]:
    """The same for a start: what was in force and cannot be read now is as it was, and is no fault."""
    whole, left = dict(found), list(problems)
    for file, content in copies.found(folder).items():
        try:
            standard, _ = read_table(str(file), decoded(content, str(file)))
        except ConfigError:  # an older gateway's, which this one understands no more
            continue
        if standard.name not in found:
            faults = [one for one in problems if one.file in (str(file), str(folder))]
            left = [one for one in left if one.file != str(file)]
            digest = hashlib.sha256(content).hexdigest()
            whole[standard.name] = OwnTable(standard, str(file), digest, told_of_copy(file, content, faults))
    return whole, tuple(left)


def _files(folder: Path) -> list[Path]:
    """Raises ConfigError: the folder is none, cannot be read, belongs to everybody, or is another one."""
    try:
        mode = os.stat(folder).st_mode  # noqa: PTH116 - that of a link's folder
        found = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        raise _refused(
            folder, Phrase("is no folder"), Phrase("make it one, for tables of limits, or remove it")
        ) from None
    except OSError as error:
        advice = Phrase("let the gateway's user read it: chgrp gateway {folder} && chmod 750 {folder}", folder=folder)
        raise _refused(folder, Phrase("cannot be read ({strerror})", strerror=error.strerror), advice) from None
    tables = [file for file in found if file.suffix.lower() in _ALMOST and not file.name.startswith(".")]
    if len(tables) > MOST:
        raise _refused(
            folder, Phrase("has {tables} tables", tables=len(tables)), Phrase("keep at most {most} there", most=MOST)
        )
    if tables and mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise _refused(
            folder,
            Phrase("can be changed by everybody (mode {mode:04o})", mode=stat.S_IMODE(mode)),
            Phrase("chmod o-w {folder}", folder=folder),
        )
    return tables


def _read(file: Path) -> tuple[Standard, YamlDocument, str]:
    content = own_bytes(file, Phrase("write a table for each standard"))
    standard, document = read_table(str(file), decoded(content, str(file)))
    return standard, document, hashlib.sha256(content).hexdigest()


def _name_faults(name: str, document: YamlDocument, taken: Mapping[str, str]) -> Iterator[Problem]:
    if foreign := foreign_letters(name):
        wrong = Phrase("has letters that are no Latin ones: {foreign}", foreign=foreign)
        yield document.problem(("name",), wrong, Phrase("write it with Latin letters: others look alike and are not"))
    same = same_table(name)
    if not same:
        yield document.problem(("name",), Phrase("has no letters and digits"), Phrase("write the permit's number"))
    elif same in taken:
        right = Phrase("give it a name of its own, such as the permit's number")
        yield document.problem(("name",), Phrase("{name} is {taken}", name=name, taken=taken[same]), right)


def _refused(place: Path, wrong: Phrase, right: Phrase) -> ConfigError:
    return ConfigError((Problem(str(place), 0, "", wrong, right),))
