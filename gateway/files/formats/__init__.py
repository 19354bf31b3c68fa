"""Renderers: record → file name and bytes. Pure functions, one module per authority's format."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.record import Line, Record

OMIT = "omit"
"""The `missing_value` that leaves out a line without a value."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a destination chooses of a rendering: the format, its template, and symbols of its own. The rest is the
    station's."""

    format: str
    template: str = ""
    symbols: tuple[tuple[str, str], ...] = ()


TT10 = Form("tt10")
"""The regulation's file."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """Everything besides the record that a file's bytes depend on. Kept in the database, so that a file made under an
    older configuration can be made again, byte for byte.

    `missing_value` stands where a value would, or is `omit`: then the line is left out.
    `decimals` are pairs of symbol and digits after the point; `zone` is an IANA name. `template` is the shape, for
    formats that have one: JSON text, empty for the format's own. `symbols` are pairs of a line's symbol and the one
    that stands in its place; a line whose symbol becomes the empty text is left out.
    """

    format: str
    province: str
    facility: str
    station: str
    zone: str
    missing_value: str
    decimals: tuple[tuple[str, int], ...]
    template: str = ""
    symbols: tuple[tuple[str, str], ...] = ()

    @property
    def form(self) -> Form:
        return Form(self.format, self.template, self.symbols)

    def lines_of(self, record: Record) -> list[tuple[str, Line]]:
        """The record's lines that are shown, in order, each with the symbol under which it is."""
        shown = dict(self.symbols)
        return [
            (symbol, line)
            for line in record.lines
            if (symbol := shown.get(line.parameter.symbol, line.parameter.symbol))
            and (line.average.value is not None or self.missing_value != OMIT)
        ]


@dataclass(frozen=True, slots=True)
class Document:
    """A file: its name without folders, and its bytes."""

    name: str
    content: bytes
