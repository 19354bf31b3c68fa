"""The YAML as frozen models: read once at start, every fault reported at once, nothing guessed.

`load` is the way in. Nobody below this room reads the file, and nobody above it sees pydantic.
"""

from __future__ import annotations

from gateway.config.ak import AkDevice, AkMeasured, AkStatus
from gateway.config.ascii import AsciiDevice, AsciiMeasured, Checksum, ChecksumType
from gateway.config.bayern_hessen import BayernHessenDevice, BayernHessenMeasured, BayernHessenStatus
from gateway.config.computed import Computed
from gateway.config.configuration import Configuration
from gateway.config.destination_url import DestinationUrl, Scheme
from gateway.config.destinations import Authority, Destination
from gateway.config.identity import Identity
from gateway.config.instruments import FromCurrent, Instrument, Measured, ModbusDevice
from gateway.config.limits import Limit
from gateway.config.links import (
    Link,
    ModbusAsciiLink,
    ModbusRtuLink,
    ModbusRtuOverTcpLink,
    ModbusTcpLink,
    Parity,
    SerialLink,
    TcpLink,
)
from gateway.config.load import load
from gateway.config.message import Format
from gateway.config.mqtt import Mqtt, MqttVersion, Unheard
from gateway.config.registers import ByteOrder, RegisterAddress, RegisterType, Table
from gateway.config.reported import Reported
from gateway.config.reporting import MissingValue, Reporting
from gateway.config.sampler import Sampler
from gateway.config.secrets import Secret
from gateway.config.sent import Sent
from gateway.config.station import Language, Station, StationKind
from gateway.config.status import Schedule, StatusBits, StatusRegister, Weekday
from gateway.config.storage import Storage

__all__ = [
    "AkDevice",
    "AkMeasured",
    "AkStatus",
    "AsciiDevice",
    "AsciiMeasured",
    "Authority",
    "BayernHessenDevice",
    "BayernHessenMeasured",
    "BayernHessenStatus",
    "ByteOrder",
    "Checksum",
    "ChecksumType",
    "Computed",
    "Configuration",
    "Destination",
    "DestinationUrl",
    "Format",
    "FromCurrent",
    "Identity",
    "Instrument",
    "Language",
    "Limit",
    "Link",
    "Measured",
    "MissingValue",
    "ModbusAsciiLink",
    "ModbusDevice",
    "ModbusRtuLink",
    "ModbusRtuOverTcpLink",
    "ModbusTcpLink",
    "Mqtt",
    "MqttVersion",
    "Parity",
    "RegisterAddress",
    "RegisterType",
    "Reported",
    "Reporting",
    "Sampler",
    "Schedule",
    "Scheme",
    "Secret",
    "Sent",
    "SerialLink",
    "Station",
    "StationKind",
    "StatusBits",
    "StatusRegister",
    "Storage",
    "Table",
    "TcpLink",
    "Unheard",
    "Weekday",
    "load",
]
