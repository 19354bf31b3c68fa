"""What the lines of the file are called: once each, by every authority, and by whoever refers to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gateway.config.checks.plain_values import line_of, lines, sections
from gateway.config.destinations.destination import OMIT
from gateway.config.file.location import LocatedProblem
from gateway.config.parameters.quantity import NO_WEIGHT
from gateway.config.suggest import did_you_mean
from gateway.core.phrase import Phrase

DIRECTION_UNIT = "degree"


def unknown_weights(content: object) -> Iterator[LocatedProblem]:
    """A direction is weighed by what an instrument measures, not by what is computed of the slot's averages."""
    measured = [
        (("instruments", index, "parameters", position, "weight"), one)
        for index, instrument in sections(content, "instruments")
        for position, one in sections(instrument, "parameters")
    ]
    known = [line for _, one in measured if (line := line_of(one)) is not None]
    directions = {line_of(one) for _, one in measured if one.get("unit") == DIRECTION_UNIT}
    for at, one in measured:
        weight = one.get("weight")
        if isinstance(weight, str) and weight != NO_WEIGHT and weight not in known:
            hint = did_you_mean(weight, known) or Phrase(
                "use {known} or {no_weight}", known=", ".join(known), no_weight=NO_WEIGHT
            )
            yield at, Phrase("no instrument measures {weight!r}", weight=weight), hint
        elif isinstance(weight, str) and weight in directions:
            itself = "a direction" if weight != line_of(one) else Phrase("the direction itself")
            yield (
                at,
                Phrase("{weight!r} is {itself}, and a speed weighs it", weight=weight, itself=itself),
                Phrase("write a speed, such as WS, or {no_weight}", no_weight=NO_WEIGHT),
            )


def wrong_symbols(content: object) -> Iterator[LocatedProblem]:
    """What an authority calls the lines: of lines that there are, and no two alike."""
    known = [line for _, line in lines(content)]
    for index, destination in sections(content, "destinations"):
        symbols = destination.get("symbols")
        if not isinstance(symbols, dict):
            continue
        shown = Counter(str(symbols.get(line, line)) for line in known)
        for line, own in symbols.items():
            at = ("destinations", index, "symbols", str(line))
            if line not in known:
                yield (
                    at,
                    Phrase("there is no parameter {line!r}", line=line),
                    did_you_mean(str(line), known) or Phrase("there are {known}", known=", ".join(known)),
                )
            elif own != OMIT and shown[str(own)] > 1:
                yield at, Phrase("two lines would bear the symbol {own!r}", own=own), Phrase("give each line its own")
