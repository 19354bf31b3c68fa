"""What is sent where that is not what was measured: converted parameters, and computed ones.

Applied to the slot's averages, not to each reading: temperature, pressure, moisture and oxygen come from other
instruments, at other instants, and QCVN 19:2009/BTNMT's equations are for values over a time. What was measured is kept
beside what is sent. Where a result is not defined there is no value and the status is 02.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from gateway.core.averaging import Average
from gateway.core.conversion import Conditions, Conversion, ReferenceOxygen, mass_flow, standard_flow
from gateway.core.derived import derived
from gateway.core.formula import Formula, parse_formula
from gateway.core.reading import Parameter, Reading, Status
from gateway.core.record import Line, Record

Source = str | float | None
"""The symbol of a line whose sent value is meant, a constant of the site, or nothing."""

_SURROUNDINGS = "surroundings"
"""What the sources of the conditions are called in the database."""

NOT_RECORDED = Average(None, Status.FAULT, 0, 1)
"""What is known of a parameter that the record does not tell of."""


@dataclass(frozen=True, slots=True)
class ConditionSources:
    """Where the conditions of the gas come from: °C, kPa, percent of the volume, percent of the volume."""

    temperature: Source = None
    pressure: Source = None
    moisture: Source = None
    oxygen: Source = None


@dataclass(frozen=True, slots=True)
class Converted:
    """A parameter that is measured in one way and sent in another. `is_flow`: the gas itself, m3/h, not what is in it;
    then `conversion` tells by `from_duct` and `from_wet` what is to be done."""

    sent: Parameter
    measured: Parameter
    conversion: Conversion
    condition_sources: ConditionSources
    is_flow: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Symbols of the other lines that take part."""
        steps, sources = self.conversion, self.condition_sources
        oxygen = steps.reference_oxygen
        used = [sources.temperature, sources.pressure] if steps.from_duct else []
        used += [sources.moisture] if steps.from_wet or (oxygen is not None and oxygen.is_wet) else []
        used += [sources.oxygen] if oxygen is not None else []
        return tuple(dict.fromkeys(source for source in used if isinstance(source, str)))

    def value(
        self, measured: float | None, values: Mapping[str, float | None], *, at_reference: bool = True
    ) -> float | None:
        """What is sent, of what was measured; with `at_reference` false, as the gas is in the stack."""
        conditions = self.conditions(values)
        if not self.is_flow:
            steps = self.conversion if at_reference else replace(self.conversion, reference_oxygen=None)
            return steps.of(measured, conditions)
        if self.conversion.from_duct:
            return standard_flow(measured, conditions, to_dry=self.conversion.from_wet)
        return measured

    def conditions(self, values: Mapping[str, float | None]) -> Conditions:
        """The gas, by the values of the other lines and the site's constants."""
        return Conditions(*(_looked_up(source, values) for source in _sources_of(self.condition_sources)))


@dataclass(frozen=True, slots=True)
class MassFlow:
    """kg/h of what is in the gas: symbols of its concentration, mg/Nm3, and of the gas, Nm3/h."""

    concentration: str
    flow: str


@dataclass(frozen=True, slots=True)
class Computed:
    """A parameter that no instrument measures: by a formula over other lines, or a mass flow."""

    sent: Parameter
    formula: str = ""
    mass_flow: MassFlow | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        if self.mass_flow is not None:
            return (self.mass_flow.concentration, self.mass_flow.flow)
        return parse_formula(self.formula).symbols


