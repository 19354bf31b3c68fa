"""The steps of publishing over FTP, over one connection. What the server's replies mean stands in `reply_meanings`."""

from __future__ import annotations

import contextlib
import ftplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Refused
from gateway.core.publishing import Publishing
from gateway.uplinks.ftp.replies import Reply, code
from gateway.uplinks.ftp.reply_meanings import as_error, full, is_final, is_unknown, judged, size_in, words
from gateway.uplinks.ftp.session import FtpSession, Overlong
from gateway.uplinks.publish import (
    Act,
    Denied,
    ancestors,
    irreplaceable,
    join,
    leftovers,
    one_line,
    temporary_name,
    unrenamable,
)

Outcome = Delivered | Refused | Denied


@dataclass(slots=True)
class Folder:
    """What lay in a folder when it was last looked at, which spares a question per file."""

    names: set[str] | None
    """`None`: it may not be listed, or the list has no end."""
    leftovers: dict[str, list[str]]
    """Final name → temporary names that earlier attempts left behind."""


Folders = dict[str, Folder]
"""By a parcel's folder. Shared by the connections of one uplink."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A file that lies complete under its temporary name."""

    parcel: Parcel
    temporary: str
    final: str
    deletes: bool
    """Whether an older file has to make room first."""
    answer: Reply

    @property
    def renaming(self) -> tuple[str, ...]:
        """The commands that put it in its place; the last two of them are the renaming proper."""
        room = (f"DELE {self.final}",) if self.deletes else ()
        return (*room, f"RNFR {self.temporary}", f"RNTO {self.final}")


