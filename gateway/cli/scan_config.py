"""What a scan found, as a piece of configuration to go on with."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.instruments.modbus.scan import FoundRegister, Meaning, UnitAnswer

DIGITS = 7
"""Of a number shown: what a float of 32 bits holds."""


def column(meaning: Meaning) -> str:
    """Type and byte order in short; the usual order is not named."""
    return meaning.name if meaning.order == "ABCD" else f"{meaning.name} {meaning.order}"


def scan_config(found: list[tuple[UnitAnswer, list[FoundRegister]]], link: str) -> str:
    """An instrument for each unit with a parameter for each register, its meanings beside it as a comment."""
    lines = ["# Found by gateway scan: choose type and byte_order, and write symbol and unit.", "instruments:"]
    for answer, registers in found:
        lines += [f"  - name: unit-{answer.unit}", f"    link: {link}", f"    unit: {answer.unit}", "    poll: 10s"]
        lines += [f"    parameters:   # {answer.said}"]
        for register in registers:
            lines += _parameter(answer.unit, register)
    return "\n".join(lines) + "\n"


def _parameter(unit: int, found: FoundRegister) -> Iterator[str]:
    kind = "bool" if found.is_bit else "uint16"
    place = f'symbol: U{unit}R{found.address}, unit: "-", custom: true, register: "{found.table}:{found.address}"'
    yield f"      - {{{place}, type: {kind}}}"
    if found.meanings:
        yield "        # " + "; ".join(f"{column(one)} {one.number:.{DIGITS}g}" for one in found.meanings)
