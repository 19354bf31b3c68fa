"""`equipment`: the devices of the station, what they measure, and until when their papers hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateway.core.validity import Validity, ValidityKind
from tests.unit.config.wording import STATION, edited, faults, load_text, warnings

WHOLE = """\
equipment:
  - name: cod
    kind: analyser
    make: Hach
    model: CAS74D
    serial: "HC-1001"
    origin: Germany
    installed: 2024-05-01
    instrument: probe
    measures: [COD]
    ranges: {COD: [0, 1000]}
    principle: UV 254 nm
    accuracy: "±3 %"
    test_report: TR-77
    calibrated: {number: HC-12, by: Quatest 1, date: 2026-01-10, until: 2027-01-09}
    verified: {number: KD-34, date: 2026-01-10, until: 2027-01-10}
    type_approval: {number: "123/QD-TDC", until: 2031-06-30}
  - {name: ph, kind: sensor, make: E+H, model: CPS11E, instrument: probe, measures: [pH]}
  - {name: flow, kind: flow_meter, make: Siemens, model: MAG 5100W, instrument: flowmeter}
  - {name: logger, kind: datalogger, make: Example, model: DL-1, serial: "HC-1001"}
"""


def rows(*lines: str) -> str:
    return STATION + "equipment:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


def device(more: str, name: str = "one", kind: str = "analyser") -> str:
    return f"name: {name}, kind: {kind}, make: Hach, model: X" + (f", {more}" if more else "")


OTHERS = (device("instrument: probe", "others"), device("instrument: flowmeter", "flow", "flow_meter"))
"""So that nothing is left of which no equipment is told."""


def test_a_whole_section_is_what_is_written_and_nothing_is_odd(tmp_path: Path) -> None:
    loaded = load_text(STATION + WHOLE, tmp_path)
    assert loaded.warnings == ()
    cod, ph, flow, logger = loaded.equipment
    measured = [[line.line for line in loaded.measured_by(one)] for one in loaded.equipment]
    assert measured == [["COD"], ["pH"], ["Flow"], []]
    assert (cod.serial, cod.installed, cod.ranges) == ("HC-1001", date(2024, 5, 1), {"COD": (0, 1000)})
    assert (ph.kind, flow.kind, logger.serial) == ("sensor", "flow_meter", "HC-1001")
    assert loaded.validities == (
        Validity("cod", ValidityKind.CALIBRATION, date(2027, 1, 9)),
        Validity("cod", ValidityKind.VERIFICATION, date(2027, 1, 10)),
        Validity("cod", ValidityKind.TYPE_APPROVAL, date(2031, 6, 30)),
    )


def test_a_station_needs_none(tmp_path: Path) -> None:
    loaded = load_text(STATION, tmp_path)
    assert (loaded.equipment, loaded.validities, loaded.warnings) == ((), (), ())


FAULTS = {
    "empty": (STATION + "equipment: []\n", ["29: equipment: is empty; add at least one entry"]),
    "unknown_instrument": (
        rows(device("instrument: prob")),
        ["30: equipment.one.instrument: there is no instrument 'prob'; did you mean probe?"],
    ),
    "unknown_symbol": (
        rows(device("measures: [CODD]")),
        ["30: equipment.one.measures[0]: CODD is not in the authority's file; did you mean COD?"],
    ),
    "measured_twice": (
        rows(device("measures: [COD, pH, COD]")),
        ["30: equipment.one.measures[2]: COD stands twice; keep one of the two"],
    ),
    "measured_twice_in_two_spellings": (
        rows(device("measures: [CODcr, COD], ranges: {COD: [0, 100], CODcr: [0, 500]}")),
        [
            "30: equipment.one.measures[1]: COD is CODcr, which stands there too; keep one of the two",
            "30: equipment.one.ranges.CODcr: CODcr is COD, which stands there too; keep one of the two",
        ],
    ),
    "of_another_instrument": (
        rows(device("instrument: flowmeter, measures: [COD]")),
        ["30: equipment.one.measures[0]: COD is not measured by flowmeter; what is measured by flowmeter: Flow"],
    ),
    "range_of_what_it_does_not_measure": (
        rows(device("measures: [pH], ranges: {COD: [0, 100]}")),
        ["30: equipment.one.ranges.COD: it does not measure COD; remove it"],
    ),
    "ranges_of_nobody_knows_what": (
        rows(device("ranges: {COD: [0, 100]}")),
        [
            "30: equipment.one.ranges: are of what it measures, and nothing says what that is; add"
            " measures, or instrument"
        ],
    ),
    "same_serial": (
        rows(device('serial: "A1"'), device('serial: "a1"', "two")),
        ["31: equipment.two.serial: 'a1' is that of one of the same make; write what stands on its own plate"],
    ),
    "same_name": (
        rows(device(""), device("")),
        ["31: equipment.one.name: the name 'one' stands twice; give each device its own"],
    ),
    "serial_is_a_number": (
        rows(device("serial: 1234")),
        ["30: equipment.one.serial: is read as a number or as true/false, not as text; put it in quotes"],
    ),
    "until_before_date": (
        rows(device("verified: {date: 2026-02-01, until: 2026-01-31}")),
        [
            "30: equipment.one.verified.until: 2026-01-31 is before its date 2026-02-01; write the last day on which it"
            " holds"
        ],
    ),
    "no_such_day": (
        rows(device("verified: {until: 2026-02-30}")),
        [
            "30: equipment.one.verified.until: 2026-02-30 is not in the calendar; write a day as year-month-day, such"
            " as 2026-01-31"
        ],
    ),
    "another_age": (
        rows(device("verified: {until: 2206-01-31}")),
        ["30: equipment.one.verified.until: 2206-01-31 is out of bounds; write a day from 1980-01-01 to 2100-12-31"],
    ),
    "empty_certificate": (
        rows(device("verified: {}")),
        ['30: equipment.one.verified: says nothing; add number: "…", date: and until:, its last day'],
    ),
    "certificate_of_nothing": (
        rows(device("verified: {number: null, until: ~}")),
        ['30: equipment.one.verified: says nothing; add number: "…", date: and until:, its last day'],
    ),
    "datalogger_that_measures": (
        rows(device("instrument: probe", kind="datalogger")),
        [
            "30: equipment.one: has instrument, and kind: datalogger, which measures nothing; remove"
            " instrument, or change kind"
        ],
    ),
    "camera_of_an_analyser": (
        rows(device("camera: outlet")),
        [
            "30: equipment.one: has camera, and kind: analyser; remove camera, or write kind: camera",
            "30: equipment.one.camera: there is no camera 'outlet'; remove it",
        ],
    ),
    "kind_misspelt": (
        rows(device("", kind="analyzer")),
        [
            "30: equipment.one.kind: is none of the choices; write 'analyser', 'sensor', 'flow_meter', 'sampler',"
            " 'datalogger', 'camera', 'power' or 'other'; did you mean analyser?"
        ],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_contradicts_or_is_not_there_is_a_fault(tmp_path: Path, case: str) -> None:
    text, said = FAULTS[case]
    assert faults(text, tmp_path) == [f"gateway.yaml:{one}" for one in said]


def test_what_measures_nothing_known_is_odd(tmp_path: Path) -> None:
    assert warnings(rows(device(""), *OTHERS), tmp_path) == [
        "gateway.yaml:30: equipment.one: measures nothing that is known here; add instrument: with its name, or"
        " measures: [COD]"
    ]


def test_a_range_that_is_less_than_what_counts_as_measured_is_odd(tmp_path: Path) -> None:
    text = edited(("scale: 0.1}", "scale: 0.1, range: [0, 500]}"))
    row = device("instrument: probe, ranges: {COD: [0, 200], pH: [0, 14]}")
    (said,) = warnings(text + rows(row, OTHERS[1]).removeprefix(STATION), tmp_path)
    assert "ranges.COD: 0 to 200 is less than the range of COD, 0 to 500 mg/L" in said
    wide = device("instrument: probe, ranges: {COD: [0, 500]}")
    assert warnings(text + rows(wide, OTHERS[1]).removeprefix(STATION), tmp_path) == []


def test_a_certificate_without_an_end_is_odd_but_not_an_approval(tmp_path: Path) -> None:
    row = device('calibrated: {number: "1"}, type_approval: {number: "2"}', "three", "power")
    (said,) = warnings(rows(row, *OTHERS), tmp_path)
    assert "equipment.three.calibrated: has no end: nobody is reminded of the next one" in said


def test_an_instrument_of_which_no_equipment_is_told_is_odd(tmp_path: Path) -> None:
    (said,) = warnings(rows(device("measures: [COD]"), OTHERS[1]), tmp_path)
    assert "no equipment measures pH of probe: the station's sheet lacks it" in said
