"""Why values are not 00, and what is odd about those that are shown: lines for `gateway status`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gateway.cli.moments import local
from gateway.cli.terms import reason_words

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.readings.parameter_state import ParameterState
    from gateway.reports.parameter_status import ParameterStatus
    from gateway.reports.status import StationStatus

MOST_NAMED = 4
"""Symbols in one line; a dead instrument of sixty parameters is one line all the same."""


def reason_lines(status: StationStatus) -> list[Text]:
    """A line for each reason of each instrument: what, since when, how often, the last good value."""
    from rich.text import Text

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
        words = f"{_named(group)} {first.reading.status.value}: "
        if first.reason is None:
            words += "why is not written down yet: look again in a minute"
        else:
            words += reason_words(first.reason) + _lasting(group, status) + _last_good(group, status)
        lines.append(Text(words, "yellow" if first.reading.status is Status.CALIBRATING else "red"))
    return lines


def slot_lines(status: StationStatus) -> list[Text]:
    """Of parameters that are 00 now, and were not in the newest slot, which is what is sent."""
    from rich.text import Text

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
            why = "" if slot.reason is None else f": {reason_words(slot.reason)}"
            words = f"{_named(group)} {slot.status.value} in the newest slot, {local(slot.end_ms, status)}{why}"
            lines.append(Text(f"{words}; measuring now", "yellow"))
    return lines


def past_lines(status: StationStatus) -> list[Text]:
    """Of parameters that are 00 now, and were 02 within the last hour: what it was, and how often today."""
    from rich.text import Text

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
        Text(
            f"{_symbols([one.parameter.symbol for one in group])} was 02 until"
            f" {local(max(one.ended_ms or 0 for one in group), status)}: {reason_words(group[0].reason)};"
            f" {max(one.today for one in group):,} readings today were not 00",
            "dim",
        )
        for group in alike.values()
    ]


def doubt_lines(status: StationStatus) -> list[Text]:
    """Values outside the instrument's range, and those that the file's decimals turn into 0."""
    from rich.text import Text

    from gateway.core.number_form import readable, reads_as_zero
    from gateway.files.formats.tt10 import number

    decimals = {sent.line: sent.shown_decimals for sent in status.configuration.sent}
    lines = []
    for one in status.parameters:
        symbol, value = one.parameter.symbol, None if one.reading is None else one.reading.value
        if value is None:
            continue
        if one.range is not None and one.is_in_range is False:
            bounds = f"{one.range[0]:g} to {one.range[1]:g}"
            words = f"{symbol} {readable(value)} is outside its range {bounds}, and is sent as it is; is the device's"
            lines.append(Text(f"{words} display the same? If not: gateway read shows the registers", "red"))
        written = number(value, decimals[symbol])
        if reads_as_zero(value, written):
            words = f"{symbol} {readable(value)} stands in the file as {written}; gateway read shows the registers"
            lines.append(Text(words, "yellow"))
    return lines


def _named(group: Sequence[ParameterStatus]) -> str:
    return _symbols([one.parameter.symbol for one in group])


def _symbols(symbols: Sequence[str]) -> str:
    more = f" and {len(symbols) - MOST_NAMED} more" if len(symbols) > MOST_NAMED else ""
    return ", ".join(symbols[:MOST_NAMED]) + more


def _states(group: Iterable[ParameterStatus]) -> list[ParameterState]:
    return [one.state for one in group if one.state is not None and one.state.lasts]


def _lasting(group: Sequence[ParameterStatus], status: StationStatus) -> str:
    from gateway.config import Language
    from gateway.texts import Wording

    states = _states(group)
    if not states:
        return ""
    since_ms, times = min(one.since_ms for one in states), max(one.times for one in states)
    length = Wording.of(Language.ENGLISH).length(max(0, status.at_ms - since_ms))
    return f", for {length} since {local(since_ms, status)}, {times:,} in a row"


def _last_good(group: Sequence[ParameterStatus], status: StationStatus) -> str:
    from gateway.core.number_form import readable

    known = [(one.good_ms, one.good, one.parameter.unit) for one in _states(group) if one.good_ms is not None]
    if not known:
        return ""
    at_ms, value, unit = max(known, key=lambda one: one[0])
    shown = "" if len(group) > 1 or value is None else f" {readable(value)}" + ("" if unit == "-" else f" {unit}")
    return f"; last good{shown} at {local(at_ms, status)}"
