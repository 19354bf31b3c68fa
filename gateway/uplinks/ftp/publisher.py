"""Publishing over FTP: what is said for each file. What the server's replies mean stands in `replies`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gateway.core.errors import DeliveryDeferred, DeliveryError
from gateway.core.interfaces import Delivered, Parcel, Refused
from gateway.core.publishing import Publishing
from gateway.uplinks.ftp.control import done
from gateway.uplinks.ftp.replies import FtpError, Reply, existing_size
from gateway.uplinks.ftp.session import FtpSession, Overlong
from gateway.uplinks.publish import (
    Act,
    Denied,
    Outcome,
    already_there,
    ancestors,
    irreplaceable,
    join,
    leftovers,
    one_line,
    temporary_name,
    unmakable,
    unrenamable,
)


@dataclass(slots=True)
class _Folder:
    """What lay in a folder when it was last listed, which spares a question per file."""

    names: set[str] | None
    """`None`: it may not be listed, or the list has no end."""
    leftovers: dict[str, list[str]]
    """Final name → temporary names that earlier attempts left behind."""


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


class FtpPublisher:
    """Publishes one destination's parcels, over whichever session it is given. Callable from several threads, each with
    a session of its own.

    Methods raise as `FtpSession` does, or a `DeliveryError`.
    """

    def __init__(self, publishing: Publishing) -> None:
        self._publishing = publishing
        self._folders: dict[str, _Folder] = {}
        """By a parcel's folder."""

    def forget(self) -> None:
        """What lay in the folders is no longer known."""
        self._folders.clear()

    def prepare(self, session: FtpSession, folder: str) -> None:
        """Make the folder and those above it as needed, and note what lies in it. Once is enough."""
        if folder in self._folders:
            return
        path = session.path(folder)
        names: set[str] | None = set()
        if session.is_there(path):
            names = _names(session, path)
        else:
            for ancestor in ancestors(path):
                _make(session, ancestor)
        self._folders[folder] = _Folder(names, leftovers(names or ()))

    def publish(self, session: FtpSession, next_parcel: Callable[[], Parcel | None]) -> Iterator[Outcome]:
        """Bring parcels under their names, one after the other, until there is no next one. Their folders must have
        been prepared.

        A file is renamed on the way to the upload of the next one, so its outcome comes that much later.
        """
        stored: _Stored | None = None
        while (parcel := next_parcel()) is not None:
            folder, path = self._folders[parcel.folder], session.path(parcel.folder)
            final = join(path, parcel.name)
            for stray in folder.leftovers.pop(parcel.name, []):
                session.remove(join(path, stray))
            may_exist = folder.names is None or parcel.name in folder.names
            existing = _size(session, final) if may_exist else None
            if (there := already_there(parcel, existing)) is not None:
                yield there
                continue
            earlier, stored = stored, None
            for outcome in self._upload(session, parcel, final, existing, earlier):
                if isinstance(outcome, _Stored):
                    stored = outcome
                else:
                    yield outcome
        if stored is not None:
            yield self._renamed(session, stored, session.ask_all(*stored.renaming))

    def _upload(
        self, session: FtpSession, parcel: Parcel, final: str, existing: int | None, earlier: _Stored | None
    ) -> Iterator[Outcome | _Stored]:
        """Upload and check the size; an earlier one is renamed on the way. What did not fit is taken back."""
        directly = self._publishing is Publishing.DIRECT
        if directly and existing is not None:
            session.remove(final)  # where overwriting is forbidden, deleting need not be
        path = final if directly else join(session.path(parcel.folder), temporary_name(parcel.name))
        replies, answer = session.store(path, parcel.content, after=earlier.renaming if earlier else ())
        if earlier is not None:
            yield self._renamed(session, earlier, replies)
        if not answer.is_done:
            yield _not_stored(session, parcel, path, answer)
            return
        _check_size(session, parcel, path)
        if directly:
            yield self._arrived(parcel, str(answer))
        else:
            deletes = existing is not None and self._publishing is Publishing.RENAME_DELETE
            yield _Stored(parcel, path, final, deletes, answer)

    def _renamed(self, session: FtpSession, stored: _Stored, replies: tuple[Reply, ...]) -> Outcome:
        """What the replies to its renaming mean."""
        known, renamed = replies[-2:]
        if known.wants_more and renamed.is_done:
            return self._arrived(stored.parcel, one_line(f"{stored.answer.text} / {renamed.text}"))
        return self._not_renamed(session, stored, renamed if known.wants_more else known)

    def _not_renamed(self, session: FtpSession, stored: _Stored, reply: Reply) -> Outcome:
        parcel = stored.parcel
        existing = None if reply.is_full else _size(session, stored.final)
        there = already_there(parcel, existing)  # somebody else may have brought it meanwhile
        is_taken = existing is not None and there is None
        if is_taken and not stored.deletes and self._publishing is Publishing.RENAME_DELETE:  # it came after the look
            again = replace(stored, deletes=True)
            return self._renamed(session, again, session.ask_all(*again.renaming))
        session.remove(stored.temporary)
        if there is not None:
            return self._arrived(parcel, there.answer)
        if reply.is_full or not reply.is_final:
            raise FtpError(reply)
        if reply.is_unknown_command:
            raise unrenamable(session.where, "at all", str(reply))
        if existing is not None:
            return Refused(parcel, irreplaceable(session.where, parcel, existing, str(reply)))
        return Denied(parcel, str(reply), Act.RENAME)

    def _arrived(self, parcel: Parcel, answer: str) -> Delivered:
        names = self._folders[parcel.folder].names
        if names is not None:
            names.add(parcel.name)
        return Delivered(parcel, answer)


def _size(session: FtpSession, path: str) -> int | None:
    """The size the server reports; `None` if it has no such file."""
    return existing_size(session.ask(f"SIZE {path}"), session.where)


def _check_size(session: FtpSession, parcel: Parcel, path: str) -> None:
    try:
        size = _size(session, path)
        if size != len(parcel.content):
            raise DeliveryDeferred(
                f"{session.where}: sent {len(parcel.content)} bytes, the server reports {size or 0};"
                " its disk may be full",
                by_server=True,
            )
    except (FtpError, DeliveryError):
        session.remove(path)
        raise


def _not_stored(session: FtpSession, parcel: Parcel, path: str, reply: Reply) -> Denied:
    if reply.is_for_now or reply.is_full:
        session.remove(path)
    if reply.code not in ("550", "553") or reply.is_full:
        raise FtpError(reply)
    folder = session.path(parcel.folder)
    if not session.is_there(folder):
        raise DeliveryDeferred(f"{session.where}: the folder {folder} has vanished ({reply})", by_server=True)
    return Denied(parcel, str(reply))


def _names(session: FtpSession, path: str) -> set[str] | None:
    try:
        return {entry.rstrip("/").rpartition("/")[2] for entry in session.lines(f"NLST {path}")}
    except Overlong:
        return None
    except FtpError as error:
        # 450 and 550 are how some servers say "empty" or "not to be listed": leftovers, if any, then stay.
        if error.reply.code not in ("450", "550"):
            raise
        return None


def _make(session: FtpSession, folder: str) -> None:
    if session.is_there(folder):
        return
    reply = session.ask(f"MKD {folder}")
    # Another connection may have made it at the same moment, so what counts is whether it is there now.
    if reply.is_refusal and not session.is_there(folder):
        raise FtpError(reply) if reply.is_full else unmakable(session.where, folder, str(reply))
    if not reply.is_refusal:
        done(reply)
