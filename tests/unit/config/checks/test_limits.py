"""Limits that load and may not be the permit's: a warning each, where the limit stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import STATION, load_text

PM = '{symbol: PM, unit: mg/Nm3, register: "input:2", type: uint16'
O2 = '{symbol: O2, unit: "%V", register: "input:4", type: uint16}'
COD = "scale: 0.1"
TURBINE = '{standard: "QCVN 19:2024", kind: gas_turbine, capacity: up_to_300, column: B}'
OWN = """\
name: "GPMT 7"
coefficients: {k: {values: [0.8, 1, 1.2], vi: Hệ số, en: Zone}}
limits: [{symbol: COD, unit: mg/L, max: 100}, {symbol: NH4, unit: mg/L, as: N, max: 5}]
"""


def warned(text: str, folder: Path) -> list[str]:
    return [
        str(one).removeprefix(f"{folder}/").partition("parameters.")[2]
        for one in load_text(text, folder).warnings
        if "limit" in one.path or "convert" in one.path
    ]


def water(limit: str, folder: Path) -> list[str]:
    (folder / "standards").mkdir(exist_ok=True)
    (folder / "standards" / "gpmt-7.yaml").write_text(OWN, "utf-8")
    return warned(STATION.replace(COD, f"{COD}, limit: {limit}"), folder)


def stack(rest: str, folder: Path, kind: str = "emission") -> list[str]:
    text = STATION.replace("kind: wastewater", f"kind: {kind}")
    old = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
    return warned(text.replace(old, f"{PM}, {rest}}}\n      - {O2}"), folder)


def test_what_is_the_permits_is_not_warned_of(tmp_path: Path) -> None:
    assert water("{max: 60}", tmp_path) == []
    assert water('{standard: "GPMT 7", k: 1.2}', tmp_path) == []


def test_a_coefficient_left_out_says_what_1_makes_of_the_number(tmp_path: Path) -> None:
    assert water('{standard: "GPMT 7"}', tmp_path) == [
        "COD.limit: k (Zone) of GPMT 7 is left out and counts as 1: COD may then be at most 100 mg/L; write what the"
        " permit says; k: 1 says that it is 1"
    ]
    assert water('{standard: "GPMT 7", k: 1}', tmp_path) == []


def test_each_of_several_limits_is_warned_of_where_it_stands(tmp_path: Path) -> None:
    found = water('[{standard: "GPMT 7", until: 2026-06-30}, {standard: "GPMT 7", from: 2026-07-01}]', tmp_path)
    assert len(found) == 2
    assert len({one.partition(":")[0] for one in found}) == 2


def test_a_coefficient_that_the_regulation_does_not_list_is_told_with_those_that_it_does(tmp_path: Path) -> None:
    (found,) = water('{standard: "GPMT 7", k: 0.9}', tmp_path)
    assert found == (
        "COD.limit.k: 0.9 is none of the values that GPMT 7 has for k (Zone); check it against the permit; usual: 0.8,"
        " 1 or 1.2"
    )


def test_a_table_for_another_kind_of_station(tmp_path: Path) -> None:
    (found,) = stack('limit: {standard: "QCVN 19:2009", column: B, kp: 1, kv: 1}', tmp_path, "wastewater")
    assert "QCVN 19:2009 is for emission, and this station is wastewater" in found
    assert stack('limit: {standard: "QCVN 19:2009", column: B, kp: 1, kv: 1}', tmp_path) == []


@pytest.mark.parametrize(
    ("convert", "wrong"),
    [
        ("", "PM.limit: QCVN 19:2024 compares at 15 % of oxygen, and nothing converts PM to it"),
        (
            "convert: {oxygen: {reference: 7, measured: O2}}, ",
            "PM.convert.oxygen.reference: 7 % is not the 15 % at which QCVN 19:2024 compares",
        ),
        ("convert: {oxygen: {reference: 15, measured: O2}}, ", None),
    ],
)
def test_the_standards_reference_oxygen_is_the_parameters(tmp_path: Path, convert: str, wrong: str | None) -> None:
    found = stack(f"{convert}limit: {TURBINE}", tmp_path)
    assert [one.partition(";")[0] for one in found] == ([] if wrong is None else [wrong])
