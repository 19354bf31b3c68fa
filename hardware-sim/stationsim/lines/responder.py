"""What speaks at the instrument's end of a line, whatever its protocol, and what it says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from stationsim.faults import Fault
from stationsim.truth import Shown


class FramingLost(Exception):
    """Where the next request begins cannot be told; a connection is closed for it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`content` as the protocol wants it, with the faults that hold while it is sent. Empty: nothing to send.

    `shown` is written to the truth before it leaves. `characters`: request and answer together, for the wire's time.
    """

    content: bytes
    faults: tuple[Fault, ...] = ()
    shown: tuple[Shown, ...] = ()
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Unsolicited:
    """`make` makes what is sent now, `every_s` seconds."""

    every_s: float
    make: Callable[[], Reply]


class Responder(Protocol):
    """`silence_s`: silence of this length ends a request. `unsolicited`: None for one that speaks only when asked."""

    @property
    def name(self) -> str: ...
    @property
    def silence_s(self) -> float: ...
    @property
    def unsolicited(self) -> Unsolicited | None: ...

    def answer(self, buffer: bytearray) -> Iterator[Reply]:
        """Removes whole requests from the buffer and answers them in order. Raises FramingLost."""
        ...

    def after_silence(self, buffer: bytearray) -> Iterator[Reply]:
        """What it makes of an unfinished request after silence."""
        ...
