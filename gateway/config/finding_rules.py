"""What the station's configuration asks to be watched: limits, and what is odd about values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from gateway.config.builtin_tables.catalogue import Usual, usual_in
from gateway.config.instruments.instrument import Instrument
from gateway.config.parameters.quantity import Quantity
from gateway.config.parameters.sent_line import SentLine
from gateway.config.reporting import Reporting
from gateway.core.dated_limit import joined, span_of
from gateway.core.findings import FindingRules, FrozenGroup, LineRules
from gateway.core.frozen import FrozenGroupRule
from gateway.core.instants import HOUR_MS, milliseconds
from gateway.core.quality import QualityRules

MOST_FROZEN = 3
"""So many parameters of an instrument at rest together are odd, or all of them if it has fewer."""
LONGEST_UNSEEN_MS = 12 * HOUR_MS
"""So long may a value be absent that is over its limit before that counts as an end: a wet-chemical analyser calibrates
for hours every day, and what lasts for days must be noticed all the same."""


def finding_rules_of(
    instruments: Iterable[Instrument], lines: Iterable[SentLine], reporting: Reporting, zone: tzinfo
) -> FindingRules:
    """Every line of the file, and every instrument with several parameters that do not usually stay the same."""
    groups = (frozen_group(instrument) for instrument in instruments)
    return FindingRules(
        tuple(_watched(sent, reporting.min_coverage, zone) for sent in lines),
        tuple(group for group in groups if group is not None),
        reporting.levels.fractions,
        milliseconds(reporting.slot),
    )


def _watched(sent: SentLine, min_coverage: float, zone: tzinfo) -> LineRules:
    """A computed parameter has no readings of its own: those that are missing are its inputs'."""
    coverage = min_coverage if isinstance(sent, Quantity) else None
    rules = sent.quality.rules(_usual(sent), sent.range, coverage)
    spans = joined(span_of(dated, zone) for dated in sent.limits)
    return LineRules(sent.parameter, rules, _days(sent), spans)


def _days(sent: SentLine) -> QualityRules | None:
    """How long the limit for every slot, whichever is in force, may be exceeded; one for a mean is watched as such."""
    if all(dated.limit.averaging_ms is not None for dated in sent.limits):
        return None
    over_limit_ms = milliseconds(sent.quality.over_limit)
    return QualityRules(negative=False, zero=False, over_limit_ms=over_limit_ms, longest_gap_ms=LONGEST_UNSEEN_MS)


def frozen_group(instrument: Instrument) -> FrozenGroup | None:
    """Its parameters that do not usually stay the same; `None`: they are not watched together."""
    restless = [one.line for one in instrument.parameters if Usual.STILL not in _usual(one)]
    if len(restless) < 2 or not instrument.frozen:
        return None
    rule = FrozenGroupRule(min(MOST_FROZEN, len(restless)), milliseconds(instrument.frozen))
    return FrozenGroup(instrument.name, tuple(restless), rule)


def _usual(sent: SentLine) -> frozenset[Usual]:
    """Where amounts are counted, there may be none for weeks."""
    usual = usual_in(sent.symbol, sent.unit)
    is_counted = isinstance(sent, Quantity) and sent.counter is not None
    return usual | {Usual.ZERO, Usual.STILL} if is_counted else usual
