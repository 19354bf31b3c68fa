"""From what a scenario says to the parts that act on it. Pure: opens nothing."""

import math
from collections.abc import Iterator

from stationsim.clock import Clock
from stationsim.condition import Condition
from stationsim.display import display
from stationsim.faults import Fault, FaultPlan
from stationsim.lines.responder import Responder
from stationsim.model import Scenario, SignalModel
from stationsim.model.signal import CounterModel
from stationsim.profiles import InstrumentModel
from stationsim.signals import Counter, Signal, Signals


def signals(scenario: Scenario) -> Signals:
    by_symbol = {symbol: _signal(parameter.signal) for symbol, parameter in scenario.parameters().items()}
    return Signals(scenario.seed, scenario.station.timezone, by_symbol)


def fault_plan(scenario: Scenario) -> FaultPlan:
    faults = (
        Fault(
            kind=fault.kind,
            instrument=fault.instrument,
            unit=fault.unit,
            start_ms=fault.at or 0,
            end_ms=math.inf if fault.for_ is None else (fault.at or 0) + fault.for_,
            code=fault.code,
            symbol=fault.symbol,
            chance=1.0 if fault.chance is None else fault.chance,
            by=fault.by,
            delay_ms=fault.delay,
        )
        for fault in scenario.faults
    )
    return FaultPlan(faults, scenario.seed)


def responders(scenario: Scenario, clock: Clock, plan: FaultPlan) -> Iterator[tuple[InstrumentModel, Responder]]:
    """Every instrument of the scenario; from now on its faults' time runs."""
    show = display(signals(scenario).value)
    for model in scenario.instruments:
        yield model, model.responder(Condition(model.name, plan, clock), show)


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
        wrap=model.wrap,
        step_ms=model.step,
        counter=None if model.counter is None else _counter(model.counter),
    )


def _counter(model: CounterModel) -> Counter:
    return Counter(model.per_hour, model.count, model.shower, model.wraps_at, model.resets)
