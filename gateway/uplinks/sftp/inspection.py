"""Looking into an SFTP server: what lies in a folder, what is in a file, and what the server can do."""

from __future__ import annotations

from gateway.core.errors import DeliveryDeferred, NotTold
from gateway.core.instants import SECOND_MS
from gateway.core.interfaces import Clock, Parcel, RemoteFile, ServerTime
from gateway.core.manner import Manner
from gateway.core.phrase import Phrase
from gateway.core.presence import Presence
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Proof, Publishing
from gateway.uplinks.bounds import MOST_FILES
from gateway.uplinks.publish import PROBE, join, one_line, temporary_name, unrenamable, unwritable
from gateway.uplinks.sftp import looking, messages
from gateway.uplinks.sftp.answers import is_absent, is_ok, words_of
from gateway.uplinks.sftp.messages import Attributes, SftpStatus
from gateway.uplinks.sftp.pipeline import complete
from gateway.uplinks.sftp.session import SftpSession, ask
from gateway.uplinks.sftp.writing import Failing, Written


def listing(session: SftpSession, folder: str) -> list[RemoteFile]:
    """The files in a folder, folders left out.

    Raises:
        NotTold: it may not be listed, or not be told as a whole.
    """
    path = join(session.steps.base, folder) or "."
    found = complete(session.channel, looking.entries(path, MOST_FILES + 1))
    if _is_absent(session, path, found):
        return []
    if isinstance(found, SftpStatus):
        raise NotTold(
            Phrase(
                "{where}: the folder {path} cannot be listed ({words_of})",
                where=session.where,
                path=path,
                words_of=words_of(found),
            )
        )
    if len(found) > MOST_FILES:
        raise NotTold(
            Phrase(
                "{where}: the folder {path} cannot be listed: it gave more than {most_files} names",
                where=session.where,
                path=path,
                most_files=MOST_FILES,
            )
        )
    session.steps.manners.forget(Manner.NO_LISTING)
    return [RemoteFile(name, known.size) for name, known in found if not known.is_folder and name not in (".", "..")]


def _is_absent(session: SftpSession, path: str, found: looking.Listing | SftpStatus) -> bool:
    """Whether the folder is not there: said twice, because what may not be listed is denied in that way, too."""
    if not isinstance(found, SftpStatus) or not is_absent(found):
        return False
    return _told(session, path) is Presence.NOT_THERE


def fetch(session: SftpSession, folder: str, name: str) -> bytes:
    """A file's whole content.

    Raises:
        NotTold: it may not be read.
        DeliveryDeferred: it is not there.
    """
    path = join(session.steps.base, folder, name)
    found = complete(session.channel, looking.content(path))
    if isinstance(found, SftpStatus):
        words = Phrase(
            "{where}: {path} cannot be fetched ({one_line})",
            where=session.where,
            path=path,
            one_line=one_line(found.text),
        )
        raise DeliveryDeferred(words, by_server=True) if is_absent(found) else NotTold(words)
    return found


def probe(session: SftpSession, publishing: Publishing, last: Parcel | None) -> ServerProfile:
    """Write, size, rename and delete files that no receiver takes for data, and see what works. Leaves nothing, and
    writes nothing where the receiver takes files away. `last`: what was delivered last.

    Raises:
        DestinationRejected: what `publishing` needs does not work.
    """
    if _takes_files(session, last):
        return ServerProfile(
            software=session.connection.software,
            host_key=session.connection.host_key,
            warning=session.warning or None,
        )
    complete(session.channel, session.steps.folders.prepare(""))
    one, two = (join(session.steps.base, temporary_name(PROBE)) for _ in range(2))
    at_once = session.steps.renaming.at_once
    rename = messages.posix_rename if at_once else messages.rename
    replaces = None
    try:
        written = _write(session, one)
        (renamed,) = complete(session.channel, ask(rename(one, two)))
        if is_ok(renamed):
            _write(session, one)
            replaces = is_ok(complete(session.channel, ask(rename(one, two)))[0])
    finally:
        if session.connection.alive():
            complete(session.channel, ask(messages.remove(one), messages.remove(two)))
    if not is_ok(renamed) and publishing is not Publishing.DIRECT:
        raise unrenamable(session.where, "at all", words_of(renamed))
    made, _ = complete(session.channel, ask(messages.make_folder(one), messages.remove_folder(one)))
    session.steps.writing.unfinished -= {one, two}
    return ServerProfile(
        software=session.connection.software,
        renames=is_ok(renamed),
        replaces=replaces,
        replaces_at_once=at_once,
        tells_size=not written.untold,
        lists_facts=not session.steps.manners.has(Manner.NO_LISTING),
        makes_folders=is_ok(made),
        host_key=session.connection.host_key,
        warning=session.warning or None,
    )


