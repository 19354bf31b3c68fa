"""Where tables lie: those that ship in `core/data/standards/`, and an integrator's own in the folder `standards` beside
the configuration, which for a station is `/etc/station-gateway/standards`.

A table's file is named after the standard: QCVN 40:2011 is in `qcvn-40-2011.yaml`. An own table never takes the place
of one that ships, however its name is spelled: what a report calls QCVN 40:2011 is QCVN 40:2011.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.config.standards.table_names import file_name
from gateway.config.suggest import did_you_mean
from gateway.core.errors import Problem
from gateway.core.phrase import Phrase
from gateway.core.standard_table import SUFFIX, Standard, StandardError

if TYPE_CHECKING:
    from gateway.config.file.taken_copies import TakenCopies
    from gateway.config.standards.own_tables import OwnTable

_NAME = re.compile(r"""^name:[ ]*["']?([^"'\n]+?)["']?[ ]*(?:#.*)?$""", re.MULTILINE)


class StandardShelf:
    """`own_folder` need not exist. `copies`: for a start, what it goes by where an own file cannot be used."""

    def __init__(self, own_folder: Path | None = None, copies: TakenCopies | None = None) -> None:
        self._own_folder = own_folder
        self._copies = copies

    @classmethod
    def beside(cls, configuration: Path, copies: TakenCopies | None = None) -> StandardShelf:
        """For a configuration in this file."""
        return cls(configuration.absolute().parent / "standards", copies)

    @property
    def own(self) -> Mapping[str, OwnTable]:
        """The integrator's that are sound, by name."""
        return self._own[0]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every fault of every own table."""
        return self._own[1]

    @cached_property
    def _own(self) -> tuple[Mapping[str, OwnTable], tuple[Problem, ...]]:
        if self._own_folder is None:
            return {}, ()
        # YAML, see `gateway.config.builtin_tables.read`
        from gateway.config.standards.own_tables import own_tables, with_copies

        found, problems = own_tables(self._own_folder, tuple(_shipped()))
        if self._copies is None:
            return found, problems
        return with_copies(found, problems, self._own_folder, self._copies)

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
            return self.own[short].standard
        raise StandardError(
            Phrase("{name!r} is not known", name=name), did_you_mean(short, self.names(), 0.8) or self._where()
        )

    def _where(self) -> Phrase:
        own = (
            ""
            if self._own_folder is None
            else Phrase(", or put a table of your own into {own_folder}", own_folder=self._own_folder)
        )
        return Phrase("use one of {names}{own}", names=", ".join(self.names()), own=own)


@cache
def _shipped() -> Mapping[str, str]:
    """The names of the tables that ship, each with its text: what is not asked for is not read further."""
    texts = (
        one.read_text("utf-8")
        for one in files("gateway.core.data").joinpath("standards").iterdir()
        if one.name.endswith(".yaml")
    )
    return {match[1].removesuffix(SUFFIX): text for text in texts if (match := _NAME.search(text))}


@cache
def _shipped_standard(name: str) -> Standard:
    from gateway.config.standards.reading import read_table  # YAML, see `gateway.config.builtin_tables.read`

    return read_table(f"the shipped table {file_name(name)}", _shipped()[name])[0]
