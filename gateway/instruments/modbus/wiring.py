"""Configuration of a link → the link: which framing on which line."""

from __future__ import annotations

from gateway.config import ModbusAsciiLink, ModbusRtuLink, ModbusRtuOverTcpLink, ModbusTcpLink
from gateway.config.links.ends import SerialEnd as SerialSettings
from gateway.config.links.link import ModbusLink as Settings
from gateway.core.interfaces import Clock
from gateway.instruments.lines.raw_line import RawLine
from gateway.instruments.lines.serial_line import SerialLine, character_s
from gateway.instruments.lines.tcp_line import TcpLine
from gateway.instruments.modbus.framing import AsciiFraming, RtuFraming, TcpFraming
from gateway.instruments.modbus.link import ModbusLink

RTU_SILENCE_CHARACTERS = 3.5
FAST_BAUDRATE = 19_200
FAST_SILENCE_S = 0.00175
"""Modbus over serial line 1.02, 2.5.1.1: frames are told apart by 3.5 characters of silence, and by a fixed 1.75 ms
above 19,200 baud."""


def link_of(name: str, settings: Settings, clock: Clock) -> ModbusLink:
    """The link, not yet connected."""
    match settings:
        case ModbusTcpLink():
            line = TcpLine(settings.host, settings.port, settings.timeout.total_seconds(), clock)
            return ModbusLink(name, line, TcpFraming(), clock, settings.device)
        case ModbusRtuLink():
            return ModbusLink(name, _serial(settings, clock), RtuFraming(), clock)
        case ModbusAsciiLink():
            return ModbusLink(name, _serial(settings, clock), AsciiFraming(), clock)
        case ModbusRtuOverTcpLink():
            times_s = settings.timeout.total_seconds(), settings.pause.total_seconds()
            line = RawLine(settings.host, settings.port, *times_s, clock)
            return ModbusLink(name, line, RtuFraming(), clock, settings.device)


def quiet_s(settings: SerialSettings) -> float:
    """The silence before each question: RTU's own between frames, or the configured pause if that is longer."""
    pause_s = settings.pause.total_seconds()
    if not isinstance(settings, ModbusRtuLink):
        return pause_s
    if settings.baudrate > FAST_BAUDRATE:
        return max(FAST_SILENCE_S, pause_s)
    one_s = character_s(settings.baudrate, settings.bytesize, str(settings.parity), settings.stopbits)
    return max(RTU_SILENCE_CHARACTERS * one_s, pause_s)


def _serial(settings: SerialSettings, clock: Clock) -> SerialLine:
    form = (settings.baudrate, settings.bytesize, str(settings.parity), settings.stopbits)
    timeout_s = settings.timeout.total_seconds()
    return SerialLine(settings.device, *form, timeout_s, quiet_s(settings), clock, rs485=settings.rs485)
