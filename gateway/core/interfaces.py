"""The seams of the house: what a stage may ask of a plug-in, and what the plug-in promises.

Pure declarations. Implementations live in their rooms; only `gateway.app` connects them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.reading import Parameter, Readings, Sample


@dataclass(frozen=True, slots=True)
class Instant:
    """One look at both clocks: the wall clock stamps and picks slots, the monotonic clock drives intervals."""

    wall_ms: int
    """UTC, milliseconds since 1970. May jump either way."""
    mono_s: float
    """Seconds since the machine was started. Nobody can set it, and it never goes back."""


class Clock(Protocol):
    """The only way to learn the time."""

    def now(self) -> Instant: ...


@dataclass(frozen=True, slots=True)
class ServerTime:
    """What time a server gave to a file that we wrote between two looks at our own clocks."""

    their_ms: int
    """UTC, milliseconds, cut off to `resolution_ms`."""
    resolution_ms: int
    asked: Instant
    answered: Instant
    may_be_local: bool = False
    """Whether some servers of this kind show their own zone's time as if it were UTC."""


class ClockTrust(Protocol):
    """Whether the wall clock may be believed. Nothing is closed, filed, sent or judged by one that nobody vouches for,
    and no sample gets its time from one. May be called from any thread."""

    @property
    def boot_id(self) -> str:
        """Which start of the machine the monotonic seconds of this run count from."""

    def is_trusted(self, now: Instant) -> bool:
        """Whether the wall clock of this look may stamp what is kept, closed and sent: trusted, drifting or assumed,
        and not stepped since. A look at a clock that has stepped takes the trust away."""

    def stamp_ms(self, mono_s: float) -> int | None:
        """UTC ms of an instant that this boot counted so; `None` while nobody vouches for the clock.

        By what the clock showed when it was last trusted, never by a look at one that may have stepped since.
        """

    def wants_authority_time(self) -> bool:
        """Whether authorities' servers are to be asked for their time by a file of our own that nobody takes: nobody
        else vouches."""

    def authority_said(self, destination: str, said: ServerTime) -> None:
        """A destination's server gave this time to a file that we wrote."""


class Worker(Protocol):
    """A loop's body. The supervisor owns the thread, the pauses, the restart after an unforeseen failure, and the
    watchdog; a worker owns nothing but its work and never sleeps."""

    name: str
    patience_s: float
    """The longest a healthy `step` may take. A step that exceeds it counts as hung: the watchdog is no longer fed."""

    def step(self, now: Instant) -> float:
        """Do a little work. Returns the monotonic second at which to be called again (the past: at once)."""

    def interrupt(self) -> None:
        """Called from another thread when the program ends: make a step that waits outside return soon."""

    def close(self) -> None:
        """Called in the worker's own thread after its last step. Releases connections; must not raise."""


class Instrument(Protocol):
    """One device on a link, as the poller sees it."""

    name: str
    parameters: tuple[Parameter, ...]
    period_s: float

    def read(self) -> Readings:
        """Ask the device once; one reading per parameter, in the order of `parameters`.

        Blocks no longer than the link's time-out per request. Never caches, fills gaps, smooths or guesses.

        Raises:
            InstrumentError: no usable answer; nothing at all is known about this instant.
        """


class SampleSink(Protocol):
    """Where pollers leave what they read. Accepting is quick and never touches the disk in the poller's thread."""

    def accept(self, sample: Sample) -> None: ...


