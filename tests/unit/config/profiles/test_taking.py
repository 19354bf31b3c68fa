"""What an instrument takes from its profile, and what is said when it cannot."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gateway.config import BayernHessenDevice, Configuration, ModbusDevice, load
from gateway.core.errors import ConfigError

PROFILE = """\
profile: acme-9000
version: 3
manufacturer: Acme
models: ["9000"]
measures: gases
tried: not tried on a real device
sources: [{title: Manual, edition: "1", read: 2026-01-31}]
instrument:
  poll: 20s
  hold: 5min
  status: {register: "holding:100", calibrating: [1], fault: [2]}
quantities:
  SO2: {symbol: SO2, unit: ppb, register: "holding:0", type: float32, byte_order: CDAB, range: [0, 1000]}
  NOx: {symbol: NOx, unit: ppb, register: "holding:2", type: uint16, scale: 0.1, offset: 0.5, invalid: [65535]}
  Flow: {unit: m3/s, register: "holding:4", type: float32, status: {register: "holding:101", fault: [7]}}
  Temp: {symbol: Temp, unit: oC, register: "holding:6", type: int16, optional: true}
"""
STATION = """\
station: {name: Trạm thử, province: HN, facility: ABCD, code: KHI001, kind: ambient_air}
links: {plc: {type: modbus-tcp, host: 192.168.1.10}, line: {type: tcp, host: 192.168.1.11, port: 4001}}
instruments:
  - name: gas
    link: plc
    unit: 7
    profile: acme-9000
"""
PARAMETERS = "    parameters:\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "instruments").mkdir()
    (tmp_path / "instruments/acme-9000.yaml").write_text(PROFILE, encoding="utf-8")
    return tmp_path


def loaded(folder: Path, more: str = "", station: str = STATION) -> Configuration:
    file = folder / "gateway.yaml"
    file.write_text(station + more, encoding="utf-8")
    return load(file, {})


def faults(folder: Path, more: str = "", station: str = STATION) -> list[str]:
    """Each with the name of its file, its line, and all that it says."""
    with pytest.raises(ConfigError) as raised:
        loaded(folder, more, station)
    return [f"{Path(one.file).name}:{one.line}: {one.path}: {one.wrong}; {one.right}" for one in raised.value.problems]


def device(configuration: Configuration) -> ModbusDevice:
    (found,) = configuration.instruments
    assert isinstance(found, ModbusDevice)
    return found


def edit(folder: Path, before: str, after: str) -> None:
    file = folder / "instruments/acme-9000.yaml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_name_alone_brings_what_every_such_device_has(folder: Path) -> None:
    found = device(loaded(folder))
    assert (found.unit, found.poll.total_seconds(), found.hold.total_seconds()) == (7, 20, 300)
    assert [
        (one.line, one.unit, str(one.register), str(one.type), str(one.byte_order)) for one in found.parameters
    ] == [
        ("SO2", "ug/Nm3", "holding:0", "float32", "CDAB"),
        ("NOx", "ug/Nm3", "holding:2", "uint16", "ABCD"),
    ]
    assert len(found.status) == 1


def test_ppb_becomes_the_regulations_unit_by_the_conversion_that_a_station_would_write(folder: Path) -> None:
    named = device(loaded(folder))
    written = device(
        loaded(
            folder, PARAMETERS + "      - {symbol: SO2, unit: ug/Nm3, convert: {ppb: true}}\n      - {symbol: NOx}\n"
        )
    )
    assert [one.conversion for one in named.parameters] == [one.conversion for one in written.parameters]
    assert [str(one.measured) for one in named.parameters] == [str(one.measured) for one in written.parameters]


def test_a_range_in_ppb_is_not_held_against_a_value_in_another_unit(folder: Path) -> None:
    assert device(loaded(folder)).parameters[0].range is None


def test_what_stands_at_the_instrument_counts(folder: Path) -> None:
    more = """\
    poll: 5s
    parameters:
      - {symbol: SO2, unit: ug/Nm3, convert: {ppb: 64.1}, byte_order: ABCD, range: [0, 5], decimals: 1}