class FtpSteps:
    """Publishing into one destination's folders over one connection, one parcel after the other.

    Methods raise `DeliveryError`, or what ftplib raises when the reply has no meaning of its own at that step: see
    `judged`.
    """

    def __init__(self, where: str, session: FtpSession, base: str, publishing: Publishing, folders: Folders) -> None:
        """`base` is absolute."""
        self.session = session
        self._where = where
        self._base = base
        self._publishing = publishing
        self.folders = folders

    def prepare(self, folder: str) -> None:
        """Make the folder and those above it as needed, and note what lies in it. Once is enough."""
        if folder in self.folders:
            return
        path = self.path(folder)
        names: set[str] | None
        if self.there(path):
            names = self._names(path)
        else:
            names = set()
            for ancestor in ancestors(path):
                self._make(ancestor)
        self.folders[folder] = Folder(names, leftovers(names or ()))

    def publish(self, take: Callable[[], Parcel | None]) -> Iterator[Outcome]:
        """Bring parcels under their names, one after the other, until there is none to be taken. Their folders must
        have been prepared.

        A file is renamed on the way to the upload of the next one, so its outcome comes that much later.
        """
        stored: _Stored | None = None
        while (parcel := take()) is not None:
            folder = self.folders[parcel.folder]
            final = join(self.path(parcel.folder), parcel.name)
            for stray in folder.leftovers.pop(parcel.name, []):
                self.remove(join(self.path(parcel.folder), stray))
            may_exist = folder.names is None or parcel.name in folder.names
            existing = self.size(final) if may_exist else None
            if existing == len(parcel.content) and not parcel.replaces:
                yield _already_there(parcel)
                continue
            earlier, stored = stored, None
            for came_of_it in self._upload(parcel, final, existing, earlier):
                if isinstance(came_of_it, _Stored):
                    stored = came_of_it
                else:
                    yield came_of_it
        if stored is not None:
            yield self._renamed(stored, self.session.together(*stored.renaming))

    def judged(self, error: ftplib.Error) -> DeliveryError:
        """What a reply means that has no meaning of its own at the step where it came."""
        return judged(error, self._where, resumed=self.session.resumed)

    def path(self, folder: str) -> str:
        """A folder below the base as the server names it."""
        return join(self._base, folder)

    def size(self, path: str) -> int | None:
        """The size the server reports; `None` if it has no such file."""
        (reply,) = self.session.together(f"SIZE {path}")
        return size_in(reply, self._where)

    def there(self, folder: str) -> bool:
        """Whether this folder exists and may be entered."""
        try:
            self.session.cwd(folder)
        except ftplib.error_perm:
            return False
        return True

    def remove(self, path: str) -> None:
        """Delete a file if that is possible. What cannot go stays, and hides no better error."""
        with contextlib.suppress(ftplib.error_perm, ftplib.error_temp):
            self.session.delete(path)

    def _upload(
        self, parcel: Parcel, final: str, existing: int | None, earlier: _Stored | None
    ) -> Iterator[Outcome | _Stored]:
        """Upload and check the size; an earlier one is renamed on the way. What did not fit is taken back."""
        directly = self._publishing is Publishing.DIRECT
        if directly and existing is not None:
            self.remove(final)  # where overwriting is forbidden, deleting need not be
        path = final if directly else join(self.path(parcel.folder), temporary_name(parcel.name))
        replies, answer = self.session.store(path, parcel.content, after=earlier.renaming if earlier else ())
        if earlier is not None:
            yield self._renamed(earlier, replies)
        if answer[0] != "2":
            yield self._not_stored(parcel, path, answer)
            return
        self._check_size(parcel, path)
        if directly:
            yield self._arrived(parcel, one_line(answer))
        else:
            deletes = existing is not None and self._publishing is Publishing.RENAME_DELETE
            yield _Stored(parcel, path, final, deletes, answer)

    def _check_size(self, parcel: Parcel, path: str) -> None:
        try:
            size = self.size(path)
            if size != len(parcel.content):
                raise DeliveryDeferred(
                    f"{self._where}: sent {len(parcel.content)} bytes, the server reports {size or 0};"
                    " its disk may be full",
                    by_server=True,
                )
        except (ftplib.error_temp, DeliveryError):
            self.remove(path)
            raise

    def _not_stored(self, parcel: Parcel, path: str, reply: Reply) -> Denied:
        if reply[0] == "4" or full(reply):
            self.remove(path)
        if code(reply) not in ("550", "553") or full(reply):
            raise as_error(reply)
        folder = self.path(parcel.folder)
        if not self.there(folder):
            raise DeliveryDeferred(f"{self._where}: the folder {folder} has vanished ({words(reply)})", by_server=True)
        return Denied(parcel, words(reply))

    def _renamed(self, stored: _Stored, replies: tuple[Reply, ...]) -> Outcome:
        """What the replies to its renaming mean."""
        known, renamed = replies[-2:]
        if known[0] == "3" and renamed[0] == "2":
            return self._arrived(stored.parcel, one_line(f"{stored.answer} / {renamed}"))
        return self._not_renamed(stored, renamed if known[0] == "3" else known)

    def _not_renamed(self, stored: _Stored, reply: Reply) -> Outcome:
        parcel = stored.parcel
        existing = None if full(reply) else self.size(stored.final)
        differs = existing != len(parcel.content) or parcel.replaces
        evict_idle = existing is not None and differs and not stored.deletes
        if evict_idle and self._publishing is Publishing.RENAME_DELETE:  # it came after we had looked
            again = replace(stored, deletes=True)
            return self._renamed(again, self.session.together(*again.renaming))
        self.remove(stored.temporary)
        if existing is not None and not differs:  # somebody else has brought it meanwhile
            return self._arrived(parcel, _already_there(parcel).answer)
        if full(reply) or not is_final(reply):
            raise as_error(reply)
        if is_unknown(reply):
            raise unrenamable(self._where, "at all", words(reply))
        if existing is not None:
            return Refused(parcel, irreplaceable(self._where, parcel, existing, words(reply)))
        return Denied(parcel, words(reply), Act.RENAME)

    def _arrived(self, parcel: Parcel, answer: str) -> Delivered:
        names = self.folders[parcel.folder].names
        if names is not None:
            names.add(parcel.name)
        return Delivered(parcel, answer)

    def _names(self, path: str) -> set[str] | None:
        try:
            return {entry.rstrip("/").rpartition("/")[2] for entry in self.session.lines(f"NLST {path}")}
        except Overlong:
            return None
        except (ftplib.error_perm, ftplib.error_temp) as error:
            # 450 and 550 are how some servers say "empty" or "not to be listed": leftovers, if any, then stay.
            if code(error) not in ("450", "550"):
                raise
            return None

    def _make(self, folder: str) -> None:
        if self.there(folder):
            return
        try:
            self.session.mkd(folder)
        except ftplib.error_perm as error:
            # Another connection may have made it at the same moment, so what counts is whether it is there now.
            if self.there(folder):
                return
            if full(error):
                raise
            raise DestinationRejected(
                f"{self._where}: the folder {folder} is not there and cannot be made ({words(error)});"
                " correct the path in the destination's url, or ask for the right"
            ) from error


def _already_there(parcel: Parcel) -> Delivered:
    return Delivered(parcel, f"already there, {len(parcel.content)} bytes")
