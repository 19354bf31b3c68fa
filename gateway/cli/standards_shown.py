"""`gateway limits --standards` and `--standard NAME`: the tables of limits that there are, and one of them whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.cli.output import print_json, say
from gateway.cli.speech import language_spoken, problem_line, said
from gateway.cli.terms import both, detail_words
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config.standards.shelf import StandardShelf
    from gateway.core.in_words import InWords
    from gateway.core.standard_table import Chosen, Standard, TableLine


def list_standards(config: Path, *, as_json: bool) -> None:
    """Those that ship, and those beside the configuration, which itself need not be there."""
    shelf, today = _shelf(config), _today()
    found = [shelf.standard(name) for name in shelf.names()]
    if as_json:
        print_json([_summary_json(one, shelf, today) for one in found])
        return
    for one in found:
        say(*_summary(one, shelf, today))


def show_standard(config: Path, name: str, *, as_json: bool) -> None:
    """Everything of one.

    Raises:
        GatewayError: there is none of that name.
    """
    from gateway.core.standard_table import StandardError

    shelf, today = _shelf(config), _today()
    try:
        found = shelf.standard(name)
    except StandardError as error:
        raise GatewayError(*error.args) from None
    if as_json:
        print_json(_whole_json(found, shelf, today))
    else:
        say(*_summary(found, shelf, today), *_whole(found))


def _shelf(config: Path) -> StandardShelf:
    from gateway.config.standards.shelf import StandardShelf

    shelf = StandardShelf.beside(config)
    say(*map(problem_line, shelf.problems), err=True)
    return shelf


def _today() -> date:
    """By this machine's clock, in Vietnam: tables are looked at without a station, too."""
    from gateway.core.instants import local_time
    from gateway.runtime.clock import SystemClock

    return local_time(SystemClock().now().wall_ms, "Asia/Ho_Chi_Minh").date()


def _summary(one: Standard, shelf: StandardShelf, today: date) -> Iterator[str]:
    from gateway.core.standard_days import standing

    title = "" if one.title is None else f": {both(one.title)}"
    yield f"{one.name}{title}"
    symbols = tuple(dict.fromkeys(line.parameter.symbol for line in one.lines))
    yield Phrase(
        "  {own}{count} parameters; {media}",
        own=Phrase("own table; ") if one.name in shelf.own else "",
        count=len(symbols),
        media=_media(one),
    )
    for choice in one.choices:
        yield f"  {choice.name}: {', '.join(choice.names)}"
    for factor in one.coefficients:
        allowed = _range(factor.least, factor.most, factor.values)
        yield Phrase("  {name}: {allowed}", name=factor.name, allowed=allowed)
    yield from (Phrase("  {words}", words=words) for words in standing(one, today))
    if one.incomplete is not None:
        yield Phrase("  incomplete: {why}", why=both(one.incomplete))


def _whole(one: Standard) -> Iterator[str]:
    if one.edition:
        yield Phrase("  edition: {edition}", edition=one.edition)
    if one.since is not None or one.until is not None:
        yield Phrase("  in force{days}", days=_days(one.since, one.until))
    for choice in one.choices:
        for value in choice.values:
            named = f"  {choice.name} {value.name}{_meaning(value.meaning)}"
            yield Phrase("{named}{days}", named=named, days=_days(value.since, value.until))
    for factor in one.coefficients:
        known = "" if factor.is_known else Phrase(" (the regulation's own range is not known)")
        yield Phrase(
            "  {name}{meaning}: {allowed}{known}",
            name=factor.name,
            meaning=_meaning(factor.meaning),
            allowed=_range(factor.least, factor.most, factor.values),
            known=known,
        )
    for oxygen in one.oxygen:
        yield Phrase("  reference oxygen {percent:g} %{chosen}", percent=oxygen.percent, chosen=_chosen(oxygen.chosen))
    for line in one.lines:
        yield from _line(line)
    yield from (Phrase("  source: {source}", source=source) for source in one.sources)


