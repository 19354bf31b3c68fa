"""What the configured conversions, formulas and averages make of a whole station."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.config.instruments.instrument import Instrument
from gateway.config.parameters.computed import ComputedSettings
from gateway.core.derivation import Derivation
from gateway.core.reading import Parameter
from gateway.core.record import Aggregation


def derivation_of(instruments: Iterable[Instrument], computed: Iterable[ComputedSettings]) -> Derivation:
    """What is done to the averages of a slot before they are sent."""
    measured = [measured for instrument in instruments for measured in instrument.parameters]
    return Derivation(
        tuple(step for one in measured if (step := one.conversion) is not None),
        tuple(one.step for one in computed),
    )


def aggregations_of(instruments: Iterable[Instrument]) -> Mapping[Parameter, Aggregation]:
    """How the values of what is measured become one, where it is not as suits the unit."""
    everything = [measured for instrument in instruments for measured in instrument.parameters]
    lines = {measured.line for measured in everything}
    aggregations = {measured.measured: measured.aggregation(lines) for measured in everything}
    return {parameter: aggregation for parameter, aggregation in aggregations.items() if aggregation is not None}