def server_time(session: SftpSession, clock: Clock, last: Parcel | None) -> ServerTime | None:
    """The time that the server gives to a file that no receiver takes for data. Leaves nothing, and writes nothing
    where the receiver takes files away.

    Raises:
        DestinationRejected: nothing may be written.
    """
    if _takes_files(session, last):
        return None
    complete(session.channel, session.steps.folders.prepare(""))
    path = join(session.steps.base, temporary_name(PROBE))
    asked = clock.now()
    try:
        written = _write(session, path)
        (stored,) = complete(session.channel, ask(messages.stat(path)))
        answered = clock.now()
    finally:
        if session.connection.alive():
            complete(session.channel, ask(messages.remove(path)))
    session.steps.writing.unfinished.discard(path)
    if written.is_gone:
        session.steps.manners.learn(Manner.TAKES_AT_CLOSE, Phrase("a probe was taken away at its close"))
    if not isinstance(stored, Attributes) or stored.modified_s is None:
        return None
    return ServerTime(stored.modified_s * SECOND_MS, SECOND_MS, asked, answered)


def look(session: SftpSession, name: str) -> Presence:
    """Whether such a file lies in the base folder."""
    return _told(session, join(session.steps.base, name))


def _told(session: SftpSession, path: str) -> Presence:
    """What is said of a path, asked in both ways."""
    answers = [complete(session.channel, ask(question(path)))[0] for question in (messages.stat, messages.stat_link)]
    if any(isinstance(one, Attributes) for one in answers):
        return Presence.THERE
    return Presence.NOT_THERE if any(is_absent(one) for one in answers) else Presence.NOT_TOLD


def discard(session: SftpSession, name: str) -> None:
    """Remove it from there, and what earlier trials left."""
    complete(session.channel, ask(messages.remove(join(session.steps.base, name))))
    complete(session.channel, session.steps.folders.prepare(""))


def _takes_files(session: SftpSession, last: Parcel | None) -> bool:
    """Whether the receiver takes files away as soon as they are there, so that a probe would be taken for one."""
    manners = session.steps.manners
    if manners.has(Manner.TAKES_AT_CLOSE) or manners.has(Manner.TAKES_AFTER_RENAME):
        return True
    if last is None:
        return session.steps.proof is Proof.ANSWER
    (told,) = complete(session.channel, ask(messages.stat(join(session.steps.base, last.folder, last.name))))
    if is_absent(told):
        manners.learn(
            Manner.TAKES_AFTER_RENAME, Phrase("{name} was delivered and is not there any more", name=last.name)
        )
    return not isinstance(told, Attributes)


def _write(session: SftpSession, path: str) -> Written:
    writing = session.steps.writing
    openings = writing.openings(path, is_free=True)
    written = complete(session.channel, writing.write(path, b"probe", openings, plainly=True))
    if isinstance(written, Written):
        return written
    if written.failing is Failing.OPEN:
        raise session.steps.folders.trouble("") or unwritable(session.where, "folder", words_of(written.reply))
    raise DeliveryDeferred(
        Phrase(
            "{where}: cannot store a probe ({words_of}); the disk at the far end may be full",
            where=session.where,
            words_of=words_of(written.reply),
        ),
        by_server=True,
    )
