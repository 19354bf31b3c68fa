"""What `gateway check` has to say of limits: each with its standard and days, and what today's law says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from gateway.cli.speech import language_spoken
from gateway.core.phrase import Phrase, in_a_row

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.dated_limit import DatedLimit
    from gateway.core.errors import Problem

FORETOLD_DAYS = 366
"""A limit that ends without another after it is told so long before: a new permit takes months."""


def limit_lines(configuration: Configuration) -> list[Phrase]:
    """A line for each."""
    from gateway.texts.limit_wording import LimitWording

    wording = LimitWording.of(language_spoken())
    return [
        Phrase("  limit of {line}: {one}", line=line.line, one=wording.whole(one, line.unit))
        for line in configuration.sent
        for one in line.limits
    ]


def limits_configured(configuration: Configuration, today: date) -> list[dict[str, Any]]:
    """For programs, as `gateway limits --all --json` has them."""
    from gateway.reports.limits_on_day import limit_to_json

    return [
        limit_to_json(line.symbol, line.parameter, one) | {"in_force": one.holds_on(today)}
        for line in configuration.sent
        for one in line.limits
    ]


def limit_problems(configuration: Configuration, today: date) -> Iterator[Problem]:
    """Warnings, by the clock of the machine on which the file is checked: standards that are replaced or not in force,
    parameters that nothing limits today, limits that end and none follows."""
    from gateway.core.errors import Problem

    file, told = str(configuration.file), set[str]()
    for path, limits in _paths(configuration):
        for one in limits:
            if one.origin is not None and one.holds_on(today) and one.origin.standard not in told:
                told.add(one.origin.standard)
                for wrong in _standing(configuration, one.origin.standard, today):
                    yield Problem(file, 0, path, wrong, Phrase("check which one the permit names"))
        for wrong in _ends(limits, today):
            yield Problem(file, 0, path, wrong, Phrase("write what holds on the other days: limit: [{…}, {…}]"))


def _paths(configuration: Configuration) -> Iterator[tuple[str, Sequence[DatedLimit]]]:
    """Where each limit stands."""
    for instrument in configuration.instruments:
        for line in instrument.parameters:
            yield (
                f"instruments.{instrument.name}.parameters.{line.line}.limit",
                line.limits,
            )
    for computed in configuration.computed:
        yield f"computed.{computed.line}.limit", computed.limits


def _standing(configuration: Configuration, name: str, today: date) -> Iterator[Phrase]:
    from gateway.config.standards.shelf import StandardShelf
    from gateway.core.standard_days import standing

    for words in standing(StandardShelf.beside(configuration.file).standard(name), today):
        yield Phrase("{name} is {words}", name=name, words=words)


def _ends(limits: Sequence[DatedLimit], today: date) -> Iterator[Phrase]:
    """Over each averaging time: nothing in force today, or nothing after what is."""
    for averaging_ms in dict.fromkeys(one.limit.averaging_ms for one in limits):
        alike = [one for one in limits if one.limit.averaging_ms == averaging_ms]
        held = [one for one in alike if one.holds_on(today)]
        if not held:
            yield Phrase("no limit is in force today ({said})", said=_said(alike, today))
            continue
        until = held[0].until
        while until is not None and until != date.max and (after := _next(alike, until)) is not None:
            until = after.until
        if until is not None and (until - today).days < FORETOLD_DAYS:
            yield Phrase("ends with {until}, and none follows", until=until)


def _next(limits: Sequence[DatedLimit], until: date) -> DatedLimit | None:
    return next((one for one in limits if one.holds_on(until + timedelta(days=1))), None)


def _said(limits: Sequence[DatedLimit], today: date) -> Phrase:
    ended = [one.until for one in limits if one.until is not None and one.until < today]
    later = [one.since for one in limits if one.since is not None and one.since > today]
    parts = [Phrase("the last ended with {day}", day=max(ended))] if ended else []
    parts += [Phrase("the next begins with {day}", day=min(later))] if later else []
    return in_a_row(parts, ", ")
