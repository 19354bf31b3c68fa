"""Modbus over TCP, RTU, RTU behind a device server, and ASCII: the one home of pymodbus.

framing     pymodbus's framers: request → frame, received bytes → the answer to it, or not
link        one question, one answer, every foreign failure mapped to the gateway's errors
wiring      configuration → link
wanted      configuration → what is to be read, and what each number becomes
instrument  planned reads → decoded, scaled readings with their status
poll        one poll's questions, each asked again within the period if it was lost
device_learning   what a device has shown that it cannot do
connection_history   whether to keep a connection, and how long to wait after a new one
state       what status registers say of the device
identity    is this the device that the configuration means?
recording   an instrument that keeps the words behind its values
questions   what is sent, in words and in bytes
protocol    what the protocol says of itself
scan        who is on a link, and what their registers may mean
"""

from gateway.instruments.modbus.link import ModbusLink
from gateway.instruments.modbus.protocol import MODBUS
from gateway.instruments.modbus.wiring import link_of

__all__ = ["MODBUS", "ModbusLink", "link_of"]
