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

_MOST = ANYTHING[1]
_NEARLY = 0.02
"""Of a range's width: so much of it may be out of reach without a word. 4,000 counts are 19.995 mA to some."""
_CHECK = "check type, scale and offset, or"


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
            yield (*at, "formula"), f"at character {never.position}: {never.wrong}", never.right


def _range_elsewhere(at: Location, sent: SentLine, reach: Range) -> Iterator[LocatedProblem]:
    if sent.range is not None and (reach[1] < sent.range[0] or reach[0] > sent.range[1]):
        yield (*at, "range"), f"no value ever lies in it: {_shown(sent, reach)}", f"{_CHECK} the range"


def _limit_beyond(at: Location, sent: SentLine, reach: Range) -> Iterator[LocatedProblem]:
    for limit in (dated.limit for dated in sent.limits):
        below = limit.lowest is not None and reach[0] < limit.lowest
        above = limit.highest is not None and reach[1] > limit.highest
        if not (below or above):
            bounds = " and ".join(f"{bound:g}" for bound in (limit.lowest, limit.highest) if bound is not None)
            yield (*at, "limit"), f"{bounds} can never be exceeded: {_shown(sent, reach)}", f"{_CHECK} the limit"
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
            allowed = "" if quality.per is None else f" allows {most:g} from slot to slot and"
            yield (
                (*at, "quality", "max_step"),
                f"{quality.max_step:g}{allowed} is never exceeded between {low:g} and {high:g}",
                "write the greatest step that is to be believed, or remove it",
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
            f"its ends are never reached: {_shown(sent, reach)}",
            f"{_CHECK} write what the instrument can measure",
        )


def _bound_beyond(at: Location, sent: SentLine, reach: Range) -> Iterator[LocatedProblem]:
    for limit in (dated.limit for dated in sent.limits):
        for key, bound, is_beyond in (
            ("min", limit.lowest, limit.lowest is not None and reach[0] > limit.lowest),
            ("max", limit.highest, limit.highest is not None and reach[1] < limit.highest),
        ):
            if is_beyond:
                yield (*at, "limit", key), f"{bound:g} is never passed: {_shown(sent, reach)}", f"{_CHECK} the limit"
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
            f"lies outside what the instrument measures, {sent.range[0]:g} to {sent.range[1]:g}",
            "check the limit and the range: an instrument must measure beyond the limit",
        )


def _never_odd(at: Location, sent: SentLine, reach: Range) -> Iterator[LocatedProblem]:
    """Of what the catalogue does not ask for: its own rules may be written out anywhere."""
    usual = usual_in(sent.symbol, sent.unit)
    if sent.quality.negative and Usual.NEGATIVE in usual and reach[0] >= 0:
        yield (*at, "quality", "negative"), f"nothing is ever negative: {_shown(sent, reach)}", "check the type"
    if sent.quality.zero and Usual.ZERO in usual and not reach[0] <= 0 <= reach[1]:
        yield (*at, "quality", "zero"), f"nothing is ever zero: {_shown(sent, reach)}", "check scale and offset"


def _shown(sent: SentLine, reach: Range) -> str:
    """What type and scaling yield, in words."""
    low, high = reach
    if not is_known(reach):
        return f"{sent.line} can be any number"
    if high >= _MOST:
        return f"{sent.line} is never below {low:g}"
    return f"{sent.line} is never above {high:g}" if low <= -_MOST else f"{sent.line} can be {low:g} to {high:g}"
