"""Modbus TCP and RTU: the one home of pymodbus.

framing     pymodbus's framers: request → frame, received bytes → the answer to it, or not
link        one question, one answer, every foreign failure mapped to the gateway's errors
instrument  planned reads → decoded, scaled readings with their status
"""

from gateway.instruments.modbus.instrument import ModbusInstrument
from gateway.instruments.modbus.link import ModbusLink, rtu_link, tcp_link

__all__ = ["ModbusInstrument", "ModbusLink", "rtu_link", "tcp_link"]
