"""Renderers: record → file name and bytes. Pure functions, one module per authority's format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rendering:
    """Everything besides the record that a file's bytes depend on. Kept in the database, so that a file made under an
    older configuration can be made again, byte for byte.

    `missing_value` stands where a value would, or is `omit`: then the line is left out.
    `decimals` are pairs of symbol and digits after the point; `zone` is an IANA name.
    """

    format: str
    province: str
    facility: str
    station: str
    zone: str
    missing_value: str
    decimals: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file: its name without folders, and its bytes."""

    name: str
    content: bytes
