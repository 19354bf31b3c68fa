"""Which parameters and which time somebody asks to see, as it stands in the address, and the addresses of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from gateway.config import Configuration
from gateway.core.instants import DAY_MS, EARLIEST_MS, HOUR_MS, MINUTE_MS, local_time, milliseconds
from gateway.core.printable import printable
from gateway.core.reading import Parameter
from gateway.core.span import end_ms, first_ms
from gateway.texts import Texts
from gateway.web.room import BadRequest, NotThere

MOST_PARAMETERS = 8
MOST_THROUGH_YEARS = 4
"""Of more than a year: a page may read for a few seconds, on a small board, too."""
LONGEST_MS = 1100 * DAY_MS
SHORTEST_MS = 30 * MINUTE_MS
LASTING = {"6h": 6 * HOUR_MS, "24h": DAY_MS, "7d": 7 * DAY_MS, "30d": 30 * DAY_MS, "365d": 365 * DAY_MS}
LASTING |= {"1096d": 1096 * DAY_MS}
"""Until now, by what stands in the address."""
_USUAL = "24h"
_SHOW = "show-"


@dataclass(frozen=True, slots=True)
class ChartRange:
    """Slots that begin in `[from_ms, until_ms)`. `lasting`: the key of LASTING, if it ends now and moves on."""

    parameters: tuple[Parameter, ...]
    from_ms: int
    until_ms: int
    lasting: str | None
    now_ms: int
    """The end of the newest slot that there is to be seen."""
    zone: str

    @property
    def length_ms(self) -> int:
        return self.until_ms - self.from_ms

    def query(self, **more: str | int) -> str:
        """Behind `?`."""
        asked: dict[str, str | int] = {_SHOW + one.symbol: 1 for one in self.parameters}
        if self.lasting is not None:
            asked["last"] = self.lasting
        else:
            asked |= {"from": self.local(self.from_ms), "to": self.local(self.until_ms)}
        return urlencode(asked | more)

    def local(self, at_ms: int) -> str:
        """As a form's field has it."""
        return f"{local_time(at_ms, self.zone):%Y-%m-%dT%H:%M}"

    def during(self, from_ms: int, until_ms: int) -> ChartRange:
        """No later than now: what would be is moved back."""
        by_ms = min(0, self.now_ms - until_ms)
        return replace(self, from_ms=max(from_ms + by_ms, EARLIEST_MS), until_ms=until_ms + by_ms, lasting=None)

    def last(self, lasting: str) -> ChartRange:
        return replace(self, from_ms=self.now_ms - LASTING[lasting], until_ms=self.now_ms, lasting=lasting)

    def only(self, parameter: Parameter) -> ChartRange:
        return replace(self, parameters=(parameter,))

    def moved(self, parts: float) -> ChartRange:
        """By so many of its lengths: negative is earlier."""
        by_ms = round(self.length_ms * parts) // MINUTE_MS * MINUTE_MS
        return self.during(self.from_ms + by_ms, self.until_ms + by_ms)

    def scaled(self, factor: float) -> ChartRange:
        """Around its middle; no shorter and no longer than may be asked."""
        length_ms = min(max(round(self.length_ms * factor), SHORTEST_MS), LONGEST_MS) // MINUTE_MS * MINUTE_MS
        from_ms = (self.from_ms + self.until_ms - length_ms) // 2 // MINUTE_MS * MINUTE_MS
        return self.during(from_ms, from_ms + length_ms)


def chart_range(configuration: Configuration, query: Mapping[str, str], now_ms: int, texts: Texts) -> ChartRange:
    """What is asked for; the first parameter and the last day if it does not say. `now_ms`: the end of the newest slot.

    Raises:
        BadRequest: a time that is none, or the wrong way round, or longer than three years.
        NotThere: a parameter that the station does not send.
    """
    found = _time(configuration, query, now_ms, texts)
    most = MOST_PARAMETERS if found.length_ms <= 366 * DAY_MS else MOST_THROUGH_YEARS
    if len(found.parameters) > most:
        raise BadRequest(texts("page.charts.wrong_many", most=most))
    return found


def _time(configuration: Configuration, query: Mapping[str, str], now_ms: int, texts: Texts) -> ChartRange:
    zone, slot_ms = configuration.station.timezone, milliseconds(configuration.reporting.slot)
    parameters = _parameters(configuration, query, texts)
    lasting = query.get("last") or (None if query.get("from") or query.get("to") else _USUAL)
    if lasting is not None:
        if lasting not in LASTING:
            raise BadRequest(texts("page.charts.wrong_last"))
        return ChartRange(parameters, now_ms - LASTING[lasting], now_ms, lasting, now_ms, zone)
    try:
        from_ms = first_ms(query.get("from", ""), ZoneInfo(zone))
        until_ms = min(end_ms(query["to"], ZoneInfo(zone)), now_ms) if query.get("to") else now_ms
    except ValueError:
        raise BadRequest(texts("page.charts.wrong_time")) from None
    if not EARLIEST_MS <= from_ms < until_ms:
        raise BadRequest(texts("page.charts.wrong_order"))
    if until_ms - from_ms > LONGEST_MS:
        raise BadRequest(texts("page.charts.wrong_long"))
    return ChartRange(parameters, from_ms, max(until_ms, from_ms + slot_ms), None, now_ms, zone)


def _parameters(configuration: Configuration, query: Mapping[str, str], texts: Texts) -> tuple[Parameter, ...]:
    asked = {name.removeprefix(_SHOW) for name in query if name.startswith(_SHOW)}
    sent = [one.parameter for one in configuration.sent]
    if unknown := asked - {one.symbol for one in sent}:
        raise NotThere(texts("page.charts.wrong_unknown", name=printable(min(unknown))))
    return tuple(one for one in sent if one.symbol in asked) or tuple(sent[:1])
