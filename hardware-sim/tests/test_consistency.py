"""What does not fit together in a scenario is told, with its line: instruments and faults of every kind."""

from pathlib import Path

import pytest

from stationsim.scenario_file import ScenarioError, load

GOOD = """\
name: cabinet
seed: 7
slot: 10s
station: {province: HN, facility: ABCD, code: KHI001, kind: emission}
instruments:
  - name: plc
    type: modbus-tcp
    units:
      1:
        identity: {register: "holding:200", text: "SN-1", length: 4}
        sampler: {start: "coil:0", count: "holding:20"}
        parameters:
          Flow:
            {unit: m3/h, register: "input:0", type: uint16, from_current: {raw: [0, 4095], value: [0, 9]},
             signal: {base: 7}}
  - name: dust
    type: ascii
    request: "R"
    response: "{PM} {status}"
    parameters: {PM: {unit: mg/Nm3, signal: {base: 7}}}
  - name: analyser
    type: ak
    parameters: {SO2: {unit: mg/Nm3, signal: {base: 7}}}
  - name: gases
    type: bayern-hessen
    analysers: {10: {parameters: {NO2: {unit: ug/Nm3, signal: {base: 7}}}}}
faults:
  - {at: 1s, for: 2s, instrument: dust, kind: silent}
"""
FAULT = "at: 1s, for: 2s, instrument: dust, kind: silent"


def faults_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        load(path)
    return [line.removeprefix(f"{tmp_path}/s.yaml:") for line in raised.value.lines]


def test_the_good_one_is_good(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert list(load(path).parameters()) == ["Flow", "PM", "SO2", "NO2"]


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        (
            '"holding:20"}',
            '"holding:203"}',
            "11: instruments[0].units[1].sampler.count: shares a register with identity",
        ),
        ('"coil:0"', '"input:0"', "11: instruments[0].units[1].sampler: start is what a client writes"),
        ("length: 4", "length: 1", "10: instruments[0].units[1].identity: 4 characters do not fit 1 registers"),
        ("raw: [0, 4095]", "raw: [5, 5]", "instruments[0].units[1].parameters.Flow.from_current: raw spans nothing"),
        ("type: uint16", "type: float32", "parameters.Flow: from_current counts in a plain integer"),
        ('    request: "R"\n', "", "16: instruments[1]: it never speaks"),
        ("{status}", "{state}", "16: instruments[1]: response: {state} is no parameter of this instrument"),
        ('"{PM} {status}"', '"{status}"', "16: instruments[1]: response: PM is measured and never shown"),
        ('"{PM} {status}"', '"{PM"', "16: instruments[1]: response: expected '}' before end of string"),
        ("{10: {", "{1000: {", "instruments[3].analysers[1000]"),
        ("NO2:", "SO2:", "26: instruments[3].analysers[10].parameters.SO2: 'SO2' is measured twice"),
        ("at: 1s, for: 2s", "at: 1s", "28: faults[0]: when? give at and for, or a chance"),
        (FAULT, "chance: 0.1, instrument: dust, kind: fault", "28: faults[0]: fault lasts; give it at and for"),
        ("kind: silent", "kind: silent, code: 3", "28: faults[0]: silent has no code"),
        ("kind: silent", "kind: silent, symbol: PM", "28: faults[0]: silent befalls the whole instrument"),
        ("kind: silent", "kind: zero, by: 3", "28: faults[0]: zero has no measure"),
        ("kind: silent", "kind: zero, delay: 3s", "28: faults[0]: zero has no delay"),
        ("kind: silent", "kind: zero, symbol: SO2", "28: faults[0].symbol: dust does not measure 'SO2'"),
        ("kind: silent", "kind: silent, unit: 1", "28: faults[0].unit: dust has no unit 1"),
        ("kind: silent", "kind: bad_checksum", "28: faults[0].kind: dust is ascii: it is set up without a checksum"),
        ("kind: silent", "kind: wrong_unit", "28: faults[0].kind: dust is ascii: its answers bear no number"),
        ("kind: silent", "kind: door", "28: faults[0].kind: dust is ascii: door belongs to Modbus"),
        ("dust, kind: silent", "plc, kind: bad_checksum", "28: faults[0].kind: plc is modbus-tcp: it has no checksum"),
        ("dust, kind: silent", "plc, kind: door", "28: faults[0].kind: plc has a unit without a door"),
        ("dust, kind: silent", "plc, unit: 1, kind: unplug", "28: faults[0].unit: a plug belongs to the whole"),
        ("dust, kind: silent", "analyser, kind: fault, code: 10", "28: faults[0].code: 10 is not a code of ak, 1 to 9"),
        (
            "dust, kind: silent",
            "gases, kind: exception",
            "28: faults[0].kind: gases is bayern-hessen: exception belongs",
        ),
    ],
)
def test_what_does_not_fit(tmp_path: Path, was: str, becomes: str, fault: str) -> None:
    assert was in GOOD
    found = faults_of(tmp_path, GOOD.replace(was, becomes, 1))
    assert len(found) == 1, found
    assert fault in found[0]


def test_a_plug_cannot_be_pulled_twice(tmp_path: Path) -> None:
    pulled = (
        "  - {at: 1s, for: 5s, instrument: dust, kind: unplug}\n  - {at: 3s, for: 1s, instrument: dust, kind: unplug}\n"
    )
    assert faults_of(tmp_path, GOOD + pulled) == ["30: faults[2].at: dust is still unplugged then"]


@pytest.mark.parametrize(
    "fault",
    [
        "chance: 0.02, instrument: plc, kind: late, delay: 3s",
        "chance: 0.02, at: 1min, for: 1h, instrument: gases, unit: 10, kind: bad_checksum",
        "at: 1s, for: 2s, instrument: analyser, symbol: SO2, kind: drift, by: 0.5",
        "at: 1s, for: 2s, instrument: analyser, kind: fault, code: 9",
        "at: 1s, for: 2s, instrument: gases, kind: wrong_unit",
        "at: 1s, for: 2s, instrument: plc, kind: unplug",
    ],
)
def test_faults_that_fit(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(GOOD.replace(FAULT, fault), encoding="utf-8")
    assert load(path).faults
