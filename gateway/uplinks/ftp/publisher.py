"""Publishing over FTP: what is said for each file. What the server's replies mean stands in `replies`, what it tells of
a file in `told`.

What is accepted and not proven is `Unproven`, where the destination wants to see the file lie there; it is renamed
nevertheless, for the authority may well have it. A receiver that takes a file away before it is renamed gets the next
ones under their final names, if the destination is content with the server's answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Conflict, Delivered, Parcel, Refused, Unproven
from gateway.core.manner import Manner
from gateway.core.presence import Presence
from gateway.core.publishing import Proof, Publishing
from gateway.uplinks.ftp.folders import Folder, all_names, prepare
from gateway.uplinks.ftp.replies import FtpError, Reply
from gateway.uplinks.ftp.session import FtpSession, Overlong
from gateway.uplinks.ftp.told import folder_told, sizes_of, told
from gateway.uplinks.ftp.upload import Upload, short, upload
from gateway.uplinks.publish import (
    Act,
    Denied,
    Found,
    Outcome,
    irreplaceable,
    is_fetched,
    join,
    lying,
    most_fetched,
    one_line,
    temporary_name,
    unmakable,
    unrenamable,
    unseen,
)

_MOST_UNANSWERED = 64
"""Of which it is remembered that they may have arrived; the others are sent again."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A file that was accepted under its temporary name."""

    parcel: Parcel
    temporary: str
    final: str
    deletes: bool
    """Whether an older file has to make room first."""
    answer: Reply
    doubt: str = ""
    """What was asked and what came, where it is not proven that it lies there, and has to be."""
    lacks: Manner | None = None
    """What the server is shown to lack once it has renamed it."""

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

    def __init__(self, publishing: Publishing, proof: Proof = Proof.PRESENT) -> None:
        self._publishing = publishing
        self._proof = proof
        self._folders: dict[str, Folder] = {}
        """By a parcel's folder."""
        self._unanswered: dict[tuple[str, str], tuple[str, bytes]] = {}
        """Folder and name of files that were sent whole and not answered: where, and what."""

    @property
    def unanswered(self) -> int:
        """How many files were sent whole, and the connection was lost before the server said what came of them."""
        return len(self._unanswered)

    def forget(self) -> None:
        """What lay in the folders is no longer known."""
        self._folders.clear()

    def prepare(self, session: FtpSession, folder: str) -> None:
        """Make the folder and those above it as needed, and note what lies in it. Once is enough."""
        if folder not in self._folders:
            self._folders[folder] = prepare(session, session.path(folder))

    def publish(self, session: FtpSession, next_parcel: Callable[[], Parcel | None]) -> Iterator[Outcome]:
        """Bring parcels under their names, one after the other, until there is no next one. Their folders must have
        been prepared.

        A file is renamed on the way to the upload of the next one, so its outcome comes that much later.
        """
        stored: _Stored | None = None
        while (parcel := next_parcel()) is not None:
            folder, path = self._folders[parcel.folder], session.path(parcel.folder)
            final = join(path, parcel.name)
            earlier_path = self._sent_before(session, parcel)
            for stray in folder.leftovers.pop(parcel.name, []):
                if join(path, stray) != earlier_path:
                    session.remove(join(path, stray))
            existing = self._existing(session, parcel, final)
            if existing is not None and not parcel.replaces:
                there = self._look(session, parcel, final, existing)
                if there is not None:
                    yield there
                    continue
            earlier, stored = stored, None
            if earlier_path and existing is None:
                answer = Reply(f"{len(parcel.content)} bytes are there, and STOR was not answered")
                stored = _Stored(parcel, earlier_path, final, False, answer)
                if earlier is not None:
                    yield self._renamed(session, earlier, session.ask_all(*earlier.renaming))
                continue
            for outcome in self._upload(session, parcel, final, earlier, makes_room=existing is not None):
                if isinstance(outcome, _Stored):
                    stored = outcome
                else:
                    yield outcome
        if stored is not None:
            yield self._renamed(session, stored, session.ask_all(*stored.renaming))

    def _sent_before(self, session: FtpSession, parcel: Parcel) -> str:
        """The temporary name under which it lies whole, having been sent and never answered; "" if it does not."""
        path, content = self._unanswered.pop((parcel.folder, parcel.name), ("", b""))
        if not path or content != parcel.content:
            return ""
        size = told(session, path).size
        if size == len(content):
            return path
        session.remove(path)
        return ""

    def _upload(
        self, session: FtpSession, parcel: Parcel, final: str, earlier: _Stored | None, *, makes_room: bool
    ) -> Iterator[Outcome | _Stored]:
        """Upload and check the size; an earlier one is renamed on the way. What did not fit is taken back.

        `makes_room`: something lies under the final name that is to be replaced, or that is our own beginning.
        """
        directly = self._is_direct(session)
        if directly and makes_room:
            session.remove(final)  # where overwriting is forbidden, deleting need not be
        path = final if directly else join(session.path(parcel.folder), temporary_name(parcel.name))
        replies: list[Reply] = []
        try:
            sent = upload(session, path, final, parcel.content, earlier.renaming if earlier else (), replies)
        except (FtpError, OSError, EOFError):
            if session.is_whole_sent and not directly and len(self._unanswered) < _MOST_UNANSWERED:
                self._unanswered[parcel.folder, parcel.name] = (path, parcel.content)
            if earlier is not None and _is_renamed(earlier, replies):  # that answer came, whatever came after it
                yield self._arrived(earlier.parcel, _both(earlier.answer, replies[-1]))
            raise
        if earlier is not None:
            yield self._renamed(session, earlier, tuple(replies))
        yield self._judged(session, parcel, path, final, sent, makes_room=makes_room)

    def _judged(
        self, session: FtpSession, parcel: Parcel, path: str, final: str, sent: Upload, *, makes_room: bool
    ) -> Outcome | _Stored:
        """What it means how an upload ended."""
        size = len(parcel.content)
        if not sent.is_accepted(size):
            if sent.answer.is_done and sent.told.size is not None:
                session.remove(path)
                raise short(session, parcel.content, sent.told.size)
            return self._not_stored(session, parcel, path, sent.answer)
        doubt = ""
        if self._proof is Proof.PRESENT and not sent.is_whole(size):
            there = told(session, path)
            if there.size is not None and there.size != size:
                session.remove(path)
                raise short(session, parcel.content, there.size)
            doubt = "" if there.size == size else f"{there.presence.value}: {there.words}"
        if path == final:
            answer = str(sent.answer)
            return self._unproven(session, parcel, answer, doubt) if doubt else self._arrived(parcel, answer)
        if sent.final.size is not None and not parcel.replaces:  # it came after the look, or the folder was listed
            session.remove(path)
            found = Found(sent.final.size, None)
            return self._look(session, parcel, final, found) or _vanished(session, final)
        deletes = makes_room and parcel.replaces and self._publishing is Publishing.RENAME_DELETE
        return _Stored(parcel, path, final, deletes, sent.answer, doubt, sent.told.lacks)

    def _is_direct(self, session: FtpSession) -> bool:
        takes_at_close = self._proof is Proof.ANSWER and session.optimisms.manners.has(Manner.TAKES_AT_CLOSE)
        return takes_at_close or self._publishing is Publishing.DIRECT

    def _existing(self, session: FtpSession, parcel: Parcel, final: str) -> Found | Conflict | None:
        """What lies under the parcel's name; `None`: nothing, or nothing is told and it need not be asked for."""
        names = self._folders[parcel.folder].names
        is_listed = names is not None and parcel.name in names
        must_know = parcel.ask_first or self._is_direct(session)
        if names is not None and not is_listed and not must_know:
            return None
        (there,) = sizes_of(session, final)
        if there.size is None and (is_listed or parcel.ask_first):
            there = told(session, final)
        if there.presence is Presence.THERE or (is_listed and there.presence is Presence.NOT_TOLD):
            return Found(there.size, None, there.words)
        if not parcel.ask_first or parcel.replaces or there.presence is Presence.NOT_THERE:
            return None
        known = all_names(session, session.path(parcel.folder))  # 550 may be a word of absence, or of rights
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
        if found is None:
            return None
        return lying(session.where, parcel, found, Publishing.DIRECT if self._is_direct(session) else self._publishing)

    def _renamed(self, session: FtpSession, stored: _Stored, replies: tuple[Reply, ...]) -> Outcome:
        """What the replies to its renaming mean."""
        if not _is_renamed(stored, replies):
            return self._not_renamed(session, stored, replies)
        parcel, answer = stored.parcel, _both(stored.answer, replies[-1])
        if not stored.doubt:
            outcome: Outcome = self._arrived(parcel, answer)
        else:
            there = told(session, stored.final)
            if there.size is not None and there.size != len(parcel.content):
                raise short(session, parcel.content, there.size)
            doubt = "" if there.size is not None else f"{there.presence.value}: {there.words}"
            outcome = self._unproven(session, parcel, answer, doubt) if doubt else self._arrived(parcel, answer)
        if stored.lacks is not None:
            session.optimisms.manners.learn(stored.lacks, f"{stored.answer}, and no size of what was then renamed")
        return outcome

    def _not_renamed(self, session: FtpSession, stored: _Stored, replies: tuple[Reply, ...]) -> Outcome:
        parcel = stored.parcel
        reply = _refusal(replies)
        if reply.is_full:
            session.remove(stored.temporary)
            raise FtpError(reply)
        there = told(session, stored.final)
        existing = there.size
        if existing is not None and not parcel.replaces:  # somebody else has brought it meanwhile
            session.remove(stored.temporary)
            found = self._look(session, parcel, stored.final, Found(existing, None))
            return found or _vanished(session, stored.final)
        if session.hopes_for(session.pipelining):  # one command at a time, before anything is judged
            plainly = self._renamed_plainly(session, stored)
            if _is_renamed(stored, plainly):
                return self._renamed(session, stored, plainly)
            reply = _refusal(plainly)
        if existing is not None and not stored.deletes and self._publishing is Publishing.RENAME_DELETE:
            again = replace(stored, deletes=True)  # it came after the look
            return self._renamed(session, again, session.ask_all(*again.renaming))
        if existing is None and self._was_taken(session, stored, reply):
            return self._taken_at_close(session, stored, reply)
        session.remove(stored.temporary)
        if not reply.is_final:
            raise FtpError(reply)
        if reply.is_unknown_command:
            raise unrenamable(session.where, "at all", str(reply))
        if existing is not None:
            session.optimisms.manners.learn(Manner.NO_REPLACEMENT, f"RNTO: {reply}")
            return Refused(parcel, irreplaceable(session.where, parcel, existing, str(reply)))
        if reply.speaks_of_existence and parcel.was_tried and there.presence is Presence.NOT_TOLD:
            # Most likely what was accepted the last time, and could not be proven then.
            return self._unproven(session, parcel, _both(stored.answer, reply), f"not told: {there.words}")
        return Denied(parcel, str(reply), Act.RENAME)

    def _renamed_plainly(self, session: FtpSession, stored: _Stored) -> tuple[Reply, ...]:
        replies = tuple(session.ask(command) for command in stored.renaming[-2:])
        if _is_renamed(stored, replies):
            session.pipelining.failed("two commands to rename were refused at once, and not one at a time")
            session.pipelining.plain_worked()
        return replies

    def _was_taken(self, session: FtpSession, stored: _Stored, reply: Reply) -> bool:
        """Whether it has gone from its temporary name, which was answered well."""
        if reply.is_unknown_command:
            return False
        there = told(session, stored.temporary)
        return there.presence is Presence.NOT_THERE or (there.presence is Presence.NOT_TOLD and reply.speaks_of_absence)

    def _taken_at_close(self, session: FtpSession, stored: _Stored, reply: Reply) -> Outcome:
        """Accepted under its temporary name, and gone before it was renamed."""
        parcel, answer = stored.parcel, str(stored.answer)
        session.optimisms.manners.learn(Manner.TAKES_AT_CLOSE, f"{answer}, and then {reply}")
        if self._proof is Proof.PRESENT:
            doubt = f"{stored.temporary} was gone before it was renamed: {reply}"
            return replace(self._unproven(session, parcel, answer, doubt), answer="")  # not under its own name
        final = stored.final
        sent = upload(session, final, final, parcel.content, (), [])
        outcome = self._judged(session, parcel, final, final, sent, makes_room=False)
        if isinstance(outcome, _Stored):
            raise AssertionError("a file under its final name is not renamed")
        return outcome

    def _not_stored(self, session: FtpSession, parcel: Parcel, path: str, reply: Reply) -> Denied:
        if reply.is_for_now or reply.is_full:
            session.remove(path)
        folder, unmade = session.path(parcel.folder), self._folders[parcel.folder].unmade
        if unmade and not reply.is_full:
            raise unmakable(session.where, folder, unmade)
        if reply.code not in ("550", "553") or reply.is_full:
            raise FtpError(reply)
        if folder_told(session, folder) is Presence.NOT_THERE:
            raise DeliveryDeferred(f"{session.where}: the folder {folder} has vanished ({reply})", by_server=True)
        return Denied(parcel, str(reply))

    def _unproven(self, session: FtpSession, parcel: Parcel, answer: str, doubt: str) -> Unproven:
        return Unproven(
            parcel,
            answer,
            f"{session.where}: {parcel.name} was accepted ({answer}), but that it lies there is not proven ({doubt});"
            " if the receiver takes files away at once, or the account may not look, write proof: answer",
        )

    def _arrived(self, parcel: Parcel, answer: str) -> Delivered:
        names = self._folders[parcel.folder].names
        if names is not None:
            names.add(parcel.name)
        return Delivered(parcel, answer)


def _is_renamed(stored: _Stored, replies: Sequence[Reply]) -> bool:
    """Whether all of it was answered, and well."""
    if len(replies) < 2 or len(replies) > len(stored.renaming):
        return False
    return replies[-2].wants_more and replies[-1].is_done


def _refusal(replies: Sequence[Reply]) -> Reply:
    known, renamed = replies[-2:]
    return renamed if known.wants_more else known


def _both(stored: Reply, renamed: Reply) -> str:
    return one_line(f"{stored.text} / {renamed.text}")


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
        gone = told(session, final).presence is Presence.NOT_THERE
        return None if gone else Found(size, None, str(error))
    return Found(len(content), content)


def _vanished(session: FtpSession, final: str) -> Delivered | Conflict:
    """Raises `DeliveryDeferred`: what was in the way a moment ago is gone."""
    raise DeliveryDeferred(f"{session.where}: what lay under {final} has gone meanwhile", by_server=True)
