"""Steps of a series as columns of numbers: what is kept of many series takes a fifth of the memory."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from gateway.reports.thinning import SeriesStep

_NONE = (math.nan,) * 3


class PackedSteps(Sequence[SeriesStep]):
    """Each step is made anew when it is asked for. Values of status 00 are never NaN."""

    __slots__ = ("_counts", "_extremes")

    def __init__(self, steps: Iterable[SeriesStep]) -> None:
        """Least, mean and greatest; slots, valid, calibrating, fault and missing."""
        self._extremes = tuple(array("d") for _ in range(3))
        self._counts = tuple(array("I") for _ in range(5))
        for one in steps:
            for column, value in zip(self._extremes, one.extremes or _NONE, strict=True):
                column.append(value)
            counts = (one.slots, one.valid, one.calibrating, one.fault, one.missing)
            for kept, count in zip(self._counts, counts, strict=True):
                kept.append(count)

    def __len__(self) -> int:
        return len(self._counts[0])

    def __iter__(self) -> Iterator[SeriesStep]:
        return self._at(slice(None))

    @overload
    def __getitem__(self, place: int) -> SeriesStep: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[SeriesStep, ...]: ...

    def __getitem__(self, place: int | slice) -> SeriesStep | tuple[SeriesStep, ...]:
        if isinstance(place, slice):
            return tuple(self._at(place))
        number = range(len(self))[place]
        return next(self._at(slice(number, number + 1)))

    def _at(self, place: slice) -> Iterator[SeriesStep]:
        extremes, counts = ([column[place] for column in columns] for columns in (self._extremes, self._counts))
        for least, mean, greatest, *counted in zip(*extremes, *counts, strict=True):
            if math.isnan(least):
                yield SeriesStep(None, None, None, *counted)
            else:
                yield SeriesStep(least, mean, greatest, *counted)
