"""In which units a parameter may be checked, and over which range a deviation is told. From the configuration alone."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.config import Configuration
from gateway.config.parameters.quantity import Quantity
from gateway.config.parameters.sent_line import SentLine
from gateway.core.reading import Parameter


def units_of(line: SentLine) -> tuple[str, ...]:
    """The unit in which it is sent, and that in which the instrument measures it if that is another: a cylinder's
    certificate says ppm where mg/Nm3 are sent."""
    measured = line.measured.unit if isinstance(line, Quantity) else line.unit
    return tuple(dict.fromkeys((line.unit, measured)))


def ranges_of(configuration: Configuration) -> Mapping[Parameter, tuple[float, float]]:
    """Each parameter's `range`, which is the instrument's: in the unit in which it measures."""
    return {
        line.measured if isinstance(line, Quantity) else line.parameter: line.range
        for line in configuration.sent
        if line.range is not None
    }
