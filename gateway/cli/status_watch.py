"""`gateway status --watch`: the station on a terminal, drawn anew every two seconds; elsewhere, whenever a slot has
closed or a person is needed for something else than before. Only looks."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from gateway.cli.coloured import coloured
from gateway.cli.drawing import PlainConsole, open_console
from gateway.cli.speech import language_spoken, said
from gateway.cli.status_view import destinations, heading, orders, parameters
from gateway.cli.storage import open_storage
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.core.sparkline import BLOCKS, PLAIN, sparkline
from gateway.reports.last_day import last_day
from gateway.reports.need import Need
from gateway.reports.needs import needs
from gateway.reports.needs_words import need_words
from gateway.reports.status import StationStatus, collect
from gateway.runtime.clock import SystemClock
from gateway.texts import Wording

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.reading import Parameter

EVERY_S = 2.0
MOST_NEEDS = 6
FOOT = Phrase("Ctrl-C ends this")
_ENDING = (signal.SIGINT, signal.SIGTERM)
_WIDEST, _NARROWEST = 48, 12
_REST_OF_ROW = 66
"""Columns of a row of the table without its picture."""


@dataclass(frozen=True, slots=True)
class StationSeen:
    """One look. `days`: of each line of the file."""

    status: StationStatus
    needs: tuple[Need, ...]
    days: Mapping[Parameter, list[float | None]]


class StationWatch:
    """Looks again and again. The day's values are read once for each slot."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._clock = SystemClock()
        self._days: tuple[int | None, Mapping[Parameter, list[float | None]]] = (None, {})

    def look(self) -> StationSeen:
        """
        Raises:
            GatewayError: there is no database yet, or it is not for this user.
        """
        database = open_storage(self._configuration)
        try:
            status = collect(self._configuration, database, self._clock.now())
            end_ms = status.newest_slot_ms
            if end_ms is not None and end_ms != self._days[0]:
                self._days = (end_ms, last_day(self._configuration, database, end_ms))
        finally:
            database.close()
        return StationSeen(status, needs(status), self._days[1])


def watch_status(configuration: Configuration) -> None:
    """Until somebody ends it.

    Raises:
        GatewayError: there is no database at the first look.
    """
    watch, console = StationWatch(configuration), open_console()
    seen = watch.look()
    with _signals_blocked():
        (_draw if console.is_terminal else _tell)(watch, seen, console)


def _draw(watch: StationWatch, seen: StationSeen, console: PlainConsole) -> None:
    shown = picture(seen, console)
    with Live(shown, console=console, auto_refresh=False, screen=True) as live:
        while not _is_ended():
            try:
                shown = picture(watch.look(), console)
            except GatewayError as error:  # a database that is just being replaced
                shown = Group(coloured(error.words, "red"), said(FOOT))
            live.update(shown, refresh=True)
    console.print(shown)  # the live one was on a screen of its own, which leaves nothing behind


def _tell(watch: StationWatch, seen: StationSeen, console: PlainConsole) -> None:
    told: tuple[object, ...] = ()
    while True:
        news = (seen.status.newest_slot_ms, seen.status.running, [(one.key, one.subject) for one in seen.needs])
        if news != told:
            told = news
            for part in (*_parts(seen, console, _NARROWEST * 2), ""):
                console.print(part, soft_wrap=isinstance(part, Text))
        if _is_ended():
            return
        try:
            seen = watch.look()
        except GatewayError:  # a database that is just being replaced
            continue


def picture(seen: StationSeen, console: PlainConsole) -> RenderableType:
    """As much as fits into the terminal; its last line says how many are left out."""
    width = max(_NARROWEST, min(_WIDEST, console.width - _REST_OF_ROW))
    whole = Group(*_parts(seen, console, width), said(FOOT))
    lines = console.render_lines(whole, pad=False)
    if len(lines) <= console.height:
        return whole
    kept = lines[: console.height - 1]
    more = coloured(Phrase("and {count} more lines: gateway status", count=len(lines) - len(kept)), "dim")
    return Group(*(Text.assemble(*((one.text, one.style or "") for one in line)) for line in kept), more)


def _parts(seen: StationSeen, console: PlainConsole, width: int) -> Iterator[RenderableType]:
    status = seen.status
    yield from heading(status)
    yield from _needs(seen)
    yield from orders(status)
    if status.parameters:
        steps = BLOCKS if _has_blocks(console) else PLAIN
        yield parameters(status, {one: sparkline(values, width, steps) for one, values in seen.days.items()})
    if status.destinations:
        yield destinations(status)


def _has_blocks(console: PlainConsole) -> bool:
    try:
        BLOCKS.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _needs(seen: StationSeen) -> Iterator[Text]:
    if not seen.needs:
        yield coloured(Phrase("no person is needed"), "green")
        return
    wording, zone = Wording.of(language_spoken()), seen.status.configuration.station.timezone
    for one in seen.needs[:MOST_NEEDS]:
        yield Text(need_words(one, wording, zone), "red")
    if len(seen.needs) > MOST_NEEDS:
        more = Phrase("and {count} more: gateway status --check", count=len(seen.needs) - MOST_NEEDS)
        yield coloured(more, "red")


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Ctrl-C and SIGTERM come between two pictures alone, so that the terminal is left as it was found."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _is_ended() -> bool:
    """After the time between two pictures, or as soon as somebody ends it."""
    return signal.sigtimedwait(_ENDING, EVERY_S) is not None
