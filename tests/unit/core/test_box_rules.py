"""When the box is worth a person's look, and from when to when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.core.box_rules import BoxKind, BoxLimits, BoxLook, CardWear, verdicts
from gateway.core.box_states import TroubleStates, resumed_states, step_box
from gateway.core.findings import Finding, Topic
from gateway.core.interfaces import Instant

LIMITS = BoxLimits(500_000_000, 30.0, 20_000_000_000, 80.0, 5.0, 3, 80.0)
WELL = BoxLook(
    free_bytes=8_000_000_000,
    days_left=400.0,
    database_bytes=2_000_000_000,
    celsius=48.3,
    hottest="cpu-thermal",
    is_under_voltage=False,
    memory_bytes=4_000_000_000,
    available_bytes=3_000_000_000,
    restarts=0,
    cards=(CardWear("mmcblk0", 10, False),),
)
T0 = 1_767_200_400_000


def said(look: BoxLook, *lasting: BoxKind) -> dict[BoxKind, float | None]:
    return {kind: trouble.value for kind, trouble in verdicts(look, LIMITS, lasting).items() if trouble is not None}


@pytest.mark.parametrize(
    ("look", "kind", "value", "again"),
    [
        (replace(WELL, free_bytes=499_000_000), BoxKind.LOW_SPACE, 499.0, replace(WELL, free_bytes=520_000_000)),
        (replace(WELL, days_left=29.0), BoxKind.LOW_SPACE, 8000.0, replace(WELL, days_left=31.0)),
        (
            replace(WELL, database_bytes=20_500_000_000),
            BoxKind.LARGE_DATABASE,
            20_500.0,
            replace(WELL, database_bytes=19_500_000_000),
        ),
        (replace(WELL, celsius=80.0), BoxKind.HOT, 80.0, replace(WELL, celsius=76.0)),
        (
            replace(WELL, available_bytes=160_000_000),
            BoxKind.LOW_MEMORY,
            4.0,
            replace(WELL, available_bytes=240_000_000),
        ),
        (replace(WELL, restarts=3), BoxKind.RESTARTING, 3.0, replace(WELL, restarts=1)),
        (replace(WELL, is_under_voltage=True), BoxKind.UNDER_VOLTAGE, None, None),
        (replace(WELL, cards=(CardWear("mmcblk0", 80, None),)), BoxKind.WORN_CARD, 80.0, None),
        (replace(WELL, cards=(CardWear("mmcblk0", None, True),)), BoxKind.WORN_CARD, None, None),
    ],
)
def test_what_is_beyond_its_limit_is_told_and_ends_a_little_beside_it(
    look: BoxLook, kind: BoxKind, value: float | None, again: BoxLook | None
) -> None:
    assert said(WELL) == {}
    assert said(look) == {kind: value}
    if again is not None:
        assert said(again) == {}
        assert list(said(again, kind)) == [kind]
    assert said(WELL, kind) == {}


def test_what_nobody_can_tell_is_neither_well_nor_not() -> None:
    assert verdicts(BoxLook(), LIMITS, ()) == {}
    assert set(verdicts(WELL, LIMITS, ())) == set(BoxKind)
    assert (
        verdicts(BoxLook(memory_bytes=0, available_bytes=0, cards=(CardWear("mmcblk0", None, None),)), LIMITS, ()) == {}
    )


class Watched:
    """Looks at a box, one after the other."""

    def __init__(self) -> None:
        self.states: TroubleStates = {}
        self.now = Instant(T0, 100.0)
        self.began: list[Finding] = []
        self.ended: list[Finding] = []

    def look(self, look: BoxLook, after_s: float = 0.0) -> None:
        self.now = Instant(self.now.wall_ms + round(after_s * 1000), self.now.mono_s + after_s)
        step = step_box(self.states, look, LIMITS, self.now)
        self.states = step.states
        self.began += step.began
        self.ended += step.ended

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.began), len(self.ended)


def test_a_weak_supply_is_one_event_however_often_it_dips() -> None:
    watched, low = Watched(), replace(WELL, is_under_voltage=True)
    for _ in range(20):
        watched.look(low, 10.0)
        watched.look(WELL, 300.0)
    watched.look(WELL, 599.0)
    assert watched.counts == (1, 0)
    watched.look(WELL, 1.0)
    assert watched.counts == (1, 1)
    (ended,) = watched.ended
    assert (ended.topic, ended.subject, ended.episode.kind) == (Topic.BOX, "box", "under_voltage")
    assert ended.episode.begin_ms == T0 + 10_000
    assert ended.episode.end_ms == T0 + 20 * 310_000
    assert ended.episode.count == 20


def test_a_moment_of_heat_is_told_of_no_more_than_a_moment_without_memory() -> None:
    watched = Watched()
    for look in (replace(WELL, celsius=85.0), replace(WELL, available_bytes=1)):
        watched.look(look)
        watched.look(look, 20.0)
        watched.look(WELL, 1.0)
    assert watched.counts == (0, 0)
    watched.look(replace(WELL, celsius=85.0))
    watched.look(replace(WELL, celsius=91.0), 30.0)
    watched.look(replace(WELL, celsius=82.0), 30.0)
    watched.look(WELL, 30.0)
    watched.look(WELL, 60.0)
    assert watched.counts == (1, 1)
    assert watched.ended[0].episode.peak == 91.0
    assert "cpu-thermal has 85.0 °C" in str(watched.ended[0].detail)


def test_what_nobody_can_tell_any_more_ends_nothing() -> None:
    watched = Watched()
    watched.look(replace(WELL, free_bytes=1))
    watched.look(BoxLook(), 7200.0)
    assert watched.counts == (1, 0)
    watched.look(WELL, 10.0)
    watched.look(WELL, 60.0)
    assert watched.counts == (1, 1)


def test_it_goes_on_after_a_restart_by_another_clock() -> None:
    watched = Watched()
    watched.look(replace(WELL, free_bytes=300_000_000))
    (began,) = watched.began
    other = Watched()
    other.now = Instant(T0 - 86_400_000, 5.0)  # the clock was set back
    odd = replace(began, episode=replace(began.episode, kind="of_another_version"))
    other.states = resumed_states([began, odd], other.now)
    other.look(replace(WELL, free_bytes=200_000_000), 10.0)
    other.look(WELL, 10.0)
    other.look(WELL, 60.0)
    assert other.counts == (0, 1)
    episode = other.ended[0].episode
    assert (episode.begin_ms, episode.peak, episode.count) == (T0, 200.0, 1)
    assert episode.end_ms is not None
    assert episode.end_ms >= episode.begin_ms
