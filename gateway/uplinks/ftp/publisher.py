"""Publishing over FTP: what is said for each file. What the server's replies mean stands in `replies`, what it tells of
a file in `told`.

What is accepted and not proven is `Unproven`, where the destination wants to see the file lie there; it is renamed
nevertheless, for the authority may well have it. A receiver that takes a file away before it is renamed gets the next
ones under their final names, if the destination is content with the server's answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from gateway.core.errors import DeliveryDeferred, DeliveryError
from gateway.core.interfaces import Conflict, Delivered, Parcel, Refused, Unproven
from gateway.core.manner import Manner
from gateway.core.phrase import Phrase
from gateway.core.presence import Presence
from gateway.core.publishing import Proof, Publishing
from gateway.uplinks.ftp.folders import Folder, all_names, prepare
from gateway.uplinks.ftp.replies import FtpError, Reply
from gateway.uplinks.ftp.session import FtpSession, Overlong
from gateway.uplinks.ftp.told import FileTold, answers, folder_told, questions, size_of_left, sizes_of, told
from gateway.uplinks.ftp.under_way import SentFile, StoredFile, UnderWay
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
    unwritable,
)

_MOST_REMEMBERED = 64
"""Of which it is remembered that they may have arrived; the others are sent again."""


class FtpPublisher:
    """Publishes one destination's parcels, over whichever session it is given. Callable from several threads, each with
    a session of its own.

    Methods raise as `FtpSession` does, or a `DeliveryError`.
    """

    def __init__(
        self,
        publishing: Publishing,
        proof: Proof = Proof.PRESENT,
        on_whole: Callable[[FtpSession], None] = lambda _: None,
    ) -> None:
        """`on_whole`: told of each file that has gone all the way over this connection."""
        self._publishing = publishing
        self._on_whole = on_whole
        self._proof = proof
        self._folders: dict[str, Folder] = {}
        """By a parcel's folder."""
        self.unanswered = 0
        """How many files were sent whole over connections that were lost before the server said what came of them."""
        self._has_taken = False
        """Whether anything was ever stored here."""
        self._has_renamed = False
        """Whether what is accepted here was ever found again: till then its size is asked for at once."""
        self._sent: dict[tuple[str, str], tuple[str, bytes]] = {}
        """By folder and name what was sent whole over a connection that was lost: where, and what."""

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

        A file is sized and renamed on the way to the uploads of the next ones (see `under_way`), so its outcome comes
        that much later.
        """
        under_way = UnderWay()
        try:
            while (parcel := next_parcel()) is not None:
                yield from self._begun(session, under_way, parcel)
            while under_way.sent or under_way.stored:
                yield from self._stepped(session, under_way, session.ask_all(*under_way.commands(session)))
        except (FtpError, OSError, EOFError, DeliveryError):
            for parcel, path in under_way:
                self._remember(parcel, path)
            raise

    def _begun(self, session: FtpSession, under_way: UnderWay, parcel: Parcel) -> Iterator[Outcome]:
        """Upload one, unless it is there."""
        folder, path = self._folders[parcel.folder], session.path(parcel.folder)
        final = join(path, parcel.name)
        temporary = self._sent_before(session, parcel)
        for stray in folder.leftovers.pop(parcel.name, []):
            if join(path, stray) != temporary:
                session.remove(join(path, stray))
        existing = self._existing(session, parcel, final)
        if existing is not None and not parcel.replaces:
            there = self._look(session, parcel, final, existing)
            if there is not None:
                yield there
                return
        if not temporary:
            yield from self._uploaded(session, under_way, parcel, final, makes_room=existing is not None)
            return
        while under_way.sent or under_way.stored:
            yield from self._stepped(session, under_way, session.ask_all(*under_way.commands(session)))
        answer = Reply(Phrase("{content} bytes are there", content=len(parcel.content)))
        deletes = self._deletes(parcel, existing is not None)
        under_way.stored = StoredFile(parcel, temporary, final, deletes, answer, is_found=True)

    def _sent_before(self, session: FtpSession, parcel: Parcel) -> str:
        """The temporary name under which it lies whole, having been sent over a connection that was lost; "" if it
        does not."""
        path, content = self._sent.pop((parcel.folder, parcel.name), ("", b""))
        if not path:
            return ""
        if content == parcel.content and size_of_left(session, path).size == len(content):
            return path
        session.remove(path)
        return ""

    def _remember(self, parcel: Parcel, path: str) -> None:
        if len(self._sent) < _MOST_REMEMBERED:
            self._sent[parcel.folder, parcel.name] = (path, parcel.content)

    def _uploaded(
        self, session: FtpSession, under_way: UnderWay, parcel: Parcel, final: str, *, makes_room: bool
    ) -> Iterator[Outcome]:
        """Upload it; those under way get on meanwhile.

        `makes_room`: something lies under the final name that is to be replaced, or that is our own beginning.
        """
        directly = self._is_direct(session)
        if directly and makes_room:
            session.remove(final)  # where overwriting is forbidden, deleting need not be
        path = final if directly else join(session.path(parcel.folder), temporary_name(parcel.name))
        steps = under_way.commands(session)
        replies: list[Reply] = []
        may_wait = self._has_renamed and session.hopes_for(session.pipelining) and questions(session, path)
        asks = directly or not may_wait
        try:
            done = upload(session, path, final, parcel.content, steps, replies, asks=asks)
        except (FtpError, OSError, EOFError):
            if session.is_whole_sent and not directly:
                self._remember(parcel, path)
                self.unanswered += 1
            stored = under_way.stored
            if stored is not None and stored.is_renamed(replies):  # that answer came, whatever came after it
                under_way.stored = None
                yield self._arrived(stored.parcel, _both(stored.answer, replies[len(stored.renaming) - 1]))
            raise
        sent = SentFile(parcel, path, final, makes_room, done)
        yield from self._stepped(session, under_way, tuple(replies), steps)
        if not done.is_asked:
            under_way.sent = sent
            return
        judged = self._judged(session, sent)
        if not isinstance(judged, StoredFile):
            yield judged
            return
        while under_way.stored is not None:  # what the last step brought here
            yield from self._stepped(session, under_way, session.ask_all(*under_way.commands(session)))
        under_way.stored = judged

    def _stepped(
        self, session: FtpSession, under_way: UnderWay, replies: tuple[Reply, ...], steps: tuple[str, ...] = ()
    ) -> Iterator[Outcome]:
        """Those under way have got on, with these replies to their commands."""
        stored, sent = under_way.stored, under_way.sent
        of_renaming = len(stored.renaming) if stored is not None else 0
        if stored is not None:
            under_way.stored = None
            yield self._renamed(session, stored, replies[:of_renaming])
        if sent is not None:
            under_way.sent = None
            asked = steps[of_renaming:] or questions(session, sent.path, sent.final)
            judged = self._sized(session, sent, answers(session, asked, replies[of_renaming:]))
            if isinstance(judged, StoredFile):
                under_way.stored = judged
            else:
                yield judged

    def _sized(self, session: FtpSession, sent: SentFile, said: tuple[FileTold, ...]) -> Outcome | StoredFile:
        """What it means what was told of a file when its size was asked. If it is short, it is sent once more."""
        parcel, done = sent.parcel, sent.upload
        if said:
            done = replace(done, told=said[0], final=said[1])
        if done.is_accepted(len(parcel.content)):
            done.hoped_well()
        else:
            session.remove(sent.path)
            done = upload(session, sent.path, sent.final, parcel.content, (), [], asks=True)
        return self._judged(session, replace(sent, upload=done))

    def _judged(self, session: FtpSession, file: SentFile) -> Outcome | StoredFile:
        """What it means how an upload ended."""
        parcel, path, final, sent = file.parcel, file.path, file.final, file.upload
        size = len(parcel.content)
        if not sent.is_accepted(size) and sent.answer.is_done:
            sent = _confirmed(session, path, size, sent)
        if not sent.is_accepted(size):
            if sent.answer.is_done and sent.told.size is not None:
                session.remove(path)
                raise short(session, parcel.content, sent.told.size)
            return self._not_stored(session, parcel, path, sent.answer)
        self._has_taken = True
        doubt = ""
        if self._proof is Proof.PRESENT and not sent.is_whole(size):
            there = told(session, path)
            if there.size is not None and there.size != size:
                session.remove(path)
                raise short(session, parcel.content, there.size)
            doubt = "" if there.size == size else f"{there.presence.value}: {there.words}"
        if path == final:
            self._on_whole(session)
            if sent.told.presence is Presence.NOT_THERE:
                session.optimisms.manners.renew(Manner.TAKES_AT_CLOSE, sent.told.words)
            answer = str(sent.answer)
            return self._unproven(session, parcel, answer, doubt) if doubt else self._arrived(parcel, answer)
        there = sent.final if parcel.replaces else self._told_again(session, parcel, final, sent.final)
        if there.presence is Presence.THERE and not parcel.replaces:  # it came after the look, or the folder was listed
            session.remove(path)
            found = Found(there.size, None, there.words)
            return self._look(session, parcel, final, found) or _vanished(session, final)
        deletes = self._deletes(parcel, file.makes_room)
        return StoredFile(parcel, path, final, deletes, sent.answer, doubt, lacks=sent.told.lacks)

    def _deletes(self, parcel: Parcel, makes_room: bool) -> bool:
        return makes_room and parcel.replaces and self._publishing is Publishing.RENAME_DELETE

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
        return unseen(session.where, parcel, None, Phrase("neither the folder's names nor a file's size are told"))

    def _told_again(self, session: FtpSession, parcel: Parcel, final: str, known: FileTold) -> FileTold:
        """What is told of the final name before the file is renamed to it, by the folder's names where nothing less
        tells it. Where that is not told either, it is not asked again."""
        folder = self._folders[parcel.folder]
        if folder.names is None or folder.is_untold or questions(session, final):
            return known
        if session.optimisms.manners.has(Manner.NO_REPLACEMENT):
            return known
        names = all_names(session, session.path(parcel.folder))
        folder.is_untold = names is None
        return FileTold(Presence.THERE) if names and parcel.name in names else known

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

    def _renamed(self, session: FtpSession, stored: StoredFile, replies: tuple[Reply, ...]) -> Outcome:
        """What the replies to its renaming mean."""
        if not stored.is_renamed(replies):
            return self._not_renamed(session, stored, replies)
        self._has_renamed = True
        if not stored.is_found:
            self._on_whole(session)
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
            session.optimisms.manners.learn(
                stored.lacks, Phrase("{answer}, and no size of what was then renamed", answer=stored.answer)
            )
        return outcome

    def _not_renamed(self, session: FtpSession, stored: StoredFile, replies: tuple[Reply, ...]) -> Outcome:
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
            if replace(stored, deletes=False).is_renamed(plainly):
                return self._renamed(session, replace(stored, deletes=False), plainly)
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
            return self._unproven(
                session, parcel, _both(stored.answer, reply), Phrase("not told: {words}", words=there.words)
            )
        return Denied(parcel, str(reply), Act.RENAME)

    def _renamed_plainly(self, session: FtpSession, stored: StoredFile) -> tuple[Reply, ...]:
        replies = tuple(session.ask(command) for command in stored.renaming[-2:])
        if replace(stored, deletes=False).is_renamed(replies):
            session.pipelining.failed(Phrase("two commands to rename were refused at once, and not one at a time"))
            session.pipelining.plain_worked()
        return replies

    def _was_taken(self, session: FtpSession, stored: StoredFile, reply: Reply) -> bool:
        """Whether it has gone from its temporary name, which was answered well."""
        if reply.is_unknown_command:
            return False
        there = told(session, stored.temporary)
        return there.presence is Presence.NOT_THERE or (there.presence is Presence.NOT_TOLD and reply.speaks_of_absence)

    def _taken_at_close(self, session: FtpSession, stored: StoredFile, reply: Reply) -> Outcome:
        """Accepted under its temporary name, and gone before it was renamed."""
        parcel, answer = stored.parcel, str(stored.answer)
        session.optimisms.manners.learn(
            Manner.TAKES_AT_CLOSE, Phrase("{answer}, and then {reply}", answer=answer, reply=reply)
        )
        if self._proof is Proof.PRESENT:
            doubt = Phrase(
                "{temporary} was gone before it was renamed: {reply}", temporary=stored.temporary, reply=reply
            )
            return replace(self._unproven(session, parcel, answer, doubt), answer="")  # not under its own name
        final = stored.final
        done = upload(session, final, final, parcel.content, (), [], asks=True)
        outcome = self._judged(session, SentFile(parcel, final, final, False, done))
        if isinstance(outcome, StoredFile):
            raise AssertionError("a file under its final name is not renamed")
        return outcome

    def _not_stored(self, session: FtpSession, parcel: Parcel, path: str, reply: Reply) -> Denied:
        if reply.is_for_now or reply.is_full:
            session.remove(path)
        folder, unmade = session.path(parcel.folder), self._folders[parcel.folder].unmade
        if unmade and not reply.is_full:
            raise unmakable(session.where, folder, unmade)
        if reply.is_for_nobody and not reply.is_full and not self._has_taken:
            raise unwritable(session.where, f"folder {parcel.folder}" if parcel.folder else "folder", str(reply))
        if reply.code not in ("550", "553") or reply.is_full:
            raise FtpError(reply)
        if folder_told(session, folder) is Presence.NOT_THERE:
            raise DeliveryDeferred(
                Phrase(
                    "{where}: the folder {folder} has vanished ({reply})",
                    where=session.where,
                    folder=folder,
                    reply=reply,
                ),
                by_server=True,
            )
        return Denied(parcel, str(reply))

    def _unproven(self, session: FtpSession, parcel: Parcel, answer: str, doubt: str) -> Unproven:
        return Unproven(
            parcel,
            answer,
            Phrase(
                "{where}: {name} was accepted ({answer}), but that it lies there is not proven ({doubt}); if the "
                "receiver takes files away at once, or the account may not look, write proof: answer",
                where=session.where,
                name=parcel.name,
                answer=answer,
                doubt=doubt,
            ),
        )

    def _arrived(self, parcel: Parcel, answer: str) -> Delivered:
        names = self._folders[parcel.folder].names
        if names is not None:
            names.add(parcel.name)
        return Delivered(parcel, answer)


def _confirmed(session: FtpSession, path: str, size: int, sent: Upload) -> Upload:
    """Some servers answer SIZE with what they do not know yet: if another way tells the whole size, that counts."""
    manners = session.optimisms.manners
    if manners.has(Manner.NO_SIZE):
        return sent
    there = told(session, path, doubted=Manner.NO_SIZE)
    if there.size != size:
        return sent
    manners.learn(Manner.NO_SIZE, Phrase("{words}, and by another way {size} bytes", words=sent.told.words, size=size))
    return replace(sent, told=there)


def _refusal(replies: Sequence[Reply]) -> Reply:
    known, renamed = replies[-2:]
    return renamed if known.wants_more else known


def _both(stored: Reply, renamed: Reply) -> str:
    return one_line(f"{stored.text} / {renamed.text}")


def _fetched(session: FtpSession, parcel: Parcel, final: str, size: int | None) -> Found | None:
    """What lies there, with its content where that may be read; `None`: it has gone meanwhile."""
    if not is_fetched(parcel, size):
        return Found(size, None, Phrase("too large to be compared"))
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
    raise DeliveryDeferred(
        Phrase("{where}: what lay under {final} has gone meanwhile", where=session.where, final=final), by_server=True
    )
