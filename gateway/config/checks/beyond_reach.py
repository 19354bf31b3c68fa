"""What no value can ever come to: ranges and limits beyond what type and scaling yield, steps that nothing takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from gateway.config.builtin_tables.catalogue import Usual, usual_in
from gateway.config.checks.reach import LineReach, is_known, reaches_of
from gateway.config.configuration import Sections
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.parameters.computed import ComputedSettings
from gateway.config.parameters.sent_line import SentLine
from gateway.core.formula import parse_formula
from gateway.core.formula_range import ANYTHING, Range
from gateway.core.phrase import Phrase

_MOST = ANYTHING[1]
_NEARLY = 0.02
"""Of a range's width: so much of it may be out of reach without a word. 4,000 counts are 19.995 mA to some."""
_CHECK = Phrase("check type, scale and offset, or")


def never_reached(sections: Sections) -> Iterator[LocatedProblem]:
    """Faults."""
    reaches = reaches_of(sections)
    for at, sent in sent_lines(sections):
        reach = reaches.get(sent.line)
        if reach is None:
            continue
        if isinstance(sent, ComputedSettings):
            yield from _never_computed(at, sent, reaches)
        yield from _range_elsewhere(at, sent, reach.said)
        yield from _limit_beyond(at, sent, reach.sent)
        yield from _step_too_wide(at, sent, reach.said, sections.reporting.slot)


def hardly_reached(sections: Sections) -> Iterator[LocatedProblem]:
    """Warnings."""
    reaches = reaches_of(sections)
    for at, sent in sent_lines(sections):
        reach = reaches.get(sent.line)
        if reach is None:
            continue
        if not isinstance(sent, ComputedSettings):
            yield from _range_partly_beyond(at, sent, reach.said)
        yield from _bound_beyond(at, sent, reach.sent)
        yield from _never_odd(at, sent, reach.said)


def sent_lines(sections: Sections) -> Iterator[tuple[Location, SentLine]]:
    """Every line of the file, and where it stands in the configuration."""
    for index, instrument in enumerate(sections.instruments):
        for position, measured in enumerate(instrument.parameters):
            yield ("instruments", index, "parameters", position), measured
    for index, computed in enumerate(sections.computed):
        yield ("computed", index), computed


def _never_computed(
    at: Location, computed: ComputedSettings, reaches: Mapping[str, LineReach]
) -> Iterator[LocatedProblem]:
    if computed.formula is not None:
        never = parse_formula(computed.formula, {symbol: one.sent for symbol, one in reaches.items()}).never
        if never is not None:
            yield (
                (*at, "formula"),
                Phrase("at character {position}: {wrong}", position=never.position, wrong=never.wrong),
                never.right,
            )


def _range_elsewhere(at: Location, sent: SentLine, reach: Range) -> Iterator[LocatedProblem]:
    if sent.range is not None and (reach[1] < sent.range[0] or reach[0] > sent.range[1]):
        yield (
            (*at, "range"),
            Phrase("no value ever lies in it: {sent}", sent=_shown(sent, reach)),
            Phrase("{check} the range", check=_CHECK),
        )


def _limit_beyond(at: Location, sent: SentLine, reach: Range) -> Iterator[LocatedProblem]:
    for limit in (dated.limit for dated in sent.limits):
        below = limit.lowest is not None and reach[0] < limit.lowest
        above = limit.highest is not None and reach[1] > limit.highest
        if not (below or above):
            bounds = " and ".join(f"{bound:g}" for bound in (limit.lowest, limit.highest) if bound is not None)
            yield (
                (*at, "limit"),
                Phrase("{bounds} can never be exceeded: {sent}", bounds=bounds, sent=_shown(sent, reach)),
                Phrase("{check} the limit", check=_CHECK),
            )
            return


