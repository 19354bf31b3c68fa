"""Modbus over TCP, RTU, RTU behind a device server, and ASCII: the one home of pymodbus.

Configuration → what is asked:

wiring      configuration → link
wanted      configuration → what is to be read, and what each number becomes
calculation   a value that is calculated of several registers
planned_read  a request, and what becomes of its answer
poll_plan   the requests of a poll, by what is configured and what has been learned

One question and its answer:

link        one question, one answer, every foreign failure mapped to the gateway's errors
exchange    the question's frame out, the frame that answers it back, and nobody else's
messages    questions as pymodbus's messages
framing     pymodbus's framers: request → frame, received bytes → the answer to it, or not
exception_codes   what a device's refusal means, and what to try
connection_history   whether to keep a connection, and how long to wait after a new one

A poll:

instrument  planned reads → decoded, scaled readings with their status
poll        one poll's questions, each asked again within the period if it was lost
poll_in_parts   a poll of several reads: what fails is taken apart or left to rest
losses      which requests were lost again and again while others were answered
device_learning   what a device has shown that it cannot do
lesson      what was learned ⇄ text to keep, and words for people
device_readings   numbers → readings with status and reason
state       what status registers say of the device
reasons     why a reading is not MEASURING

Beside the poll:

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
