"""From what a scenario says to the parts that act on it. Pure: opens nothing."""

import math
from collections.abc import Callable

from stationsim.encoding import Encoding
from stationsim.faults import Fault, FaultPlan
from stationsim.modbus.unit import Parameter, StatusRegister, Unit
from stationsim.scenario import ParameterModel, Scenario, SignalModel, StatusModel, UnitModel
from stationsim.signals import Signal, Signals


def signals(scenario: Scenario) -> Signals:
    by_symbol = {symbol: _signal(parameter.signal) for symbol, parameter in scenario.parameters().items()}
    return Signals(scenario.seed, scenario.station.timezone, by_symbol)


def fault_plan(scenario: Scenario) -> FaultPlan:
    return FaultPlan(
        Fault(
            kind=fault.kind,
            instrument=fault.instrument,
            unit=fault.unit,
            start_ms=fault.at,
            end_ms=fault.at + fault.for_,
            code=fault.kind.default_code if fault.code is None else fault.code,
        )
        for fault in scenario.faults
    )


def unit(model: UnitModel, value: Callable[[str, int], float]) -> Unit:
    parameters = [_parameter(symbol, parameter) for symbol, parameter in model.parameters.items()]
    status = None if model.status is None else _status(model.status)
    return Unit(parameters, status, value, size=model.size, strict=model.strict)


def _signal(model: SignalModel) -> Signal:
    return Signal(
        base=model.base,
        daily_amplitude=model.daily.amplitude if model.daily else 0.0,
        daily_phase_ms=model.daily.phase if model.daily else 0,
        noise=model.noise,
        correlated_with=model.correlated.symbol if model.correlated else None,
        factor=model.correlated.factor if model.correlated else 0.0,
        lowest=-math.inf if model.min is None else model.min,
        highest=math.inf if model.max is None else model.max,
        step_ms=model.step,
    )


def _parameter(symbol: str, model: ParameterModel) -> Parameter:
    return Parameter(symbol, model.register_, Encoding(model.type, model.byte_order, model.scale, model.offset))


def _status(model: StatusModel) -> StatusRegister:
    return StatusRegister(model.register_, model.type, model.byte_order, model.measuring)
