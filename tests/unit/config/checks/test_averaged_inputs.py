"""A formula over a slot's averages that is meant for single readings is warned about; what emissions and indices are
computed by is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import STATION, warnings

PARAMETERS = """\
      - {symbol: MANT, custom: true, unit: mg/L, register: "holding:10", type: int16}
      - {symbol: EXP, custom: true, unit: "-", register: "holding:11", type: int16}
      - {symbol: RANGE, custom: true, unit: x, register: "holding:12", type: uint16}
      - {symbol: LOW, custom: true, unit: "-", register: "holding:13.0"}
      - {symbol: GAIN, custom: true, unit: "-", register: "holding:14", type: float32}
      - {symbol: T1, custom: true, unit: oC, register: "holding:16", type: int16, scale: 0.1}
      - {symbol: T2, custom: true, unit: oC, register: "holding:17", type: float32}
"""


def formula_warnings(formula: str, folder: Path) -> list[str]:
    text = STATION.replace("  - name: flowmeter\n", PARAMETERS + "  - name: flowmeter\n")
    text += f'computed:\n  - {{symbol: LOAD, custom: true, unit: mg/L, formula: "{formula}"}}\n'
    return [line for line in warnings(text, folder) if ": computed." in line]


@pytest.mark.parametrize(
    ("formula", "named"),
    [
        ("MANT * 10 ** EXP", "average of EXP"),
        ("COD * 10 ** (EXP - 3)", "average of EXP"),
        ("2 ** (T1 / 10)", "average of T1"),
        ("MANT * exp(EXP * 2.302585)", "average of EXP"),
        ("MANT * RANGE", "RANGE and MANT"),
        ("COD * RANGE / 100", "COD and RANGE"),
        ("COD / RANGE", "COD and RANGE"),
        ("COD * (1 + 9 * LOW)", "COD and LOW"),
        ("T2 * GAIN + 1", "T2 and GAIN"),
    ],
)
def test_12_3_became_22_59_because_the_exponent_was_averaged(formula: str, named: str, tmp_path: Path) -> None:
    (line,) = formula_warnings(formula, tmp_path)
    assert named in line
    assert 'calculate: "[mant] * 10 ** [exp]"' in line


@pytest.mark.parametrize(
    "formula",
    [
        "COD * 1.5333 + pH",
        "T1 + T2",
        "MANT + RANGE",
        "COD * Flow / 1000",
        "COD * T2",
        "COD * (20.9 - 6) / (20.9 - T2)",
        "sqrt(T1 ** 2 + T2 ** 2)",
        "max(T1, T2, 0)",
        "exp(T2 / 10)",
        "RANGE * Flow",
        "MANT * 10 ** -2",
    ],
)
def test_what_is_usual_is_not_warned_about(formula: str, tmp_path: Path) -> None:
    assert formula_warnings(formula, tmp_path) == []
