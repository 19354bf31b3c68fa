"""What a scan found, as lines and as JSON. No digit is ever cut off, however narrow the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.cli.speech import said
from gateway.config import ByteOrder
from gateway.core.phrase import Phrase
from gateway.core.scaling import Raw
from gateway.instruments.modbus.scan import FoundRegister, FoundText, FoundUnit

LONGEST_NUMBER = 12
"""Characters. With it the widest table has 78 columns, which every terminal shows."""


def scan_lines(unit: FoundUnit) -> Iterator[str]:
    """A line for each type that a register may begin, the byte orders side by side; then what may be text."""
    yield Phrase("unit {unit}: {said}", unit=unit.answer.unit, said=unit.answer.said)
    if unit.registers:
        rows = [tuple(map(said, _HEADINGS)), *(row for found in unit.registers for row in _rows(found))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            words = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
            numbers = [cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True)]
            yield " ".join([*words, *numbers]).rstrip()
    for text in unit.texts:
        both = (("ABCD", text.straight), ("BADC", text.swapped))
        yield Phrase("{text} as string: ", text=_registers(text)) + ", ".join(
            (f"{order} {one!r}" for order, one in both if one)
        )


def to_json(unit: FoundUnit) -> dict[str, Any]:
    """Stable keys."""
    return {
        "unit": unit.answer.unit,
        "said": unit.answer.said,
        "registers": [
            {
                "register": f"{found.table}:{found.address}",
                "word": found.word,
                "meanings": [
                    {"type": str(one.kind), "byte_order": str(one.order), "number": one.number}
                    | ({} if one.part is None else {"half": str(one.part)})
                    for one in found.meanings
                ],
            }
            for found in unit.registers
        ],
        "texts": [{"registers": _registers(one), "ABCD": one.straight, "BADC": one.swapped} for one in unit.texts],
    }


_HEADINGS = (Phrase("register"), Phrase("word"), Phrase("type"), *map(str, ByteOrder))


def _rows(found: FoundRegister) -> Iterator[tuple[str, ...]]:
    first = (f"{found.table}:{found.address}", f"{found.word:04x}")
    if not found.meanings:  # a bit, or a register at the end that is too narrow for the type that is asked for
        yield *first, *(("bool", str(found.word)) if found.is_bit else ("", "")), "", "", ""
    for name in dict.fromkeys(one.name for one in found.meanings):
        numbers = {one.order: _shown(one.number) for one in found.meanings if one.name == name}
        yield *first, name, *(numbers.get(order, "") for order in ByteOrder)
        first = ("", "")


def _shown(number: Raw) -> str:
    shown = f"{number:.6g}"
    return shown if len(shown) <= LONGEST_NUMBER else f"{number:.5g}"


def _registers(text: FoundText) -> str:
    return f"{text.table}:{text.first}-{text.last}"
