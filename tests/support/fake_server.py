"""An authority's server in a test's hand: takes files, or fails in the way that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from gateway.core.errors import DeliveryDeferred, DestinationRejected, NotTold
from gateway.core.interfaces import Delivered, Parcel, Refused, RemoteFile, Unproven
from gateway.core.publishing import Publishing
from gateway.uplinks.publish import Found, lying


class Behaviour(Enum):
    TAKES = "takes files"
    DOWN = "does not answer"
    FULL = "answers that its disk is full"
    REJECTS = "does not know us"
    FORBIDS = "lets us in, and may not be written to"
    REFUSES = "will not have this file"
    TAKES_AWAY = "takes files away as soon as they are there"
    TAKES_UNNAMED = "takes files away at their close, under temporary names"
    BREAKS = "breaks the line after one file"
    KEEPS_QUIET = "ends without a word"
    DIES = "takes a file, and the gateway dies before it hears of it"


class PowerCut(BaseException):
    """The process ends here; nothing after this line runs."""


@dataclass
class FakeServer:
    """One authority's server, behind any number of uplinks."""

    behaviour: Behaviour = Behaviour.TAKES
    breaks_at: set[str] = field(default_factory=set)
    """Names at which the line breaks, whatever came before."""
    most_per_batch: int | None = None
    """It goes away after so many files of a batch."""
    held: dict[str, bytes] = field(default_factory=dict)
    others: dict[str, bytes] = field(default_factory=dict)
    """What somebody else has put there, by path; a file that replaces it makes it one of `held`."""
    batches: list[list[str]] = field(default_factory=list)
    """What each call of `deliver` was given."""
    arrivals: list[str] = field(default_factory=list)
    """Paths in the order in which they arrived, repeats included."""
    asked_first: list[str] = field(default_factory=list)
    """Names that came with the word that they may be there already."""
    replaced: list[bool] = field(default_factory=list)
    """Of each arrival, whether it was sent to replace what lies there."""
    untold_folders: set[str] = field(default_factory=set)
    """Folders that may not be listed."""
    unlisted_names: set[str] = field(default_factory=set)
    """Files that no listing names."""
    tells_sizes: bool = True
    """Whether a listing says how long files are."""
    lets_read: bool = True
    taken_away: set[str] = field(default_factory=set)
    """Names that somebody takes away as soon as they are there."""
    connections: int = 0
    times_closed: int = 0
    scarce: bool = False
    """Whether it takes few connections."""

    def take(self, parcel: Parcel) -> None:
        path = f"{parcel.folder}/{parcel.name}"
        before = self.held.setdefault(path, parcel.content)
        assert before == parcel.content, f"{path} came again with other bytes"
        self.arrivals.append(path)
        self.replaced.append(parcel.replaces)


class FakeUplink:
    """See `gateway.core.interfaces.Uplink` and `Auditable`."""

    def __init__(self, server: FakeServer) -> None:
        self._server = server

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused | Unproven]:
        server = self._server
        assert parcels, "an uplink is not called for nothing"
        server.connections += 1
        server.batches.append([parcel.name for parcel in parcels])
        if server.behaviour is Behaviour.DOWN:
            raise DeliveryDeferred("no answer")
        if server.behaviour is Behaviour.FULL:
            raise DeliveryDeferred("452 no space left", by_server=True)
        if server.behaviour is Behaviour.REJECTS:
            raise DestinationRejected("wrong password")
        if server.behaviour is Behaviour.FORBIDS:
            forbidden = DestinationRejected("may not write")
            forbidden.after_login = True
            raise forbidden
        for number, parcel in enumerate(parcels):
            if number == server.most_per_batch:
                raise DeliveryDeferred("the server was restarted")
            if parcel.name in server.breaks_at:
                raise DeliveryDeferred(f"the line broke at {parcel.name}")
            if server.behaviour is Behaviour.KEEPS_QUIET:
                return
            if server.behaviour is Behaviour.REFUSES:
                yield Refused(parcel, "553 not allowed")
                continue
            if parcel.ask_first:
                server.asked_first.append(parcel.name)
            theirs = server.others.get(f"{parcel.folder}/{parcel.name}")
            if theirs is not None and not parcel.replaces:
                found = Found(len(theirs), theirs)
                if (outcome := lying("fake", parcel, found, Publishing.RENAME)) is not None:
                    yield outcome
                continue
            if server.behaviour is Behaviour.TAKES_UNNAMED:
                yield Unproven(parcel, "", f"{parcel.name} was taken under its temporary name: proof: answer")
                continue
            server.take(parcel)
            if server.behaviour is Behaviour.TAKES_AWAY or parcel.name in server.taken_away:
                del server.held[f"{parcel.folder}/{parcel.name}"]
                yield Unproven(parcel, "closed, renamed", f"{parcel.name} is not there: proof: answer")
                continue
            if server.behaviour is Behaviour.DIES:
                raise PowerCut
            yield Delivered(parcel, "renamed")
            if server.behaviour is Behaviour.BREAKS:
                raise DeliveryDeferred("the line broke")

    def listing(self, folder: str) -> Iterator[RemoteFile]:
        if folder in self._server.untold_folders:
            raise NotTold(f"the folder {folder} cannot be listed (Permission denied)")
        for path, content in sorted((self._server.others | self._server.held).items()):
            parent, _, name = path.rpartition("/")
            if parent == folder and name not in self._server.unlisted_names:
                yield RemoteFile(name, len(content) if self._server.tells_sizes else None)

    def fetch(self, folder: str, name: str) -> bytes:
        if not self._server.lets_read:
            raise NotTold(f"{name} cannot be read (Permission denied)")
        lying = self._server.others | self._server.held
        if f"{folder}/{name}" not in lying:
            raise DeliveryDeferred(f"{name} cannot be fetched (No such file)", by_server=True)
        return lying[f"{folder}/{name}"]

    @property
    def scarce(self) -> bool:
        return self._server.scarce

    def abort(self) -> None:
        self._server.behaviour = Behaviour.DOWN

    def close(self) -> None:
        self._server.times_closed += 1
