"""What is asked of a device as pymodbus's messages, and what the answers must hold. Pure."""

from __future__ import annotations

import struct

from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from gateway.config import Table

READS: dict[Table, type[ModbusPDU]] = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE: ReadDiscreteInputsRequest,
    Table.HOLDING: ReadHoldingRegistersRequest,
    Table.INPUT: ReadInputRegistersRequest,
}
ECHOED = frozenset({WriteSingleCoilRequest.function_code, WriteSingleRegisterRequest.function_code})
"""Functions whose answer is their question, by definition."""


def write_message(unit: int, table: Table, address: int, value: int, *, is_multiple: bool) -> tuple[ModbusPDU, bytes]:
    """A write of one coil (`value` 0 or 1) or one holding register, and what its answer says behind the function.
    `is_multiple`: with the function for several at once, though it is one."""
    question: ModbusPDU
    if is_multiple:
        if table is Table.COIL:
            question = WriteMultipleCoilsRequest(dev_id=unit, address=address, bits=[bool(value)])
        else:
            question = WriteMultipleRegistersRequest(dev_id=unit, address=address, count=1, registers=[value])
        return question, struct.pack(">HH", address, 1)
    if table is Table.COIL:
        question = WriteSingleCoilRequest(dev_id=unit, address=address, bits=[bool(value)])
    else:
        question = WriteSingleRegisterRequest(dev_id=unit, address=address, registers=[value])
    return question, question.encode()
