"""An authority on a test's string: takes files, or fails in the way that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Refused, RemoteFile


class Mood(Enum):
    TAKES = "takes files"
    DOWN = "does not answer"
    FULL = "answers that its disk is full"
    REJECTS = "does not know us"
    REFUSES = "will not have this file"
    BREAKS = "breaks the line after one file"
    KEEPS_QUIET = "ends without a word"
    DIES = "takes a file, and the gateway dies before it hears of it"


class PowerCut(BaseException):
    """The process ends here; nothing after this line runs."""


@dataclass
class FarEnd:
    """One authority's server, behind any number of uplinks."""

    mood: Mood = Mood.TAKES
    chokes_on: set[str] = field(default_factory=set)
    """Names at which the line breaks, whatever came before."""
    most_per_trip: int | None = None
    """It goes away after so many files of a trip."""
    held: dict[str, bytes] = field(default_factory=dict)
    trips: list[list[str]] = field(default_factory=list)
    """What each call of `deliver` had on board."""
    arrivals: list[str] = field(default_factory=list)
    """Paths in the order in which they arrived, repeats included."""
    replaced: list[bool] = field(default_factory=list)
    """Of each arrival, whether it was sent to replace what lies there."""
    connections: int = 0
    goodbyes: int = 0
    scarce: bool = False
    """Whether it takes few connections."""

    def take(self, parcel: Parcel) -> None:
        path = f"{parcel.folder}/{parcel.name}"
        before = self.held.setdefault(path, parcel.content)
        assert before == parcel.content, f"{path} came again with other bytes"
        self.arrivals.append(path)
        self.replaced.append(parcel.replaces)


class FarUplink:
    """See `gateway.core.interfaces.Uplink` and `Auditable`."""

    def __init__(self, far_end: FarEnd) -> None:
        self._far_end = far_end

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused]:
        far = self._far_end
        assert parcels, "an uplink is not called for nothing"
        far.connections += 1
        far.trips.append([parcel.name for parcel in parcels])
        if far.mood is Mood.DOWN:
            raise DeliveryDeferred("no answer")
        if far.mood is Mood.FULL:
            raise DeliveryDeferred("452 no space left", by_server=True)
        if far.mood is Mood.REJECTS:
            raise DestinationRejected("wrong password")
        for number, parcel in enumerate(parcels):
            if number == far.most_per_trip:
                raise DeliveryDeferred("the server was restarted")
            if parcel.name in far.chokes_on:
                raise DeliveryDeferred(f"the line broke at {parcel.name}")
            if far.mood is Mood.KEEPS_QUIET:
                return
            if far.mood is Mood.REFUSES:
                yield Refused(parcel, "553 not allowed")
                continue
            far.take(parcel)
            if far.mood is Mood.DIES:
                raise PowerCut
            yield Delivered(parcel, "renamed")
            if far.mood is Mood.BREAKS:
                raise DeliveryDeferred("the line broke")

    def listing(self, folder: str) -> Iterator[RemoteFile]:
        for path, content in sorted(self._far_end.held.items()):
            parent, _, name = path.rpartition("/")
            if parent == folder:
                yield RemoteFile(name, len(content))

    def fetch(self, folder: str, name: str) -> bytes:
        return self._far_end.held[f"{folder}/{name}"]

    @property
    def scarce(self) -> bool:
        return self._far_end.scarce

    def abort(self) -> None:
        self._far_end.mood = Mood.DOWN

    def close(self) -> None:
        self._far_end.goodbyes += 1
