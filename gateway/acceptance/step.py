"""What every step of the checklist is: who it is about, what a person is asked for, and one look at what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

from gateway.acceptance.site import Site
from gateway.core.acceptance import SeenFact, StepName, StepOutcome


class Skipped(Exception):  # noqa: N818  # a person's word, not an error
    """A person does not want to answer, and says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Person(Protocol):
    """Who stands at the station, or a script in their place. What is asked is named by a key of the catalogue of texts
    (`accept.<key>`)."""

    def number(self, key: str, symbol: str, read: float | None, unit: str) -> float | str | None:
        """What a display shows where `read` was read, a finite number; a text: there is none, and why; `None`: nobody
        answers. Raises `Skipped`."""

    def agrees(self, key: str, about: Sequence[SeenFact] = ()) -> bool | None:
        """Yes or no to what is shown to them; `None`: nobody answers. Raises `Skipped`."""


class AcceptanceStep:
    """A step. `requests` are made one after the other, each once the look after the one before says `goes_on`."""

    name: ClassVar[StepName]
    requests: ClassVar[tuple[str, ...]] = ()
    """What a person is to do, by the keys `accept.ask_<request>`."""
    after: ClassVar[str | None] = None
    """What a person may put back when the step is over (`accept.ask_<after>`); nobody waits for it."""
    looks_first = False
    """Whether all may be well without that anybody is asked."""
    needs_daemon = True
    """Whether nothing can be seen while the daemon does not run."""

    def __init__(self, site: Site, person: Person) -> None:
        self.site = site
        self.person = person

    def subjects(self) -> Sequence[str]:
        """Whom it is about; `("",)`: the station; none: nothing of it is configured."""
        return ("",)

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        """What is to be said of each subject now. `asked_ms`: when each request was made so far, or when the step
        began where it has none."""
        raise NotImplementedError

    def goes_on(self, asked_ms: Sequence[int]) -> bool:
        """Whether what was asked for last has shown, so that the next can be asked for, and this not once more."""
        return False
