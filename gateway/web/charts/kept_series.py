"""Series that were read a moment ago, kept until a new slot is closed: an open page asks for the same every ten
seconds, and a record never changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from gateway.config import Configuration
from gateway.core.reading import Parameter
from gateway.db import Database
from gateway.records.store import RecordStore
from gateway.reports.series import Series, read_series
from gateway.reports.thinning import SeriesStep
from gateway.web.charts.packed_steps import PackedSteps

MOST_KEPT_STEPS = 12_000
"""Under a megabyte."""

_Key = tuple[int, int | None, Parameter, int, int, int, int | None]


class KeptSeries:
    """Shared by the threads that make pages."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._kept: OrderedDict[_Key, Series] = OrderedDict()
        self._steps = 0

    def read(
        self,
        configuration: Configuration,
        database: Database,
        parameters: Sequence[Parameter],
        from_ms: int,
        until_ms: int,
        most_steps: int,
        most_rows: int | None = None,
    ) -> tuple[Series, ...]:
        """As `read_series`."""
        records = RecordStore(database)
        newest = (records.newest_id(), records.last_closed_ms())

        def key(one: Parameter) -> _Key:
            return (*newest, one, from_ms, until_ms, most_steps, most_rows)

        with self._turn:
            kept = {one: series for one in parameters if (series := self._kept.get(key(one))) is not None}
        found = {one: _with_steps(series, tuple) for one, series in kept.items()}
        missing = [one for one in parameters if one not in found]
        if missing:
            asked = (from_ms, until_ms, most_steps, most_rows)
            for series in read_series(configuration, database, missing, *asked):
                found[series.parameter] = series
        with self._turn:
            for one in parameters:
                self._keep(key(one), kept.get(one) or _with_steps(found[one], PackedSteps))
        return tuple(found[one] for one in parameters)

    def _keep(self, key: _Key, series: Series) -> None:
        if key not in self._kept:
            self._steps += len(series.drawn.steps)
        self._kept[key] = series
        self._kept.move_to_end(key)
        while self._steps > MOST_KEPT_STEPS and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._steps -= len(oldest.drawn.steps)


def _with_steps(series: Series, made: Callable[[Sequence[SeriesStep]], Sequence[SeriesStep]]) -> Series:
    rows = None if series.rows is None else replace(series.rows, steps=made(series.rows.steps))
    return replace(series, drawn=replace(series.drawn, steps=made(series.drawn.steps)), rows=rows)


KEPT = KeptSeries()
"""Of this process."""
