"""The checklist at work, with steps of the test's own: what is asked when, what ends it, and that it goes on where it
was broken off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gateway.acceptance.checklist import checklist
from gateway.acceptance.run import Checklist, Patience
from gateway.acceptance.step import AcceptanceStep, Skipped
from gateway.acceptance.store import AcceptanceRun, AcceptanceStore, SettledStep
from gateway.core.acceptance import SeenFact, StepName, StepOutcome, StepVerdict
from gateway.journal.chain import newest
from tests.support.clock import FakeClock
from tests.support.journey import Journey

PATIENCE = Patience(60.0, 10.0)


@dataclass
class Attended:
    """Who writes down what happened, lets time pass, and ends the waiting if told to."""

    clock: FakeClock
    happened: list[str] = field(default_factory=list)
    skips_at: int | None = None
    ends_at: int | None = None
    pauses: int = 0

    def begins(self, step: StepName, subjects: Sequence[str]) -> str | None:
        self.happened.append(f"{step} {','.join(subjects)}".strip())
        return None

    def request(self, step: StepName, request: str) -> None:
        self.happened.append(f"asked {request}")

    def pause(self, step: StepName, outcomes: Mapping[str, StepOutcome], seconds: float) -> str | None:
        self.pauses += 1
        if self.pauses == self.ends_at:
            raise KeyboardInterrupt
        self.clock.advance(5)
        return "nobody is there" if self.pauses == self.skips_at else None

    def settled(self, one: SettledStep) -> None:
        self.happened.append(f"{one.outcome.verdict} {one.subject}".strip())

    def number(self, key: str, symbol: str, read: float | None, unit: str) -> float | str | None:
        return None

    def agrees(self, key: str, about: Sequence[SeenFact] = ()) -> bool | None:
        return None


class Shown(AcceptanceStep):
    """Passes a subject in the look of that number, and goes on to the next request after so many looks."""

    name = StepName.LINE
    requests = ("line_cut", "line_restore")
    needs_daemon = False

    def __init__(self, site: Any, person: Any, passes_at: Mapping[str, int], goes_on_at: int = 1) -> None:
        super().__init__(site, person)
        self.passes_at, self.goes_on_at = passes_at, goes_on_at
        self.looks = 0
        self.asked: list[int] = []

    def subjects(self) -> Sequence[str]:
        return list(self.passes_at)

    def goes_on(self, asked_ms: Sequence[int]) -> bool:
        return self.looks >= self.goes_on_at

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        self.looks += 1
        self.asked = list(asked_ms)
        fact = SeenFact.of("line_waiting", files=self.looks)
        return {
            one: StepOutcome.passed(fact) if self.looks >= at else StepOutcome.not_yet(fact)
            for one, at in self.passes_at.items()
        }


@dataclass
class Desk:
    """A database, a clock, and what is asked of them."""

    journey: Journey
    clock: FakeClock

    def __post_init__(self) -> None:
        self.store = AcceptanceStore(self.journey.database, "lan")
        self.run: AcceptanceRun = self.store.begin({}, {}, self.clock.wall_ms)

    def work(self, step: AcceptanceStep, attended: Attended, only: Sequence[StepName] = ()) -> Checklist:
        work = Checklist(self.site(), self.store, self.run, {step.name: step}, attended, PATIENCE)
        work.work(only)
        return work

    def site(self) -> Any:
        return Sited(self.clock, self.clock)


@dataclass
class Sited:
    """What the checklist itself asks of a site."""

    clock: FakeClock
    _: object
    is_running: bool = True

    @property
    def now_ms(self) -> int:
        return self.clock.wall_ms


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    journey = Journey(tmp_path)
    with closing(journey.database):
        yield Desk(journey, FakeClock())


def verdicts(desk: Desk) -> dict[str, StepVerdict]:
    return {one.subject: one.outcome.verdict for one in desk.store.settled(desk.run.id).values()}


def test_each_subject_is_settled_when_it_shows_and_the_next_request_when_the_last_has(desk: Desk) -> None:
    attended = Attended(desk.clock)
    step = Shown(desk.site(), attended, {"so": 2, "bo": 4}, goes_on_at=2)
    assert desk.work(step, attended).is_complete()
    assert attended.happened == ["line so,bo", "asked line_cut", "passed so", "asked line_restore", "passed bo"]
    assert step.asked == desk.store.asked(desk.run.id, StepName.LINE)
    assert len(step.asked) == 2


def test_what_never_shows_fails_with_what_was_seen_last(desk: Desk) -> None:
    attended = Attended(desk.clock)
    desk.work(Shown(desk.site(), attended, {"so": 10**6}, goes_on_at=10**6), attended)
    [one] = desk.store.settled(desk.run.id).values()
    assert one.outcome.verdict is StepVerdict.FAILED
    assert one.outcome.seen[0].key == "line_waiting"
    assert attended.pauses == 12  # a minute


def test_the_time_for_a_person_begins_anew_with_each_request(desk: Desk) -> None:
    attended = Attended(desk.clock)
    desk.work(Shown(desk.site(), attended, {"so": 10**6}, goes_on_at=8), attended)
    assert attended.pauses == 7 + 12


def test_nobody_waits_for_people_where_the_daemon_does_not_run(desk: Desk) -> None:
    attended = Attended(desk.clock)
    step = Shown(desk.site(), attended, {"so": 1})
    step.needs_daemon = True  # type: ignore[misc]
    site = desk.site()
    site.is_running = False
    Checklist(site, desk.store, desk.run, {step.name: step}, attended, PATIENCE).work()
    [one] = desk.store.settled(desk.run.id).values()
    assert [fact.key for fact in one.outcome.seen] == ["not_running"]
    assert (one.outcome.verdict, attended.pauses, step.looks) == (StepVerdict.FAILED, 2, 0)


def test_what_nobody_was_asked_to_do_nobody_is_asked_to_undo(desk: Desk) -> None:
    attended = Attended(desk.clock)
    step = Shown(desk.site(), attended, {"so": 1})
    step.needs_daemon, step.after = True, "fault_after"  # type: ignore[misc]
    site = desk.site()
    site.is_running = False
    Checklist(site, desk.store, desk.run, {step.name: step}, attended, PATIENCE).work()
    assert attended.happened == ["line so", "failed so"]
    site.is_running = True
    Checklist(site, desk.store, desk.run, {step.name: step}, attended, PATIENCE).work([step.name])
    assert attended.happened[2:] == ["line so", "asked line_cut", "passed so", "asked fault_after"]


def test_who_does_not_want_to_answer_skips_what_is_open(desk: Desk) -> None:
    attended = Attended(desk.clock)
    step = Shown(desk.site(), attended, {"so": 1, "bo": 10**6}, goes_on_at=10**6)
    look = step.look

    def looks(asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        if step.looks:
            raise Skipped("the permit is not at hand")
        return look(asked_ms)

    step.look = looks  # type: ignore[method-assign]
    desk.work(step, attended)
    assert verdicts(desk) == {"so": StepVerdict.PASSED, "bo": StepVerdict.SKIPPED}
    assert desk.store.settled(desk.run.id)[StepName.LINE, "bo"].outcome.reason == "the permit is not at hand"


def test_a_skip_keeps_what_was_settled_and_says_why(desk: Desk) -> None:
    attended = Attended(desk.clock, skips_at=2)
    desk.work(Shown(desk.site(), attended, {"so": 1, "bo": 10**6}, goes_on_at=10**6), attended)
    settled = desk.store.settled(desk.run.id)
    assert verdicts(desk) == {"so": StepVerdict.PASSED, "bo": StepVerdict.SKIPPED}
    assert settled[StepName.LINE, "bo"].outcome.reason == "nobody is there"


def test_broken_off_it_goes_on_with_what_was_asked_for_and_settled(desk: Desk) -> None:
    first = Attended(desk.clock, ends_at=2)
    with pytest.raises(KeyboardInterrupt):
        desk.work(Shown(desk.site(), first, {"so": 1, "bo": 10**6}, goes_on_at=10**6), first)
    asked = desk.store.asked(desk.run.id, StepName.LINE)
    desk.journey.database.close()
    desk.journey.reopen()
    desk.store = AcceptanceStore(desk.journey.database, "lan")
    assert desk.store.newest() == desk.run
    second = Attended(desk.clock)
    step = Shown(desk.site(), second, {"so": 10**6, "bo": 2}, goes_on_at=10**6)
    assert desk.work(step, second).is_complete()
    assert second.happened == ["line bo", "asked line_cut", "passed bo"]
    assert step.asked == asked  # what happened since then counts, not since it went on


def test_a_repeated_step_is_asked_for_anew_and_its_newest_verdict_counts(desk: Desk) -> None:
    attended = Attended(desk.clock)
    desk.work(Shown(desk.site(), attended, {"so": 10**6}, goes_on_at=10**6), attended)
    asked = desk.store.asked(desk.run.id, StepName.LINE)
    desk.work(Shown(desk.site(), attended, {"so": 1}), attended, [StepName.LINE])
    assert verdicts(desk) == {"so": StepVerdict.PASSED}
    assert desk.store.asked(desk.run.id, StepName.LINE)[0] > asked[0]


def test_what_is_not_configured_is_settled_without_a_word(desk: Desk) -> None:
    attended = Attended(desk.clock)
    desk.work(Shown(desk.site(), attended, {}), attended)
    assert verdicts(desk) == {"": StepVerdict.NOT_CONFIGURED}
    assert attended.happened == ["not_configured"]


def test_the_checklist_has_every_step_in_its_order() -> None:
    site: Any = None
    made = checklist(site, Attended(FakeClock()))
    assert list(made) == list(StepName)
    assert all(step.name is name for name, step in made.items())


def test_each_request_has_its_words_and_its_place_in_the_answers() -> None:
    from gateway.acceptance.answers import DoneAnswers
    from gateway.config import Language
    from gateway.texts import texts_in

    site: Any = None
    steps = checklist(site, Attended(FakeClock())).values()
    requests = {one for step in steps for one in (*step.requests, *((step.after,) if step.after else ()))}
    assert requests == set(DoneAnswers.model_fields)
    for language in Language:
        texts = texts_in(language)
        assert [one for one in requests if not texts.has(f"accept.ask_{one}")] == []
        assert [one for one in StepName if not texts.has(f"accept.step_{one}")] == []


def test_a_database_that_is_full_of_it_is_whole_and_journalled(desk: Desk) -> None:
    attended = Attended(desk.clock)
    desk.work(Shown(desk.site(), attended, {"so": 1}), attended)
    desk.store.finish(desk.run.id, "0" * 64, True, {"passed": 1}, desk.clock.wall_ms)
    with desk.journey.database.write() as connection:
        assert newest(connection).seq == 3
    found = desk.store.newest()
    assert found is not None
    assert (found.digest, found.finished_ms) == ("0" * 64, desk.clock.wall_ms)
