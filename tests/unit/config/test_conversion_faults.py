"""What is refused in `convert` and `computed`, and what they become.

Each row: what is changed in a valid file, and what loading then says, to the letter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.core.conversion import Conversion, ReferenceOxygen
from gateway.core.derivation import Computed, ConditionSources, Converted, MassFlow
from gateway.core.reading import Parameter
from tests.unit.config.wording import edited, faults, load_text

PROBE = """\
      - {symbol: pH, unit: "-", register: "holding:0", type: float32}
      - {symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}
"""
RACK = """\
      - {symbol: "NO", unit: mg/Nm3, register: "holding:0", CONVERT}
      - {symbol: O2, unit: "%V", register: "holding:2"}
      - {symbol: Temp, unit: oC, register: "holding:4"}
      - {symbol: P, unit: kPa, register: "holding:6"}
      - {symbol: H2O, custom: true, unit: "%", register: "holding:8"}
"""
AT = "gateway.yaml:16: instruments.probe.parameters.NO"

NEVER = "with it there is never a value: write the one of the site, or the symbol of a line"


def station(convert: str, computed: str = "") -> str:
    rack = RACK.replace("CONVERT", f"convert: {convert}" if convert else "decimals: 1").replace(
        "}\n", ", type: float32}\n"
    )
    text = edited((PROBE, rack), ("kind: wastewater", "kind: emission"))
    return text + f"computed:\n  - {{{computed}}}\n" if computed else text


CONVERTS = {
    "{}": [f"{AT}.convert: converts nothing; write ppm, standard, dry or oxygen, or remove it"],
    "{ppm: 0}": [f"{AT}.convert.ppm: is no molar mass; write true for the one in the catalogue, or g/mol"],
    "{ppb: true}": [f"{AT}: mg/Nm3 does not come of what convert says; ppm is for mg/Nm3, ppb for ug/Nm3"],
    "{ppm: true, standard: {temperature: Temp, pressure: P}}": [
        f"{AT}.convert.standard: stands beside ppm; remove it: a share of the volume knows no temperature and no "
        "pressure"
    ],
    "{standard: {temperature: Tempp, pressure: O2}}": [
        f"{AT}.convert.standard.pressure: O2 is in %V; name a line in kPa",
        f"{AT}.convert.standard.temperature: there is no line 'Tempp'; did you mean Temp?",
    ],
    "{oxygen: {reference: 21, measured: O2}}": [
        f"{AT}.convert.oxygen: reference oxygen 21 % is not between 0 and 20.9 %; write reference below air, and a "
        "margin above 0"
    ],
    "{oxygen: {reference: 6, measured: O2, wet: true}}": [
        f"{AT}.convert: has wet oxygen and no moisture; add dry: {{moisture: …}}, or measure the oxygen dry"
    ],
    "{dry: {moisture: true}}": [
        f"{AT}.convert.dry.moisture: is neither a parameter nor a number; write the symbol of a line, or a constant of "
        "the site"
    ],
    "{standard: {temperature: -274, pressure: 0.5}}": [
        f"{AT}.convert.standard.pressure: 0.5 kPa is no absolute pressure of a stack; {NEVER}",
        f"{AT}.convert.standard.temperature: no gas is as cold as -274 oC; {NEVER}",
    ],
    "{dry: {moisture: 100}}": [f"{AT}.convert.dry.moisture: 100 % of water is not to be believed; {NEVER}"],
    "{oxygen: {reference: 6, measured: 20.5}}": [
        f"{AT}.convert.oxygen: the measured oxygen is always nearer to that of air than margin; {NEVER}"
    ],
    "{oxygen: {reference: 6, measured: O2, margin: 30}}": [
        f"{AT}.convert.oxygen: the measured oxygen is always nearer to that of air than margin; {NEVER}"
    ],
    "{ppm: .inf}": [f"{AT}.convert.ppm: is no molar mass; write true for the one in the catalogue, or g/mol"],
    "{dry: {moisture: .nan}}": [
        f"{AT}.convert.dry.moisture: is neither a parameter nor a number; write the symbol of a line, or a constant of "
        "the site"
    ],
    '{oxygen: {reference: 6, measured: "NO"}}': [
        "gateway.yaml:11: instruments: lines need one another: NO → NO; break the circle",
        f"{AT}.convert.oxygen.measured: NO is in mg/Nm3; name a line in %V or %",
    ],
}
COMPUTED = {
    "symbol: NOx, unit: mg/Nm3": [
        "gateway.yaml:33: computed[0].mass_flow: is missing, and so is a formula; add one of the two, such as formula: "
        '"NO * 1.5333 + NO2"'
    ],
    'symbol: NOx, unit: mg/Nm3, formula: "NO +"': [
        "gateway.yaml:33: computed[0].formula: at character 5: the formula ends where a value is expected; write a "
        "number, a symbol or ("
    ],
    'symbol: NOx, unit: mg/Nm3, formula: "NO * 9**9**9"': [
        "gateway.yaml:33: computed[0].formula: at character 7: '**' never has a value: it is beyond the largest "
        "number, or not real; write what has a value, whatever is measured"
    ],
    'symbol: NOx, unit: mg/Nm3, formula: "NO / (1 - 1)"': [
        "gateway.yaml:33: computed[0].formula: at character 4: '/' never has a value: it divides by zero; write what "
        "has a value, whatever is measured"
    ],
    'symbol: NOx, unit: mg/Nm3, formula: "NO + NO2"': [
        "gateway.yaml:33: computed[0].formula: there is no line 'NO2'; did you mean O2?"
    ],
    'symbol: NOx, unit: mg/L, formula: "NO"': [
        "gateway.yaml:33: computed[0].unit: 'mg/L' is not the unit of NOx; write mg/Nm3 or ug/Nm3"
    ],
    'symbol: O2, unit: "%V", formula: "NO"': [
        "gateway.yaml:33: computed[0].symbol: the symbol 'O2' stands twice; a symbol is sent once in a file: keep one, "
        'or tell them apart by suffix: "_2"'
    ],
}


def shown(text: str, folder: Path) -> list[str]:
    return [
        fault.replace("computed.NOx", "computed[0]").replace("computed.O2", "computed[0]")
        for fault in faults(text, folder)
    ]


@pytest.mark.parametrize("convert", CONVERTS)
def test_refuses_a_conversion(convert: str, tmp_path: Path) -> None:
    assert shown(station(convert), tmp_path) == CONVERTS[convert]


@pytest.mark.parametrize("computed", COMPUTED)
def test_refuses_a_computed_parameter(computed: str, tmp_path: Path) -> None:
    assert shown(station("", computed), tmp_path) == COMPUTED[computed]


def test_a_conversion_becomes_a_step_and_the_reading_keeps_its_unit(tmp_path: Path) -> None:
    convert = (
        "{standard: {temperature: Temp, pressure: 101.3}, dry: {moisture: H2O}, oxygen: {reference: 7, measured: O2}}"
    )
    loaded = load_text(station(convert), tmp_path)
    no = loaded.instruments[0].parameters[0]
    assert (no.measured, no.parameter) == (Parameter("NO", "mg/m3"), Parameter("NO", "mg/Nm3"))
    assert loaded.derivation.converted == (
        Converted(
            no.parameter,
            no.measured,
            Conversion(None, from_duct=True, from_wet=True, reference_oxygen=ReferenceOxygen(7.0)),
            ConditionSources("Temp", 101.3, "H2O", "O2"),
        ),
    )


def test_oxygen_is_the_sites_in_every_part(tmp_path: Path) -> None:
    convert = "{dry: {moisture: 12}, oxygen: {reference: 11, measured: O2, air: 21, margin: 0.5, wet: true}}"
    (step,) = load_text(station(convert), tmp_path).derivation.converted
    assert step.conversion.reference_oxygen == ReferenceOxygen(11.0, 21.0, 0.5, is_wet=True)
    assert step.condition_sources == ConditionSources(moisture=12.0, oxygen="O2")


def test_ppm_take_the_molar_mass_of_the_catalogue_unless_one_is_given(tmp_path: Path) -> None:
    for convert, molar_mass_g in (("{ppm: true}", 30.006), ("{ppm: 30}", 30.0)):
        (step,) = load_text(station(convert), tmp_path).derivation.converted
        assert (step.measured, step.conversion.molar_mass_g) == (Parameter("NO", "ppm"), molar_mass_g)


def test_a_mass_flow_names_its_two_lines(tmp_path: Path) -> None:
    load = 'symbol: NO_load, custom: true, unit: kg/h, mass_flow: {concentration: "NO", flow: Flow}'
    loaded = load_text(station("{ppm: true}", load), tmp_path)
    assert loaded.derivation.computed == (Computed(Parameter("NO_load", "kg/h"), "", MassFlow("NO", "Flow")),)
    assert [one.line for one in loaded.sent] == ["NO", "O2", "Temp", "P", "H2O", "Flow", "NO_load"]
