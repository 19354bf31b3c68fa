"""How the station fares at this moment, as the rooms *Now* and the wall show it: each line of the file with its newest
value, what is the matter with it, and its last day; the air's index; and what needs a person first."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from gateway.core.instants import DAY_MS
from gateway.core.limits import Level
from gateway.core.printable import printable
from gateway.core.reading import Status
from gateway.reports.air import AirIndex
from gateway.reports.needs import needs
from gateway.reports.needs_words import need_words
from gateway.reports.parameter_status import ParameterStatus
from gateway.reports.series import Series, newest_end_ms
from gateway.reports.status import StationStatus, collect
from gateway.web.charts.kept_series import KEPT
from gateway.web.charts.sparkline import MOST_STEPS, draw_sparkline
from gateway.web.page_words import PageWords
from gateway.web.parameter_names import parameter_name
from gateway.web.room import StationLook

_LEVELS = {Level.EXCEEDED: "bad", Level.PREPARING: "odd", Level.TENDENCY: "odd"}
_STATES = {Status.MEASURING: "good", Status.CALIBRATING: "odd", Status.FAULT: "bad"}


@dataclass(frozen=True, slots=True)
class Sign:
    """A state in a word: `good`, `odd`, `bad` or `none`, which has a shape of its own."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownParameter:
    """One line of the file, in words."""

    symbol: str
    name: str
    value: str
    unit: str
    signs: tuple[Sign, ...]
    reason: str
    detail: str
    """Of the reason, in the instrument's or the system's own words; empty: nothing."""
    limits: tuple[str, ...]
    at_ms: int | None
    slot: str
    """What the newest slot's record says; empty: nothing."""
    sparkline: Markup

    @property
    def is_well(self) -> bool:
        return all(one.kind == "good" for one in self.signs)


@dataclass(frozen=True, slots=True)
class ShownAir:
    """The index of an hour or a day. `colour` is the decision's; `None`: there is no index."""

    key: str
    end_ms: int
    index: int | None
    symbol: str | None
    word: str
    colour: str | None
    decision: str


@dataclass(frozen=True, slots=True)
class StationNow:
    status: StationStatus
    needs: tuple[str, ...]
    """In words, the most pressing first."""
    parameters: tuple[ShownParameter, ...]
    air: tuple[ShownAir, ...]
    """Empty: the station does not watch the air."""


def station_now(look: StationLook) -> StationNow:
    status = collect(look.configuration, look.database, look.now)
    zone = look.configuration.station.timezone
    words = PageWords.of(look.wording.texts.language, zone)
    days = _last_day(look)
    decimals = {one.parameter: one.shown_decimals for one in look.configuration.sent}
    indices = status.air
    return StationNow(
        status,
        tuple(printable(need_words(one, look.wording, zone)) for one in needs(status)),
        tuple(
            _parameter(shown, series, decimals[shown.parameter], words, status.at_ms)
            for shown, series in zip(status.parameters, days, strict=True)
        ),
        () if indices is None else (_air("air_hour", indices.hour, words), _air("air_day", indices.day, words)),
    )


def _last_day(look: StationLook) -> tuple[Series, ...]:
    """Of every line, in their order."""
    until_ms = newest_end_ms(look.configuration, look.database, look.now.wall_ms)
    parameters = [one.parameter for one in look.configuration.sent]
    return KEPT.read(look.configuration, look.database, parameters, until_ms - DAY_MS, until_ms, MOST_STEPS)


def _parameter(shown: ParameterStatus, series: Series, decimals: int, words: PageWords, now_ms: int) -> ShownParameter:
    texts, reading, slot = words.wording.texts, shown.reading, shown.newest_slot
    reason = shown.reason
    told = "" if reason is None else texts(f"term.reason_{reason.cause}")
    return ShownParameter(
        shown.parameter.symbol,
        parameter_name(shown.symbol, shown.parameter.unit, words),
        words.value(None if reading is None else reading.value, decimals),
        words.unit(shown.parameter.unit),
        tuple(_signs(shown, words)),
        told,
        printable(reason.detail or "") if reason is not None else "",
        tuple(printable(words.limits.whole(one, shown.parameter.unit)) for one in shown.limits),
        shown.at_ms,
        ""
        if slot is None
        else texts(
            "page.now.slot",
            time=words.clock(slot.end_ms) if now_ms - slot.end_ms < DAY_MS else words.moment(slot.end_ms),
            value=words.value(slot.value, decimals),
            status=slot.status.value,
        ),
        draw_sparkline(series, words),
    )


def _signs(shown: ParameterStatus, words: PageWords) -> list[Sign]:
    texts, reading = words.wording.texts, shown.reading
    if reading is None:
        found = [Sign("none", texts("page.now.no_value"))]
    else:
        found = [Sign(_STATES[reading.status], texts(f"page.now.status_{reading.status.value}"))]
    if shown.is_in_range is False:
        found.append(Sign("bad", texts("term.noted_out_of_range")))
    if shown.level is not None:
        found.append(Sign(_LEVELS[shown.level], texts(f"term.noted_{shown.level}")))
    for kind in shown.findings:
        key = f"term.noted_{kind}"
        found.append(Sign("odd", texts(key) if texts.has(key) else kind))
    if shown.counter == "total":
        found.append(Sign("none", texts("page.now.total")))
    return found


def _air(key: str, index: AirIndex, words: PageWords) -> ShownAir:
    air_class = index.quality.air_class
    vietnamese = words.wording.is_vietnamese
    word = (
        words.wording.texts("page.now.no_index") if air_class is None else air_class.vi if vietnamese else air_class.en
    )
    return ShownAir(
        key,
        index.end_ms,
        index.quality.index,
        index.quality.symbol,
        word,
        None if air_class is None else air_class.colour,
        "" if index.scale is None else index.scale.name,
    )
