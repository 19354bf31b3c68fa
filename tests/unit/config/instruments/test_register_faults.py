"""What is refused where a register and its type are written.

Each row: what is changed in a valid file, and what loading then says, to the letter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import edited, faults

COD = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
FAULTS: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    "bare_number": (
        [(COD, "{symbol: COD, unit: mg/L, register: 40001, type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: 40001 does not say which table; write "
                "it as holding:0, input:2, coil:5, discrete:7, holding:10.3 for a bit, "
                "holding:10.high for a half, or 4x:40001 as in a "
                "datasheet"
            )
        ],
    ),
    "number_in_quotes": (
        [(COD, "{symbol: COD, unit: mg/L, register: '40001', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: '40001' is not a register; write it "
                "as holding:0, input:2, coil:5, discrete:7, holding:10.3 for a bit, "
                "holding:10.high for a half, or 4x:40001 as in a datasheet"
            )
        ],
    ),
    "without_value": (
        [(COD, "{symbol: COD, unit: mg/L, register: ~, type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: is not a register; write it as "
                "holding:0, input:2, coil:5, discrete:7, holding:10.3 for a bit, "
                "holding:10.high for a half, or 4x:40001 as in a datasheet"
            )
        ],
    ),
    "unknown_table": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'register:5', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: 'register' is no table; write it as "
                "holding:0, input:2, coil:5, discrete:7, holding:10.3 for a bit, "
                "holding:10.high for a half, or 4x:40001 as in a datasheet"
            )
        ],
    ),
    "negative": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'holding:-1', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: 'holding:-1' is not a register; write "
                "it as holding:0, input:2, coil:5, discrete:7, holding:10.3 for a bit, "
                "holding:10.high for a half, or 4x:40001 as in a "
                "datasheet"
            )
        ],
    ),
    "past_the_table": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'holding:65536', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: 65536 is past the end of the table; "
                "addresses go from 0 to 65535"
            )
        ],
    ),
    "value_runs_past_the_table": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'holding:65535', type: float32}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.type: float32 at holding:65535 runs past the "
                "last register 65535; float32 takes 2 registers"
            )
        ],
    ),
    "wide_value_runs_past_the_table": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'holding:65533', type: float64}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.type: float64 at holding:65533 runs past the "
                "last register 65535; float64 takes 4 registers"
            )
        ],
    ),
    "datasheet_number_of_another_table": (
        [(COD, "{symbol: COD, unit: mg/L, register: '4x:30001', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: 4x:30001 is no datasheet number; "
                "numbers of 4x go from 40001 to 49999, or from 400001 with six digits"
            )
        ],
    ),
    "datasheet_number_too_short": (
        [(COD, "{symbol: COD, unit: mg/L, register: '4x:1', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: 4x:1 is no datasheet number; numbers "
                "of 4x go from 40001 to 49999, or from 400001 with six digits"
            )
        ],
    ),
    "datasheet_number_zero": (
        [(COD, "{symbol: COD, unit: mg/L, register: '4x:40000', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: 4x:40000 is no datasheet number; "
                "numbers of 4x go from 40001 to 49999, or from 400001 with six digits"
            )
        ],
    ),
    "datasheet_number_past_the_table": (
        [(COD, "{symbol: COD, unit: mg/L, register: '4x:465537', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: 465537 is past the end of the table; "
                "addresses go from 0 to 65535"
            )
        ],
    ),
    "coil_is_a_bit": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'coil:5', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.type: coil:5 is a single bit, not uint16; write "
                "type: bool, or leave it out"
            )
        ],
    ),
    "bit_of_a_coil": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'coil:5.1', type: bool}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: names a bit of a coil; a coil is a "
                "single bit already: leave the .1 out"
            )
        ],
    ),
    "bool_of_a_register": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'holding:5', type: bool}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.type: bool needs a single bit, and holding:5 is "
                "a whole register; write holding:5.0 for bit 0"
            )
        ],
    ),
    "bit_is_bool": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'holding:5.3', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.type: holding:5.3 is a single bit, not uint16; "
                "write type: bool, or leave it out"
            )
        ],
    ),
    "bit_16": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'holding:5.16', type: bool}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: bit 16 does not exist; a register has "
                "the bits 0 (least significant) to 15"
            )
        ],
    ),
    "half_is_one_byte": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'holding:5.high', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.type: holding:5.high is half a register, and uint16 "
                "is not; use int8 or uint8, or leave the .high out"
            )
        ],
    ),
    "half_not_said": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'holding:5', type: int8}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.type: int8 stands in half a register, and holding:5 "
                "is a whole one; write holding:5.high or holding:5.low, or uint16 where the number has the register "
                "for itself"
            )
        ],
    ),
    "half_has_no_order": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'holding:5.low', type: int8, byte_order: BADC}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.byte_order: has no effect on holding:5.low, which "
                "is one byte; leave it out: .high and .low say which byte"
            )
        ],
    ),
    "half_of_a_coil": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'coil:5.low', type: uint8}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.register: names a half of a coil; a coil is a "
                "single bit already: leave the .low out"
            )
        ],
    ),
    "type_missing": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2'}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.type: is missing; add type: how it is stored, "
                "one of bool, int8, uint8, int16, uint16, int24, uint24, int32, uint32, uint48, int64, uint64, "
                "float32, float64, bcd16, bcd32, sm16, sm32"
            )
        ],
    ),
    "type_misspelt": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: unit16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.type: is none of the choices; write 'bool', "
                "'int8', 'uint8', 'int16', 'uint16', 'int24', 'uint24', 'int32', 'uint32', 'uint48', 'int64', "
                "'uint64', 'float32', 'float64', 'bcd16', 'bcd32', 'sm16', 'sm32' or 'string'; did you mean uint16?"
            )
        ],
    ),
    "byte_order_unknown": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, byte_order: BACD}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.byte_order: is none of the choices; write "
                "'ABCD', 'CDAB', 'BADC' or 'DCBA'; did you mean BADC?"
            )
        ],
    ),
}


@pytest.mark.parametrize(("edits", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_refuses(edits: list[tuple[str, str]], expected: list[str], tmp_path: Path) -> None:
    assert faults(edited(*edits), tmp_path) == expected
