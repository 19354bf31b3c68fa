"""What is said of counters: a sum needs a word on what is summed, and no word stands where it has no effect."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from gateway.cli.check_summary import _counted
from gateway.config import Configuration
from gateway.core.quality import QualityRules
from gateway.core.running_total import RunningTotal
from gateway.readings.columns import column_to_json, columns_from_json
from tests.unit.config.wording import edited, faults, load_text

FLOW = '{symbol: Flow, unit: m3/h, register: "input:0", type: float32}'
RAIN = "{{symbol: Rain, unit: mm, register: 'input:0', {rest}}}"
PULSES = "{{symbol: Pulses, custom: true, unit: '-', register: 'input:0', {rest}}}"

REFUSED = {
    "a_sum_by_the_catalogue": (RAIN, "type: uint16", "counter: is missing: Rain is summed"),
    "a_sum_that_is_written": (PULSES, "type: uint16, average: sum", "counter: is missing: Pulses is summed"),
    "of_a_mean": (PULSES, "type: uint16, counter: total", "of the readings of Pulses is made the mean"),
    "of_a_maximum": (RAIN, "type: uint16, average: max, counter: total", "is made the maximum, not a sum"),
    "of_a_last_value": (RAIN, "type: uint16, average: last, counter: since_read", "is made the last value"),
    "an_end_of_amounts": (RAIN, "type: uint16, counter: since_read, wraps_at: 100", "only a running total has one"),
    "a_growth_of_amounts": (RAIN, "type: uint16, counter: since_read, max_growth: 3", "only a running total has one"),
    "an_end_of_a_mean": (PULSES, "type: uint16, wraps_at: 100", "only a running total has one"),
    "an_end_that_16_bits_never_reach": (RAIN, "type: uint16, counter: total, wraps_at: 65537", "at most 65536"),
    "an_end_that_four_digits_never_reach": (RAIN, "type: bcd16, counter: total, wraps_at: 10001", "at most 10000"),
    "an_end_that_15_bits_never_reach": (RAIN, "type: int16, counter: total, wraps_at: 40000", "at most 32768"),
    "half_a_count": (RAIN, "type: uint16, counter: total, wraps_at: 99.5", "holds whole counts"),
    "an_end_at_nothing": (RAIN, "type: uint16, counter: total, wraps_at: 0", "0 is too small"),
    "a_total_that_falls": (RAIN, "type: uint16, scale: -0.1, counter: total", "a negative scale makes it fall"),
    "a_word_that_is_none": (RAIN, "type: uint16, counter: totals", "did you mean total?"),
    "a_current": (
        RAIN,
        "type: uint16, counter: total, from_current: {raw: [0, 4095], current: [4, 20], value: [0, 9]}",
        "a current shows no count",
    ),
}


@pytest.mark.parametrize(("parameter", "rest", "said"), REFUSED.values(), ids=REFUSED)
def test_refuses(tmp_path: Path, parameter: str, rest: str, said: str) -> None:
    [fault] = faults(edited((FLOW, parameter.format(rest=rest))), tmp_path)
    assert said in fault


def test_the_fault_of_an_old_configuration_says_what_to_add_and_what_it_means(tmp_path: Path) -> None:
    [fault] = faults(edited((FLOW, RAIN.format(rest="type: uint16"))), tmp_path)
    for words in ("counter: total if the number goes on growing", "counter: since_read if each read empties it"):
        assert words in fault


def test_what_each_read_empties_is_read_for_nothing_else(tmp_path: Path) -> None:
    emptied = RAIN.format(rest="type: uint32, counter: since_read")
    second = "{symbol: Temp, unit: oC, register: 'input:1', type: int16}"
    [fault] = faults(edited((FLOW, f"{emptied}\n      - {second}")), tmp_path)
    assert "each read empties the registers of Rain, and another reads input:1 too" in fault
    [fault] = faults(
        edited(
            (FLOW, emptied),
            ("link: bus\n", 'link: bus\n    status: {register: "input:1", type: uint16, fault: [1]}\n'),
        ),
        tmp_path,
    )
    assert "another reads input:1 too" in fault


def loaded(rest: str, folder: Path) -> Configuration:
    return load_text(edited((FLOW, RAIN.format(rest=rest))), folder)


TOTALS = {
    "uint16, scale: 0.1": RunningTotal(Decimal(0), Decimal("6553.6"), Decimal("0.1"), Decimal("40.0")),
    "int16": RunningTotal(Decimal(0), Decimal(65536), Decimal(1), Decimal("40.0")),
    "uint32, scale: 0.2, offset: 5": RunningTotal(Decimal(5), Decimal("858993459.2"), Decimal("0.2"), Decimal("40.0")),
    "bcd16, scale: 0.1": RunningTotal(Decimal(0), Decimal(1000), Decimal("0.1"), Decimal("40.0")),
    "sm16": RunningTotal(Decimal(0), None, Decimal(1), Decimal("40.0")),
    "float32": RunningTotal(Decimal(0), None, Decimal(0), Decimal("40.0")),
    "float32, wraps_at: 999.9, max_growth: 5": RunningTotal(Decimal(0), Decimal("999.9"), Decimal(0), Decimal(5)),
    "uint16, wraps_at: 32768": RunningTotal(Decimal(0), Decimal(32768), Decimal(1), Decimal("40.0")),
}


@pytest.mark.parametrize(("rest", "total"), TOTALS.items(), ids=TOTALS)
def test_how_a_device_counts_by_its_type_and_what_is_said(tmp_path: Path, rest: str, total: RunningTotal) -> None:
    configuration = loaded(f"type: {rest}, counter: total", tmp_path)
    [(parameter, aggregation)] = configuration.aggregations.items()
    assert aggregation.counter == total
    assert columns_from_json([column_to_json(parameter, aggregation)]) == ((parameter,), (aggregation,))


def test_nobody_wonders_about_a_week_without_pulses(tmp_path: Path) -> None:
    text = edited((FLOW, PULSES.format(rest="type: uint16, average: sum, counter: total")))
    rules = load_text(text, tmp_path).finding_rules
    [pulses] = [one.rules for one in rules.lines if one.sent.symbol == "Pulses"]
    assert isinstance(pulses, QualityRules)
    assert (pulses.zero, pulses.flatline_ms) == (False, None)


def test_a_range_is_of_amounts_and_not_of_the_total(tmp_path: Path) -> None:
    [gauge] = loaded("type: uint16, counter: total, range: [0, 50]", tmp_path).instruments[1].parameters
    assert gauge.range_as_read is None
    [gauge] = loaded("type: uint16, counter: since_read, range: [0, 50]", tmp_path).instruments[1].parameters
    assert gauge.range_as_read == (0, 50)


def test_check_says_what_is_summed(tmp_path: Path) -> None:
    [gauge] = loaded("type: uint16, scale: 0.1, counter: total", tmp_path).instruments[1].parameters
    assert _counted(gauge) == (
        "Rain: a running total (from 0 again after 6553.6 mm, at most 40 mm in a minute), a slot has what it grew by"
    )
    [gauge] = loaded("type: uint16, counter: since_read", tmp_path).instruments[1].parameters
    assert "each read empties it" in str(_counted(gauge))


def test_lines_that_are_passed_over_are_no_amounts(tmp_path: Path) -> None:
    talker = """ascii: {streaming: true, response: 'R (?P<Rain>[0-9.]+)'}
    parameters:
      - {symbol: Rain, unit: mm, counter: since_read}
"""
    text = edited(
        ("link: bus\n", "link: mast\n"),
        ("  bus:", "  mast: {type: tcp, host: 192.168.1.11, port: 4001}\n  bus:"),
        (f"parameters:\n      - {FLOW}\n", talker),
    )
    [fault] = faults(text, tmp_path)
    assert "the lines between two polls are passed over" in fault
    assert faults(text.replace("since_read", "total"), tmp_path) == []


def test_another_section_of_the_unit_reads_around_what_is_emptied(tmp_path: Path) -> None:
    second = """  - name: second
    link: bus
    poll: 10s
    parameters:
      - {symbol: Temp, unit: oC, register: 'input:FIRST', type: int16}
      - {symbol: RH, unit: "%", register: 'input:9', type: uint16}
destinations:"""
    rain = RAIN.format(rest="type: uint16, counter: since_read").replace("input:0", "input:5")
    [fault] = faults(edited((FLOW, rain), ("destinations:", second.replace("FIRST", "3"))), tmp_path)
    assert "second reads registers on both sides of input:5" in fault
    assert faults(edited((FLOW, rain), ("destinations:", second.replace("FIRST", "6"))), tmp_path) == []
