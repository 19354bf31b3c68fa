"""What a scenario says, as frozen models: station, instruments, authorities, faults. Unknown keys are errors.

Only shapes and single values are judged here; what must fit together across the scenario is `consistency.py`'s.
"""

from stationsim.model.authority import AuthorityModel
from stationsim.model.base import Model
from stationsim.model.fault import FaultModel
from stationsim.model.modbus import (
    ModbusLineModel,
    ModbusModel,
    ModbusTcpModel,
    ParameterModel,
    RtuOverTcpModel,
    SamplerModel,
    StatusModel,
    TextRegistersModel,
    UnitModel,
)
from stationsim.model.scenario import InstrumentModel, Scenario, StationModel
from stationsim.model.signal import CorrelatedModel, CurrentModel, DailyModel, MeasuredModel, SignalModel
from stationsim.model.text import (
    AkModel,
    AnalyserModel,
    BayernHessenModel,
    ChannelModel,
    MeterModel,
    TextDeviceModel,
    TextParameterModel,
)

__all__ = [
    "AkModel",
    "AnalyserModel",
    "AuthorityModel",
    "BayernHessenModel",
    "ChannelModel",
    "CorrelatedModel",
    "CurrentModel",
    "DailyModel",
    "FaultModel",
    "InstrumentModel",
    "MeasuredModel",
    "MeterModel",
    "ModbusLineModel",
    "ModbusModel",
    "ModbusTcpModel",
    "Model",
    "ParameterModel",
    "RtuOverTcpModel",
    "SamplerModel",
    "Scenario",
    "SignalModel",
    "StationModel",
    "StatusModel",
    "TextDeviceModel",
    "TextParameterModel",
    "TextRegistersModel",
    "UnitModel",
]
