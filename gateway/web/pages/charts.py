"""Charts: any parameters through any time, up to all that is kept; nearer and farther by links, and by dragging where a
script runs."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from gateway.config import Configuration
from gateway.core.limit_days import dated
from gateway.core.printable import printable
from gateway.reports.series import Series, newest_end_ms
from gateway.web.charts.chart_range import LASTING, ChartRange, chart_range
from gateway.web.charts.kept_series import KEPT
from gateway.web.charts.numbers import series_to_csv, series_to_json
from gateway.web.charts.picture import draw_picture
from gateway.web.charts.summary import summary
from gateway.web.charts.ticks import time_ticks
from gateway.web.page_words import PageWords
from gateway.web.parameter_names import parameter_name
from gateway.web.room import Download, Page, Room, StationLook

MOST_STEPS = 720
"""As a page draws them: two pixels each on a wide screen."""
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class ShownChart:
    """One parameter, drawn and in words."""

    series: Series
    name: str
    """What the symbol is called."""
    picture: Markup
    summary: str
    limits: tuple[str, ...]
    query: str
    """Of it alone, for the script that draws it."""
    parts: tuple[tuple[str, str], ...]
    """Where one may go nearer: the time at which a part begins, and the address of it."""


def charts(look: StationLook) -> Page:
    asked = _asked(look)
    return Page(
        "charts.html",
        {
            "asked": asked,
            "is_live": asked.lasting is not None,
            "charts": [_chart(one, asked, look, number) for number, one in enumerate(_read(look, asked, MOST_ROWS))],
            "choices": [(one.parameter.symbol, one.parameter in asked.parameters) for one in look.configuration.sent],
            "lasting": [(key, asked.last(key).query()) for key in LASTING],
            "moves": [
                ("earlier", asked.moved(-0.5).query()),
                ("nearer", asked.scaled(0.5).query()),
                ("farther", asked.scaled(2.0).query()),
                ("later", asked.moved(0.5).query()),
            ],
        },
    )


def chart_numbers(look: StationLook) -> Download:
    """The first of the parameters, for the script."""
    asked = _asked(look)
    (series,) = _read(look, asked.only(asked.parameters[0]))
    return Download(series_to_json(series, _words(look)), "application/json")


def chart_csv(look: StationLook) -> Download:
    asked = _asked(look)
    name = f"{look.configuration.station.code}-{look.local(asked.from_ms):%Y%m%d%H%M}.csv"
    return Download(series_to_csv(_read(look, asked), asked.zone), "text/csv; charset=utf-8", name)


def _asked(look: StationLook) -> ChartRange:
    now_ms = newest_end_ms(look.configuration, look.database, look.now.wall_ms)
    return chart_range(look.configuration, look.query, now_ms, look.wording.texts)


def _words(look: StationLook) -> PageWords:
    return PageWords.of(look.wording.texts.language, look.configuration.station.timezone)


def _read(look: StationLook, asked: ChartRange, most_rows: int | None = None) -> tuple[Series, ...]:
    times = (asked.from_ms, asked.until_ms)
    return KEPT.read(look.configuration, look.database, asked.parameters, *times, MOST_STEPS, most_rows)


def _chart(series: Series, asked: ChartRange, look: StationLook, number: int) -> ShownChart:
    words, parameter = _words(look), series.parameter
    ticks = time_ticks(series.drawn.from_ms, series.drawn.until_ms, words.zone, words.wording)
    edges = [*(tick.at_ms for tick in ticks), series.drawn.until_ms]
    return ShownChart(
        series,
        parameter_name(series.symbol, parameter.unit, words),
        draw_picture(series, words, f"chart{number}"),
        summary(series, words),
        tuple(printable(words.limits.whole(dated(span, words.zone), parameter.unit)) for span in series.limits),
        asked.only(parameter).query(),
        tuple(
            (tick.text, asked.during(tick.at_ms, edges[position + 1]).query())
            for position, tick in enumerate(ticks)
            if edges[position + 1] > tick.at_ms
        ),
    )


def _appears(configuration: Configuration) -> bool:
    return bool(configuration.sent)


ROOM = Room("charts", "/charts", charts, _appears)
NUMBERS_ROOM = Room("charts", "/charts/series.json", chart_numbers, _appears, in_menu=False)
CSV_ROOM = Room("charts", "/charts/series.csv", chart_csv, _appears, in_menu=False)
