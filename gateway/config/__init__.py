"""The YAML as frozen models: read once at start, every fault reported at once, nothing guessed.

`load` is the way in. Nobody below this room reads the file, and nobody above it sees pydantic.
"""

from __future__ import annotations

from gateway.config.cameras import (
    Audio,
    CameraSettings,
    CamerasSettings,
    HealthSettings,
    RelaySettings,
    Transport,
    VideoStorage,
)
from gateway.config.clock import ClockSettings, TimeServer, TrustPolicy
from gateway.config.configuration import Configuration
from gateway.config.destinations.destination import Authority, Destination
from gateway.config.destinations.message import Format
from gateway.config.destinations.mqtt import Mqtt, MqttVersion, Unheard
from gateway.config.destinations.scheme import Scheme
from gateway.config.destinations.url import DestinationUrl
from gateway.config.instruments.ak import AkDevice, AkMeasured, AkStatus
from gateway.config.instruments.ascii import AsciiDevice, AsciiMeasured
from gateway.config.instruments.ascii_protocol import Checksum, ChecksumType
from gateway.config.instruments.bayern_hessen import BayernHessenDevice, BayernHessenMeasured, BayernHessenStatus
from gateway.config.instruments.calculated import CalculationRegister, ModbusCalculated
from gateway.config.instruments.identity import Identity
from gateway.config.instruments.instrument import Instrument
from gateway.config.instruments.modbus import FromCurrent, ModbusDevice, ModbusMeasured
from gateway.config.instruments.registers import ByteOrder, Half, RegisterAddress, RegisterType, Table
from gateway.config.instruments.reported import Reported
from gateway.config.instruments.status import Schedule, StatusBits, StatusRegister, Weekday
from gateway.config.links.ends import Parity
from gateway.config.links.link import (
    Link,
    ModbusAsciiLink,
    ModbusRtuLink,
    ModbusRtuOverTcpLink,
    ModbusTcpLink,
    SerialLink,
    TcpLink,
)
from gateway.config.load import load
from gateway.config.orders.orders import OrdersSettings
from gateway.config.orders.profile import LoginProfile, OrdersProfile, SubmitProfile
from gateway.config.orders.signing import SignatureAlgorithm, SignerSettings
from gateway.config.parameters.computed import ComputedSettings
from gateway.config.parameters.limits import LimitSettings
from gateway.config.parameters.sent_line import SentLine
from gateway.config.reporting import MissingValue, Reporting
from gateway.config.sampler import SamplerSettings
from gateway.config.secrets import Secret
from gateway.config.station import Language, Station, StationKind
from gateway.config.storage import Storage

__all__ = [
    "AkDevice",
    "AkMeasured",
    "AkStatus",
    "AsciiDevice",
    "AsciiMeasured",
    "Audio",
    "Authority",
    "BayernHessenDevice",
    "BayernHessenMeasured",
    "BayernHessenStatus",
    "ByteOrder",
    "CalculationRegister",
    "CameraSettings",
    "CamerasSettings",
    "Checksum",
    "ChecksumType",
    "ClockSettings",
    "ComputedSettings",
    "Configuration",
    "Destination",
    "DestinationUrl",
    "Format",
    "FromCurrent",
    "Half",
    "HealthSettings",
    "Identity",
    "Instrument",
    "Language",
    "LimitSettings",
    "Link",
    "LoginProfile",
    "ModbusCalculated",
    "ModbusMeasured",
    "MissingValue",
    "ModbusAsciiLink",
    "ModbusDevice",
    "ModbusRtuLink",
    "ModbusRtuOverTcpLink",
    "ModbusTcpLink",
    "Mqtt",
    "MqttVersion",
    "OrdersProfile",
    "OrdersSettings",
    "Parity",
    "RegisterAddress",
    "RegisterType",
    "RelaySettings",
    "Reported",
    "Reporting",
    "SamplerSettings",
    "Schedule",
    "Scheme",
    "Secret",
    "SentLine",
    "SerialLink",
    "SignatureAlgorithm",
    "SignerSettings",
    "Station",
    "StationKind",
    "StatusBits",
    "StatusRegister",
    "Storage",
    "SubmitProfile",
    "Table",
    "TcpLink",
    "TimeServer",
    "Transport",
    "TrustPolicy",
    "Unheard",
    "VideoStorage",
    "Weekday",
    "load",
]
