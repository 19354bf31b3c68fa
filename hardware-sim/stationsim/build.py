"""From what a scenario says to the parts that act on it. Pure: opens nothing."""

import math
from collections.abc import Iterator

from stationsim.clock import Clock
from stationsim.condition import Condition
from stationsim.display import Display, display
from stationsim.encoding import Encoding
from stationsim.faults import Fault, FaultPlan
from stationsim.lines.talker import Talker
from stationsim.modbus.cells import Cell, CurrentLoop, Door, Parameter, StatusRegister, Text
from stationsim.modbus.instrument import Instrument
from stationsim.modbus.sampler import Sampler
from stationsim.modbus.talkers import SerialTalker, TcpTalker
from stationsim.modbus.unit import Unit
from stationsim.model import (
    AkModel,
    BayernHessenModel,
    InstrumentModel,
    MeterModel,
    ModbusModel,
    ParameterModel,
    SamplerModel,
    Scenario,
    SignalModel,
    StatusModel,
    UnitModel,
)
from stationsim.signals import Signal, Signals
from stationsim.text.ak import AkAnalyser, Channel
from stationsim.text.bayern_hessen import Analyser, BayernHessenLine
from stationsim.text.meter import Meter, Wording


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


def talkers(scenario: Scenario, clock: Clock) -> Iterator[tuple[InstrumentModel, Talker]]:
    """Every instrument of the scenario; from now on its faults' time runs."""
    show, plan = display(signals(scenario).value), fault_plan(scenario)
    for model in scenario.instruments:
        yield model, talker(model, Condition(model.name, plan, clock), show)


def talker(model: InstrumentModel, condition: Condition, show: Display) -> Talker:
    match model:
        case MeterModel():
            return Meter(model.name, _wording(model), condition, show)
        case AkModel():
            return _ak(model, condition, show)
        case BayernHessenModel():
            analysers = {
                address: Analyser(tuple(it.parameters), it.serial, it.filler, it.calibrating, it.fault)
                for address, it in model.analysers.items()
            }
            return BayernHessenLine(model.name, analysers, condition, show)
        case _:
            return _modbus(model, condition, show)


def unit(model: UnitModel, show: Display) -> Unit:
    cells: list[Cell] = [_parameter(symbol, parameter, show) for symbol, parameter in model.parameters.items()]
    if model.identity is not None:
        cells.append(Text(model.identity.register_, model.identity.text, model.identity.registers))
    if model.door is not None:
        cells.append(Door(model.door))
    status = None if model.status is None else _status(model.status)
    sampler = None if model.sampler is None else _sampler(model.sampler)
    return Unit(cells, status, sampler, size=model.size, strict=model.strict)


def _modbus(model: ModbusModel, condition: Condition, show: Display) -> Talker:
    units = {number: unit(it, show) for number, it in model.units.items()}
    instrument = Instrument(model.name, units, condition)
    if model.type == "modbus-tcp":
        return TcpTalker(instrument)
    return SerialTalker(instrument, ascii_lines=model.type == "modbus-ascii")


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
    )


def _parameter(symbol: str, model: ParameterModel, show: Display) -> Cell:
    loop = model.from_current
    if loop is None:
        encoding = Encoding(model.type, model.byte_order, model.scale, model.offset)
        return Parameter(symbol, model.register_, encoding, show)
    spans = (loop.raw, loop.current, loop.value)
    return CurrentLoop(symbol, model.register_, model.type, model.byte_order, *spans, loop.failure, show)


def _status(model: StatusModel) -> StatusRegister:
    codes = (model.measuring, model.calibrating, model.fault)
    return StatusRegister(model.register_, model.type, model.byte_order, *codes)


def _sampler(model: SamplerModel) -> Sampler:
    return Sampler(model.start, model.count, model.state, takes_ms=model.takes, bottles=model.bottles)


def _wording(model: MeterModel) -> Wording:
    return Wording(
        request=None if model.request is None else model.request.encode("ascii"),
        every_ms=model.every,
        response=model.response,
        terminator=model.terminator.encode("ascii"),
        checksum=model.checksum,
        checksum_mark=model.checksum_mark.encode("ascii"),
        checksum_skip=model.checksum_skip,
        measuring=model.status.measuring,
        calibrating=model.status.calibrating,
        fault=model.status.fault,
        decimals={symbol: parameter.decimals for symbol, parameter in model.parameters.items()},
    )


def _ak(model: AkModel, condition: Condition, show: Display) -> AkAnalyser:
    channels = {symbol: Channel(it.decimals, it.range_end) for symbol, it in model.parameters.items()}
    words = {"dont_care": model.dont_care, "device": model.device, "serial": model.serial}
    return AkAnalyser(model.name, channels, condition, show, **words)
