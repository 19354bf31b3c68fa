"""What `calculate` refuses, and what it says would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import edited, faults, warnings

COD = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
AT = "gateway.yaml:17: instruments.probe.parameters.COD"
GOOD = (
    "{symbol: COD, unit: mg/L, calculate: '[mant] * 10 ** [exp]', registers: {"
    "mant: {register: 'holding:0', type: int16, invalid: [-1]}, exp: {register: 'holding:9', type: int16}}}"
)


def of(formula: str, registers: str, more: str = "") -> str:
    return f"{{symbol: COD, unit: mg/L, calculate: '{formula}', registers: {{{registers}}}{more}}}"


A, B = "a: {register: 'holding:0', type: int16}", "b: {register: 'holding:1', type: uint32}"

FAULTS = {
    "a name without register": (
        of("a * 10 ** c", A),
        f"{AT}.registers: c stands in the formula and not here; add c: {{register: …, type: …}}",
    ),
    "a register that is not used": (
        of("a * 2", f"{A}, {B}"),
        f"{AT}.registers: b is not in the formula; write [b] into it, or remove the register",
    ),
    "nothing is read": (
        of("1 + 1", ""),
        f"{AT}.registers: is empty; a formula without registers is a constant, and measures nothing",
    ),
    "two tables": (
        of("a * b", f"{A}, b: {{register: 'input:1', type: int16}}"),
        f"{AT}.registers: holding:0 and input:1 are never of one instant: a request reads one table; find them in the "
        "same table, or write what is set once into the formula, such as 10 ** -2",
    ),
    "too far apart": (
        of("a * b", f"{A}, b: {{register: 'holding:124', type: int32}}"),
        f"{AT}.registers: are 126 registers from the first to the last, and a request reads 125: what two requests "
        "bring is not of one instant; check the addresses, or write what is set once into the formula, such as "
        "10 ** -2",
    ),
    "not understood": (
        of("a *", A),
        f"{AT}.calculate: at character 4: the formula ends where a value is expected; write a number, a symbol or (",
    ),
    "never a value": (
        of("a / 0", A),
        f"{AT}.calculate: at character 3: '/' never has a value: it divides by zero; write what has a value, whatever "
        "is measured",
    ),
    "scale beside it": (
        of("a * b", f"{A}, {B}", ", scale: 0.1"),
        f"{AT}: has scale beside calculate; multiply in the formula",
    ),
    "codes beside it": (
        of("a * b", f"{A}, {B}", ", invalid: [-1]"),
        f"{AT}: has invalid beside calculate; write it at the register that holds the code",
    ),
    "a register beside it": (
        of("a * b", f"{A}, {B}", ", register: 'holding:0', type: int16"),
        f"{AT}: has register beside calculate; write each register below registers, with its name in the formula",
    ),
    "no registers": (
        "{symbol: COD, unit: mg/L, calculate: a * 2}",
        f"{AT}.registers: is missing; add registers: the register of each name, such as "
        '{mant: {register: "holding:0", type: int16}, exp: {…}}',
    ),
    "no formula": (
        f"{{symbol: COD, unit: mg/L, registers: {{{A}}}}}",
        f'{AT}.calculate: is missing; add calculate: a formula over registers, such as "[mant] * 10 ** [exp]"',
    ),
    "a text": (
        of("a", "a: {register: 'holding:0', type: string}"),
        f"{AT}.registers.a.type: string is no number; use a numeric type, such as int16",
    ),
    "a misspelt key of a register": (
        of("a", "a: {register: 'holding:0', typ: int16}"),
        f"{AT}.registers.a.typ: is an unknown key; did you mean type?",
    ),
}


@pytest.mark.parametrize(("parameter", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_refuses(parameter: str, expected: str, tmp_path: Path) -> None:
    told = faults(edited((COD, parameter)), tmp_path)
    assert told
    assert told[0].startswith(expected)


def test_mantissa_and_exponent_are_taken(tmp_path: Path) -> None:
    text = edited((COD, GOOD.replace("holding:0", "holding:7")))
    assert faults(text, tmp_path) == []
    assert not [line for line in warnings(text, tmp_path) if "COD" in line]


def test_a_datasheets_number_is_seen_at_each_register(tmp_path: Path) -> None:
    text = edited((COD, of("a", "a: {register: 'holding:40001', type: int16}")))
    assert any(
        "parameters.COD.registers.a.register: holding:40001 counts from zero; did you mean 4x:40001" in line
        for line in warnings(text, tmp_path)
    )


def test_a_device_that_answers_fewer_registers_at_once_can_never_answer_all_of_a_formula(tmp_path: Path) -> None:
    text = edited((COD, GOOD), ("    poll: 5s\n", "    poll: 5s\n    device: {max_registers: 8}\n"))
    (told,) = faults(text, tmp_path)
    assert "8 is less than probe.COD takes: 10 registers at once; write 10 or more" in told
