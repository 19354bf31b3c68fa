"""Modbus over TCP, RTU, RTU behind a device server, and ASCII: the one home of pymodbus.

framing          pymodbus's framers: request → frame, received bytes → the answer to it, or not
link             one question, one answer, every foreign failure mapped to the gateway's errors
wiring           configuration → link
instrument       planned reads → decoded, scaled readings with their status
state            what status registers say of the device
identity         is this the device that the configuration means?
sampler_command  the automatic sampler is told once, and read back
scan             who is on a link, and what their registers may mean
"""

from gateway.instruments.modbus.instrument import ModbusInstrument
from gateway.instruments.modbus.link import ModbusLink
from gateway.instruments.modbus.wiring import ascii_link, link_of, rtu_link, rtu_over_tcp_link, tcp_link

__all__ = ["ModbusInstrument", "ModbusLink", "ascii_link", "link_of", "rtu_link", "rtu_over_tcp_link", "tcp_link"]
