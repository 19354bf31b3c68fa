"""Publishing over FTP: what is said for each file. What the server's replies mean stands in `replies`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gateway.core.errors import DeliveryDeferred, DeliveryError
from gateway.core.interfaces import Conflict, Delivered, Parcel, Refused
from gateway.core.publishing import Publishing
from gateway.uplinks.ftp.control import done
from gateway.uplinks.ftp.replies import FtpError, Reply, existing_size
from gateway.uplinks.ftp.session import FtpSession, Overlong
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
    most_fetched,
    one_line,
    temporary_name,
    unmakable,
    unrenamable,
    unseen,
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
            existing = self._existing(session, parcel, final)
            if existing is not None and not parcel.replaces:
                there = self._look(session, parcel, final, existing)
                if there is not None:
                    yield there
                    continue
            earlier, stored = stored, None
            for outcome in self._upload(session, parcel, final, earlier, makes_room=existing is not None):
                if isinstance(outcome, _Stored):
                    stored = outcome
                else:
                    yield outcome
        if stored is not None:
            yield self._renamed(session, stored, session.ask_all(*stored.renaming))

    def _upload(
        self, session: FtpSession, parcel: Parcel, final: str, earlier: _Stored | None, *, makes_room: bool
    ) -> Iterator[Outcome | _Stored]:
        """Upload and check the size; an earlier one is renamed on the way. What did not fit is taken back.

        `makes_room`: something lies under the final name that is to be replaced, or that is our own beginning.
        """
        directly = self._publishing is Publishing.DIRECT
        if directly and makes_room:
            session.remove(final)  # where overwriting is forbidden, deleting need not be
        path = final if directly else join(session.path(parcel.folder), temporary_name(parcel.name))
        replies, answer = session.store(path, parcel.content, after=earlier.renaming if earlier else ())
        if earlier is not None:
            yield self._renamed(session, earlier, replies)
        if not answer.is_done:
            yield _not_stored(session, parcel, path, answer)
            return
        size = _check_size(session, parcel, path, final)
        if directly:
            yield self._arrived(parcel, str(answer))
        elif size is not None and not parcel.replaces:  # it came after the look, or after the folder was listed
            session.remove(path)
            yield self._look(session, parcel, final, Found(size, None)) or _vanished(session, final)
        else:
            deletes = makes_room and parcel.replaces and self._publishing is Publishing.RENAME_DELETE
            yield _Stored(parcel, path, final, deletes, answer)

    def _existing(self, session: FtpSession, parcel: Parcel, final: str) -> Found | Conflict | None:
        """What lies under the parcel's name; `None`: nothing, or nothing is told and it need not be asked for."""
        names = self._folders[parcel.folder].names
        must_know = parcel.ask_first or self._publishing is Publishing.DIRECT
        if names is not None and parcel.name not in names and not must_know:
            return None
        size = _size(session, final)
        if size is not None:
            return Found(size, None)
        if not parcel.ask_first or parcel.replaces:
            return None
        known = _names(session, session.path(parcel.folder))  # 550 may be a word of absence, or of rights
        if known is not None and parcel.name not in known:
            return None
        return unseen(session.where, parcel, None, "neither the folder's names nor a file's size are told")

    def _look(
        self, session: FtpSession, parcel: Parcel, final: str, existing: Found | Conflict
    ) -> Delivered | Conflict | None:
        """What it means for the parcel that this lies under its name; `None`: it is ours to write, or it has gone."""
        if isinstance(existing, Conflict):
            return existing
        found = _fetched(session, parcel, final, existing.size)
        return None if found is None else lying(session.where, parcel, found, self._publishing)

    def _renamed(self, session: FtpSession, stored: _Stored, replies: tuple[Reply, ...]) -> Outcome:
        """What the replies to its renaming mean."""
        known, renamed = replies[-2:]
        if known.wants_more and renamed.is_done:
            return self._arrived(stored.parcel, one_line(f"{stored.answer.text} / {renamed.text}"))
        return self._not_renamed(session, stored, renamed if known.wants_more else known)

    def _not_renamed(self, session: FtpSession, stored: _Stored, reply: Reply) -> Outcome:
        parcel = stored.parcel
        existing = None if reply.is_full else _size(session, stored.final)
        if existing is not None and not parcel.replaces:  # somebody else has brought it meanwhile
            session.remove(stored.temporary)
            there = self._look(session, parcel, stored.final, Found(existing, None))
            return there or _vanished(session, stored.final)
        if existing is not None and not stored.deletes and self._publishing is Publishing.RENAME_DELETE:
            again = replace(stored, deletes=True)  # it came after the look
            return self._renamed(session, again, session.ask_all(*again.renaming))
        session.remove(stored.temporary)
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


def _check_size(session: FtpSession, parcel: Parcel, path: str, final: str) -> int | None:
    """That all of it has arrived under this path. Returns the size of what lies under its final name, if it is told of
    something: asked in the same packet, it costs no round trip."""
    try:
        stored, there = session.ask_all(f"SIZE {path}", f"SIZE {final}")
        size = existing_size(stored, session.where)
        if size != len(parcel.content):
            raise DeliveryDeferred(
                f"{session.where}: sent {len(parcel.content)} bytes, the server reports {size or 0};"
                " its disk may be full",
                by_server=True,
            )
    except (FtpError, DeliveryError):
        session.remove(path)
        raise
    return there.size


def _fetched(session: FtpSession, parcel: Parcel, final: str, size: int | None) -> Found | None:
    """What lies there, with its content where that may be read; `None`: it has gone meanwhile."""
    if not is_fetched(parcel, size):
        return Found(size, None, "too large to be compared")
    try:
        content = session.receive(f"RETR {final}", most_fetched(parcel))
    except Overlong as error:
        return Found(size, None, str(error))
    except FtpError as error:
        if not (error.reply.is_refusal or error.reply.code in ("450", "451")):
            raise
        return None if _size(session, final) is None else Found(size, None, str(error))
    return Found(len(content), content)


def _vanished(session: FtpSession, final: str) -> Delivered | Conflict:
    """Raises `DeliveryDeferred`: what was in the way a moment ago is gone."""
    raise DeliveryDeferred(f"{session.where}: what lay under {final} has gone meanwhile", by_server=True)


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
