"""What is allowed but odd: it loads, and says so to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import STATION, edited, warnings

LINK = "{type: modbus-tcp, host: 192.168.1.10}"
COD = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
URL = "sftp://nuo001@ftp.example.vn/NUO001"
HOST_KEY = '    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"\n'
DESTINATIONS = STATION[STATION.index("destinations:") :]
INSTRUMENTS = STATION[STATION.index("  - name: probe") : STATION.index("destinations:")]
AMBIENT = """\
  - {name: gas, link: plc, poll: 5s, parameters: [
      {symbol: SO2, unit: ug/Nm3, register: "holding:0", type: float32},
      {symbol: NO2, unit: ug/Nm3, register: "holding:4", type: float32},
      {symbol: H2S, unit: ug/Nm3, register: "holding:2", type: float32}]}
  - {name: mast, link: bus, poll: 10s, parameters: [{symbol: WS, unit: m/s, register: "input:0", type: float32}]}
"""
PARAMETER = "gateway.yaml:17: instruments.probe.parameters"

ODD: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    "nothing": ([], []),
    "the_example's_host_key": (
        [(HOST_KEY, f'    host_key: "SHA256:{"A" * 43}"\n')],
        [
            "gateway.yaml:28: destinations.so-tnmt.host_key: is still the example's: no server has this key, "
            "and nothing will be sent; ask the authority for its server's; gateway check --online "
            "shows the one that answers"
        ],
    ),
    "slot": (
        [("slot: 5min", "slot: 10s")],
        ["gateway.yaml:7: reporting.slot: is 10s; TT10/2021 asks for 5min; keep others to trials"],
    ),
    "fewer_than_four_polls_a_slot": (
        [("poll: 5s", "poll: 76s")],
        [
            "gateway.yaml:14: instruments.probe.poll: is 76s: a slot of 5min has fewer than 4 readings, and one that "
            "fails makes it 02; write 75s or less"
        ],
    ),
    "four_polls_a_slot": ([("poll: 5s", "poll: 75s")], []),
    "registers_that_two_share_in_part": (
        [('register: "input:2", type: uint16', 'register: "holding:1", type: uint16')],
        [
            "gateway.yaml:17: instruments.probe.parameters.COD: holding:1 is read as uint16, and a part of it for pH "
            "as float32 at holding:0; check both registers and types in the device's manual"
        ],
    ),
    "timezone": (
        [("kind: wastewater", "kind: wastewater\n  timezone: Asia/Tokyo")],
        [
            "gateway.yaml:7: station.timezone: is UTC+09:00, not GMT+7; TT10/2021 asks for Vietnam's time: "
            "Asia/Ho_Chi_Minh"
        ],
    ),
    "no_official_name": (
        [("kind: wastewater", "kind: wastewater\n  facility_name: Công ty TNHH Ví dụ")],
        [
            "gateway.yaml:25: destinations.so-tnmt.official_name: is missing: letters and reports can only call it "
            "so-tnmt; add the authority's full name: official_name: Sở Nông nghiệp và Môi trường …"
        ],
    ),
    "an_official_name": (
        [
            ("kind: wastewater", 'kind: wastewater\n  address: Lô A1\n  telephone: "+84 (24) 3826.12-34"'),
            ("authority: province", "authority: province\n    official_name: Sở Nông nghiệp và Môi trường Hà Nội"),
        ],
        [],
    ),
    "coverage_as_a_fraction": (
        [("{slot: 5min}", "{min_coverage: 0.75}")],
        ["gateway.yaml:7: reporting.min_coverage: is 0.75 %: one reading is enough; 75 means three quarters"],
    ),
    "unusual_baud_rate": (
        [("usb-port0}", "usb-port0, baudrate: 960}")],
        ["gateway.yaml:10: links.bus.baudrate: 960 is no usual rate; did you mean 9600?"],
    ),
    "unused_link": (
        [("links:", "links:\n  spare: {type: modbus-tcp, host: spare.local}")],
        ["gateway.yaml:9: links.spare: no instrument uses this link; remove it, or put an instrument on it"],
    ),
    "enumerated_device": (
        [(LINK, "{type: modbus-rtu, device: /dev/ttyUSB0}")],
        [
            "gateway.yaml:9: links.plc.device: /dev/ttyUSB0 may be another device after the next start; "
            "write its path in /dev/serial/by-id, which stays the same"
        ],
    ),
    "same_host": (
        [("  bus: {type: modbus-rtu, device: /dev/serial/by-id/usb-port0}", f"  bus: {LINK}")],
        [
            "gateway.yaml:10: links.bus.host: link plc leads to the same host and port; "
            "many devices serve one connection at a time: put the instruments on one link"
        ],
    ),
    "same_register": (
        [("input:2", "holding:0"), ("type: uint16", "type: float32")],
        [f"{PARAMETER}.COD.register: holding:0 is read for another parameter too; check the datasheet"],
    ),
    "same_register_in_a_copied_instrument": (
        [("link: bus", "link: plc"), ('"input:0"', '"holding:0"')],
        [
            "gateway.yaml:10: links.bus: no instrument uses this link; remove it, or put an instrument on it",
            "gateway.yaml:22: instruments.flowmeter.parameters.Flow.register: holding:0 is read for another parameter "
            "too; check the datasheet",
        ],
    ),
    "same_register_of_another_unit": (
        [
            ("  bus: {type: modbus-rtu, device: /dev/serial/by-id/usb-port0}\n", ""),
            ("link: bus", "link: plc\n    unit: 2"),
            ('"input:0"', '"holding:0"'),
        ],
        [],
    ),
    "same_field_of_a_text_device": (
        [
            ("modbus-rtu, device", "serial, device"),
            ("poll: 10s", "poll: 10s\n    ak: {}"),
            (
                'register: "input:0", type: float32}',
                "field: 1}\n      - {symbol: Temp, unit: oC, channel: K0, field: 1}",
            ),
        ],
        [
            "gateway.yaml:24: instruments.flowmeter.parameters.Temp.field: field 1 of AKON K0 is read for another "
            "parameter too; check the datasheet"
        ],
    ),
    "same_measurement_called_by_its_number_and_by_the_address": (
        [
            ("modbus-rtu, device", "serial, device"),
            ("poll: 10s", "poll: 10s\n    bayern_hessen: {address: 1}"),
            (
                'register: "input:0", type: float32}',
                "}\n  - {name: copy, link: bus, poll: 10s, bayern_hessen: {address: 1}, "
                "parameters: [{symbol: Temp, unit: oC, id: 1}]}",
            ),
        ],
        [
            "gateway.yaml:24: instruments.copy.parameters.Temp.id: measurement 1 is read for another parameter too; "
            "check the datasheet"
        ],
    ),
    "same_group_of_a_line": (
        [
            ("modbus-rtu, device", "serial, device"),
            ("poll: 10s", "poll: 10s\n    ascii: {request: F, response: '(?P<Flow>.*)'}"),
            (
                'register: "input:0", type: float32}',
                "}\n      - {symbol: Temp, unit: oC, group: Flow}",
            ),
        ],
        [
            "gateway.yaml:24: instruments.flowmeter.parameters.Temp.group: group Flow is read for another parameter "
            "too; check the datasheet"
        ],
    ),
    "datasheet_number_as_address": (
        [("input:2", "holding:40001")],
        [f"{PARAMETER}.COD.register: holding:40001 counts from zero; did you mean 4x:40001 (= holding:0)?"],
    ),
    "datasheet_number_as_address_of_an_input": (
        [("input:2", "input:30011")],
        [f"{PARAMETER}.COD.register: input:30011 counts from zero; did you mean 3x:30011 (= input:10)?"],
    ),
    "custom_symbol": (
        [(COD, "{symbol: MLSS, custom: true, unit: g/L, register: 'input:2', type: uint16}")],
        [
            f"{PARAMETER}.MLSS.symbol: 'MLSS' is not a symbol of the regulation; "
            "the authority must have declared it for this station"
        ],
    ),
    "symbol_of_a_standard": (
        [(COD, "{symbol: Cr6, unit: mg/L, register: 'input:2', type: uint16}")],
        [
            f"{PARAMETER}.Cr6.symbol: Cr6 in mg/L is not in the circular's table for this kind of station "
            "(QCVN 40:2011 limits it); the authority must have declared it for this station"
        ],
    ),
    "hazardous_gas_in_the_air": (
        [("kind: wastewater", "kind: ambient_air"), (INSTRUMENTS, AMBIENT)],
        [
            "gateway.yaml:15: instruments.gas.parameters.H2S.symbol: H2S in ug/Nm3 is not in the circular's table for "
            "this kind of station (QCVN 05:2023 limits it); the authority must have declared it for this station"
        ],
    ),
    "standards_symbol_in_a_unit_of_its_own": (
        [(COD, "{symbol: As, unit: ug/L, custom: true, register: 'input:2', type: uint16}")],
        [
            f"{PARAMETER}.As.symbol: As in ug/L is not a symbol of the regulation; "
            "the authority must have declared it for this station"
        ],
    ),
    "custom_symbol_that_looks_misspelt": (
        [(COD, "{symbol: cod, custom: true, unit: mg/L, register: 'input:2', type: uint16}")],
        [
            f"{PARAMETER}.cod.symbol: 'cod' is not a symbol of the regulation; "
            "did you mean COD? the authority must have declared it for this station"
        ],
    ),
    "symbol_of_another_medium": (
        [(COD, "{symbol: NO, unit: ug/Nm3, register: 'input:2', type: uint16}")],
        [
            f"{PARAMETER}.NO.symbol: NO in ug/Nm3 is for ambient_air, and this station is wastewater; "
            "check the symbol and the unit"
        ],
    ),
    "plain_ftp": (
        [(URL, "ftp://nuo001@ftp.example.vn/NUO001"), (HOST_KEY, "")],
        [
            "gateway.yaml:26: destinations.so-tnmt.url: password and data cross the network readable; "
            "TT10/2021 allows ftps and sftp: ask the authority for one of them"
        ],
    ),
    "plain_mqtt": (
        [(URL, "mqtt://nuo001@broker.example.vn/NUO001"), (HOST_KEY, "")],
        [
            "gateway.yaml:26: destinations.so-tnmt.url: password and data cross the network readable; "
            "ask the authority for mqtts"
        ],
    ),
    "digests_that_a_broker_does_not_get": (
        [
            (
                DESTINATIONS,
                f"{DESTINATIONS}  - {{name: broker, authority: province, url: mqtts://u@broker.example.vn/1,"
                " password: {env: SO_TNMT}}\njournal: {send: true}\n",
            )
        ],
        [
            "gateway.yaml:30: journal.send: brings no digest to broker: who takes messages would take it for one; "
            "nothing need be done: the others get each day's digest as a file"
        ],
    ),
    "folder_without_date": (
        [(HOST_KEY, HOST_KEY + '    folder: ""\n')],
        [
            "gateway.yaml:29: destinations.so-tnmt.folder: has no date: all files will lie in one folder; "
            "inspectors counted that as a fault; %Y/%m/%d is usual"
        ],
    ),
    "no_destinations": (
        [(DESTINATIONS, "destinations: []\n")],
        ["gateway.yaml:23: destinations: there is no destination: nothing will be sent; add the authority's server"],
    ),
    "no_active_destination": (
        [("authority: province", "authority: province\n    only_if_special: true")],
        [
            "gateway.yaml:23: destinations: all destinations are only_if_special and the station is not: "
            "nothing will be sent; set station.special_monitoring, or remove only_if_special"
        ],
    ),
}


@pytest.mark.parametrize(("edits", "expected"), ODD.values(), ids=ODD.keys())
def test_warns(edits: list[tuple[str, str]], expected: list[str], tmp_path: Path) -> None:
    assert warnings(edited(*edits), tmp_path) == expected
