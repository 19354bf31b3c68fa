"""What a protocol says of itself: all that planner, forecast and a read by hand need to know of it.

Each protocol's folder has one `InstrumentProtocol`, and `registry.PROTOCOLS` is the table of them. Nobody else asks
which protocol an instrument speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from gateway.config import Link
from gateway.config.instruments.device import PolledDevice
from gateway.core.interfaces import Clock, Instrument
from gateway.instruments.device_profiles import DeviceMemory
from gateway.instruments.identity_check import IdentityCheck
from gateway.instruments.poller import Connection
from gateway.instruments.question import Question

Words = tuple[int, ...]
"""Registers as they came."""


class OpenLink(Connection, Protocol):
    """A link on which questions are asked, be it connected or not."""

    timeout_s: float

    @property
    def longest_answer_s(self) -> float:
        """How long one question may take at the worst."""


class Driver(Instrument, Protocol):
    """An instrument that speaks for itself over its link."""

    @property
    def longest_read_s(self) -> float:
        """How long one `read` may take at the worst: for what patience with it is reasonable."""


@runtime_checkable
class LearningDriver(Protocol):
    """A driver that finds out what its device cannot do."""

    def remember(self, memory: DeviceMemory) -> None:
        """Begin with what is known, and keep there what is learned. Called before the first read."""

    def forget(self) -> None:
        """Another device is in its place."""


class RecordingDriver(Driver, Protocol):
    """A driver that keeps the words behind its last read, for a person who looks for a wrong type or byte order."""

    def parameter_words(self) -> tuple[Words | None, ...]:
        """Of each parameter, in their order; `None` for what was not read."""

    def status_words(self) -> tuple[tuple[str, Words | None], ...]:
        """The registers that tell the state, each with its name."""


Settings = TypeVar("Settings", bound=PolledDevice)
LinkKind = TypeVar("LinkKind", bound=OpenLink)


def _no_patterns(_settings: PolledDevice) -> Iterator[None]:
    return iter(())


def _no_identity(_settings: PolledDevice, _link: OpenLink, _clock: Clock) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentProtocol(Generic[Settings, LinkKind]):
    """A way of talking to instruments."""

    settings: type[Settings]
    """The configuration's model of a device that speaks it: by it the protocol is found."""
    link: type[LinkKind]
    """The kind of link that it is spoken on."""
    driver: Callable[[Settings, LinkKind], Driver]
    questions: Callable[[Settings, Link], Iterable[Question]]
    """What one poll sends over that link, and what is asked besides; from the configuration alone."""
    identity_check: Callable[[Settings, LinkKind, Clock], IdentityCheck | None] = _no_identity
    """`None` for a device whose identity is not configured, or for all where the protocol cannot ask for it."""
    recording_driver: Callable[[Settings, LinkKind], RecordingDriver] | None = None
    """For protocols whose values are words; `None`: a driver's readings are all that there is to see."""
    try_hostile_text: Callable[[Settings], Iterator[None]] = _no_patterns
    """Where people describe what the device says: each step tries that on one of the longest and worst texts that it
    could say, for whoever has a clock."""