def _step_too_wide(at: Location, sent: SentLine, reach: Range, slot: timedelta) -> Iterator[LocatedProblem]:
    """From slot to slot: what may change in the time between two values."""
    quality = sent.quality
    if quality.max_step is None:
        return
    most = quality.max_step * (1 if quality.per is None else slot / quality.per)
    ends = [one for one in (reach if is_known(reach) else None, sent.range) if one is not None]
    for low, high in ends:
        if most >= high - low:
            allowed = "" if quality.per is None else Phrase(" allows {most:g} from slot to slot and", most=most)
            yield (
                (*at, "quality", "max_step"),
                Phrase(
                    "{max_step:g}{allowed} is never exceeded between {low:g} and {high:g}",
                    max_step=quality.max_step,
                    allowed=allowed,
                    low=low,
                    high=high,
                ),
                Phrase("write the greatest step that is to be believed, or remove it"),
            )
            return


def _range_partly_beyond(at: Location, sent: SentLine, reach: Range) -> Iterator[LocatedProblem]:
    if sent.range is None or not is_known(reach):
        return
    low, high = sent.range
    slack = _NEARLY * (high - low)
    if reach[0] > low + slack or reach[1] < high - slack:
        yield (
            (*at, "range"),
            Phrase("its ends are never reached: {sent}", sent=_shown(sent, reach)),
            Phrase("{check} write what the instrument can measure", check=_CHECK),
        )


def _bound_beyond(at: Location, sent: SentLine, reach: Range) -> Iterator[LocatedProblem]:
    for limit in (dated.limit for dated in sent.limits):
        for key, bound, is_beyond in (
            ("min", limit.lowest, limit.lowest is not None and reach[0] > limit.lowest),
            ("max", limit.highest, limit.highest is not None and reach[1] < limit.highest),
        ):
            if is_beyond:
                yield (
                    (*at, "limit", key),
                    Phrase("{bound:g} is never passed: {sent}", bound=bound, sent=_shown(sent, reach)),
                    Phrase("{check} the limit", check=_CHECK),
                )
        yield from _out_of_range(at, sent, limit.lowest, limit.highest)


def _out_of_range(
    at: Location, sent: SentLine, lowest: float | None, highest: float | None
) -> Iterator[LocatedProblem]:
    """A limit that only values beyond the instrument's range exceed: it cannot tell them."""
    if sent.range is None or getattr(sent, "convert", None) is not None:
        return
    below = lowest is not None and lowest > sent.range[0]
    above = highest is not None and highest < sent.range[1]
    if not (below or above):
        yield (
            (*at, "limit"),
            Phrase(
                "lies outside what the instrument measures, {range:g} to {range2:g}",
                range=sent.range[0],
                range2=sent.range[1],
            ),
            Phrase("check the limit and the range: an instrument must measure beyond the limit"),
        )


def _never_odd(at: Location, sent: SentLine, reach: Range) -> Iterator[LocatedProblem]:
    """Of what the catalogue does not ask for: its own rules may be written out anywhere."""
    usual = usual_in(sent.symbol, sent.unit)
    if sent.quality.negative and Usual.NEGATIVE in usual and reach[0] >= 0:
        yield (
            (*at, "quality", "negative"),
            Phrase("nothing is ever negative: {sent}", sent=_shown(sent, reach)),
            Phrase("check the type"),
        )
    if sent.quality.zero and Usual.ZERO in usual and not reach[0] <= 0 <= reach[1]:
        yield (
            (*at, "quality", "zero"),
            Phrase("nothing is ever zero: {sent}", sent=_shown(sent, reach)),
            Phrase("check scale and offset"),
        )


def _shown(sent: SentLine, reach: Range) -> Phrase:
    """What type and scaling yield, in words."""
    low, high = reach
    if not is_known(reach):
        return Phrase("{line} can be any number", line=sent.line)
    if high >= _MOST:
        return Phrase("{line} is never below {low:g}", line=sent.line, low=low)
    return (
        Phrase("{line} is never above {high:g}", line=sent.line, high=high)
        if low <= -_MOST
        else Phrase("{line} can be {low:g} to {high:g}", line=sent.line, low=low, high=high)
    )
