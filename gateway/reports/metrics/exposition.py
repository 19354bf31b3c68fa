"""Prometheus' text format, version 0.0.4: families of samples, each with its help and type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


class MetricType(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricSample:
    """`suffix`: of a histogram's parts, else empty."""

    value: float
    labels: Mapping[str, str]
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class MetricFamily:
    """Whole words in `help`, without the type or the unit, which are in the name."""

    name: str
    type: MetricType
    help: str
    samples: tuple[MetricSample, ...]


def exposition(families: Iterable[MetricFamily]) -> str:
    """The page that is scraped; a family without a sample is left out."""
    return "".join(line for family in families if family.samples for line in _lines(family))


def _lines(family: MetricFamily) -> Iterator[str]:
    yield f"# HELP {family.name} {family.help}\n"
    yield f"# TYPE {family.name} {family.type}\n"
    for sample in family.samples:
        labels = ",".join(f'{name}="{text.translate(_ESCAPES)}"' for name, text in sample.labels.items())
        yield f"{family.name}{sample.suffix}{f'{{{labels}}}' if labels else ''} {number_text(sample.value)}\n"


def number_text(value: float) -> str:
    """Whole numbers without a point; any other with as many digits as it has."""
    return str(int(value)) if value == int(value) and abs(value) < 1 << 53 else repr(float(value))
