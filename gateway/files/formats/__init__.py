"""Renderers: record → file name and bytes. Pure functions, one module per authority's format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """What a destination chooses of a rendering: the format and its template. The rest is the station's."""

    format: str
    template: str = ""


TT10 = Form("tt10")
"""The regulation's file."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """Everything besides the record that a file's bytes depend on. Kept in the database, so that a file made under an
    older configuration can be made again, byte for byte.

    `missing_value` stands where a value would, or is `omit`: then the line is left out.
    `decimals` are pairs of symbol and digits after the point; `zone` is an IANA name. `template` is the shape, for
    formats that have one: JSON text, empty for the format's own.
    """

    format: str
    province: str
    facility: str
    station: str
    zone: str
    missing_value: str
    decimals: tuple[tuple[str, int], ...]
    template: str = ""

    @property
    def form(self) -> Form:
        return Form(self.format, self.template)


@dataclass(frozen=True, slots=True)
class Document:
    """A file: its name without folders, and its bytes."""

    name: str
    content: bytes