@dataclass(frozen=True)  # without slots: what is worked out once is kept
class Derivation:
    """Everything that is derived at a station. `steps` raises `graphlib.CycleError` where lines need one another."""

    converted: tuple[Converted, ...] = ()
    computed: tuple[Computed, ...] = ()

    @cached_property
    def steps(self) -> tuple[Converted | Computed, ...]:
        """Each after those that it needs."""
        all_steps: tuple[Converted | Computed, ...] = (*self.converted, *self.computed)
        steps = {step.sent.symbol: step for step in all_steps}
        needs = {symbol: [one for one in step.needs if one in steps] for symbol, step in steps.items()}
        return tuple(steps[symbol] for symbol in TopologicalSorter(needs).static_order())

    @cached_property
    def formulas(self) -> Mapping[str, Formula]:
        return {one.sent.symbol: parse_formula(one.formula) for one in self.computed if one.formula}

    def to_json(self) -> str:
        """`condition_sources` stands there under the name that databases have always had for it."""
        content = asdict(self)
        content["converted"] = [
            {_SURROUNDINGS if name == "condition_sources" else name: value for name, value in one.items()}
            for one in content["converted"]
        ]
        return json.dumps(content, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Derivation:
        """The derivation that `to_json` wrote."""
        content = json.loads(text)
        return cls(
            tuple(_converted(one) for one in content["converted"]), tuple(_computed(one) for one in content["computed"])
        )


def derive(record: Record, derivation: Derivation) -> Record:
    """The record as it is sent, of one that has what was measured: converted lines in their places, computed ones
    behind them, and in `measured` what the converted ones were.

    Worked: NO 100 ppm, O2 8 % and NO referred to 6 %: 100 × 30.006/24.45 = 122.72, × 14.9/12.9 = 141.75 mg/Nm3 is sent,
    100 ppm kept. `NO + NO2` with NO2 in fault: no value, status 02.
    """
    if not derivation.steps:
        return record
    measured = {line.parameter: line for line in record.lines}
    converted = {step.measured: step for step in derivation.converted if step.measured in measured}
    known = {line.parameter.symbol: line.average for line in record.lines if line.parameter not in converted}
    for step in derivation.steps:
        if isinstance(step, Converted):
            if step.measured in converted:
                known[step.sent.symbol] = _conversion_of(step, measured[step.measured].average, known)
        else:
            known[step.sent.symbol] = _computation_of(step, derivation, measured, known)
    lines = [_sent(line, converted.get(line.parameter), known) for line in record.lines]
    lines += [Line(one.sent, known[one.sent.symbol]) for one in derivation.computed]
    return Record(record.slot, tuple(lines), tuple(measured[parameter] for parameter in converted))


def _sent(line: Line, step: Converted | None, known: Mapping[str, Average]) -> Line:
    return line if step is None else Line(step.sent, known[step.sent.symbol], line.aggregation)


def _conversion_of(step: Converted, own: Average, known: Mapping[str, Average]) -> Average:
    inputs = [own, *(known.get(symbol, NOT_RECORDED) for symbol in step.needs)]
    return _average(step.value(own.value, _values(known)), inputs)


def _computation_of(
    step: Computed, derivation: Derivation, measured: Mapping[Parameter, Line], known: Mapping[str, Average]
) -> Average:
    inputs = [known.get(symbol, NOT_RECORDED) for symbol in step.needs]
    values = _values(known)
    if step.mass_flow is None:
        return _average(derivation.formulas[step.sent.symbol].of(values), inputs)
    concentration = values.get(step.mass_flow.concentration)
    for source in derivation.converted:  # at the oxygen of the stack: the gas of the reference never flowed
        if source.sent.symbol == step.mass_flow.concentration and source.measured in measured:
            own = measured[source.measured].average.value
            concentration = source.value(own, values, at_reference=False)
    return _average(mass_flow(concentration, values.get(step.mass_flow.flow)), inputs)


def _average(value: float | None, inputs: list[Average]) -> Average:
    """With the state of the worst input, and the count of the one with the fewest of its readings."""
    reading = derived(value, [Reading(one.value, one.status) for one in inputs])
    fewest = min(inputs, key=lambda one: one.readings / one.expected, default=NOT_RECORDED)
    return Average(reading.value, reading.status, fewest.readings, fewest.expected)


def _values(known: Mapping[str, Average]) -> dict[str, float | None]:
    return {symbol: average.value for symbol, average in known.items()}


def _sources_of(sources: ConditionSources) -> Iterator[Source]:
    """In the order of `Conditions`."""
    yield from (sources.temperature, sources.pressure, sources.moisture, sources.oxygen)


def _looked_up(source: Source, values: Mapping[str, float | None]) -> float | None:
    return values.get(source) if isinstance(source, str) else source


def _converted(content: dict[str, Any]) -> Converted:
    steps = dict(content["conversion"])
    oxygen = steps.pop("reference_oxygen")
    return Converted(
        Parameter(**content["sent"]),
        Parameter(**content["measured"]),
        Conversion(**steps, reference_oxygen=None if oxygen is None else ReferenceOxygen(**oxygen)),
        ConditionSources(**content[_SURROUNDINGS]),
        content["is_flow"],
    )


def _computed(content: dict[str, Any]) -> Computed:
    flow = content["mass_flow"]
    return Computed(Parameter(**content["sent"]), content["formula"], None if flow is None else MassFlow(**flow))
