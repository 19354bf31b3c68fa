"""Which limits were, are or will be in force on a day, for people and programs: what ran then, and where today's
configuration and tables say something else of that day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gateway.audit.limit_history import LimitHistory, limits_in_force
from gateway.config import Configuration
from gateway.config.units import show_duration
from gateway.core.dated_limit import YEAR_MS, DatedLimit, LimitSpan
from gateway.core.instants import HOUR_MS
from gateway.core.limit_days import dated, on_day
from gateway.core.reading import Parameter
from gateway.db import Database


@dataclass(frozen=True, slots=True)
class LineLimits:
    """Of one line of the file. `held`: what ran, or would; `configured`: what today's configuration and tables say of
    the same time. `every`: all that are known, of whatever time."""

    parameter: Parameter
    symbol: str
    """The regulation's."""
    held: tuple[DatedLimit, ...]
    configured: tuple[DatedLimit, ...]
    every: tuple[DatedLimit, ...]

    @property
    def differs(self) -> bool:
        """Whether the same number from the same table is told by both."""
        return {*map(_what, self.held)} != {*map(_what, self.configured)}


def limits_at(configuration: Configuration, database: Database | None, at_ms: int) -> tuple[LineLimits, ...]:
    """In force at the instant, in the order of the file; lines that have left the configuration since come last."""
    return _limits(configuration, database, lambda spans: tuple(one for one in spans if one.holds_at(at_ms)))


def limits_on(configuration: Configuration, database: Database | None, day: date) -> tuple[LineLimits, ...]:
    """In force at some time of the day."""
    zone = configuration.station.zone
    return _limits(configuration, database, lambda spans: on_day(spans, day, zone))


_Choice = Callable[[Iterable[LimitSpan]], tuple[LimitSpan, ...]]


def _limits(configuration: Configuration, database: Database | None, chosen: _Choice) -> tuple[LineLimits, ...]:
    zone, rules = configuration.station.zone, configuration.finding_rules
    configured = {one.sent: one.limits for one in rules.lines}
    ran = LimitHistory(configured) if database is None else limits_in_force(database, rules)
    symbols = {one.parameter: one.symbol for one in configuration.sent}

    def days(spans: Iterable[LimitSpan]) -> tuple[DatedLimit, ...]:
        return tuple(dated(span, zone) for span in spans)

    return tuple(
        LineLimits(
            parameter,
            symbols.get(parameter, parameter.symbol),
            days(chosen(ran(parameter))),
            days(chosen(configured.get(parameter, ()))),
            days(ran(parameter)),
        )
        for parameter in dict.fromkeys((*configured, *ran.by_parameter))
    )


def limits_to_json(lines: Sequence[LineLimits], *, every: bool) -> list[dict[str, Any]]:
    """The list that `gateway limits --json` prints. `every`: those of other days, too."""
    return [
        limit_to_json(line.symbol, line.parameter, one) | {"in_force": one in line.held, "differs": line.differs}
        for line in lines
        for one in (line.every if every else line.held)
    ]


def limit_to_json(symbol: str, parameter: Parameter, one: DatedLimit) -> dict[str, Any]:
    """Stable keys; `over`: as the configuration writes it, `None` for every slot."""
    limit, origin = one.limit, one.origin
    written = None if origin is None else origin.written
    return {
        "symbol": symbol,
        "min": limit.lowest,
        "max": limit.highest,
        "over": over_text(limit.averaging_ms),
        "standard": None if origin is None else origin.standard,
        "column": None if origin is None else origin.column,
        "coefficients": {} if origin is None else dict(origin.coefficients),
        "from": None if one.since is None else one.since.isoformat(),
        "until": None if one.until is None else one.until.isoformat(),
        "line": parameter.symbol,
        "unit": parameter.unit,
        "choices": {} if origin is None else dict(origin.choices),
        "left_out": [] if origin is None else list(origin.left_out),
        "written": None if written is None else {"min": written.lowest, "max": written.highest},
        "form": (origin.form or None) if origin is not None else None,
        "source": (origin.source or None) if origin is not None else None,
    }


def over_text(averaging_ms: int | None) -> str | None:
    """`24h`, `1y`, as tables and configurations write it."""
    if averaging_ms is None:
        return None
    if averaging_ms == YEAR_MS:
        return "1y"
    hours, rest_ms = divmod(averaging_ms, HOUR_MS)
    return show_duration(timedelta(milliseconds=averaging_ms)) if rest_ms else f"{hours}h"


def _what(one: DatedLimit) -> tuple[object, ...]:
    origin = one.origin
    if origin is None:
        return (one.limit,)
    return (one.limit, origin.standard, frozenset(origin.choices), frozenset(origin.coefficients))
