"""An authority in memory: keeps the promises of `Uplink` without a network, and fails on order.

The uplinks' contract suite runs against it like against every real server, so whoever tests with it tests against the
truth.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Refused
from gateway.core.publishing import Publishing
from gateway.uplinks.publish import Denials, Denied, Found, join, leftovers, lying, temporary_name

PASSWORD = "secret"


@dataclass(slots=True)
class MemoryServer:
    """The far end. Paths have no leading slash. Change any field at any time."""

    password: str = PASSWORD
    files: dict[str, bytes] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {""})
    uploads: int = 0
    """Files written so far, under whatever name."""
    room_bytes: int | None = None
    """What still fits; `None` for no limit."""
    locked: set[str] = field(default_factory=set)
    """Folders nobody may write into."""
    reachable: bool = True
    silent: bool = False
    cut_after_steps: int | None = None
    """The connection is cut when this many steps have been taken; counts down."""


class MemoryUplink:
    """One destination on a `MemoryServer`."""

    def __init__(
        self, server: MemoryServer, base: str = "", *, password: str = PASSWORD, answer_s: float = 1.0
    ) -> None:
        self._server = server
        self._base = base.strip("/")
        self._password = password
        self._answer_s = answer_s
        self._broken = threading.Event()
        self._connected = False
        self._denials = Denials("memory")

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused]:
        finished = False
        try:
            self._connect()
            for parcel in parcels:
                if (outcome := self._publish(parcel)) is not None:
                    yield outcome
            yield from self._denials.verdicts()
            finished = True
        finally:
            self._connected = self._connected and finished

    @property
    def scarce(self) -> bool:
        return False

    def abort(self) -> None:
        self._broken.set()

    def close(self) -> None:
        self._connected = False
        self._broken.clear()

    def _connect(self) -> None:
        self._step()
        if not self._connected:
            self._denials = Denials("memory")
            if self._password != self._server.password:
                raise DestinationRejected("memory: the server refuses this password")
            self._connected = True

    def _publish(self, parcel: Parcel) -> Delivered | Refused | None:
        files = self._server.files
        folder = join(self._base, parcel.folder)
        self._make(folder)
        self._step()
        names = [path.rpartition("/")[2] for path in files if path.rpartition("/")[0] == folder]
        for stray in leftovers(names).get(parcel.name, []):
            del files[join(folder, stray)]
        final = join(folder, parcel.name)
        if final in self._server.folders:
            return Refused(parcel, f"memory: a folder named {final} is in the way")
        if final in files and not parcel.replaces:
            return lying("memory", parcel, Found(len(files[final]), files[final]), Publishing.RENAME)
        if folder in self._server.locked:
            self._denials.denied(Denied(parcel, "permission denied"))
            return None
        temporary = join(folder, temporary_name(parcel.name))
        self._write(temporary, parcel.content)
        self._step()
        files[final] = files.pop(temporary)
        self._denials.taken(parcel.folder)
        return Delivered(parcel, f"renamed, {len(parcel.content)} bytes")

    def _make(self, folder: str) -> None:
        parts = folder.split("/") if folder else []
        for depth in range(1, len(parts) + 1):
            self._step()
            path, above = "/".join(parts[:depth]), "/".join(parts[: depth - 1])
            if path not in self._server.folders:
                if above in self._server.locked:
                    raise DestinationRejected(f"memory: the folder {path} is not there and cannot be made")
                self._server.folders.add(path)

    def _write(self, path: str, content: bytes) -> None:
        self._server.files[path] = content[: len(content) // 2]
        self._server.uploads += 1
        self._step()
        if self._server.room_bytes is not None and self._server.room_bytes < len(content):
            del self._server.files[path]
            raise DeliveryDeferred("memory: the disk at the far end is full")
        self._server.files[path] = content

    def _step(self) -> None:
        """Everything that goes over the line."""
        server = self._server
        if server.silent:
            self._broken.wait(self._answer_s)
        if self._broken.is_set():
            raise DeliveryDeferred("memory: interrupted")
        if server.silent:
            raise DeliveryDeferred(f"memory: the server has said nothing for {self._answer_s:g} s")
        if server.cut_after_steps is not None:
            server.cut_after_steps -= 1
        if not server.reachable or server.cut_after_steps == -1:
            server.cut_after_steps = None
            raise DeliveryDeferred("memory: the connection failed")