def _line(line: TableLine) -> Iterator[str]:
    from gateway.core.limits import Limit
    from gateway.core.permit_limit import PermitLimit

    form = Phrase(" as {form}", form=line.form) if line.form else ""
    times = Phrase(" (times {scaled_by})", scaled_by=" × ".join(line.scaled_by)) if line.scaled_by else ""
    footnote = "" if line.footnote is None else f" [{_own(line.footnote)}]"
    for case in line.cases:
        bounds = PermitLimit(Limit(case.lowest, case.highest, line.averaging_ms), line.parameter.unit)
        days = _days(case.since, case.until)
        yield Phrase(
            "  {symbol}{form}: {bounds}{chosen}{times}{days}{footnote}",
            symbol=line.parameter.symbol,
            form=form,
            bounds=detail_words(bounds),
            chosen=_chosen(case.chosen),
            times=times,
            days=days,
            footnote=footnote,
        )


def _media(one: Standard) -> str:
    return Phrase("for {media}", media=", ".join(one.media)) if one.media else Phrase("for any kind of station")


def _range(least: float, most: float, values: tuple[float, ...]) -> str:
    return (
        ", ".join(f"{value:g}" for value in values)
        if values
        else Phrase("{least:g} to {most:g}", least=least, most=most)
    )


def _meaning(meaning: InWords | None) -> str:
    return "" if meaning is None else f": {both(meaning)}"


def _days(since: date | None, until: date | None) -> str:
    begin = Phrase(" from {since}", since=since) if since else Phrase("")
    return begin + (Phrase(" until {until}", until=until) if until else "")


def _chosen(chosen: Chosen) -> str:
    either = Phrase(" or ")
    words = ", ".join(f"{name} {said(either).join(values)}" for name, values in chosen)
    return f", {words}" if words else ""


def _own(words: InWords) -> str:
    return words.vi if language_spoken().value == "vi" else words.en


def _summary_json(one: Standard, shelf: StandardShelf, today: date) -> dict[str, Any]:
    from gateway.core.limit_days import state_on

    followed = one.replaced_by
    return {
        "standard": one.name,
        "title": _words_json(one.title),
        "own": one.name in shelf.own,
        "media": list(one.media),
        "from": _iso(one.since),
        "until": _iso(one.until),
        "state": state_on(today, one.since, one.until).value,
        "replaced_by": None if followed is None else {"standard": followed.standard, "from": _iso(followed.since)},
        "choices": {choice.name: list(choice.names) for choice in one.choices},
        "coefficients": {
            factor.name: {"least": factor.least, "most": factor.most, "values": list(factor.values)}
            for factor in one.coefficients
        },
        "symbols": list(dict.fromkeys(line.parameter.symbol for line in one.lines)),
        "incomplete": _words_json(one.incomplete),
    }


def _whole_json(one: Standard, shelf: StandardShelf, today: date) -> dict[str, Any]:
    return _summary_json(one, shelf, today) | {
        "edition": one.edition or None,
        "meanings": {
            choice.name: {value.name: _words_json(value.meaning) for value in choice.values} for choice in one.choices
        }
        | {factor.name: _words_json(factor.meaning) for factor in one.coefficients},
        "oxygen": [{"percent": each.percent, "of": _of(each.chosen)} for each in one.oxygen],
        "limits": [_case_json(line, number) for line in one.lines for number in range(len(line.cases))],
        "sources": [{"title": source.title, "url": source.url or None} for source in one.sources],
    }


def _case_json(line: TableLine, number: int) -> dict[str, Any]:
    from gateway.reports.limits_on_day import over_text

    case = line.cases[number]
    return {
        "symbol": line.parameter.symbol,
        "unit": line.parameter.unit,
        "min": case.lowest,
        "max": case.highest,
        "over": over_text(line.averaging_ms),
        "of": _of(case.chosen),
        "from": _iso(case.since),
        "until": _iso(case.until),
        "scaled_by": list(line.scaled_by),
        "form": line.form or None,
        "footnote": _words_json(line.footnote),
        "source": None if line.source is None else str(line.source),
    }


def _of(chosen: Chosen) -> dict[str, list[str]]:
    return {name: list(values) for name, values in chosen}


def _words_json(words: InWords | None) -> dict[str, str] | None:
    return None if words is None else {"vi": words.vi, "en": words.en}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
