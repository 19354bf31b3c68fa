"""A series as numbers: for the script that draws it, and as a table of values separated by commas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from gateway.core.instants import local_text
from gateway.files.formats.tt10 import number
from gateway.reports.pictures.chart import shown_bounds
from gateway.reports.series import Series
from gateway.reports.spreadsheet_text import unarmed
from gateway.web.charts.curves import absence, spans_of
from gateway.web.charts.ticks import time_ticks
from gateway.web.page_words import PageWords

_COLUMNS = ("begin", "end", "parameter", "unit", "least", "mean", "greatest", "slots", "00", "01", "02", "missing")


def series_to_json(series: Series, words: PageWords) -> bytes:
    """Times in seconds since 1970, the middle of each step; `null`: no value of status 00."""
    drawn = series.drawn
    greatest = max((one[2] for step in drawn.steps if (one := step.extremes) is not None), default=0.0)
    told: dict[str, Any] = {
        "symbol": series.parameter.symbol,
        "unit": words.unit(series.parameter.unit),
        "decimals": series.decimals,
        "zone": words.zone,
        "from": drawn.from_ms / 1000,
        "until": drawn.until_ms / 1000,
        "step_s": drawn.step_ms / 1000,
        "times": [drawn.middle_ms(number_of) / 1000 for number_of in range(len(drawn.steps))],
        "least": [step.least for step in drawn.steps],
        "mean": [step.mean for step in drawn.steps],
        "greatest": [step.greatest for step in drawn.steps],
        "calibrating": [step.calibrating for step in drawn.steps],
        "fault": [step.fault for step in drawn.steps],
        "missing": [step.missing for step in drawn.steps],
        "slots": [step.slots for step in drawn.steps],
        "absent": [
            {"kind": kind, "from": begin_ms / 1000, "until": end_ms / 1000}
            for kind, begin_ms, end_ms in spans_of(drawn, [absence(step) for step in drawn.steps])
        ],
        "limits": [
            {
                "value": value,
                "is_highest": value == span.limit.highest,
                "is_of_means": span.limit.averaging_ms is not None,
                "from": max(span.from_ms, drawn.from_ms) / 1000,
                "until": min(span.until_ms, drawn.until_ms) / 1000,
            }
            for value, span in shown_bounds(series.limits, greatest)
        ],
        "ticks": [
            {"at": one.at_ms / 1000, "text": one.text}
            for one in time_ticks(drawn.from_ms, drawn.until_ms, words.zone, words.wording)
        ],
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode()


def series_to_csv(found: Iterable[Series], zone: str) -> bytes:
    """A row for each step of each parameter, oldest first; empty: no value of status 00."""
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(_COLUMNS)
    for series in found:
        drawn, parameter = series.drawn, series.parameter
        for position, step in enumerate(drawn.steps):
            begin_ms = drawn.begin_ms(position)
            end_ms = min(begin_ms + drawn.step_ms, drawn.until_ms)
            values = (
                "" if one is None else number(one, series.decimals) for one in (step.least, step.mean, step.greatest)
            )
            times = (local_text(at_ms, zone, "seconds") for at_ms in (begin_ms, end_ms))
            counts = (step.slots, step.valid, step.calibrating, step.fault, step.missing)
            rows.writerow((*times, *map(unarmed, (parameter.symbol, parameter.unit)), *values, *counts))
    return written.getvalue().encode("utf-8")
