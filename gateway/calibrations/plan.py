"""What the configuration means for the sequence of an instrument: its gases, their valves, what each holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.calibrations.schedule import schedule_of
from gateway.config import ByteOrder, Configuration, RegisterType
from gateway.config.builtin_tables.catalogue import canonical
from gateway.config.instruments.calibration import CalibrationPhase, CalibrationSettings
from gateway.config.instruments.instrument import Instrument
from gateway.config.units import show_duration
from gateway.core.calibration_check import CheckKind
from gateway.core.calibration_schedule import CalibrationSchedule
from gateway.core.reading import Parameter
from gateway.instruments.register_command import RegisterCommand


@dataclass(frozen=True, slots=True)
class CalibrationGas:
    """One gas. `look` only reads whether its valve is closed. `reference`: what it holds, by what is measured."""

    kind: CheckKind
    place: str
    open: RegisterCommand
    close: RegisterCommand
    look: RegisterCommand
    flow_s: float
    settle_s: float
    reference: Mapping[Parameter, float]


@dataclass(frozen=True, slots=True)
class SequencePlan:
    """What the gateway does at one instrument. `schedule` is `None` where only people ask for it."""

    instrument: str
    link: str
    """On which the valves are."""
    symbols: tuple[str, ...]
    gases: tuple[CalibrationGas, ...]
    purge_s: float
    schedule: CalibrationSchedule | None
    occasion: str
    """What the calendar gives for a reason."""


def sequence_plans(configuration: Configuration) -> tuple[SequencePlan, ...]:
    """One for each instrument that has valves."""
    return tuple(
        _plan(instrument, instrument.calibration, configuration)
        for instrument in configuration.instruments
        if instrument.calibration is not None and instrument.calibration.phases
    )


def _plan(instrument: Instrument, settings: CalibrationSettings, configuration: Configuration) -> SequencePlan:
    gases = []
    for kind, phase, reference in (
        (CheckKind.ZERO, settings.zero, settings.zero_reference),
        (CheckKind.SPAN, settings.span, settings.span_reference),
    ):
        if phase is not None:
            gases.append(_gas(kind, phase, reference, instrument, settings))
    occasion = "" if settings.every is None else f"every {show_duration(settings.every)}"
    return SequencePlan(
        instrument.name,
        settings.link or instrument.link,
        tuple(measured.line for measured in instrument.parameters),
        tuple(gases),
        settings.purge.total_seconds(),
        schedule_of(settings, configuration),
        occasion,
    )


def _gas(
    kind: CheckKind,
    phase: CalibrationPhase,
    reference: Mapping[str, float],
    instrument: Instrument,
    settings: CalibrationSettings,
) -> CalibrationGas:
    unit = _valve_unit(instrument, settings)
    known = {canonical(name): value for name, value in reference.items()} | dict(reference)
    return CalibrationGas(
        kind,
        f"{settings.link or instrument.link} unit {unit} {phase.target}",
        _command(phase, unit, phase.opened, phase.shown_open, settings.confirm_s),
        _command(phase, unit, 0, 0, settings.confirm_s),
        _command(phase, unit, None, 0, settings.confirm_s),
        phase.length.total_seconds(),
        phase.settle_s,
        {one.measured: known[one.line] for one in instrument.parameters if one.line in known},
    )


def _valve_unit(instrument: Instrument, settings: CalibrationSettings) -> int:
    """The instrument's own, unless it is said, or the valves are on another link."""
    if settings.unit is not None:
        return settings.unit
    return instrument.valve_unit if settings.link in (None, instrument.link) else 1


def _command(
    phase: CalibrationPhase, unit: int, written: int | None, expected: int, within_s: float
) -> RegisterCommand:
    kind = RegisterType.BOOL if phase.shown.is_bit else RegisterType.UINT16
    return RegisterCommand(unit, phase.target, written, phase.shown, kind, ByteOrder.ABCD, expected, within_s)