class PollProgress(Protocol):
    """Tells the closer whether a poll that began before a slot's end may still bring a reading for it."""

    def oldest_unfinished_s(self) -> float | None:
        """Monotonic second at which the oldest poll still under way began; `None` when none is."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A complete file on its way: these bytes, under this name, in this folder below the destination's base path.

    `folder` is relative, parts joined by `/`, without leading or trailing slash; it may be empty.
    """

    folder: str
    name: str
    content: bytes
    replaces: bool = False
    """A person wants it sent over whatever lies there. Otherwise other bytes under its name are left alone."""
    was_tried: bool = False
    """Whether it was tried before, or may have been by a run that ended in the middle: a file of its size that may not
    be read is then ours."""
    ask_first: bool = False
    """It may have been delivered without being known here any more: unless the far end says that the name is free, or
    that these very bytes lie there, it is not sent."""
    went_live: bool = False
    """As a message it may have gone out before, marked as live: a repeat is the same, however late it is."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The far end holds exactly the parcel's bytes under its name. `answer`: the server's last word."""

    parcel: Parcel
    answer: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The far end will never take this parcel as it is; the reason in its words and ours."""

    parcel: Parcel
    reason: str


@dataclass(frozen=True, slots=True)
class Conflict(Refused):
    """Under the parcel's name lies something else, or nobody may see what: it was left as it is, for a person to judge.

    `their_size` and `their_sha256` are `None` as far as they are not told.
    """

    their_size: int | None = None
    their_sha256: bytes | None = None


@dataclass(frozen=True, slots=True)
class Unproven:
    """The server's answers were good to the last, and then the file was not there, or it could not be told: the
    configured proof is missing. `answer`: the good answers; empty: none of them was for the parcel's own name, so that
    no receiver may be taken to know it. `reason`: what was asked and what came, and the way out.
    """

    parcel: Parcel
    answer: str
    reason: str


class Uplink(Protocol):
    """A way to one destination. Connects when first needed, keeps the connection until `close`.

    It never sleeps and never retries: it may be called again after any failure, and repeating a delivery is harmless.
    Every network step has a hard time-out.
    """

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused | Unproven]:
        """Publish each parcel: temporary name that does not end in `.txt`, write, check the size, rename.

        Yields an outcome as soon as it is certain, in any order, at most one per parcel. A parcel whose outcome was
        not yielded is undecided: the far end holds it complete under its final name or not at all.
        Of a name that lies there already the content is compared: the same counts as delivered, anything else is a
        `Conflict` and is never written over, unless the parcel replaces it.

        Raises (while iterating):
            DeliveryDeferred: the connection failed or the server cannot take files now.
            DestinationRejected: the server does not know us, or is not the server we know.
        """

    @property
    def scarce(self) -> bool:
        """Whether the far end is known to take so few connections that somebody else may be waiting for one that lies
        open and idle."""

    def abort(self) -> None:
        """Callable from another thread: breaks the connection so that a blocked `deliver` fails soon."""

    def close(self) -> None:
        """Say goodbye and release the connection. Never raises; usable again afterwards."""


class OnlineSignal(Protocol):
    """Shows a destination that the gateway is online, and lets it notice when the gateway is gone.

    Like an uplink it never sleeps and never retries, and every network step has a hard time-out.
    """

    @property
    def is_online(self) -> bool:
        """Whether the destination was shown that we are online. Only one that is not online will log in."""

    def refresh(self) -> None:
        """Show that we are online, or make sure that it is still shown.

        Raises:
            DeliveryDeferred: the connection failed; the destination will take us for gone.
            DestinationRejected: the destination does not want us, or not our online status.
        """

    def abort(self) -> None:
        """Callable from another thread: makes a blocked `refresh` fail soon."""

    def close(self) -> None:
        """Say that we are leaving and release the connection. Never raises; usable again afterwards."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the far end lists it. `name` is without folders, `size` in bytes; `None`: the server does not tell."""

    name: str
    size: int | None


@runtime_checkable
class Auditable(Protocol):
    """A destination that can be looked into, so that what lies there can be compared with the ledger.

    Both raise `DeliveryDeferred` and `DestinationRejected` as an uplink does, and `NotTold` where the server does not
    tell: an error is never an absence.
    """

    def listing(self, folder: str) -> Iterable[RemoteFile]:
        """What lies in a folder below the destination's base path, folders left out. A folder that is not there has
        nothing in it."""

    def fetch(self, folder: str, name: str) -> bytes:
        """A file's whole content."""


@runtime_checkable
class MarksLateness(Protocol):
    """An uplink whose messages say whether they come late: what it adds to a file's bytes is not a function of the
    file, and has to be remembered for the case that it is repeated."""

    def tell_before_sending(self, note: Callable[[Sequence[Parcel]], None]) -> None:
        """From now on call `note` with what is about to go out, before it does."""


@runtime_checkable
class TellsTime(Protocol):
    """An uplink whose server shows, with a file, what time it thinks it is."""

    def server_time(self) -> ServerTime | None:
        """Write a file that no receiver takes for data, ask for its time, remove it, also after a failure. `None`: the
        server does not tell.

        Raises:
            DeliveryDeferred: as an uplink does.
            DestinationRejected: the same.
        """


class StateBoard(Protocol):
    """Where workers say how their outside world fares. Quick, in memory; written to the database by the clerk."""

    def report(self, kind: ComponentKind, name: str, state: ComponentState, error: str | None, at_ms: int) -> bool:
        """An `error` of `None` keeps the last one for the record. Returns whether the state changed, which is when a
        log line is due."""
