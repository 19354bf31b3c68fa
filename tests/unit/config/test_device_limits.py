"""`device:` at a link or an instrument: which one wins, and what can have no effect."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import ModbusDevice
from gateway.config.links.device_limits import DeviceLimits, DeviceTraits, traits_of
from tests.unit.config.wording import edited, faults

LINK = "{type: modbus-tcp, host: 192.168.1.10}"
RTU = "{type: modbus-rtu, device: /dev/serial/by-id/usb-x}"


def limits(**said: object) -> DeviceLimits:
    return DeviceLimits.model_validate(said)


def test_the_instrument_wins_over_its_link_key_by_key() -> None:
    link = limits(max_registers=16, retries=0, after_connect="2s", write="multiple")
    own = limits(max_registers=32, bridge_gaps=False, transaction_id="ignore", write="single")
    assert traits_of(link, own) == DeviceTraits(32, False, 2.0, 0, True, False)
    assert traits_of(None, None) == DeviceTraits()


def with_device(link: str, device: str) -> str:
    return edited((LINK, link), ("link: plc", f"link: plc\n    device: {device}"))


@pytest.mark.parametrize(
    "device",
    ["{max_registers: 16}", "{bridge_gaps: false}", "{after_connect: 2s}", "{retries: 0}", "{transaction_id: ignore}"],
)
def test_what_can_take_effect_is_taken_at_the_link_and_at_the_instrument(device: str, tmp_path: Path) -> None:
    assert faults(with_device(LINK, device), tmp_path) == []
    assert faults(edited((LINK, LINK.replace("}", f", device: {device}}}"))), tmp_path) == []


FAULTS = {
    "a number on a serial line": (
        with_device(RTU, "{transaction_id: ignore}"),
        "device.transaction_id: questions bear no number on a modbus-rtu link; remove it",
    ),
    "a number behind a device server": (
        edited((LINK, "{type: modbus-rtu-over-tcp, host: a, port: 4001, device: {transaction_id: ignore}}")),
        "links.plc.device.transaction_id: questions bear no number on a modbus-rtu-over-tcp link; remove it",
    ),
    "a section in the place of the port": (
        edited((LINK, "{type: modbus-rtu, device: {max_registers: 16}}")),
        "links.plc.device: is the path of the port here",
    ),
    "a write that is never made": (
        with_device(LINK, "{write: multiple}"),
        "device.write: nothing is ever written there; remove it",
    ),
    "the same at the link": (
        edited((LINK, LINK.replace("}", ", device: {write: multiple}}"))),
        "links.plc.device.write: nothing is ever written there; remove it",
    ),
    "less than a value takes": (
        with_device(LINK, "{max_registers: 1}"),
        "device.max_registers: 1 is less than",
    ),
    "the same at the link, less than a value takes": (
        edited((LINK, LINK.replace("}", ", device: {max_registers: 1}}"))),
        "links.plc.device.max_registers: 1 is less than",
    ),
    "no registers": (with_device(LINK, "{max_registers: 0}"), "device.max_registers: "),
    "more than the protocol": (with_device(LINK, "{max_registers: 126}"), "device.max_registers: "),
    "a length without unit": (with_device(LINK, "{after_connect: 2}"), "device.after_connect: 2 has no unit"),
    "a word that is none": (with_device(LINK, "{transaction_id: maybe}"), "device.transaction_id: "),
    "a key that is none": (with_device(LINK, "{max_register: 16}"), "device.max_register: is an unknown key"),
}


@pytest.mark.parametrize(("text", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_what_cannot_take_effect_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (fault,) = faults(text, tmp_path)
    assert said in fault


def test_a_sampler_is_a_reason_to_write(tmp_path: Path) -> None:
    sampler = "sampler: {link: plc, unit: 1, coil: 7}\ninstruments:"
    assert (
        faults(edited((LINK, LINK.replace("}", ", device: {write: multiple}}")), ("instruments:", sampler)), tmp_path)
        == []
    )


def test_a_device_without_the_section_has_none() -> None:
    parameters = [{"symbol": "pH", "unit": "-", "register": "holding:0", "type": "uint16"}]
    content = {"name": "probe", "link": "plc", "poll": "5s", "parameters": parameters}
    assert ModbusDevice.model_validate(content).device is None
