"""What is refused in `links`.

Each row: what is changed in a valid file, and what loading then says, to the letter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import STATION, edited, faults

LINKS = STATION[STATION.index("links:") : STATION.index("instruments:")]
LINK = "{type: modbus-tcp, host: 192.168.1.10}"
FAULTS: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    "type_unknown": (
        [(LINK, "{type: can, device: can0}")],
        [
            (
                "gateway.yaml:9: links.plc.type: has an unknown type; this version has modbus-tcp, modbus-rtu, "
                "modbus-rtu-over-tcp, modbus-ascii, serial and tcp"
            )
        ],
    ),
    "type_misspelt": (
        [(LINK, "{type: modbus-tpc, host: a}")],
        ["gateway.yaml:9: links.plc.type: has an unknown type; did you mean modbus-tcp?"],
    ),
    "type_missing": (
        [(LINK, "{host: a}")],
        [
            (
                "gateway.yaml:9: links.plc.type: is missing; add type: modbus-tcp, modbus-rtu, modbus-rtu-over-tcp, "
                "modbus-ascii, serial or tcp"
            )
        ],
    ),
    "host_missing": (
        [(LINK, "{type: modbus-tcp}")],
        ["gateway.yaml:9: links.plc.host: is missing; add host: the device's name or address, such as 192.168.1.10"],
    ),
    "host_with_port": (
        [(LINK, "{type: modbus-tcp, host: 'plc.local:502'}")],
        ["gateway.yaml:9: links.plc.host: has the port in it; write the host alone and the port under the key port"],
    ),
    "host_with_space": (
        [(LINK, "{type: modbus-tcp, host: my plc}")],
        [
            (
                "gateway.yaml:9: links.plc.host: is neither a host name nor an IP address; write it as "
                "192.168.1.10 or plc.local"
            )
        ],
    ),
    "host_is_no_ip_address": (
        [(LINK, "{type: modbus-tcp, host: 192.168.1.1000}")],
        [
            "gateway.yaml:9: links.plc.host: is neither a host name nor an IP address; write it as 192.168.1.10 or "
            "plc.local"
        ],
    ),
    "host_is_a_number": (
        [(LINK, "{type: modbus-tcp, host: 5}")],
        ["gateway.yaml:9: links.plc.host: is read as a number or as true/false, not as text; put it in quotes"],
    ),
    "port_zero": (
        [(LINK, "{type: modbus-tcp, host: a, port: 0}")],
        ["gateway.yaml:9: links.plc.port: 0 is too small; write 1 or more"],
    ),
    "port_too_large": (
        [(LINK, "{type: modbus-tcp, host: a, port: 65536}")],
        ["gateway.yaml:9: links.plc.port: 65536 is too large; write 65535 or less"],
    ),
    "port_in_quotes": (
        [(LINK, "{type: modbus-tcp, host: a, port: '502'}")],
        [
            (
                "gateway.yaml:9: links.plc.port: is not a whole number; write it without quotes, without a unit "
                "and without a decimal point"
            )
        ],
    ),
    "key_misspelt": (
        [(LINK, "{type: modbus-tcp, host: a, prot: 502}")],
        ["gateway.yaml:9: links.plc.prot: is an unknown key; did you mean port?"],
    ),
    "key_of_the_other_type": (
        [(LINK, "{type: modbus-tcp, host: a, baudrate: 9600}")],
        ["gateway.yaml:9: links.plc.baudrate: is an unknown key; known here: host, port, timeout, type, device"],
    ),
    "timeout_too_long": (
        [(LINK, "{type: modbus-tcp, host: a, timeout: 31s}")],
        ["gateway.yaml:9: links.plc.timeout: 31s is out of bounds; write 10ms to 30s"],
    ),
    "timeout_too_short": (
        [(LINK, "{type: modbus-tcp, host: a, timeout: 9ms}")],
        ["gateway.yaml:9: links.plc.timeout: 9ms is out of bounds; write 10ms to 30s"],
    ),
    "device_relative": (
        [(LINK, "{type: modbus-rtu, device: ttyUSB0}")],
        [
            (
                "gateway.yaml:9: links.plc.device: 'ttyUSB0' is not the path of a serial device; write the whole "
                "path, such as /dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"
            )
        ],
    ),
    "device_shared": (
        [(LINK, "{type: modbus-rtu, device: /dev/serial/by-id/../by-id/usb-port0}")],
        [
            (
                "gateway.yaml:10: links.bus.device: link plc has this device already; put the instruments of one "
                "serial line on one link"
            )
        ],
    ),
    "parity_unknown": (
        [(LINK, "{type: modbus-rtu, device: /dev/a, parity: even}")],
        ["gateway.yaml:9: links.plc.parity: is none of the choices; write 'N', 'E' or 'O'"],
    ),
    "stopbits_three": (
        [(LINK, "{type: modbus-rtu, device: /dev/a, stopbits: 3}")],
        ["gateway.yaml:9: links.plc.stopbits: is none of the choices; write 1 or 2"],
    ),
    "stopbits_true": (
        [(LINK, "{type: modbus-rtu, device: /dev/a, stopbits: true}")],
        [
            (
                "gateway.yaml:9: links.plc.stopbits: is not a whole number; write it without quotes and without a "
                "decimal point"
            )
        ],
    ),
    "bytesize_seven": (
        [(LINK, "{type: modbus-rtu, device: /dev/a, bytesize: 7}")],
        ["gateway.yaml:9: links.plc.bytesize: is none of the choices; write 8"],
    ),
    "baudrate_too_small": (
        [(LINK, "{type: modbus-rtu, device: /dev/a, baudrate: 96}")],
        ["gateway.yaml:9: links.plc.baudrate: 96 is too small; write 300 or more"],
    ),
    "without_value": (
        [(LINK, "")],
        ["gateway.yaml:9: links.plc: has no value; write its keys below it, indented, or as {key: value}"],
    ),
    "a_list": (
        [(LINK, "[modbus-tcp]")],
        ["gateway.yaml:9: links.plc: is not a section; write its keys below it, indented, or as {key: value}"],
    ),
    "name_with_space": (
        [("plc: {", "my plc: {"), ("link: plc", "link: my plc")],
        [
            (
                "gateway.yaml:9: links.my plc: 'my plc' is not usable as a name; use 1 to 64 letters, digits, '-', "
                "'_' or '.': names stand in logs and on the command line"
            )
        ],
    ),
    "no_section": (
        [(LINKS, "")],
        ["gateway.yaml:1: links: is missing; add links: the section with the connections to the instruments"],
    ),
}


@pytest.mark.parametrize(("edits", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_refuses(edits: list[tuple[str, str]], expected: list[str], tmp_path: Path) -> None:
    assert faults(edited(*edits), tmp_path) == expected
