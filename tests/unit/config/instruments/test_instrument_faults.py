"""What is refused in `instruments`, apart from registers.

Each row: what is changed in a valid file, and what loading then says, to the letter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import STATION, edited, faults

INSTRUMENTS = STATION[STATION.index("instruments:") : STATION.index("destinations:")]
COD = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
FAULTS: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    "link_misspelt": (
        [("link: plc", "link: plk")],
        ["gateway.yaml:13: instruments.probe.link: there is no link 'plk'; did you mean plc?"],
    ),
    "link_missing": (
        [("    link: plc\n", "")],
        ["gateway.yaml:12: instruments.probe.link: is missing; add link: the name of one of the links"],
    ),
    "name_twice": (
        [("name: flowmeter", "name: probe")],
        ["gateway.yaml:18: instruments.probe.name: the name 'probe' stands twice; give each instrument its own"],
    ),
    "poll_longer_than_slot": (
        [("poll: 5s", "poll: 6min")],
        [
            (
                "gateway.yaml:14: instruments.probe.poll: 6min is longer than the slot of 5min; poll at least once "
                "in a slot, or slots stay empty"
            )
        ],
    ),
    "poll_too_short": (
        [("poll: 5s", "poll: 99ms")],
        ["gateway.yaml:14: instruments.probe.poll: 99ms is out of bounds; write 100ms to 1h"],
    ),
    "poll_missing": (
        [("    poll: 5s\n", "")],
        ["gateway.yaml:12: instruments.probe.poll: is missing; add poll: the time between two polls, such as 5s"],
    ),
    "unit_reserved_on_a_serial_line": (
        [("link: bus", "link: bus\n    unit: 248")],
        [
            (
                "gateway.yaml:20: instruments.flowmeter.unit: 248 is no address of a device on a serial line; "
                "write 1 to 247: 0 calls all devices at once, the rest is reserved"
            )
        ],
    ),
    "unit_zero_on_a_serial_line": (
        [("link: bus", "link: bus\n    unit: 0")],
        [
            (
                "gateway.yaml:20: instruments.flowmeter.unit: 0 is no address of a device on a serial line; write "
                "1 to 247: 0 calls all devices at once, the rest is reserved"
            )
        ],
    ),
    "unit_too_large": (
        [("link: plc", "link: plc\n    unit: 256")],
        ["gateway.yaml:14: instruments.probe.unit: 256 is too large; write 255 or less"],
    ),
    "no_instruments": (
        [(INSTRUMENTS, "instruments: []\n")],
        ["gateway.yaml:11: instruments: is empty; add at least one entry"],
    ),
    "instruments_missing": (
        [(INSTRUMENTS, "")],
        ["gateway.yaml:1: instruments: is missing; add instruments: the list of what is polled"],
    ),
    "instruments_not_a_list": (
        [(INSTRUMENTS, "instruments: {name: probe}\n")],
        ["gateway.yaml:11: instruments: is not a list; write it as [first, second], or as lines that begin with -"],
    ),
    "no_parameters": (
        [('parameters:\n      - {symbol: Flow, unit: m3/h, register: "input:0", type: float32}', "parameters: []")],
        ["gateway.yaml:21: instruments.flowmeter.parameters: is empty; add at least one entry"],
    ),
    "status_code_in_both": (
        [("poll: 5s", 'poll: 5s\n    status: {register: "holding:9", calibrating: [1, 2], fault: [2]}')],
        [
            (
                "gateway.yaml:15: instruments.probe.status.fault: code 2 is in calibrating too; leave it in one of "
                "the two lists"
            )
        ],
    ),
    "status_of_float": (
        [("poll: 5s", 'poll: 5s\n    status: {register: "holding:9", type: float32}')],
        [
            (
                "gateway.yaml:15: instruments.probe.status.type: float32 holds no codes; use an integer type, such "
                "as uint16"
            )
        ],
    ),
    "status_code_in_quotes": (
        [("poll: 5s", 'poll: 5s\n    status: {register: "holding:9", fault: ["2"]}')],
        [
            (
                "gateway.yaml:15: instruments.probe.status.fault[0]: is not a whole number; write it without "
                "quotes, without a unit and without a decimal point"
            )
        ],
    ),
    "status_without_register": (
        [("poll: 5s", "poll: 5s\n    status: {fault: [2]}")],
        [
            (
                "gateway.yaml:15: instruments.probe.status.register: is missing; add register: where it stands, "
                "such as holding:0 or 4x:40001"
            )
        ],
    ),
    "wrong_unit": (
        [(COD, "{symbol: COD, unit: mg/l, register: 'input:2', type: uint16}")],
        ["gateway.yaml:17: instruments.probe.parameters.COD.unit: 'mg/l' is not the unit of COD; write mg/L"],
    ),
    "wrong_unit_of_two": (
        [(COD, "{symbol: SO2, unit: ppm, register: 'input:2', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.SO2.unit: 'ppm' is not the unit of SO2; write "
                "mg/Nm3 or ug/Nm3"
            )
        ],
    ),
    "wrong_unit_of_a_custom_symbol": (
        [(COD, "{symbol: COD, unit: g/L, custom: true, register: 'input:2', type: uint16}")],
        ["gateway.yaml:17: instruments.probe.parameters.COD.unit: 'g/L' is not the unit of COD; write mg/L"],
    ),
    "symbol_unknown": (
        [(COD, "{symbol: Xyz, unit: mg/L, register: 'input:2', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.Xyz.symbol: 'Xyz' is not a symbol of the "
                "regulation; add custom: true if the authority declared it"
            )
        ],
    ),
    "symbol_misspelt": (
        [(COD, "{symbol: CODD, unit: mg/L, register: 'input:2', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.CODD.symbol: 'CODD' is not a symbol of the "
                "regulation; did you mean COD? Otherwise add custom: true"
            )
        ],
    ),
    "symbol_with_a_point": (
        [(COD, "{symbol: PM2.50, unit: ug/Nm3, register: 'input:2', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.PM2.50.symbol: 'PM2.50' is not a symbol of the "
                "regulation; did you mean PM2,5? Otherwise add custom: true"
            )
        ],
    ),
    "symbol_with_an_unquoted_comma": (
        [(COD, "{symbol: PM2,5, unit: ug/Nm3, register: 'input:2', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.PM2.5: is an unknown key; a comma inside {…} begins "
                'a new key: write 0.1 with a point, "PM2,5" in quotes'
            ),
            (
                "gateway.yaml:17: instruments.probe.parameters.PM2.symbol: 'PM2' is not a symbol of the "
                "regulation; did you mean PM? Otherwise add custom: true"
            ),
        ],
    ),
    "symbol_with_space": (
        [(COD, "{symbol: 'My COD', custom: true, unit: mg/L, register: 'input:2', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.My COD.symbol: 'My COD' is empty or has spaces or "
                "control characters; write it without: it stands between TABs in the authority's file"
            )
        ],
    ),
    "symbol_twice": (
        [(COD, "{symbol: Flow, unit: m3/h, register: 'input:2', type: uint16}")],
        [
            (
                "gateway.yaml:22: instruments.flowmeter.parameters.Flow.symbol: the symbol 'Flow' stands twice; a "
                'symbol is sent once in a file: keep one, or tell them apart by suffix: "_2"'
            )
        ],
    ),
    "line_twice_by_suffix_and_name": (
        [
            (COD, "{symbol: COD, suffix: _1, unit: mg/L, register: 'input:2', type: uint16}"),
            ("symbol: Flow", "name: COD_1, symbol: Flow"),
        ],
        [
            (
                "gateway.yaml:22: instruments.flowmeter.parameters.COD_1.symbol: the symbol 'COD_1' stands twice; a "
                'symbol is sent once in a file: keep one, or tell them apart by suffix: "_2"'
            )
        ],
    ),
    "line_twice_by_an_alias": (
        [
            (COD, "{symbol: SS, unit: mg/L, register: 'input:2', type: uint16}"),
            ("symbol: Flow, unit: m3/h", "symbol: TSS, unit: mg/L"),
        ],
        [
            (
                "gateway.yaml:22: instruments.flowmeter.parameters.TSS.symbol: the symbol 'TSS' stands twice; a "
                'symbol is sent once in a file: keep one, or tell them apart by suffix: "_2"'
            )
        ],
    ),
    "weight_of_no_direction": (
        [(COD, "{symbol: COD, unit: mg/L, weight: pH, register: 'input:2', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.weight: weighs what is no direction; remove it, or "
                "write average: vector"
            )
        ],
    ),
    "weight_that_nobody_measures": (
        [(COD, "{symbol: WD, unit: degree, weight: WS_top, register: 'input:2', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.WD.weight: no instrument measures 'WS_top'; use pH, WD, "
                "Flow or none"
            )
        ],
    ),
    "weight_that_is_misspelt": (
        [(COD, "{symbol: WD, unit: degree, weight: Flaw, register: 'input:2', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.WD.weight: no instrument measures 'Flaw'; did you mean "
                "Flow?"
            )
        ],
    ),
    "suffix_and_name": (
        [(COD, "{symbol: COD, suffix: _1, name: COD_A, unit: mg/L, register: 'input:2', type: uint16}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD_A.name: stands beside a suffix; keep one of the "
                "two: the name is the whole symbol of the line"
            )
        ],
    ),
    "parameter_not_a_section": (
        [(COD, "COD")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters[1]: is not a section; write its keys below it, "
                "indented, or as {key: value}"
            )
        ],
    ),
    "scale_zero": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, scale: 0}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.scale: 0 would make every value the same; write "
                "the factor from raw to value; 1 changes nothing"
            )
        ],
    ),
    "scale_in_quotes": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, scale: '0.1'}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.scale: is not a number; write a number, with a "
                "decimal point and without quotes"
            )
        ],
    ),
    "scale_infinite": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, scale: .inf}")],
        ["gateway.yaml:17: instruments.probe.parameters.COD.scale: is not a finite number; write a number"],
    ),
    "scale_and_current": (
        [
            (
                COD,
                (
                    "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, scale: 2, from_current: {raw: [0, "
                    "4095], current: [4, 20], value: [0, 200]}}"
                ),
            )
        ],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.from_current: stands beside scale or offset; "
                "keep one of the two ways to scale"
            )
        ],
    ),
    "current_of_float": (
        [
            (
                COD,
                (
                    "{symbol: COD, unit: mg/L, register: 'input:2', type: float32, from_current: {raw: [0, 4095], "
                    "current: [4, 20], value: [0, 200]}}"
                ),
            )
        ],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.from_current: needs counts, and float32 is no "
                "integer type; use an integer type, such as uint16"
            )
        ],
    ),
    "current_pairs": (
        [
            (
                COD,
                (
                    "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, from_current: {raw: [4095, 0], "
                    "current: [4], value: [0, 1, 2]}}"
                ),
            )
        ],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.from_current.current: has too few entries; "
                "write two numbers: [first, second]"
            ),
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.from_current.raw: 4095 is not below 0; write "
                "the lower number first: [lower, upper]"
            ),
            "gateway.yaml:17: instruments.probe.parameters.COD.from_current.value: has 3 entries; write 2",
        ],
    ),
    "current_incomplete": (
        [
            (
                COD,
                (
                    "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, from_current: {raw: [0, 4095], "
                    "current: [4, 20]}}"
                ),
            )
        ],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.from_current.value: is missing; add value: the "
                "value at both ends, such as [0, 200]"
            )
        ],
    ),
    "range_falls": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, range: [14, 0]}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.range: 14 is not below 0; write the lower "
                "number first: [lower, upper]"
            )
        ],
    ),
    "range_of_texts": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, range: ['0', '14']}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.range[0]: is not a number; write it without "
                "quotes and without a unit, with a decimal point"
            ),
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.range[1]: is not a number; write it without "
                "quotes and without a unit, with a decimal point"
            ),
        ],
    ),
    "decimals_too_many": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, decimals: 10}")],
        ["gateway.yaml:17: instruments.probe.parameters.COD.decimals: 10 is too large; write 9 or less"],
    ),
    "decimals_a_fraction": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, decimals: 1.5}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.decimals: is not a whole number; write it "
                "without quotes, without a unit and without a decimal point"
            )
        ],
    ),
    "limit_empty": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, limit: {}}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.limit: bounds nothing; write min, max or both, "
                "or a standard with its column"
            )
        ],
    ),
    "limit_falls": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, limit: {min: 9, max: 5.5}}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.limit.max: 5.5 is not above min 9; write the "
                "lower bound as min, the upper as max"
            )
        ],
    ),
    "limit_twice": (
        [
            (
                COD,
                (
                    "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, limit: {max: 5, standard: \"QCVN "
                    '40:2011"}}'
                ),
            )
        ],
        ["gateway.yaml:17: instruments.probe.parameters.COD.limit: has bounds and a standard; keep one of the two"],
    ),
    "limit_coefficient_without_standard": (
        [(COD, "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, limit: {max: 5, kq: 0.9}}")],
        [
            (
                "gateway.yaml:17: instruments.probe.parameters.COD.limit.kq: stands without a standard; "
                'name it, such as standard: "QCVN 40:2011"'
            )
        ],
    ),
    "limit_words_each": (
        [
            (
                COD,
                "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, "
                'limit: {standard: "QCVN 40:2011", column: C, kq: 90, kf: "1", kv: 1}}',
            )
        ],
        [
            "gateway.yaml:17: instruments.probe.parameters.COD.limit.column: QCVN 40:2011 has no column C; "
            "its values: A or B",
            "gateway.yaml:17: instruments.probe.parameters.COD.limit.kf: is not a number; "
            "write it without quotes, with a decimal point",
            "gateway.yaml:17: instruments.probe.parameters.COD.limit.kq: 90 is out of the range of what a coefficient "
            "can be, 0.1 to 2; write what the permit says",
            "gateway.yaml:17: instruments.probe.parameters.COD.limit.kv: QCVN 40:2011 has no kv; "
            "it has column and kq and kf",
        ],
    ),
    "limit_coefficient_zero": (
        [
            (
                COD,
                (
                    "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, limit: {standard: \"QCVN 40:2011\", "
                    "kq: 0}}"
                ),
            )
        ],
        [
            "gateway.yaml:17: instruments.probe.parameters.COD.limit.kq: 0 is out of the range of what a coefficient "
            "can be, 0.1 to 2; write what the permit says"
        ],
    ),
    "limit_column_unknown": (
        [
            (
                COD,
                (
                    "{symbol: COD, unit: mg/L, register: 'input:2', type: uint16, limit: {standard: \"QCVN 40:2011\", "
                    "column: C}}"
                ),
            )
        ],
        [
            "gateway.yaml:17: instruments.probe.parameters.COD.limit.column: QCVN 40:2011 has no column C; "
            "its values: A or B"
        ],
    ),
}


@pytest.mark.parametrize(("edits", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_refuses(edits: list[tuple[str, str]], expected: list[str], tmp_path: Path) -> None:
    assert faults(edited(*edits), tmp_path) == expected
