"""The YAML as frozen models: read once at start, every fault reported at once, nothing guessed.

`load` is the way in. Nobody below this room reads the file, and nobody above it sees pydantic.
"""

from __future__ import annotations

from gateway.config.configuration import Configuration
from gateway.config.destination_url import DestinationUrl, Scheme
from gateway.config.destinations import Authority, Destination
from gateway.config.instruments import FromCurrent, Instrument, Measured, StatusRegister
from gateway.config.limits import Limit
from gateway.config.links import Link, ModbusAsciiLink, ModbusRtuLink, ModbusRtuOverTcpLink, ModbusTcpLink, Parity
from gateway.config.load import load
from gateway.config.registers import ByteOrder, RegisterAddress, RegisterType, Table
from gateway.config.reporting import MissingValue, Reporting
from gateway.config.secrets import Secret
from gateway.config.station import Language, Station, StationKind
from gateway.config.storage import Storage

__all__ = [
    "Authority",
    "ByteOrder",
    "Configuration",
    "Destination",
    "DestinationUrl",
    "FromCurrent",
    "Instrument",
    "Language",
    "Limit",
    "Link",
    "Measured",
    "MissingValue",
    "ModbusAsciiLink",
    "ModbusRtuLink",
    "ModbusRtuOverTcpLink",
    "ModbusTcpLink",
    "Parity",
    "RegisterAddress",
    "RegisterType",
    "Reporting",
    "Scheme",
    "Secret",
    "Station",
    "StationKind",
    "Storage",
    "StatusRegister",
    "Table",
    "load",
]
