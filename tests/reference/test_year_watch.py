"""The watch over the records around each change of the year, restarted again and again: it noted what arrays show.

It is restarted at random and around the change of law and of the permit, as the daemon starts it: what is in force is
told, and what was in force at each slot's time is read back. Of the ambient station eleven days are watched, for a mean
of 24 hours is much to step through; before these the watch knows its last day from the records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gateway.audit.events import EventStore
from gateway.audit.in_force import tell_limits
from gateway.audit.limit_history import limits_in_force
from gateway.audit.record_watch import RecordWatch
from gateway.config import Configuration
from gateway.core.findings import FindingState, Topic
from gateway.core.permit_limit import PermitLimit
from tests.reference.opinion import Spell, spells_of
from tests.reference.year import (
    BEGIN_MS,
    CHANGE_OF_LAW,
    CHANGE_OF_PERMIT,
    END_MS,
    SEED,
    SLOT_MS,
    SLOTS,
    Year,
    ambient_year,
    slot_at,
    slot_begins_ms,
    wastewater_year,
)
from tests.reference.year_law import AMBIENT, WASTEWATER, Held, compared
from tests.reference.year_station import after_the_change, ambient
from tests.support.journey import Journey, at

LEVELS = {"tendency": 0.8, "preparing": 0.9, "exceeded": 1.0}
WATCHED = ("PM2,5", "O3")
END_OF_TSS = slot_at("2025-12-01 00:00")
AROUND_CHANGES = [
    (slot_at("2025-11-29 00:00"), slot_at("2025-12-03 00:00")),
    (slot_at("2026-01-13 00:00"), slot_at("2026-01-18 00:00")),
]
FIRST, BEHIND = slot_at("2025-12-27 00:00"), slot_at("2026-01-07 00:00")


def watch_through(
    journey: Journey, configuration: Configuration, symbols: Sequence[str], first: int, behind: int, near: Sequence[int]
) -> int:
    """From slot to slot; returns how often it was restarted. Each `near` place and its neighbours is a restart."""
    random = np.random.default_rng(SEED)
    stops = {place + away for place in near for away in (-1, 0, 1)} | {behind}
    stops |= set(random.integers(first, behind, 25).tolist())
    events = EventStore(journey.database)
    events.begin(_number_at(journey, first), FindingState())
    for place in sorted(stops):
        tell_limits(journey.database, configuration.finding_rules, BEGIN_MS + place * SLOT_MS)
        rules = limits_in_force(journey.database, configuration.finding_rules).rules(configuration.finding_rules)
        rules = replace(rules, lines=tuple(one for one in rules.lines if one.sent.symbol in symbols), groups=())
        watch = RecordWatch(journey.records, events, rules)
        now = at(BEGIN_MS + place * SLOT_MS + 2000)
        while watch.step(now) == now.mono_s:
            pass
    return len(stops)


def _number_at(journey: Journey, place: int) -> int:
    (found,) = journey.database.read("SELECT max(id) FROM record WHERE end_ms <= ?", (BEGIN_MS + place * SLOT_MS,))
    return found[0] or 0


def _noted(journey: Journey, symbol: str, held: Held) -> dict[str, list[Spell]]:
    """By level; when it was told is not kept."""
    found: dict[str, list[Spell]] = {level: [] for level in LEVELS}
    for one in EventStore(journey.database).findings(Topic.EXCEEDANCE, 0, END_MS):
        if one.subject == symbol and isinstance(one.detail, PermitLimit):
            limit = one.detail.limit
            if (limit.lowest, limit.highest, limit.averaging_ms) == (
                held.lowest, held.highest, held.hours * 3_600_000 or None,
            ):  # fmt: skip
                spell = one.episode
                found[str(spell.kind)].append(
                    Spell(spell.begin_ms, spell.begin_ms, spell.last_ms, spell.count, spell.peak, spell.end_ms)
                )
    return found


def _expected(year: Year, symbol: str, held: Held, level: str, is_over: bool) -> list[Spell]:
    """Runs at a level or beyond, over the slots that have a value while the limit is in force."""
    values = compared(year.series[symbol], year, held.hours)
    seen = ~np.isnan(values) & year.is_recorded
    seen[: held.first] = False
    seen[held.behind :] = False
    ends, own = (slot_begins_ms() + SLOT_MS)[seen], values[seen]
    share = round(1 - LEVELS[level], 10)
    if held.lowest is None:
        low, high = None, held.highest - share * held.highest
    else:
        inset = share * (held.highest - held.lowest) / 2
        low, high = held.lowest + inset, held.highest - inset
    high = round(high, 9)
    beyond = own > high if level == "exceeded" else own >= high
    badness = own - held.highest
    if low is not None and held.lowest is not None:
        low = round(low, 9)
        beyond |= own < low if level == "exceeded" else own <= low
        badness = np.maximum(badness, held.lowest - own)
    final_ms = BEGIN_MS + held.behind * SLOT_MS + (10 * 86_400_000 if is_over else 0)
    return spells_of(ends, beyond, own, badness, final_ms) if len(own) else []


def same(journey: Journey, year: Year, symbol: str, held: Held, first: int, behind: int) -> int:
    """Of the slots `[first, behind)`, which were watched. Returns how many episodes there were."""
    ours = _noted(journey, symbol, held)
    seen = replace(held, first=max(held.first, first), behind=min(held.behind, behind))
    count = 0
    for level in LEVELS:
        expected = _expected(year, symbol, seen, level, held.behind < behind)
        theirs = [one._replace(told_ms=one.begin_ms) for one in expected]
        assert ours[level] == theirs, (symbol, held, level)
        count += len(theirs)
    return count


@pytest.fixture
def own(tmp_path: Path) -> Callable[[Journey], Journey]:
    """A copy that may be written."""

    def copied(journey: Journey) -> Journey:
        (tmp_path / "gateway.db").write_bytes(journey.file.read_bytes())
        found = Journey(tmp_path)
        found.database.read("PRAGMA synchronous = OFF")
        return found

    return copied


def test_means_over_the_turn_of_the_year(ambient_station: Journey, own: Callable[[Journey], Journey]) -> None:
    journey = own(ambient_station)
    configuration = ambient(journey.file.parent)
    watch_through(journey, configuration, WATCHED, FIRST, BEHIND, [CHANGE_OF_LAW])
    found = 0
    for symbol in WATCHED:
        for held in AMBIENT[symbol]:
            found += same(journey, ambient_year(), symbol, held, FIRST, BEHIND)
    assert found > 20
    journey.database.close()


@pytest.mark.parametrize(("first", "behind"), AROUND_CHANGES)
def test_every_slot_around_what_changes_in_the_permit(
    wastewater_station: Journey, own: Callable[[Journey], Journey], first: int, behind: int
) -> None:
    journey = own(wastewater_station)
    watch_the_permit(journey, first, behind)
    journey.database.close()


def watch_the_permit(journey: Journey, first: int, behind: int) -> None:
    """Of the station as it is configured when the year is over."""
    configuration = after_the_change(journey.file.parent)
    near = [place for place in (CHANGE_OF_PERMIT, END_OF_TSS) if first < place < behind]
    assert near
    watch_through(journey, configuration, list(WASTEWATER), first, behind, near)
    for symbol in ("COD", "pH", "NH4", "TSS"):
        for held in WASTEWATER[symbol]:
            is_watched = held.first < behind and first < held.behind
            assert bool(same(journey, wastewater_year(), symbol, held, first, behind)) == is_watched
    (heat,) = {replace(one, first=0, behind=SLOTS) for one in WASTEWATER["Temp"]}
    assert same(journey, wastewater_year(), "Temp", heat, first, behind), "one limit before and after"
