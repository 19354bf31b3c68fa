"""The steps of publishing over SFTP: pure generators that yield requests and are sent the replies.

They decide, and touch no network; `sftp_pipeline` runs many side by side. A tuple of requests travels together and
costs one round trip.

| the server says | here it means |
|---|---|
| permission denied, no such file: creating a folder | `DestinationRejected`: the path is not ours to use |
| permission denied: creating a temporary file | a denial; see `publish.Denials` |
| no such file: creating a temporary file | `DeliveryDeferred`: the folder has vanished; the next connection makes it |
| failure: writing; a size short of ours | `DeliveryDeferred`: the far end's disk is full or failing |
| permission denied or a folder of that name: renaming | `Refused`: this file will never be taken |
| anything else | `DeliveryDeferred`, in the server's words |
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Refused
from gateway.uplinks import sftp_wire as wire
from gateway.uplinks.publish import ancestors, join, leftovers, one_line, temporary_name
from gateway.uplinks.sftp_wire import Attributes, Code, Handle, Names, Reply, Request, Status


@dataclass(frozen=True, slots=True)
class Denied:
    """A temporary file could not be created; what it means is decided when the others have been tried."""

    parcel: Parcel
    words: str


Outcome = Delivered | Refused | Denied
Publishing = Generator[tuple[Request, ...], tuple[Reply, ...], Outcome]
Preparing = Generator[tuple[Request, ...], tuple[Reply, ...], None]


@dataclass(slots=True)
class Steps:
    """Publishing into one destination's folders over one connection."""

    where: str
    base: str
    posix_rename: bool
    leftovers: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """By folder prepared on this connection: final name → temporary names that earlier attempts left behind."""
    temporaries: set[str] = field(default_factory=set)
    """Paths that hold an unfinished upload of this connection."""

    def prepare(self, folder: str) -> Preparing:
        """Make the folder and those above it as needed, and note what earlier attempts left in it."""
        path = join(self.base, folder) or "."
        (found,) = yield (wire.stat(path),)
        if not (isinstance(found, Attributes) and found.is_folder):
            for ancestor in ancestors(path):
                yield from self._make(ancestor)
        self.leftovers[folder] = leftovers((yield from self._list(path)))

    def publish(self, parcel: Parcel) -> Publishing:
        """Bring one parcel under its name. Its folder must have been prepared."""
        folder = join(self.base, parcel.folder)
        final = join(folder, parcel.name)
        strays = [join(folder, stray) for stray in self.leftovers[parcel.folder].pop(parcel.name, [])]
        existing, *_ = yield (wire.stat(final), *map(wire.remove, strays))
        if isinstance(existing, Attributes) and existing.is_folder:
            return Refused(parcel, f"{self.where}: a folder named {final} is in the way")
        if isinstance(existing, Attributes) and existing.size == len(parcel.content) and not parcel.replaces:
            return Delivered(parcel, f"already there, {existing.size} bytes")

        temporary = join(folder, temporary_name(parcel.name))
        (opened,) = yield (wire.open_new(temporary),)
        if not isinstance(opened, Handle):
            return self._not_opened(parcel, opened)
        self.temporaries.add(temporary)
        yield from self._write(opened, temporary, parcel.content)
        outcome = yield from self._rename(parcel, temporary, final, replaces=isinstance(existing, Attributes))
        self.temporaries.discard(temporary)
        return outcome

    def _not_opened(self, parcel: Parcel, reply: Reply) -> Denied:
        words = _words(reply)
        if isinstance(reply, Status) and reply.code == Code.PERMISSION_DENIED:
            return Denied(parcel, words)
        raise DeliveryDeferred(
            f"{self.where}: cannot create a file in {join(self.base, parcel.folder)} ({words})", by_server=True
        )

    def _write(self, handle: Handle, temporary: str, content: bytes) -> Preparing:
        writes = [
            wire.write(handle, offset, content[offset : offset + wire.WRITE_BYTES])
            for offset in range(0, len(content), wire.WRITE_BYTES)
        ]
        # The size is asked for after the close: some servers flush only then.
        *written, stored = yield (*writes, wire.close(handle), wire.stat(temporary))
        for reply in written:
            if not (isinstance(reply, Status) and reply.ok):
                raise DeliveryDeferred(
                    f"{self.where}: cannot store a file of {len(content)} bytes ({_words(reply)});"
                    " the disk at the far end may be full",
                    by_server=True,
                )
        if not isinstance(stored, Attributes) or stored.size != len(content):
            size = f"{stored.size} bytes" if isinstance(stored, Attributes) else _words(stored)
            raise DeliveryDeferred(
                f"{self.where}: sent {len(content)} bytes, the server reports {size}", by_server=True
            )

    def _rename(self, parcel: Parcel, temporary: str, final: str, *, replaces: bool) -> Publishing:
        if self.posix_rename:
            (reply,) = yield (wire.posix_rename(temporary, final),)
        else:
            (reply,) = yield (wire.rename(temporary, final),)
            if replaces and not _ok(reply):  # version 3 renames onto nothing that exists
                _, reply = yield (wire.remove(final), wire.rename(temporary, final))
        if _ok(reply):
            return Delivered(parcel, f"renamed, {len(parcel.content)} bytes")
        yield (wire.remove(temporary),)
        if isinstance(reply, Status) and reply.code == Code.PERMISSION_DENIED:
            return Refused(parcel, f"{self.where}: may not be named {final} ({_words(reply)})")
        raise DeliveryDeferred(f"{self.where}: cannot rename to {final} ({_words(reply)})", by_server=True)

    def _make(self, folder: str) -> Preparing:
        (found,) = yield (wire.stat(folder),)
        if isinstance(found, Attributes) and found.is_folder:
            return
        # Another connection may make it at the same moment, so what counts is whether it is there afterwards.
        made, there = yield (wire.make_folder(folder), wire.stat(folder))
        if isinstance(there, Attributes) and there.is_folder:
            return
        trouble = f"{self.where}: the folder {folder} is not there and cannot be made ({_words(made)})"
        if isinstance(made, Status) and made.code in (Code.PERMISSION_DENIED, Code.NO_SUCH_FILE):
            raise DestinationRejected(f"{trouble}; correct the path in the destination's url, or ask for the right")
        raise DeliveryDeferred(trouble, by_server=True)

    def _list(self, path: str) -> Generator[tuple[Request, ...], tuple[Reply, ...], Sequence[str]]:
        """The folder's entries; none if it may not be listed, which then leaves leftovers where they are."""
        (opened,) = yield (wire.open_folder(path),)
        if not isinstance(opened, Handle):
            return ()
        entries: list[str] = []
        while True:
            (batch,) = yield (wire.read_folder(opened),)
            if not isinstance(batch, Names):
                break
            entries += batch.names
        yield (wire.close(opened),)
        return entries


def _ok(reply: Reply) -> bool:
    return isinstance(reply, Status) and reply.ok


def _words(reply: Reply) -> str:
    if not isinstance(reply, Status):
        return "an answer that does not fit"
    return one_line(reply.text) or f"code {reply.code}"
