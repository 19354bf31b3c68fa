"""Where tables lie: those that ship in `core/data/standards/`, and an integrator's own in the folder `standards` beside
the configuration, which for a station is `/etc/station-gateway/standards`.

A table's file is named after the standard: QCVN 40:2011 is in `qcvn-40-2011.yaml`. An own table never takes the place
of one that ships: what a report calls QCVN 40:2011 is QCVN 40:2011.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from gateway.config.suggest import did_you_mean
from gateway.core.errors import ConfigError, Problem
from gateway.core.standards import SUFFIX, Standard, StandardError

_ENDING = ".yaml"
_NAME = re.compile(r"""^name:[ ]*["']?([^"'\n]+?)["']?[ ]*(?:#.*)?$""", re.MULTILINE)
MOST_OWN = 100
"""Own tables; a folder with more is another folder."""


class StandardShelf:
    """`own_folder` need not exist."""

    def __init__(self, own_folder: Path | None = None) -> None:
        self._own_folder = own_folder

    @classmethod
    def beside(cls, configuration: Path) -> StandardShelf:
        """For a configuration in this file."""
        return cls(configuration.absolute().parent / "standards")

    @property
    def own(self) -> Mapping[str, Standard]:
        """The integrator's that are sound, by name."""
        return self._own[0]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every fault of every own table."""
        return self._own[1]

    @cached_property
    def _own(self) -> tuple[Mapping[str, Standard], tuple[Problem, ...]]:
        from gateway.config.file.own_file import own_file  # YAML, see `gateway.config.builtin_tables.read`

        found: dict[str, Standard] = {}
        problems: list[Problem] = []
        try:
            for file in self._own_files():
                try:
                    standard = _read(str(file), own_file(file, "write a table for each standard"))
                except ConfigError as error:
                    problems += error.problems
                else:
                    problems += _misnamed(file, standard, found)
                    found.setdefault(standard.name, standard)
        except ConfigError as error:
            problems += error.problems
        return found, tuple(problems)

    def names(self) -> tuple[str, ...]:
        """All that there are, sorted."""
        return tuple(sorted({*_shipped(), *self.own}))

    def standard(self, name: str) -> Standard:
        """The standard of this name, with or without "/BTNMT" behind it.

        Raises:
            StandardError: there is none.
        """
        short = name.removesuffix(SUFFIX)
        if short in _shipped():
            return _shipped_standard(short)
        if short in self.own:
            return self.own[short]
        raise StandardError(f"{name!r} is not known", did_you_mean(short, self.names(), 0.8) or self._where())

    def _where(self) -> str:
        own = "" if self._own_folder is None else f", or put a table of your own into {self._own_folder}"
        return f"use one of {', '.join(self.names())}{own}"

    def _own_files(self) -> list[Path]:
        try:
            found = sorted(self._own_folder.iterdir()) if self._own_folder is not None else []
        except OSError:
            return []
        tables = [file for file in found if file.suffix == _ENDING and not file.name.startswith(".")]
        if len(tables) > MOST_OWN:
            wrong = f"has {len(tables)} tables"
            raise ConfigError((Problem(str(self._own_folder), 0, "", wrong, f"keep at most {MOST_OWN} there"),))
        return tables


def file_name(standard: str) -> str:
    """`QCVN 40:2011` → `qcvn-40-2011.yaml`."""
    return "-".join(re.findall(r"[^\W_]+", standard.casefold())) + _ENDING


@cache
def _shipped() -> Mapping[str, str]:
    """The names of the tables that ship, each with its text: what is not asked for is not read further."""
    texts = (
        one.read_text("utf-8")
        for one in files("gateway.core.data").joinpath("standards").iterdir()
        if one.name.endswith(_ENDING)
    )
    return {match[1].removesuffix(SUFFIX): text for text in texts if (match := _NAME.search(text))}


@cache
def _shipped_standard(name: str) -> Standard:
    return _read(f"the shipped table {file_name(name)}", _shipped()[name])


def _read(file: str, text: str) -> Standard:
    """Raises ConfigError: with every fault of the table."""
    from gateway.config.file.document import parse_document  # see `gateway.config.builtin_tables.read`
    from gateway.config.file.messages import Messages
    from gateway.config.standards.table import StandardTable
    from gateway.config.standards.table_faults import table_faults

    document = parse_document(file, text, "begin with name: the standard's name")
    try:
        table = StandardTable.model_validate(document.content)
    except ValidationError as error:
        faults = Messages(document, StandardTable, ()).problems_of(error)
        raise ConfigError((*document.faults, *faults)) from None
    found = (*document.faults, *(document.problem(*fault) for fault in table_faults(table)))
    if found:
        raise ConfigError(found)
    return table.standard


def _misnamed(file: Path, standard: Standard, others: Mapping[str, Standard]) -> Iterator[Problem]:
    if standard.name in _shipped():
        right = "give it a name of its own, such as the permit's number"
        yield Problem(str(file), 0, "name", f"{standard.name} ships with the gateway", right)
    if standard.name in others:
        yield Problem(str(file), 0, "name", f"{standard.name} is in another file of this folder, too", "keep one")
