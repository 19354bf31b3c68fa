"""What Modbus says of itself."""

from __future__ import annotations

from gateway.config import ModbusDevice
from gateway.core.interfaces import Clock
from gateway.instruments.modbus.identity import RegisterIdentityCheck
from gateway.instruments.modbus.instrument import ModbusInstrument
from gateway.instruments.modbus.link import ModbusLink, known_to
from gateway.instruments.modbus.questions import questions
from gateway.instruments.modbus.recording import RecordingModbusInstrument
from gateway.instruments.protocol import InstrumentProtocol


def identity_check(settings: ModbusDevice, link: ModbusLink, clock: Clock) -> RegisterIdentityCheck | None:
    if settings.identity is None:
        return None
    return RegisterIdentityCheck(settings.identity, settings.unit, link, clock)


def driver(settings: ModbusDevice, link: ModbusLink) -> ModbusInstrument:
    return ModbusInstrument(settings, link, known_to(link, settings))


MODBUS = InstrumentProtocol(
    settings=ModbusDevice,
    link=ModbusLink,
    driver=driver,
    questions=questions,
    identity_check=identity_check,
    recording_driver=RecordingModbusInstrument,
)
