"""Runs the checklist: asks, looks, waits until the effect shows, and writes down each verdict before it goes on.

Broken off at any moment, it goes on where it was: what was asked for and what was settled is in the database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.acceptance.site import Site
from gateway.acceptance.step import AcceptanceStep, Person, Skipped
from gateway.acceptance.store import AcceptanceRun, AcceptanceStore, SettledStep
from gateway.core.acceptance import SeenFact, StepName, StepOutcome, StepVerdict
from gateway.core.instants import SECOND_MS

LOOK_EVERY_S = 0.5
_MORE_S = 30.0


class Attendant(Person, Protocol):
    """Who sits before the checklist: hears how it goes, is asked, and may skip."""

    def begins(self, step: StepName, subjects: Sequence[str]) -> str | None:
        """The step begins. Why it is not to be done; `None`: it is."""

    def request(self, step: StepName, request: str) -> None:
        """Somebody is to do this now."""

    def pause(self, step: StepName, outcomes: Mapping[str, StepOutcome], seconds: float) -> str | None:
        """Wait for so long, with what is seen of those that are open. Why nobody wants to wait any more; `None`: on."""

    def settled(self, one: SettledStep) -> None:
        """It has its verdict."""


@dataclass(frozen=True, slots=True)
class Patience:
    """`for_people_s`: after each thing that a person was asked for. `by_itself_s`: where nobody has to do anything."""

    for_people_s: float
    by_itself_s: float

    @classmethod
    def of(cls, timeout_s: float, longest_interval_ms: int) -> Patience:
        """Of itself everything shows within two slots."""
        return cls(timeout_s, min(timeout_s, 2 * longest_interval_ms / SECOND_MS + _MORE_S))


class Checklist:
    """One acceptance test at work."""

    def __init__(
        self,
        site: Site,
        store: AcceptanceStore,
        run: AcceptanceRun,
        steps: Mapping[StepName, AcceptanceStep],
        attendant: Attendant,
        patience: Patience,
    ) -> None:
        self._site = site
        self._store = store
        self._run = run
        self._steps = steps
        self._attendant = attendant
        self._patience = patience

    def work(self, only: Collection[StepName] = ()) -> None:
        """All that has no verdict yet; of `only`, everything anew."""
        for name in only:
            self._store.repeat(self._run.id, name)
        for step in self._steps.values():
            if not only or step.name in only:
                self._take(step, is_anew=step.name in only)

    def results(self) -> list[SettledStep]:
        """The verdicts that there are, in the order of the checklist. What the configuration of today does not know any
        more stays among them; that nothing was configured does not, once something is."""
        settled = self._store.settled(self._run.id)
        with_subjects = {name for name, subject in settled if subject}
        shown = [one for (name, subject), one in settled.items() if subject or name not in with_subjects]
        order = list(StepName)
        return sorted(shown, key=lambda one: order.index(one.step))

    def is_complete(self) -> bool:
        settled = self._store.settled(self._run.id)
        return all(
            (step.name, subject) in settled for step in self._steps.values() for subject in step.subjects() or ("",)
        )

    def _take(self, step: AcceptanceStep, *, is_anew: bool) -> None:
        settled = {} if is_anew else self._store.settled(self._run.id)
        subjects = [one for one in step.subjects() or ("",) if (step.name, one) not in settled]
        if not subjects:
            return
        began_ms = self._site.now_ms
        if not step.subjects():
            self._settle(step, "", began_ms, StepOutcome(StepVerdict.NOT_CONFIGURED))
            return
        why_not = self._attendant.begins(step.name, subjects)
        if why_not is not None:
            for subject in subjects:
                self._settle(step, subject, began_ms, StepOutcome(StepVerdict.SKIPPED, reason=why_not))
            return
        self._follow(step, subjects, began_ms)
        if step.after is not None and self._store.asked(self._run.id, step.name):
            self._attendant.request(step.name, step.after)

    def _follow(self, step: AcceptanceStep, subjects: list[str], began_ms: int) -> None:
        """Until each of the subjects has its verdict."""
        asked_ms = self._store.asked(self._run.id, step.name)
        began_ms = min([began_ms, *asked_ms])
        was_asked = bool(asked_ms)
        if step.requests and not asked_ms and not step.looks_first and self._can_see(step):
            asked_ms = self._ask(step, asked_ms)
        since_s = self._site.clock.now().mono_s
        while True:
            outcomes = self._look(step, subjects, asked_ms or [began_ms])
            for subject, outcome in outcomes.items():
                if outcome.is_final:
                    subjects.remove(subject)
                    self._settle(step, subject, began_ms, outcome)
            if not subjects:
                return
            has_shown = not asked_ms or step.goes_on(asked_ms)
            if len(asked_ms) < len(step.requests) and has_shown and self._can_see(step):
                asked_ms, since_s = self._ask(step, asked_ms), self._site.clock.now().mono_s
                was_asked = False
                continue
            if was_asked and not has_shown:  # before it was broken off: whoever sits here now may not know
                self._attendant.request(step.name, step.requests[len(asked_ms) - 1])
            was_asked = False
            is_persons = bool(asked_ms) and self._can_see(step)
            longest_s = self._patience.for_people_s if is_persons else self._patience.by_itself_s
            open_ = {subject: outcomes[subject] for subject in subjects}
            if self._site.clock.now().mono_s - since_s >= longest_s:
                for subject, outcome in open_.items():
                    self._settle(step, subject, began_ms, StepOutcome.failed(*outcome.seen))
                return
            why_not = self._attendant.pause(step.name, open_, LOOK_EVERY_S)
            if why_not is not None:
                for subject, outcome in open_.items():
                    skipped = StepOutcome(StepVerdict.SKIPPED, outcome.seen, reason=why_not)
                    self._settle(step, subject, began_ms, skipped)
                return

    def _look(self, step: AcceptanceStep, subjects: Sequence[str], asked_ms: Sequence[int]) -> dict[str, StepOutcome]:
        if not self._can_see(step):
            return dict.fromkeys(subjects, StepOutcome.not_yet(SeenFact.of("not_running")))
        try:
            outcomes = step.look(asked_ms)
        except Skipped as skipped:
            return dict.fromkeys(subjects, StepOutcome(StepVerdict.SKIPPED, reason=skipped.reason))
        return {subject: outcomes[subject] for subject in subjects}

    def _can_see(self, step: AcceptanceStep) -> bool:
        """Nobody is asked for anything of which nothing would show."""
        return self._site.is_running or not step.needs_daemon

    def _ask(self, step: AcceptanceStep, asked_ms: list[int]) -> list[int]:
        """Durably first: what is done about it happens after that instant."""
        now_ms = self._site.now_ms
        self._store.ask(self._run.id, step.name, now_ms)
        self._attendant.request(step.name, step.requests[len(asked_ms)])
        return [*asked_ms, now_ms]

    def _settle(self, step: AcceptanceStep, subject: str, began_ms: int, outcome: StepOutcome) -> None:
        one = SettledStep(step.name, subject, began_ms, self._site.now_ms, outcome)
        self._store.settle(self._run.id, one)
        self._attendant.settled(one)
