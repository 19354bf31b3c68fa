"""What a question is. The words are in the catalogue of texts, under `init.ask`, by the question's key."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeVar

from gateway.config.file.location import Location
from gateway.core.in_words import InWords


class AnswerForm(Enum):
    """What is typed, and what becomes of it."""

    TEXT = auto()
    LIST = auto()
    """Texts, with commas or blanks between."""
    WHOLE = auto()
    NUMBER = auto()
    PAIR = auto()
    """Two numbers."""
    CHOICE = auto()
    FLAG = auto()
    SECRET = auto()
    """Never shown and never kept: the answer is a reference to where it lies."""
    FOUND = auto()
    """Nothing is typed: it is what was found."""


class Find(Enum):
    """What can be looked for around the box, to be offered as answers or shown after one."""

    SERIAL_PORTS = auto()
    TIME_SERVERS = auto()
    UNITS = auto()
    ADDRESSES = auto()
    PROFILES = auto()
    REGISTERS = auto()
    VALUES = auto()
    LINES = auto()
    CHECKSUM = auto()
    MEASUREMENTS = auto()
    HOST_KEY = auto()
    CERTIFICATE = auto()
    SYMBOLS = auto()
    NEW_KEY = auto()
    PORTS = auto()


Concluded = TypeVar("Concluded")

Placed = tuple[Location, object, Location]
"""Where the checks find an answer, what stands there for them, and where what they say is about it."""


@dataclass(frozen=True, slots=True)
class InitQuestion:
    """One question. `location`: where in the configuration the answer stands, and where it is looked for among answers
    that were given beforehand. `default`: what an empty line means; `None`: there has to be an answer, unless it is
    `optional`. `is_kept`: whether the answer itself becomes a part of the configuration, or only decides what does.
    `checked_as`: of an answer that stands there in another form, what the checks are to look at. `taken`: answers that
    were given to the same question before. `meanings`: what choices are, as far as a table says it. `fields`: for the
    placeholders of its words. `secret_name`: how a secret's file is named, or a key's."""

    key: str
    location: Location
    form: AnswerForm = AnswerForm.TEXT
    default: object = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    is_kept: bool = True
    checked_as: Callable[[object], Placed] | None = None
    meanings: Mapping[str, InWords] = field(default_factory=dict)
    taken: tuple[str, ...] = ()
    find: Find | None = None
    fields: Mapping[str, str | int] = field(default_factory=dict)
    secret_name: str = ""

    @property
    def id(self) -> str:
        """The same whenever the same is asked; also what a flag calls it."""
        parts = [str(part + 1) if isinstance(part, int) else part for part in self.location]
        return ".".join(parts)

    def placed(self, answer: object) -> Placed:
        """What the checks are to look at."""
        return (self.location, answer, self.location) if self.checked_as is None else self.checked_as(answer)


@dataclass(frozen=True, slots=True)
class Put:
    """What follows from answers without being asked."""

    location: Location
    value: object


Asking = Generator[InitQuestion | Put, object, Concluded]
"""Yields what is asked and what follows; is sent the answers. `None` is no answer: what was optional, or is missing.
Returns what it knows in the end."""


def yes_or_no(key: str, location: Location, *, default: bool = False, **fields: str | int) -> InitQuestion:
    """A question that only decides what else is asked."""
    return InitQuestion(key, location, AnswerForm.FLAG, default, is_kept=False, fields=fields)
