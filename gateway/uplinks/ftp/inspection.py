"""Looking into an FTP server: what lies in a folder, what is in a file, and what the server can do.

| what happens | means |
|---|---|
| words that speak of no files, in place of a listing | nothing lies there |
| the folder is not there (see `told.folder_told`) | nothing lies there |
| any other refusal, by every way of listing | `NotTold` |
| the last word to a listing says that it was cut | `NotTold` |
| a name without a size | its size is not told |
| more than `bounds` allow | `DeliveryDeferred` |
| 5xx in place of a file | `DeliveryDeferred`, in the server's words |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from gateway.core.errors import DeliveryDeferred, NotTold
from gateway.core.instants import SECOND_MS, utc_ms
from gateway.core.interfaces import Clock, RemoteFile, ServerTime
from gateway.core.manner import Manner
from gateway.core.phrase import Phrase
from gateway.core.presence import Presence
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Publishing
from gateway.uplinks.ftp.folders import prepare
from gateway.uplinks.ftp.listed import Listed, by_facts, names_in
from gateway.uplinks.ftp.replies import FtpError
from gateway.uplinks.ftp.session import FtpSession, Overlong
from gateway.uplinks.ftp.told import folder_columns, folder_told, is_cut, told
from gateway.uplinks.publish import PROBE, join, temporary_name, unrenamable, unwritable
from gateway.uplinks.tls import end_of_certificate

_QUESTIONS_AT_ONCE = 32
_MODIFIED = re.compile(r"\bmodify=([0-9]{14})\b", re.IGNORECASE)
_TIME = re.compile(r"[0-9]{14}")
"""`strptime` would take fewer digits, and those of any script."""
_NOTHING = (Phrase("no files"), "empty")
"""Not "no such file": many say that, too, where something may not be listed."""


def listing(session: FtpSession, folder: str) -> list[RemoteFile]:
    """The files in a folder, folders left out: by `MLSD`, or by their names and each one's `SIZE`, or by `LIST`.

    Raises:
        NotTold: the server does not tell, or not all of it.
    """
    path = session.path(folder)
    refusals: list[str] = []
    if _lists_facts(session):
        lines = _lines(session, f"MLSD {path}", path, refusals)
        if lines is not None:
            seen = [by_facts(line) for line in lines if line.strip()]
            if None not in seen:
                return [RemoteFile(one.name, one.size) for one in seen if one is not None and one.is_file]
            refusals.append(Phrase("MLSD: a line cannot be read"))
    names = _lines(session, f"NLST {path}", path, refusals)
    if names is not None:
        return list(_by_size(session, path, names_in(names)))
    try:
        return [RemoteFile(one.name, one.size) for one in folder_columns(session, path) if one.is_file]
    except NotTold:
        if any(said in " ".join(refusals).lower() for said in _NOTHING):
            return []
        if folder_told(session, path) is Presence.NOT_THERE:
            return []
        words = "; ".join(refusals)
        raise NotTold(
            Phrase(
                "{where}: the folder {path} may not be listed ({words})", where=session.where, path=path, words=words
            )
        ) from None


def _lines(session: FtpSession, command: str, path: str, refusals: list[str]) -> list[str] | None:
    """The lines of a listing; `None`: the server refuses it, in words that `refusals` gets.

    Raises:
        NotTold: it was cut.
    """
    try:
        lines = session.lines(command)
    except Overlong as error:
        raise DeliveryDeferred(
            Phrase("{where}: the folder {path} cannot be listed: {error}", where=session.where, path=path, error=error),
            by_server=True,
        ) from error
    except FtpError as error:
        if not error.reply.is_bad or error.reply.code in ("421", "425", "426", "522"):
            raise
        refusals.append(str(error))
        return None
    if is_cut(session.last_word):
        raise NotTold(
            Phrase(
                "{where}: the folder {path} is not listed whole ({last_word})",
                where=session.where,
                path=path,
                last_word=session.last_word,
            )
        )
    return lines


def fetch(session: FtpSession, folder: str, name: str) -> bytes:
    """A file's whole content."""
    path = join(session.path(folder), name)
    try:
        return session.receive(f"RETR {path}")
    except Overlong as error:
        raise DeliveryDeferred(
            Phrase("{where}: {path} cannot be fetched: {error}", where=session.where, path=path, error=error),
            by_server=True,
        ) from error
    except FtpError as error:
        if not error.reply.is_refusal:
            raise
        raise DeliveryDeferred(
            Phrase("{where}: {path} cannot be fetched ({error})", where=session.where, path=path, error=error),
            by_server=True,
        ) from error


