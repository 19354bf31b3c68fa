"""The protocols that simulated instruments speak: one file each, and the table of them.

A profile is the model of an instrument in a scenario, which makes the responder that acts on it.
"""

from typing import Annotated

from pydantic import Field

from stationsim.profiles.ak import AkModel
from stationsim.profiles.bayern_hessen import BayernHessenModel
from stationsim.profiles.meter import MeterModel
from stationsim.profiles.modbus import ModbusLineModel, ModbusTcpModel, RtuOverTcpModel
from stationsim.profiles.nmea import NmeaModel
from stationsim.profiles.sdi12 import Sdi12Model

ModbusModel = ModbusTcpModel | RtuOverTcpModel | ModbusLineModel
TextModel = MeterModel | AkModel | NmeaModel | Sdi12Model | BayernHessenModel
InstrumentModel = Annotated[ModbusModel | TextModel, Field(discriminator="type")]
