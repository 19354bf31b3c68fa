"""Why values are not 00, and what is odd about those that are shown: lines for `gateway status`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gateway.cli.coloured import coloured
from gateway.cli.moments import local
from gateway.cli.speech import language_spoken
from gateway.cli.terms import reason_words
from gateway.core.phrase import Phrase, in_a_row

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.readings.parameter_state import ParameterState
    from gateway.reports.parameter_status import ParameterStatus
    from gateway.reports.status import StationStatus

MOST_NAMED = 4
"""Symbols in one line; a dead instrument of sixty parameters is one line all the same."""


def reason_lines(status: StationStatus) -> list[Text]:
    """A line for each reason of each instrument: what, since when, how often, the last good value."""
    from gateway.core.reading import Status

    alike: dict[tuple[object, ...], list[ParameterStatus]] = {}
    for one in status.parameters:
        if one.reading is not None and one.reading.status is not Status.MEASURING:
            alike.setdefault((one.instrument, one.reading.status, one.reason), []).append(one)
    lines = []
    for group in alike.values():
        first = group[0]
        if first.reading is None:
            continue
        why: str = Phrase("why is not written down yet: look again in a minute")
        if first.reason is not None:
            why = in_a_row([reason_words(first.reason), _lasting(group, status), _last_good(group, status)], "")
        words = Phrase("{symbols} {code}: {why}", symbols=_named(group), code=first.reading.status.value, why=why)
        lines.append(coloured(words, "yellow" if first.reading.status is Status.CALIBRATING else "red"))
    return lines


def slot_lines(status: StationStatus) -> list[Text]:
    """Of parameters that are 00 now, and were not in the newest slot, which is what is sent."""
    from gateway.core.reading import Status

    alike: dict[tuple[object, ...], list[ParameterStatus]] = {}
    for one in status.parameters:
        slot, is_well = one.newest_slot, one.reading is not None and one.reading.status is Status.MEASURING
        if slot is not None and is_well and slot.status is not Status.MEASURING:
            alike.setdefault((slot.status, slot.reason), []).append(one)
    lines = []
    for group in alike.values():
        slot = group[0].newest_slot
        if slot is not None:
            why = "" if slot.reason is None else Phrase(": {reason}", reason=reason_words(slot.reason))
            words = Phrase(
                "{symbols} {code} in the newest slot, {end}{why}; measuring now",
                symbols=_named(group),
                code=slot.status.value,
                end=local(slot.end_ms, status),
                why=why,
            )
            lines.append(coloured(words, "yellow"))
    return lines


def past_lines(status: StationStatus) -> list[Text]:
    """Of parameters that are 00 now, and were 02 within the last hour: what it was, and how often today."""
    from gateway.core.instants import HOUR_MS
    from gateway.core.reading import Status

    alike: dict[tuple[object, ...], list[ParameterState]] = {}
    for one in status.parameters:
        state = one.state
        is_well = one.reading is not None and one.reading.status is Status.MEASURING
        if state is None or not is_well or state.ended_ms is None or state.status is not Status.FAULT:
            continue
        if 0 <= status.at_ms - state.ended_ms < HOUR_MS:
            alike.setdefault((state.instrument, state.reason), []).append(state)
    return [
        coloured(
            Phrase(
                "{symbols} was 02 until {end}: {why}; {count:,} readings today were not 00",
                symbols=_symbols([one.parameter.symbol for one in group]),
                end=local(max(one.ended_ms or 0 for one in group), status),
                why=reason_words(group[0].reason),
                count=max(one.today for one in group),
            ),
            "dim",
        )
        for group in alike.values()
    ]


def doubt_lines(status: StationStatus) -> list[Text]:
    """Values outside the instrument's range, and those that the file's decimals turn into 0."""
    from gateway.core.number_form import readable, reads_as_zero
    from gateway.files.formats.tt10 import number

    decimals = {sent.line: sent.shown_decimals for sent in status.configuration.sent}
    lines = []
    for one in status.parameters:
        symbol, value = one.parameter.symbol, None if one.reading is None else one.reading.value
        if value is None:
            continue
        if one.range is not None and one.is_in_range is False:
            words = Phrase(
                "{symbol} {value} is outside its range {least:g} to {most:g}, and is sent as it is; is the device's"
                " display the same? If not: gateway read shows the registers",
                symbol=symbol,
                value=readable(value),
                least=one.range[0],
                most=one.range[1],
            )
            lines.append(coloured(words, "red"))
        written = number(value, decimals[symbol])
        if reads_as_zero(value, written):
            words = Phrase(
                "{symbol} {value} stands in the file as {written}; gateway read shows the registers",
                symbol=symbol,
                value=readable(value),
                written=written,
            )
            lines.append(coloured(words, "yellow"))
    return lines


def _named(group: Sequence[ParameterStatus]) -> Phrase:
    return _symbols([one.parameter.symbol for one in group])


def _symbols(symbols: Sequence[str]) -> Phrase:
    more = Phrase(" and {count} more", count=len(symbols) - MOST_NAMED) if len(symbols) > MOST_NAMED else ""
    return Phrase("{named}{more}", named=", ".join(symbols[:MOST_NAMED]), more=more)


def _states(group: Iterable[ParameterStatus]) -> list[ParameterState]:
    return [one.state for one in group if one.state is not None and one.state.lasts]


def _lasting(group: Sequence[ParameterStatus], status: StationStatus) -> Phrase:
    from gateway.texts import Wording

    states = _states(group)
    if not states:
        return Phrase("")
    since_ms, times = min(one.since_ms for one in states), max(one.times for one in states)
    length = Wording.of(language_spoken()).length(max(0, status.at_ms - since_ms))
    since = local(since_ms, status)
    return Phrase(", for {length} since {since}, {times:,} in a row", length=length, since=since, times=times)


def _last_good(group: Sequence[ParameterStatus], status: StationStatus) -> Phrase:
    from gateway.core.number_form import readable

    known = [(one.good_ms, one.good, one.parameter.unit) for one in _states(group) if one.good_ms is not None]
    if not known:
        return Phrase("")
    at_ms, value, unit = max(known, key=lambda one: one[0])
    shown = "" if len(group) > 1 or value is None else f" {readable(value)}" + ("" if unit == "-" else f" {unit}")
    return Phrase("; last good{value} at {at}", value=shown, at=local(at_ms, status))
