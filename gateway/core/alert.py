"""What a person is told of, and how: an alert is an entry of the journal that begins or ends something, told. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class AlertKind(StrEnum):
    """What a target may ask to be told of; the values are the configuration's, the messages' and the database's."""

    OUTAGE = "outage"
    """Data does not reach an authority for long, or the gateway itself stood still."""
    REJECTED = "rejected"
    """A destination does not know us, or takes a file not as it is: a person has to look."""
    INSTRUMENT = "instrument"
    """An instrument or its line does not answer, or its values are not to be trusted."""
    EXCEEDED = "exceeded"
    PORT = "port"
    CLOCK = "clock"
    DISK = "disk"
    """Space on the card or the video disk, and the box itself: heat, voltage, memory, wear."""
    CAMERA = "camera"
    ORDER = "order"
    """A sample was ordered, and what came of it; a transport order waits for a person."""
    DAMAGE = "damage"
    """Of the database, the journal, the video catalogue."""


class AlertState(StrEnum):
    BEGAN = "began"
    ENDED = "ended"
    DIGEST = "digest"
    """Several at once: what lasted already when a target was new, or more than anybody reads one by one."""
    TEST = "test"
    """A person asked for it (`gateway alerts test`)."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to be told, before it is put into words. Everything in it comes from the entry of the journal.

    `id`: 32 hexadecimal digits, the same however often it is told, so that a receiver can leave out what it has
    already. `began_ms`, `ended_ms`: UTC; `None`: not known, or not over. `subjects`: the parameters, instruments,
    destinations, ports or cameras it is about. `facts`: the entry's `what`, and its kind as `entry`.
    """

    id: str
    kind: AlertKind
    state: AlertState
    subjects: tuple[str, ...]
    began_ms: int | None
    ended_ms: int | None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """What one target is told, in its language. Of a digest and a test `kind` is `None`.

    `subject`: one line that says it all, for a mail's subject or a phone's screen, without the station. `text`: the
    whole as a person reads it. `lines`: of a digest one for each alert in it, else what else is known.
    """

    id: str
    kind: AlertKind | None
    state: AlertState
    station_code: str
    station_name: str
    subject: str
    began_ms: int | None
    ended_ms: int | None
    text: str
    lines: tuple[str, ...] = ()
    count: int = 1
    """Of a digest, how many alerts are in it: more than it has lines, where they were too many."""


class Teller(Protocol):
    """A way to tell a person. It never sleeps and never retries: it may be called again after any failure with the same
    message, which has the same `id` then. It is called by one thread of its own, so that it may block, but for no
    longer than `longest_s` in all, whatever the far end does (a server that sends a byte a minute included)."""

    longest_s: float

    def tell(self, message: AlertMessage) -> None:
        """Returns when the far end has taken it.

        Raises:
            DeliveryDeferred: not now; the same call is worth repeating after a pause.
            DeliveryRefused: not this message, however often; the others may pass.
            DestinationRejected: not this target as configured (secret, password, certificate, address of a mail, a
                command that is not there): a person has to look; it is tried again slowly.
        """

    def abort(self) -> None:
        """Callable from another thread: makes a blocked `tell` fail soon, for the program ends."""


@dataclass(frozen=True, slots=True)
class AlertTarget:
    """Who is told of what. `name` tells it from the others and stays the same as long as it is the same target: a
    target of another name is a new one, and is told of nothing that began before it. It holds no secret: it is shown.
    """

    name: str
    kinds: frozenset[AlertKind]


class AlertWording(Protocol):
    """Puts alerts into words, in a target's language. Pure: no clock, no database; never fails over what an alert
    holds, for one that cannot be put into words is one that nobody is told of."""

    def prepare(self) -> None:
        """Whatever takes seconds, before the first message is due: this one may read files."""

    def alert(self, alert: Alert) -> AlertMessage:
        """`alert.state` is `began` or `ended`. What came and went often is one of these, with `times` in `facts`."""

    def digest(self, message_id: str, alerts: Sequence[Alert], count: int, *, is_first: bool) -> AlertMessage:
        """The newest of `count` alerts, oldest first. `is_first`: what lasts already when a target is new; otherwise
        what came while it could not be told, or too fast to be told one by one."""

    def test(self, message_id: str) -> AlertMessage:
        """That a person tries it."""


@dataclass(frozen=True, slots=True)
class ConfiguredTarget:
    """A target with its way and its words. `make`: imports and builds what only this kind of target needs; called in
    the thread that will tell. Raises DestinationRejected: as `Teller.tell`."""

    target: AlertTarget
    wording: AlertWording
    make: Callable[[], Teller]
