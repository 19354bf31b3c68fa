"""Parameters that freeze together in a month of every kind of station that has several, found twice."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.core.episode import Event, Transition
from gateway.core.frozen import FrozenGroupRule, FrozenState, step_frozen
from tests.reference.month import BEGIN_MS, MEASURING, MINUTE_MS, MINUTES, STATIONS
from tests.reference.opinion import Floats, Spell, frozen_of
from tests.reference.test_month import END_MS, month

HOLD_MS = 20 * MINUTE_MS
SEVERAL = [kind for kind, signals in STATIONS.items() if len(signals) > 1]


def coarse(kind: str) -> dict[str, Floats]:
    """As a display without digits would show them, so that they often rest; NaN where the device measured nothing."""
    return {
        symbol: np.where(
            (series.state == MEASURING) & series.has_value,
            np.floor_divide(series.whole, max(1, int(5 * series.whole.std()))).astype(float),
            np.nan,
        )
        for symbol, series in month(kind).items()
    }


@pytest.mark.parametrize("kind", SEVERAL)
def test_what_froze_together(kind: str) -> None:
    columns = coarse(kind)
    state, events = FrozenState(), []
    rule = FrozenGroupRule(least=2, hold_ms=HOLD_MS)
    for minute, row in enumerate(zip(*(values.tolist() for values in columns.values()), strict=True)):
        values = {symbol: None if np.isnan(one) else one for symbol, one in zip(columns, row, strict=True)}
        state, news = step_frozen(state, BEGIN_MS + minute * MINUTE_MS, values, rule)
        events += news
    episodes = [] if state.episode is None else [state.episode]
    lasting = [Event(Transition.ENDED, one.episode()) for one in episodes if one.is_told]

    at_ms = BEGIN_MS + np.arange(MINUTES, dtype=np.int64) * MINUTE_MS
    theirs = frozen_of(at_ms, list(columns.values()), 2, HOLD_MS, END_MS - MINUTE_MS)
    assert theirs
    assert {spell.peak for spell in theirs} <= set(map(float, range(2, len(columns) + 1)))
    assert _spells([*events, *lasting]) == theirs


def _spells(events: list[Event]) -> list[Spell]:
    """One begins, that one ends, the next begins."""
    ours = []
    for began, ended in zip(events[::2], events[1::2], strict=True):
        assert (began.transition, ended.transition) == (Transition.BEGAN, Transition.ENDED)
        one = ended.episode
        assert began.episode.begin_ms == one.begin_ms
        ours.append(Spell(one.begin_ms, began.episode.last_ms, one.last_ms, one.count, one.peak, one.end_ms))
    return ours