"""
    found = device(loaded(folder, more))
    (so2,) = found.parameters
    assert (found.poll.total_seconds(), str(so2.byte_order), so2.range, so2.decimals) == (5, "ABCD", (0, 5), 1)


def test_a_factor_between_two_units_of_one_quantity_is_exact_and_applied_to_scale_and_offset(folder: Path) -> None:
    (nox,) = device(
        loaded(folder, PARAMETERS + "      - {measures: NOx, symbol: NOx, unit: mg/Nm3, convert: {ppm: true}}\n")
    ).parameters
    assert (str(nox.scale), str(nox.offset), nox.invalid) == ("0.0001", "0.0005", (0xFFFF,))


def test_a_flow_in_cubic_metres_a_second_is_sent_in_cubic_metres_an_hour(folder: Path) -> None:
    (flow,) = device(
        loaded(folder, PARAMETERS + "      - {measures: Flow, symbol: Flow, unit: m3/h, range: [0, 9]}\n")
    ).parameters
    assert (flow.scale, flow.range) == (3600, (0, 9))


def test_a_total_in_centimetres_grows_in_millimetres(folder: Path) -> None:
    total = '  Rain: {symbol: Rain, unit: cm, register: "holding:8", type: uint16, counter: total, max_growth: 4}\n'
    edit(folder, "  Temp: {", total + "  Temp: {")
    (rain,) = device(loaded(folder, PARAMETERS + "      - {measures: Rain, symbol: Rain, unit: mm}\n")).parameters
    assert (str(rain.counter), str(rain.scale), rain.max_growth) == ("total", "10", 40)
    written = PARAMETERS + "      - {measures: Rain, symbol: Rain, unit: mm, max_growth: 7}\n"
    assert device(loaded(folder, written)).parameters[0].max_growth == 7


def test_an_offset_that_the_station_writes_is_in_its_own_unit(folder: Path) -> None:
    (nox,) = device(
        loaded(
            folder, PARAMETERS + "      - {measures: NOx, symbol: NOx, unit: mg/Nm3, convert: {ppm: true}, offset: 1}\n"
        )
    ).parameters
    assert (str(nox.scale), str(nox.offset)) == ("0.0001", "1")


def test_the_status_of_a_quantity_counts_only_where_it_is_taken(folder: Path) -> None:
    without = device(loaded(folder))
    with_it = device(loaded(folder, PARAMETERS + "      - {measures: Flow, symbol: Flow, unit: m3/h}\n"))
    assert (len(without.status), len(with_it.status)) == (1, 2)


def test_a_nightly_check_is_added_to_what_the_device_says(folder: Path) -> None:
    found = device(loaded(folder, '    status: {schedule: "02:00-02:20"}\n'))
    assert [type(one).__name__ for one in found.status] == ["StatusRegister", "Schedule"]


def test_a_status_of_the_instruments_own_takes_the_profiles_place(folder: Path) -> None:
    (own,) = device(loaded(folder, '    status: {register: "holding:200", fault: [9]}\n')).status
    assert str(getattr(own, "register", None)) == "holding:200"


def test_a_parameter_that_the_profile_does_not_know_is_complete_in_itself(folder: Path) -> None:
    more = (
        PARAMETERS
        + '      - {symbol: SO2}\n      - {symbol: CO, unit: ug/Nm3, register: "holding:50", type: float32}\n'
    )
    assert [one.line for one in device(loaded(folder, more)).parameters] == ["SO2", "CO"]


def test_sections_are_put_together_key_by_key(folder: Path) -> None:
    station = STATION.replace("link: plc\n    unit: 7", "link: line\n    bayern_hessen: {address: 12}")
    (found,) = loaded(folder, "", station.replace("acme-9000", "teledyne-t300-hessen")).instruments
    assert isinstance(found, BayernHessenDevice)
    assert (found.bayern_hessen.address, found.parameters[0].id) == (12, 310)


def test_what_the_profile_cannot_know_is_missing_at_the_instrument(folder: Path) -> None:
    station = STATION.replace("link: plc\n    unit: 7", "link: line").replace("acme-9000", "teledyne-t300-hessen")
    (told,) = faults(folder, "", station)
    assert told.startswith("gateway.yaml:4: instruments.gas.bayern_hessen.address: is missing; add address")


def test_groups_that_nobody_reads_are_no_groups(folder: Path) -> None:
    station = STATION.replace("link: plc\n    unit: 7", "link: line").replace("acme-9000", "vaisala-wxt520")
    (found,) = loaded(folder, PARAMETERS + "      - {symbol: RH}\n", station).instruments
    assert getattr(found, "ascii").groups == {"RH"}  # noqa: B009  # of one kind of instrument only


# What is wrong with the use is told with the configuration's line; what is wrong with a profile, with the profile's.


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            "      - {measures: SO3}\n",
            "gateway.yaml:9: instruments.gas.parameters[0].measures: acme-9000 has no quantity SO3; did you mean SO2?",
        ),
        ("      - {measures: 5}\n", "has no quantity 5; it has SO2, NOx, Flow and Temp"),
        (
            "      - {symbol: SO2, unit: ug/Nm3}\n",
            "the device measures SO2 in ppb, and ug/Nm3 does not come of that; add convert: {ppb: true}",
        ),
        (
            "      - {measures: Flow, symbol: Flow, unit: oC}\n",
            "the device measures Flow in m3/s, and oC does not come of that; write the unit in which the device is set",
        ),
        ("      - {measures: Flow, symbol: Flow, unit: m3/h, measured_in: 7}\n", "measured_in: is not a text"),
        (
            "      - {symbol: SO2, register: holding}\n",
            "gateway.yaml:9: instruments.gas.parameters.SO2.register: 'holding' is not a register",
        ),
    ],
)
def test_a_wrong_use_is_told_with_the_configurations_line(folder: Path, more: str, said: str) -> None:
    told = faults(folder, PARAMETERS + more)
    assert len(told) == 1
    assert said in told[0]


def test_a_name_that_is_misspelt_is_told_with_the_nearest(folder: Path) -> None:
    (told,) = faults(folder, "", STATION.replace("acme-9000", "teledyne-t40"))
    assert (
        told == "gateway.yaml:7: instruments.gas.profile: there is no profile teledyne-t40; did you mean teledyne-t400?"
    )


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..", "a/b", "/etc/passwd", "acme-9000.yaml/", "Acme", '""', "x\\ny"]
)
def test_a_name_that_leads_out_of_the_folder_is_none(folder: Path, name: str) -> None:
    (told,) = faults(folder, "", STATION.replace("acme-9000", f'"{name}"' if '"' not in name else name))
    assert "is no name of a profile" in told


def test_measures_without_a_profile_is_told(folder: Path) -> None:
    more = PARAMETERS + '      - {measures: SO2, symbol: SO2, unit: ug/Nm3, register: "holding:0", type: float32}\n'
    (told,) = faults(folder, more, STATION.replace("    profile: acme-9000\n", "    poll: 5s\n"))
    assert told.startswith(
        "gateway.yaml:9: instruments.gas.parameters.SO2.measures: is for an instrument with a profile"
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "type: float32, byte",
            "type: flot32, byte",
            r"acme-9000.yaml:13: instruments.gas.parameters.SO2.type: is none of",
        ),
        (
            '"holding:100"',
            '"holdin:100"',
            r"acme-9000.yaml:11: instruments.gas.status\[0\].register: 'holdin' is no table",
        ),
        ("hold: 5min", "hold: 5", r"acme-9000.yaml:10: instruments.gas.hold: 5 has no unit"),
        ("  hold:", "  hodl:", r"acme-9000.yaml:10: instruments.gas.hodl: is an unknown key; did you mean hold\?"),
        ("version: 3", "version: 0", r"acme-9000.yaml:2: version: 0 is too small"),
        ("tried: not tried on a real device\n", "", r"acme-9000.yaml:1: tried: is missing"),
        ("read: 2026-01-31", "read: yesterday", r"acme-9000.yaml:7: sources\[0\].read: 'yesterday' is no date"),
        ("poll: 20s", "profile: teledyne-t400", r"acme-9000.yaml:8: instrument: takes from another profile"),
        ("poll: 20s", "link: plc", r"acme-9000.yaml:8: instrument: has link, which is each station's own"),
        (
            "profile: acme-9000",
            "profile: acme-9001",
            r"acme-9000.yaml:1: profile: is called acme-9001, and its file acme-9000",
        ),
        ("version: 3", "version: 3\nmaker: x", r"acme-9000.yaml:3: maker: is an unknown key"),
        ("models:", "version: 4\nmodels:", r"acme-9000.yaml:4: version: stands twice, first in line 2"),
        ("quantities:", "quantities: [", r"acme-9000.yaml:1[23]: : has a \[ or \{ that is never closed"),
    ],
)
def test_a_wrong_profile_is_told_with_its_own_line(folder: Path, before: str, after: str, said: str) -> None:
    edit(folder, before, after)
    told = faults(folder)
    assert any(re.search(said, one) for one in told), told
    assert len(told) == 1


def test_other_faults_of_the_file_are_told_beside_those_of_a_profile(folder: Path) -> None:
    edit(folder, "version: 3", "version: x")
    told = faults(folder, "", STATION.replace("kind: ambient_air", "kind: air"))
    assert [one.split(":")[0] for one in told] == ["gateway.yaml", "acme-9000.yaml"]


def test_a_quantity_that_the_regulation_has_in_no_reachable_unit_is_not_guessed(folder: Path) -> None:
    edit(folder, "symbol: SO2, unit: ppb", "symbol: SO2, unit: mV")
    (told,) = faults(folder)
    assert "SO2 is measured in mV, and nothing says how SO2 comes of that; add parameters: [{measures: SO2" in told


def test_a_device_of_which_nobody_knows_what_is_connected_asks(folder: Path) -> None:
    (told,) = faults(folder, "", STATION.replace("acme-9000", "endress-hauser-cm44x"))
    assert "does not know what is connected to the device; add parameters: [{measures: AI1, symbol: …" in told


# Planted and hostile files


def test_a_link_in_the_folder_is_not_followed(folder: Path) -> None:
    file = folder / "instruments/acme-9000.yaml"
    file.rename(folder / "elsewhere.yaml")
    file.symlink_to(folder / "elsewhere.yaml")
    (told,) = faults(folder)
    assert told == "acme-9000.yaml:0: : is no plain file; put the file itself there: a link may lead anywhere"


def test_a_pipe_under_the_name_keeps_nobody_waiting(folder: Path) -> None:
    file = folder / "instruments/acme-9000.yaml"
    file.unlink()
    os.mkfifo(file)
    (told,) = faults(folder)
    assert "is no plain file" in told


def test_a_file_that_everybody_may_change_is_refused(folder: Path) -> None:
    (folder / "instruments/acme-9000.yaml").chmod(0o666)
    (told,) = faults(folder)
    assert "can be changed by everybody (mode 0666); chmod o-w" in told


def test_a_huge_file_is_not_read(folder: Path) -> None:
    with (folder / "instruments/acme-9000.yaml").open("a") as file:
        file.write("#" * 300_000)
    (told,) = faults(folder)
    assert "is larger than 262144 bytes" in told


def test_aliases_of_aliases_are_bounded(folder: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    edit(folder, "version: 3\n", "version: 3\n" + bomb)
    (told,) = faults(folder)
    assert "with every alias (*) written out" in told


def test_a_profile_that_is_no_text_is_told(folder: Path) -> None:
    (folder / "instruments/acme-9000.yaml").write_bytes(b"profile: \xff\xfe\n")
    (told,) = faults(folder)
    assert told.startswith("acme-9000.yaml:1: : is not UTF-8 text")


def test_an_instrument_used_twice_by_an_alias_is_two_instruments(folder: Path) -> None:
    station = STATION.replace(
        "  - name: gas\n    link", "  - name: gas\n    parameters: &same [{symbol: SO2}]\n    link"
    )
    second = "  - {name: gas2, link: plc, unit: 8, profile: acme-9000, parameters: *same}\n"
    told = faults(folder, second, station)
    assert [one.split(": ")[2] for one in told] == ["the symbol 'SO2' stands twice; a symbol is sent once in a file"]


# What is in force is shown


def test_an_own_file_in_the_place_of_a_shipped_one_is_told(folder: Path) -> None:
    file = folder / "instruments/teledyne-t400.yaml"
    file.write_text(PROFILE.replace("acme-9000", "teledyne-t400"), encoding="utf-8")
    configuration = loaded(folder, "", STATION.replace("acme-9000", "teledyne-t400"))
    told = [str(one) for one in configuration.warnings]
    assert any("stands in the place of the profile of that name that ships" in one and ":7:" in one for one in told)
    assert configuration.profiles[0].source == str(file)


def test_a_changed_file_is_another_profile(folder: Path) -> None:
    before = loaded(folder).profiles
    edit(folder, "poll: 20s", "poll: 21s")
    after = loaded(folder).profiles
    assert [(one.name, one.version, one.instruments) for one in before] == [("acme-9000", 3, ("gas",))]
    assert before[0].digest != after[0].digest
