"""What is refused in `station`, `storage`, `reporting` and at the top of the file.

Each row: what is changed in a valid file, and what loading then says, to the letter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import edited, faults

VIETNAM = "write Asia/Ho_Chi_Minh: TT10/2021 asks for Vietnam's time"
FAULTS: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    "underscore_in_code": (
        [("province: HN", "province: H_N")],
        [
            (
                "gateway.yaml:3: station.province: 'H_N' cannot stand in a file's name; use 1 to 32 letters A-Z "
                "a-z, digits or '-': the receiver splits the name at '_', and a space, a slash or an accent does "
                "not survive every server"
            )
        ],
    ),
    "slash_in_code": (
        [("facility: ABCD", "facility: AB/CD")],
        [
            (
                "gateway.yaml:4: station.facility: 'AB/CD' cannot stand in a file's name; use 1 to 32 letters A-Z "
                "a-z, digits or '-': the receiver splits the name at '_', and a space, a slash or an accent does "
                "not survive every server"
            )
        ],
    ),
    "code_is_a_number": (
        [("code: NUO001", "code: 001")],
        ["gateway.yaml:5: station.code: is read as a number or as true/false, not as text; put it in quotes"],
    ),
    "code_missing": (
        [("  code: NUO001\n", "")],
        ["gateway.yaml:1: station.code: is missing; add code: the station's code (TenTram), such as NUO001"],
    ),
    "telephone_without_quotes": (
        [("code: NUO001", "code: NUO001\n  telephone: 02438261234")],
        ["gateway.yaml:6: station.telephone: is read as a number or as true/false, not as text; put it in quotes"],
    ),
    "telephone_and_email_are_words": (
        [("code: NUO001", "code: NUO001\n  telephone: ask the guard\n  email: moitruong.example.vn")],
        [
            "gateway.yaml:6: station.telephone: 'ask the guard' is no telephone number; write digits, with spaces, "
            'dots or hyphens: "024 3826 1234"',
            "gateway.yaml:7: station.email: 'moitruong.example.vn' is no e-mail address; write one, such as "
            "moitruong@example.vn",
        ],
    ),
    "key_misspelt": (
        [("province: HN", "provnce: HN")],
        [
            "gateway.yaml:1: station.province: is missing; add province: the province's code (TenTinh), such as HN",
            "gateway.yaml:3: station.provnce: is an unknown key; did you mean province?",
        ],
    ),
    "key_twice": (
        [("province: HN", "province: HN\n  province: HP")],
        ["gateway.yaml:4: station.province: stands twice, first in line 3; remove one of the two"],
    ),
    "kind_misspelt": (
        [("kind: wastewater", "kind: wastwater")],
        [
            (
                "gateway.yaml:6: station.kind: is none of the choices; write 'wastewater', 'surface_water', "
                "'groundwater', 'emission', 'ambient_air' or 'coach_station'; did you mean wastewater?"
            )
        ],
    ),
    "flag_as_text": (
        [("kind: wastewater", 'kind: wastewater\n  special_monitoring: "yes"')],
        ["gateway.yaml:7: station.special_monitoring: is not true or false; write true or false, without quotes"],
    ),
    "yes_is_a_text_in_yaml_1_2": (
        [("kind: wastewater", "kind: wastewater\n  special_monitoring: yes")],
        ["gateway.yaml:7: station.special_monitoring: is not true or false; write true or false, without quotes"],
    ),
    "timezone_misspelt": (
        [("kind: wastewater", "kind: wastewater\n  timezone: Asia/Hanoi")],
        [f"gateway.yaml:7: station.timezone: 'Asia/Hanoi' is no time zone; {VIETNAM}"],
    ),
    "timezone_is_a_region": (
        [("kind: wastewater", "kind: wastewater\n  timezone: Asia")],
        [f"gateway.yaml:7: station.timezone: 'Asia' is no time zone; {VIETNAM}"],
    ),
    "timezone_climbs": (
        [("kind: wastewater", "kind: wastewater\n  timezone: ../../etc/passwd")],
        [f"gateway.yaml:7: station.timezone: '../../etc/passwd' is no time zone; {VIETNAM}"],
    ),
    "language_unknown": (
        [("kind: wastewater", "kind: wastewater\n  language: fr")],
        ["gateway.yaml:7: station.language: is none of the choices; write 'vi' or 'en'"],
    ),
    "name_without_value": (
        [("name: Trạm thử", "name:")],
        ["gateway.yaml:2: station.name: has no value; write a text, in quotes if it looks like a number"],
    ),
    "name_empty": (
        [("name: Trạm thử", "name: ''")],
        ["gateway.yaml:2: station.name: is empty or has control characters; write it as one line of plain text"],
    ),
    "section_misspelt": (
        [("station:", "staton:")],
        [
            "gateway.yaml:1: station: is missing; add station: the section that says which station this is",
            "gateway.yaml:1: staton: is an unknown key; did you mean station?",
        ],
    ),
    "section_without_keys": (
        [("reporting: {slot: 5min}", "reporting:")],
        ["gateway.yaml:7: reporting: has no value; write its keys below it, indented, or as {key: value}"],
    ),
    "section_is_a_number": (
        [("{slot: 5min}", "5")],
        ["gateway.yaml:7: reporting: is not a section; write its keys below it, indented, or as {key: value}"],
    ),
    "slot_without_unit": (
        [("{slot: 5min}", "{slot: 300}")],
        [
            (
                "gateway.yaml:7: reporting.slot: 300 has no unit; write 300s if seconds are meant; units are ms, "
                "s, min, h, d"
            )
        ],
    ),
    "slot_in_m": (
        [("{slot: 5min}", "{slot: 5m}")],
        ["gateway.yaml:7: reporting.slot: has the unknown unit 'm'; write min for minutes"],
    ),
    "slot_does_not_divide_an_hour": (
        [("{slot: 5min}", "{slot: 7min}")],
        ["gateway.yaml:7: reporting.slot: 7min does not divide an hour; write 5min, as TT10/2021 asks"],
    ),
    "slot_too_short": (
        [("{slot: 5min}", "{slot: 1s}")],
        [
            "gateway.yaml:7: reporting.slot: 1s is out of bounds; write 10s to 1h",
            (
                "gateway.yaml:14: instruments.probe.poll: 5s is longer than the slot of 1s; poll at least once in "
                "a slot, or slots stay empty"
            ),
            (
                "gateway.yaml:20: instruments.flowmeter.poll: 10s is longer than the slot of 1s; poll at least "
                "once in a slot, or slots stay empty"
            ),
        ],
    ),
    "slot_too_long": (
        [("{slot: 5min}", "{slot: 2h}")],
        ["gateway.yaml:7: reporting.slot: 2h is out of bounds; write 10s to 1h"],
    ),
    "slot_not_a_duration": (
        [("{slot: 5min}", "{slot: soon}")],
        [
            (
                "gateway.yaml:7: reporting.slot: is not a duration; write a number and a unit (ms, s, min, h, d), "
                "such as 500ms, 5s, 5min or 90d"
            )
        ],
    ),
    "slot_finer_than_a_millisecond": (
        [("{slot: 5min}", "{slot: 0.5ms}")],
        ["gateway.yaml:7: reporting.slot: is finer than a millisecond; write whole milliseconds"],
    ),
    "coverage_zero": (
        [("{slot: 5min}", "{min_coverage: 0}")],
        [
            (
                "gateway.yaml:7: reporting.min_coverage: 0 is out of bounds; write a percentage above 0 and up to "
                "100; 75 is usual"
            )
        ],
    ),
    "coverage_over_100": (
        [("{slot: 5min}", "{min_coverage: 100.5}")],
        [
            (
                "gateway.yaml:7: reporting.min_coverage: 100.5 is out of bounds; write a percentage above 0 and up "
                "to 100; 75 is usual"
            )
        ],
    ),
    "coverage_in_quotes": (
        [("{slot: 5min}", '{min_coverage: "75"}')],
        [
            (
                "gateway.yaml:7: reporting.min_coverage: is not a number; write it without quotes and without a "
                "unit, with a decimal point"
            )
        ],
    ),
    "coverage_not_a_number": (
        [("{slot: 5min}", "{min_coverage: .nan}")],
        ["gateway.yaml:7: reporting.min_coverage: is not a finite number; write a number"],
    ),
    "missing_value_unquoted_null": (
        [("{slot: 5min}", "{missing_value: NULL}")],
        [
            (
                "gateway.yaml:7: reporting.missing_value: has no value: YAML reads an unquoted NULL or ~ as "
                "nothing; write 'NULL', '-' or 'omit', in quotes"
            )
        ],
    ),
    "missing_value_unknown": (
        [("{slot: 5min}", "{missing_value: nothing}")],
        ["gateway.yaml:7: reporting.missing_value: is none of the choices; write 'NULL', '-' or 'omit'"],
    ),
    "grace_too_long": (
        [("{slot: 5min}", "{grace: 2min}")],
        ["gateway.yaml:7: reporting.grace: 2min is out of bounds; write 0s to 1min"],
    ),
    "readings_too_short": (
        [("reporting:", "storage: {readings: 59d}\nreporting:")],
        [
            (
                "gateway.yaml:7: storage.readings: 59d is too short; write 60d or more: TT10/2021 asks for raw "
                "readings of at least 60 days"
            )
        ],
    ),
    "records_too_short": (
        [("reporting:", "storage: {records: 1095d}\nreporting:")],
        [
            (
                "gateway.yaml:7: storage.records: 1095d is too short; write 1096d or more: TT10/2021 asks for the "
                "records of the last 3 years"
            )
        ],
    ),
    "readings_for_ever": (
        [("reporting:", "storage: {readings: 999999999999d}\nreporting:")],
        ["gateway.yaml:7: storage.readings: is too long; write a duration that a station can live through"],
    ),
    "storage_path_relative": (
        [("reporting:", "storage: {path: var/lib}\nreporting:")],
        ["gateway.yaml:7: storage.path: is not an absolute path; write the whole path, beginning with /"],
    ),
    "all_at_once_by_line": (
        [
            ("province: HN", "province: H N"),
            ("code: NUO001", "coed: NUO001"),
            ("slot: 5min", "slot: 7min"),
            ("link: plc", "link: plk"),
            ("unit: mg/L", "unit: mg/l"),
            ("poll: 10s", "poll: 10"),
            ("authority: province", "authority: provnce"),
        ],
        [
            "gateway.yaml:1: station.code: is missing; add code: the station's code (TenTram), such as NUO001",
            (
                "gateway.yaml:3: station.province: 'H N' cannot stand in a file's name; use 1 to 32 letters A-Z "
                "a-z, digits or '-': the receiver splits the name at '_', and a space, a slash or an accent does "
                "not survive every server"
            ),
            "gateway.yaml:5: station.coed: is an unknown key; did you mean code?",
            "gateway.yaml:7: reporting.slot: 7min does not divide an hour; write 5min, as TT10/2021 asks",
            "gateway.yaml:13: instruments.probe.link: there is no link 'plk'; did you mean plc?",
            "gateway.yaml:17: instruments.probe.parameters.COD.unit: 'mg/l' is not the unit of COD; write mg/L",
            (
                "gateway.yaml:20: instruments.flowmeter.poll: 10 has no unit; write 10s if seconds are meant; "
                "units are ms, s, min, h, d"
            ),
            (
                "gateway.yaml:25: destinations.so-tnmt.authority: is none of the choices; write 'province', 'ministry' "
                "or 'road'; did you mean province?"
            ),
        ],
    ),
    "contact_without_a_name_and_with_no_telephone": (
        [("code: NUO001\n", 'code: NUO001\n  contacts: [{role: Trưởng trạm}, {name: An, telephone: "không"}]\n')],
        [
            (
                "gateway.yaml:6: station.contacts.An.telephone: 'không' is no telephone number; write digits, with "
                'spaces, dots or hyphens: "024 3826 1234"'
            ),
            "gateway.yaml:6: station.contacts[0].name: is missing; add name: the person's name",
        ],
    ),
}


@pytest.mark.parametrize(("edits", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_refuses(edits: list[tuple[str, str]], expected: list[str], tmp_path: Path) -> None:
    assert faults(edited(*edits), tmp_path) == expected
