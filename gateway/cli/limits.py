"""`gateway limits`: what each parameter is held against, where the number comes from, and on which days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage as usage_error
from gateway.cli.speech import language_spoken
from gateway.cli.storage import may_have_run, open_storage
from gateway.cli.terms import both
from gateway.core.phrase import Phrase, in_a_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from gateway.config import Configuration
    from gateway.core.dated_limit import DatedLimit
    from gateway.core.standard_table import Standard
    from gateway.reports.limits_on_day import LineLimits


_STATES = {
    "in_force": Phrase("in force"),
    "not_yet": Phrase("not yet"),
    "ended": Phrase("ended"),
}


def limits(
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="2026-01-01; without it: now.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Those of other days, too.")] = False,
    standards: Annotated[bool, typer.Option("--standards", help="Which tables of limits there are.")] = False,
    standard: Annotated[
        str | None,
        typer.Option("--standard", metavar="NAME", help="One table whole: QCVN 40:2011.", show_default=False),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Each parameter's limit: the number, its standard, column and coefficients, from when until when.

    What ran on that day counts, and where today's configuration and tables say something else of it, that is said.
    """
    from gateway.cli.standards_shown import list_standards, show_standard

    day = _day(on)
    if (standards or standard is not None) and (on is not None or every):
        raise usage_error(Phrase("--on and --all are for the station's limits, not for tables"))
    if standard is not None:
        show_standard(config, standard, as_json=as_json)
    elif standards:
        list_standards(config, as_json=as_json)
    else:
        _show(load_configuration(config), day, every=every, as_json=as_json)


def _day(text: str | None) -> date | None:
    from gateway.config.days import parse_day
    from gateway.config.file.form_error import FormError

    try:
        return None if text is None else parse_day(text)
    except FormError as error:
        raise usage_error(
            Phrase("--on {text} {wrong}: {right}", text=text, wrong=error.wrong, right=error.right)
        ) from None


def _show(configuration: Configuration, day: date | None, *, every: bool, as_json: bool) -> None:
    from gateway.core.instants import local_time
    from gateway.reports.limits_on_day import limits_at, limits_on, limits_to_json
    from gateway.runtime.clock import SystemClock

    now_ms = SystemClock().now().wall_ms
    has_run = may_have_run(configuration)
    database = open_storage(configuration) if has_run else None
    try:
        found = limits_at(configuration, database, now_ms) if day is None else limits_on(configuration, database, day)
    finally:
        if database is not None:
            database.close()
    shown_day = local_time(now_ms, configuration.station.zone).date() if day is None else day
    if as_json:
        print_json(limits_to_json(found, every=every))
    else:
        whose = (
            Phrase("as the gateway held them") if has_run else Phrase("by the configuration: no gateway has run here")
        )
        say(Phrase("limits on {shown_day}, {whose}", shown_day=shown_day, whose=whose))
        for line in found:
            say(*_lines(line, shown_day, configuration, every=every))
        say(*_standings(found, shown_day, configuration))
    differing = [line for line in found if line.differs]
    for line in differing:
        say(
            Phrase(
                "{symbol}: today's configuration and tables say {line}", symbol=line.parameter.symbol, line=_said(line)
            ),
            err=as_json,
        )
    if not any(line.every for line in found):
        say(Phrase("no parameter has a limit"), err=True)


def _lines(line: LineLimits, day: date, configuration: Configuration, *, every: bool) -> Iterator[str]:
    """A line for each, and beneath it what is to be known of it."""
    from gateway.core.limit_days import LegalState, state_on

    shown = line.every if every else line.held
    for one in shown:
        state = (
            "" if one in line.held else Phrase("  [{state}]", state=_STATES[state_on(day, one.since, one.until).value])
        )
        words = _words(one, line.parameter.unit)
        yield Phrase("{symbol:<10} {words}{state}", symbol=line.parameter.symbol, words=words, state=state)
        yield from (f"{'':<10}   " + note for note in _notes(line, one, configuration))
    if line.held or not line.every:
        return
    later = [one.since for one in line.every if state_on(day, one.since, one.until) is LegalState.NOT_YET and one.since]
    ended = [one.until for one in line.every if state_on(day, one.since, one.until) is LegalState.ENDED and one.until]
    reasons = [Phrase("the last ended with {day}", day=max(ended))] if ended else []
    reasons += [Phrase("the next begins with {day}", day=min(later))] if later else []
    yield Phrase(
        "{symbol:<10} no limit on this day: {reasons}",
        symbol=line.parameter.symbol,
        reasons=in_a_row(reasons, ", ") if reasons else Phrase("none was configured"),
    )


def _notes(line: LineLimits, one: DatedLimit, configuration: Configuration) -> Iterator[str]:
    """What its table says beside the number: what was chosen, in what it is counted, footnote and source."""
    origin = one.origin
    if origin is None:
        return
    table = _table(configuration, origin.standard)
    meanings = {} if table is None else {choice.name: choice for choice in table.choices}
    for name, value in origin.choices:
        chosen = [each.meaning for each in meanings[name].values if each.name == value] if name in meanings else []
        if chosen and chosen[0] is not None:
            yield Phrase("{name} {value}: {meaning}", name=name, value=value, meaning=both(chosen[0]))
    if origin.form:
        yield Phrase("counted as {form}", form=origin.form)
    for row in () if table is None else table.lines:
        same = (row.parameter.symbol, row.parameter.unit) == (line.symbol, line.parameter.unit)
        if same and row.averaging_ms == one.limit.averaging_ms and row.footnote is not None:
            yield both(row.footnote)
    if origin.source:
        yield Phrase("source: {source}", source=origin.source)


def _standings(found: tuple[LineLimits, ...], day: date, configuration: Configuration) -> Iterator[str]:
    """How each standard that is used stands on that day."""
    from gateway.core.standard_days import standing

    used = dict.fromkeys(one.origin.standard for line in found for one in line.every if one.origin is not None)
    for name in used:
        table = _table(configuration, name)
        for words in () if table is None else standing(table, day):
            yield Phrase("{name}: {words}", name=name, words=words)


def _table(configuration: Configuration, name: str) -> Standard | None:
    from gateway.config.standards.shelf import StandardShelf
    from gateway.core.standard_table import StandardError

    try:
        return StandardShelf.beside(configuration.file).standard(name)
    except StandardError:  # a table of that time, which is gone
        return None


def _said(line: LineLimits) -> str:
    """What is configured, in words."""
    return "; ".join(_words(one, line.parameter.unit) for one in line.configured) or Phrase("that there is no limit")


def _words(one: DatedLimit, unit: str) -> str:
    from gateway.texts.limit_wording import LimitWording

    return LimitWording.of(language_spoken()).whole(one, unit)