def probe(session: FtpSession, publishing: Publishing) -> ServerProfile:
    """Write, size, rename and delete files that no receiver takes for data, and see what works. Leaves nothing.

    Raises:
        DestinationRejected: what `publishing` needs does not work.
    """
    tidy(session)
    one, two = (join(session.path(""), temporary_name(PROBE)) for _ in range(2))
    replaces = None
    try:
        _write(session, one, b"probe")
        tells_size = session.ask(f"SIZE {one}").size == len(b"probe")
        renames, refused = _renamed(session, one, two)
        if renames:
            _write(session, one, b"another")
            replaces, _ = _renamed(session, one, two)
    finally:
        if session.is_open:
            for path in (one, two):
                session.remove(path)
    if not renames and publishing is not Publishing.DIRECT:
        raise unrenamable(session.where, "at all", refused)
    made, _ = session.ask_all(f"MKD {one}", f"RMD {one}")
    return ServerProfile(
        software=str(session.greeting),
        warning=session.warning or None,
        renames=renames,
        replaces=replaces,
        tells_size=tells_size,
        lists_facts=_lists_facts(session),
        makes_folders=made.is_done,
        data_connections=session.opening.value if session.opening is not None else None,
        takes_packs=session.pipelining.proven,
        tls=session.secured.version() if session.secured is not None else None,
        resumes_tls=session.resumes_tls,
        certificate_until_ms=end_of_certificate(session.secured) if session.secured is not None else None,
    )


def server_time(session: FtpSession, publishing: Publishing, clock: Clock) -> ServerTime | None:
    """The time that the server gives to a file that no receiver takes for data. Leaves nothing.

    Both commands are to tell it in UTC (RFC 3659, 3 and 7.5.3), and some servers tell `MDTM` in their own zone.

    Raises:
        DestinationRejected: nothing may be written.
    """
    tidy(session)
    path = join(session.path(""), temporary_name(PROBE))
    asked = clock.now()
    try:
        _write(session, path, b"probe")
        answered = clock.now()
        their_ms = _modified_ms(session, path)
    finally:
        if session.is_open:
            session.remove(path)
    return None if their_ms is None else ServerTime(their_ms, SECOND_MS, asked, answered, may_be_local=True)


def look(session: FtpSession, name: str) -> Presence:
    """Whether such a file lies in the base folder."""
    return told(session, join(session.path(""), name)).presence


def discard(session: FtpSession, name: str) -> None:
    """Remove it from there, and what earlier trials left."""
    session.remove(join(session.path(""), name))
    tidy(session)


def tidy(session: FtpSession) -> None:
    """Make the base folder, and remove what earlier trials left in it that were cut off."""
    base = session.path("")
    for stray in prepare(session, base).leftovers.get(PROBE, []):
        session.remove(join(base, stray))


def _modified_ms(session: FtpSession, path: str) -> int | None:
    reply = session.ask(f"MDTM {path}")
    digits = reply.text[4:18] if reply.code == "213" else ""
    if not _TIME.fullmatch(digits):
        found = _MODIFIED.search((session.ask(f"MLST {path}")).text)
        digits = found[1] if found else ""
    try:
        return utc_ms(datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC))
    except ValueError:
        return None


def _write(session: FtpSession, path: str, content: bytes) -> None:
    answer = session.store(path, content)
    if not answer.is_done:
        raise unwritable(session.where, "folder", str(answer))


def _renamed(session: FtpSession, old: str, new: str) -> tuple[bool, str]:
    """Whether it worked, and the server's last word."""
    known, renamed = session.ask_all(f"RNFR {old}", f"RNTO {new}")
    return known.wants_more and renamed.is_done, str(renamed)


def _lists_facts(session: FtpSession) -> bool:
    """Whether the server has `MLSD`; in its list `MLST` stands for both (RFC 3659)."""
    reply = session.ask("FEAT")
    commands = {line.split()[0].upper() for line in reply.text.splitlines()[1:] if line.strip()}
    return reply.is_done and bool(commands & {"MLST", "MLSD"})


def _by_size(session: FtpSession, path: str, names: list[str]) -> Iterator[RemoteFile]:
    """What has no size by `SIZE` may be a folder, or the server does not tell; then `LIST` does."""
    listed: dict[str, Listed] | None = None
    for first in range(0, len(names), _QUESTIONS_AT_ONCE):
        asked = [name for name in names[first : first + _QUESTIONS_AT_ONCE] if name not in (".", "..")]
        if session.optimisms.manners.has(Manner.NO_SIZE):
            sizes: list[int | None] = [None] * len(asked)
        else:
            sizes = [reply.size for reply in session.ask_all(*(f"SIZE {join(path, name)}" for name in asked))]
        if None in sizes and listed is None:
            listed = _listed(session, path)
        for name, size in zip(asked, sizes, strict=True):
            seen = (listed or {}).get(name)
            if size is not None or seen is None:
                yield RemoteFile(name, size)
            elif seen.is_file:
                yield RemoteFile(name, seen.size)


def _listed(session: FtpSession, path: str) -> dict[str, Listed]:
    try:
        return {one.name: one for one in folder_columns(session, path)}
    except NotTold:
        return {}
