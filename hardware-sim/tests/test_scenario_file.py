"""A scenario's faults are all told, each with its line."""

from pathlib import Path

import pytest

import stationsim
from stationsim.scenario_file import ScenarioError, find, load

GOOD = """\
name: small
seed: 7
slot: 10s
station: {province: HN, facility: ABCD, code: NUO001, kind: wastewater}
instruments:
  - name: plc
    type: modbus-tcp
    units:
      1:
        status: {register: "holding:100"}
        parameters:
          pH: {unit: "-", register: "holding:0", type: float32, signal: {base: 7.2}}
          COD: {unit: mg/L, register: "holding:2", type: uint16, scale: 0.1, signal: {base: 70}}
authorities:
  - {name: province, protocols: [sftp], user: a, password: b}
faults:
  - {at: 30s, for: 20s, instrument: plc, unit: 1, kind: silent}
"""


def faults_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        load(path)
    return [line.removeprefix(f"{tmp_path}/") for line in raised.value.lines]


def test_a_good_scenario_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(GOOD, encoding="utf-8")
    scenario = load(path)
    assert scenario.slot == 10_000
    assert str(scenario.parameters()["COD"].scale) == "0.1"
    assert scenario.faults[0].for_ == 20_000


@pytest.mark.parametrize("name", ["acceptance", "ambient-air", "emission", "load-60", "surface-water", "wastewater"])
def test_bundled_scenarios_are_good(name: str) -> None:
    assert load(stationsim.scenario(name)).parameters()


def test_a_coach_station_measures_nothing() -> None:
    scenario = load(stationsim.scenario("coach-station"))
    assert not scenario.parameters()
    assert [one.name for one in scenario.road_administrations] == ["cuc-dbvn"]


def test_bundled_scenarios_are_all_of_them() -> None:
    assert list(stationsim.scenarios()) == [
        "acceptance",
        "ambient-air",
        "coach-station",
        "emission",
        "load-60",
        "surface-water",
        "wastewater",
    ]
    with pytest.raises(LookupError, match="no bundled scenario 'sea'; there are acceptance, ambient-air, "):
        stationsim.scenario("sea")


def test_a_scenario_is_found_by_its_name_and_a_file_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find("emission") == stationsim.scenario("emission")
    (tmp_path / "emission").write_text(GOOD, encoding="utf-8")
    assert find("emission") == Path("emission")
    assert find("none.yaml") == Path("none.yaml")
    with pytest.raises(
        ScenarioError, match="sea: neither a file nor a bundled scenario; bundled are acceptance, ambient-air, "
    ):
        find("sea")


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("seed: 7", "seed: 7\nslots: 1", "s.yaml:3: slots: unknown key; did you mean 'slot'?"),
        ("seed: 7\n", "", "s.yaml:1: seed: is missing"),
        ("slot: 10s", "slot: 10", "s.yaml:3: slot: 10 is not a time; write a number with ms, s, min, h or d"),
        ("slot: 10s", "slot: 7s", "s.yaml:3: slot: does not divide an hour"),
        ("type: modbus-tcp", "type: modbus", "s.yaml:6: instruments[0]: input tag 'modbus' found"),
        ("modbus-tcp", "modbus-tcp\n    listen: here", "s.yaml:8: instruments[0].listen: string should match"),
        ("scale: 0.1", "scale: 0", "s.yaml:13: instruments[0].units[1].parameters.COD: scale 0 would make"),
        ("type: uint16, scale", "type: uint17, scale", "s.yaml:13: instruments[0].units[1].parameters.COD.type: input"),
        ('"holding:2"', '"holding:1"', "s.yaml:13: instruments[0].units[1].parameters.COD.register: shares a register"),
        ('"holding:2"', '"tank:1"', "s.yaml:13: instruments[0].units[1].parameters.COD.register: 'tank' is not"),
        ('"holding:2"', '"holding:20000"', "s.yaml:13: instruments[0].units[1].parameters.COD.register: lies outside"),
        ("{base: 70}", "{base: 70, correlated: {with: BOD, factor: 1}}", "there is no parameter 'BOD'"),
        ("{base: 70}", "{base: 70, correlated: {with: COD, factor: 1}}", "COD depends on itself"),
        ("{base: 70}", "{base: .inf}", "signal.base: input should be a finite number"),
        ("protocols: [sftp]", "protocols: [scp]", "s.yaml:15: authorities[0].protocols[0]: input should be 'sftp'"),
        ("instrument: plc", "instrument: plk", "s.yaml:17: faults[0].instrument: there is no instrument 'plk'"),
        ("unit: 1, kind", "unit: 2, kind", "s.yaml:17: faults[0].unit: plc has no unit 2"),
        ("kind: silent", "kind: quiet", "s.yaml:17: faults[0].kind: input should be 'silent'"),
        ("code: NUO001", "code: NUO_001", "s.yaml:4: station.code: string should match"),
        ("kind: wastewater}", "kind: wastewater, timezone: Mars}", "s.yaml:4: station.timezone: 'Mars' is not a time"),
        ("seed: 7", "seed: 7\nseed: 8", 's.yaml:3: found duplicate key "seed"'),
        ("seed: 7", "seed: [7", "s.yaml:3: "),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, was: str, becomes: str, fault: str) -> None:
    assert was in GOOD
    found = faults_of(tmp_path, GOOD.replace(was, becomes, 1))
    assert len(found) == 1
    assert fault in found[0]


def test_all_faults_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = GOOD.replace("seed: 7", "seed: x").replace("user: a", "usr: a").replace("at: 30s", "at: soon")
    found = faults_of(tmp_path, text)
    assert [line.split(":")[1] for line in found] == ["2", "15", "15", "17"]


def test_a_file_that_is_not_there_or_no_mapping(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"none\.yaml: No such file"):
        load(tmp_path / "none.yaml")
    assert faults_of(tmp_path, "- 1\n") == ["s.yaml:1: a scenario is a mapping that begins with a name"]
