"""What was done to a slot's averages before they were sent: conversions and formulas, each step with its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.core.averaging import Average
from gateway.core.conversion import Conditions, Conversion, ConversionStep
from gateway.core.derivation import NOT_RECORDED, Computed, Converted
from gateway.core.phrase import Phrase, verbatim
from gateway.core.reading import Parameter
from gateway.core.record import Record


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """`words`: what was reckoned, with its numbers. `value`: what came of it; `None`: it is not defined."""

    step: str
    words: Phrase
    value: float | None


@dataclass(frozen=True, slots=True)
class ExplainedInput:
    """Another line that had a part in it, as it is sent."""

    symbol: str
    average: Average


def inputs_of(step: Converted | Computed, record: Record) -> tuple[ExplainedInput, ...]:
    """The lines that the step needs, out of the record as it was sent."""
    sent = {line.parameter.symbol: line.average for line in record.lines}
    return tuple(ExplainedInput(symbol, sent.get(symbol, NOT_RECORDED)) for symbol in step.needs)


def conversion_steps(step: Converted, measured: float | None, record: Record) -> tuple[ExplainedStep, ...]:
    """From what was measured to what is sent."""
    conditions = step.conditions(_values(record))
    if step.is_flow:
        value = step.value(measured, _values(record))
        return (ExplainedStep("standard_flow", _flow_words(step.conversion, conditions), value),)
    found = []
    oxygen = conditions.oxygen_percent
    for kind, value in step.conversion.steps(measured, conditions):
        found.append(ExplainedStep(kind.value, _words(kind, step.conversion, conditions, oxygen), value))
        if kind is ConversionStep.OXYGEN_DRIED:
            oxygen = value
    return tuple(found)


def computed_steps(
    step: Computed,
    record: Record,
    converted: Mapping[str, Converted],
    measured: Mapping[Parameter, Average],
    value: float | None,
) -> tuple[ExplainedStep, ...]:
    """`converted`: by the symbol that is sent. `value`: what the record has."""
    if step.mass_flow is None:
        return (ExplainedStep("formula", verbatim(step.formula), value),)
    values = _values(record)
    concentration, flow = step.mass_flow.concentration, step.mass_flow.flow
    found, in_stack = [], values.get(concentration)
    source = converted.get(concentration)
    if source is not None and source.measured in measured:
        in_stack = source.value(measured[source.measured].value, values, at_reference=False)
        found.append(
            ExplainedStep("in_stack", Phrase("{symbol} at the oxygen of the stack", symbol=concentration), in_stack)
        )
    words = Phrase(
        "{concentration} {in_stack} × {flow} {flow_value} / 1000000",
        concentration=concentration,
        in_stack=_shown(in_stack),
        flow=flow,
        flow_value=_shown(values.get(flow)),
    )
    return (*found, ExplainedStep("mass_flow", words, value))


def _words(kind: ConversionStep, conversion: Conversion, gas: Conditions, oxygen: float | None) -> Phrase:
    moisture = _shown(gas.moisture_percent)
    if kind is ConversionStep.MASS_OF_PPM:
        return Phrase("× {molar}/24.45, of ppm", molar=_shown(conversion.molar_mass_g))
    if kind is ConversionStep.STANDARD_CONDITIONS:
        t, p = _shown(gas.temperature_c), _shown(gas.pressure_kpa)
        return Phrase("× (273.15 + {t})/298.15 × 101.325/{p}", t=t, p=p)
    if kind is ConversionStep.DRIED:
        return Phrase("/ (1 − {moisture}/100), dry", moisture=moisture)
    if kind is ConversionStep.OXYGEN_DRIED:
        measured = _shown(gas.oxygen_percent)
        return Phrase("oxygen {oxygen} / (1 − {moisture}/100), dry", oxygen=measured, moisture=moisture)
    reference = conversion.reference_oxygen
    if reference is None:
        return Phrase("")
    return Phrase(
        "× ({air} − {reference})/({air} − {oxygen}), at the reference oxygen",
        air=_shown(reference.air_percent),
        reference=_shown(reference.reference_percent),
        oxygen=_shown(oxygen),
    )


def _flow_words(conversion: Conversion, gas: Conditions) -> Phrase:
    if not conversion.from_duct:
        return Phrase("as it was measured")
    t, p = _shown(gas.temperature_c), _shown(gas.pressure_kpa)
    words = Phrase("× 298.15/(273.15 + {t}) × {p}/101.325", t=t, p=p)
    if not conversion.from_wet:
        return words
    return words + Phrase(" × (1 − {moisture}/100), dry", moisture=_shown(gas.moisture_percent))


def _values(record: Record) -> dict[str, float | None]:
    return {line.parameter.symbol: line.average.value for line in record.lines}


def _shown(value: float | None) -> str:
    return Phrase("no value") if value is None else repr(value)
