"""The steps of publishing over SFTP: pure generators that yield requests and are sent the replies.

They decide, and touch no network; `pipeline` runs many side by side. A tuple of requests travels together and
costs one round trip.

| the server says | here it means |
|---|---|
| permission denied, no such file: creating a folder | `DestinationRejected`: the path is not ours to use |
| permission denied: creating a file, renaming | a denial; see `publish.Denials` |
| no such file: creating a file | `DeliveryDeferred`: the folder has vanished; the next connection makes it |
| failure: writing; a size short of ours | `DeliveryDeferred`: the far end's disk is full or failing |
| unsupported operation: renaming | `DestinationRejected`, naming the way out |
| any failure: renaming onto a file that is to be replaced, or a folder of that name | `Refused` |
| permission denied: asked first whether the name is free | `Conflict`: nobody may see what lies there |
| any failure: reading what lies under the name | `Conflict`, or ours by its size; see `publish.lying` |
| anything else | `DeliveryDeferred`, in the server's words |
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Conflict, Delivered, Parcel, Refused
from gateway.core.publishing import Publishing
from gateway.uplinks.bounds import MOST_BYTES, MOST_TIDIED
from gateway.uplinks.publish import (
    Act,
    Denied,
    Found,
    Outcome,
    ancestors,
    irreplaceable,
    is_fetched,
    join,
    leftovers,
    lying,
    missing,
    most_fetched,
    one_line,
    temporary_name,
    unmakable,
    unrenamable,
    unseen,
)
from gateway.uplinks.sftp import messages
from gateway.uplinks.sftp.messages import Attributes, Code, Content, Handle, Names, Reply, SftpRequest, SftpStatus

Attempt = Generator[tuple[SftpRequest, ...], tuple[Reply, ...], Outcome]
Looking = Generator[tuple[SftpRequest, ...], tuple[Reply, ...], Delivered | Conflict | None]
Listing = list[tuple[str, Attributes]]
Preparing = Generator[tuple[SftpRequest, ...], tuple[Reply, ...], None]


@dataclass(slots=True)
class Steps:
    """Publishing into one destination's folders over one connection."""

    where: str
    base: str
    posix_rename: bool
    publishing: Publishing = Publishing.RENAME
    leftovers: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """By folder prepared on this connection: final name → temporary names that earlier attempts left behind."""
    unfinished: set[str] = field(default_factory=set)
    """Paths that hold half an upload of this connection."""

    def prepare(self, folder: str) -> Preparing:
        """Make the folder and those above it as needed, and note what earlier attempts left in it."""
        path = join(self.base, folder) or "."
        (found,) = yield (messages.stat(path),)
        if not (isinstance(found, Attributes) and found.is_folder):
            for ancestor in ancestors(path):
                yield from self._make(ancestor)
        listed = yield from self.list(path, MOST_TIDIED)  # what may not be listed leaves leftovers where they are
        self.leftovers[folder] = {} if isinstance(listed, SftpStatus) else leftovers(name for name, _ in listed)

    def publish(self, parcel: Parcel) -> Attempt:
        """Bring one parcel under its name. Its folder must have been prepared."""
        folder = join(self.base, parcel.folder)
        final = join(folder, parcel.name)
        strays = [join(folder, stray) for stray in self.leftovers[parcel.folder].pop(parcel.name, [])]
        existing, *_ = yield (messages.stat(final), *map(messages.remove, strays))
        if isinstance(existing, Attributes) and existing.is_folder:
            return Refused(parcel, f"{self.where}: a folder named {final} is in the way")
        if not parcel.replaces:
            there = yield from self._look(parcel, final, existing)
            if there is not None:
                return there

        if self.publishing is Publishing.DIRECT:
            is_free = not isinstance(existing, Attributes)
            outcome = yield from self._write(
                parcel, final, messages.open_new(final) if is_free else messages.open_anew(final)
            )
            self.unfinished.discard(final)
            return outcome
        temporary = join(folder, temporary_name(parcel.name))
        outcome = yield from self._write(parcel, temporary, messages.open_new(temporary))
        if isinstance(outcome, Delivered):
            outcome = yield from self._rename(parcel, temporary, final, existing)
        self.unfinished.discard(temporary)
        return outcome

    def _look(self, parcel: Parcel, final: str, existing: Reply) -> Looking:
        """What it means for the parcel that this was said of its name; `None`: the name is free, or ours to write."""
        if isinstance(existing, Attributes):
            found = yield from self._found(parcel, final, existing.size)
            return None if found is None else lying(self.where, parcel, found, self.publishing)
        if not parcel.ask_first or (isinstance(existing, SftpStatus) and existing.code == Code.NO_SUCH_FILE):
            return None
        if isinstance(existing, SftpStatus) and existing.code == Code.PERMISSION_DENIED:
            return unseen(self.where, parcel, None, _words(existing))
        raise DeliveryDeferred(f"{self.where}: not told whether {final} is there ({_words(existing)})", by_server=True)

    def _found(
        self, parcel: Parcel, final: str, size: int | None
    ) -> Generator[tuple[SftpRequest, ...], tuple[Reply, ...], Found | None]:
        """What lies there; `None`: it has gone meanwhile."""
        if not is_fetched(parcel, size):
            return Found(size, None, "too large to be compared")
        content = yield from self.fetch(final, most_fetched(parcel))
        if not isinstance(content, SftpStatus):
            return Found(len(content), content)
        return None if content.code == Code.NO_SUCH_FILE else Found(size, None, _words(content))

    def _not_opened(self, parcel: Parcel, reply: Reply) -> Denied:
        words = _words(reply)
        if isinstance(reply, SftpStatus) and reply.code == Code.PERMISSION_DENIED:
            return Denied(parcel, words)
        raise DeliveryDeferred(
            f"{self.where}: cannot create a file in {join(self.base, parcel.folder)} ({words})", by_server=True
        )

    def _write(self, parcel: Parcel, path: str, opening: SftpRequest) -> Attempt:
        """Everything under this path, and its size checked."""
        (opened,) = yield (opening,)
        if not isinstance(opened, Handle):
            return self._not_opened(parcel, opened)
        self.unfinished.add(path)
        content = parcel.content
        writes = [
            messages.write(opened, offset, content[offset : offset + messages.WRITE_BYTES])
            for offset in range(0, len(content), messages.WRITE_BYTES)
        ]
        # The size is asked for after the close: some servers flush only then.
        *written, stored = yield (*writes, messages.close(opened), messages.stat(path))
        for reply in written:
            if not _ok(reply):
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
        return Delivered(parcel, f"written, {len(content)} bytes")

    def _rename(self, parcel: Parcel, temporary: str, final: str, older: Reply) -> Attempt:
        """`older`: what was said of the name before; a file that lies there is to be replaced."""
        size = older.size if isinstance(older, Attributes) else None
        if self.posix_rename:
            (reply,) = yield (messages.posix_rename(temporary, final),)
        elif size is not None and self.publishing is Publishing.RENAME_DELETE:
            _, reply = yield (messages.remove(final), messages.rename(temporary, final))
        else:
            (reply,) = yield (messages.rename(temporary, final),)
        if _ok(reply):
            return Delivered(parcel, f"renamed, {len(parcel.content)} bytes")
        _, now = yield (messages.remove(temporary), messages.stat(final))
        if isinstance(now, Attributes) and not now.is_folder and not parcel.replaces:  # brought meanwhile
            there = yield from self._look(parcel, final, now)
            if there is not None:
                return there
        if isinstance(reply, SftpStatus) and reply.code == Code.OP_UNSUPPORTED:
            raise unrenamable(self.where, "at all", _words(reply))
        if isinstance(reply, SftpStatus) and reply.code == Code.PERMISSION_DENIED:
            return Denied(parcel, _words(reply), Act.RENAME)
        if size is not None and not self.posix_rename:  # version 3 renames onto nothing that exists
            return Refused(parcel, irreplaceable(self.where, parcel, size, _words(reply)))
        raise DeliveryDeferred(f"{self.where}: cannot rename to {final} ({_words(reply)})", by_server=True)

    def _make(self, folder: str) -> Preparing:
        (found,) = yield (messages.stat(folder),)
        if isinstance(found, Attributes) and found.is_folder:
            return
        # Another connection may make it at the same moment, so what counts is whether it is there afterwards.
        made, there = yield (messages.make_folder(folder), messages.stat(folder))
        if isinstance(there, Attributes) and there.is_folder:
            return
        if isinstance(made, SftpStatus) and made.code in (Code.PERMISSION_DENIED, Code.NO_SUCH_FILE):
            raise unmakable(self.where, folder, _words(made))
        raise DeliveryDeferred(f"{self.where}: {missing(folder, _words(made))}", by_server=True)

    def list(self, path: str, most: int) -> Generator[tuple[SftpRequest, ...], tuple[Reply, ...], Listing | SftpStatus]:
        """The folder's entries, or why they are not told. Not many more than `most` are asked for."""
        (opened,) = yield (messages.open_folder(path),)
        if not isinstance(opened, Handle):
            return opened if isinstance(opened, SftpStatus) else SftpStatus(Code.FAILURE, _words(opened))
        entries: Listing = []
        told_bytes = 0
        while len(entries) < most and told_bytes <= MOST_BYTES:
            (batch,) = yield (messages.read_folder(opened),)
            if not isinstance(batch, Names) or not batch.entries:
                break
            entries += batch.entries
            told_bytes += sum(len(name) for name, _ in batch.entries)
        yield (messages.close(opened),)
        return entries if told_bytes <= MOST_BYTES else _overlong("its names are", MOST_BYTES)

    def fetch(
        self, path: str, most: int = MOST_BYTES
    ) -> Generator[tuple[SftpRequest, ...], tuple[Reply, ...], bytes | SftpStatus]:
        """The file's bytes, or why they are not given; not more than `most`."""
        (opened,) = yield (messages.open_to_read(path),)
        if not isinstance(opened, Handle):
            return opened if isinstance(opened, SftpStatus) else SftpStatus(Code.FAILURE, _words(opened))
        received = bytearray()
        piece: Reply = Content(b"")
        while isinstance(piece, Content) and len(received) <= most:
            (piece,) = yield (messages.read(opened, len(received)),)
            if isinstance(piece, Content):
                received += piece.content
        yield (messages.close(opened),)
        if len(received) > most:
            return _overlong("it is", most)
        if isinstance(piece, SftpStatus) and piece.code != Code.EOF:
            return piece
        return bytes(received)


def _ok(reply: Reply) -> bool:
    return isinstance(reply, SftpStatus) and reply.ok


def _overlong(what: str, most: int) -> SftpStatus:
    return SftpStatus(Code.FAILURE, f"{what} more than {most // 1_000_000} MB")


def _words(reply: Reply) -> str:
    if not isinstance(reply, SftpStatus):
        return "an answer that does not fit"
    return one_line(reply.text) or f"code {reply.code}"
