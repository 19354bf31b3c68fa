"""Whatever is seen, in whatever rhythm, over any restarts: each violation is one event, and no two of a port last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.findings import Finding, Topic
from gateway.core.ports import PortId, PortKind, Violation, ViolationKind
from gateway.core.violation_states import LONGEST_SETTLED_S, RESTARTING_S, Memory, Seen, next_look_s, step_violations
from gateway.ports.lasting_violations import resumed
from tests.support.clock import FakeClock

KEYS = (
    (PortId(PortKind.USB, "1-1.3"), ViolationKind.DEVICE_IN_UNUSED),
    (PortId(PortKind.USB, "1-1.2"), ViolationKind.MISSING_DEVICE),
    (PortId(PortKind.LISTEN, "tcp:22"), ViolationKind.MISSING_DEVICE),
)
THERE, AWAY, UNTOLD, RESTART = "there", "away", "untold", "restart"
STEPS = st.lists(
    st.tuples(
        st.sampled_from((THERE, AWAY, UNTOLD, RESTART)),
        st.sampled_from((0.001, 0.9, 1.0, 1.0, 5.0, 60.0, 700.0, 4000.0)),
        st.sampled_from(("a", "a", "a b", "c")),
    ),
    max_size=60,
)


def all_told(port: PortId, kind: ViolationKind) -> bool:
    return True


def nothing_told(port: PortId, kind: ViolationKind) -> bool:
    return False


class Events:
    """As the database keeps them: one row for each begin."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str, int], Finding] = {}

    def note(self, many: Iterable[Finding]) -> None:
        for one in many:
            self.rows[one.subject, str(one.episode.kind), str(one.detail), one.episode.begin_ms] = one

    def lasting(self, topics: Iterable[Topic]) -> list[Finding]:
        return [one for one in self.rows.values() if one.episode.end_ms is None]

    def forget(self, forgotten: Sequence[Finding], now_ms: int) -> None:
        assert not forgotten, "each can go on"


@given(STEPS, st.sampled_from(KEYS))
def test_events_follow_one_another(steps: list[tuple[str, float, str]], key: tuple[PortId, ViolationKind]) -> None:
    clock, events, memory = FakeClock(), Events(), Memory()
    began = ended = 0
    newest: str | None = None
    for what, after_s, identity in steps:
        now = clock.advance(after_s)
        if what == RESTART:
            memory = resumed(events, {key[0]: newest} if newest else {}, now)
            continue
        newest = identity if what == THERE else newest
        seen = {key: Seen(Violation(*key, "words"), identity)} if what == THERE else {}
        memory, news, over = step_violations(memory, seen, nothing_told if what == UNTOLD else all_told, now)
        events.note([*over, *news])
        began, ended = began + len(news), ended + len(over)
        assert began - ended == len(memory.lasting) == len(events.lasting((Topic.PORT,))) <= 1
        assert next_look_s(memory) > now.mono_s, "what is due is done"
        if what == UNTOLD:
            assert (news, over) == ((), ()), "what cannot be looked at begins nothing and ends nothing"
    assert len(events.rows) == began, "none is told twice"
    spans = sorted((one.episode.begin_ms, one.episode.end_ms or 1 << 60) for one in events.rows.values())
    assert all(begin <= end for begin, end in spans)
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False)), "one after the other"


@given(STEPS, st.sampled_from(KEYS))
def test_quiet_ends_it_and_presence_begins_it(
    steps: list[tuple[str, float, str]], key: tuple[PortId, ViolationKind]
) -> None:
    """Whatever was before: a restless port, too, is told as it is once it rests."""
    clock, memory = FakeClock(), Memory()

    def look(there: bool, after_s: float) -> None:
        nonlocal memory
        seen = {key: Seen(Violation(*key, "words"), "a")} if there else {}
        memory, _, _ = step_violations(memory, seen, all_told, clock.advance(after_s))

    for what, after_s, _ in steps:
        look(what == THERE, after_s)
    look(False, 1.0)
    look(False, LONGEST_SETTLED_S)
    assert memory.lasting == ()
    look(True, 1.0)
    look(True, RESTARTING_S)
    assert len(memory.lasting) == 1
