"""Looking into an FTP server: what lies in a folder, what is in a file, and what the server can do.

| what happens | means |
|---|---|
| 450, or words that speak of no files, in place of a listing | nothing lies there |
| the folder cannot be entered | nothing lies there |
| 550 in place of a listing of a folder that can be entered | `DestinationRejected`: it may not be listed |
| more than `bounds` allow | `DeliveryDeferred` |
| 5xx in place of a file | `DeliveryDeferred`, in the server's words |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from gateway.core.errors import DeliveryDeferred
from gateway.core.instants import SECOND_MS, utc_ms
from gateway.core.interfaces import Clock, RemoteFile, ServerTime
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Publishing
from gateway.uplinks.ftp.publisher import FtpPublisher
from gateway.uplinks.ftp.replies import FtpError, existing_size, size_of
from gateway.uplinks.ftp.session import FtpSession, Overlong
from gateway.uplinks.publish import join, temporary_name, unlistable, unrenamable, unwritable
from gateway.uplinks.tls import end_of_certificate

_QUESTIONS_AT_ONCE = 32
_MODIFIED = re.compile(r"\bmodify=([0-9]{14})\b", re.IGNORECASE)
_TIME = re.compile(r"[0-9]{14}")
"""`strptime` would take fewer digits, and those of any script."""
_NOTHING = ("no files", "no such file", "not found", "empty")


def listing(session: FtpSession, folder: str) -> list[RemoteFile]:
    """The files in a folder, folders left out: by `MLSD`, or by their names and each one's `SIZE`."""
    path = session.path(folder)
    facts = _lists_facts(session)
    try:
        lines = session.lines(f"{'MLSD' if facts else 'NLST'} {path}")
    except Overlong as error:
        raise DeliveryDeferred(
            f"{session.where}: the folder {path} cannot be listed: {error}", by_server=True
        ) from error
    except FtpError as error:
        reply = error.reply
        if not reply.is_bad:
            raise
        if reply.code == "450" or any(said in reply.text.lower() for said in _NOTHING) or not session.is_there(path):
            return []
        if reply.code == "550":
            raise unlistable(session.where, path, str(reply)) from error
        raise
    if facts:
        return [found for line in lines if (found := _by_facts(line)) is not None]
    return list(_by_size(session, path, [line.rstrip("/").rpartition("/")[2] for line in lines]))


def fetch(session: FtpSession, folder: str, name: str) -> bytes:
    """A file's whole content."""
    path = join(session.path(folder), name)
    try:
        return session.receive(f"RETR {path}")
    except Overlong as error:
        raise DeliveryDeferred(f"{session.where}: {path} cannot be fetched: {error}", by_server=True) from error
    except FtpError as error:
        if not error.reply.is_refusal:
            raise
        raise DeliveryDeferred(f"{session.where}: {path} cannot be fetched ({error})", by_server=True) from error


def probe(session: FtpSession, publishing: Publishing) -> ServerProfile:
    """Write, size, rename and delete files that no receiver takes for data, and see what works. Leaves nothing.

    Raises:
        DestinationRejected: what `publishing` needs does not work.
    """
    FtpPublisher(publishing).prepare(session, "")
    one, two = (join(session.path(""), temporary_name("probe")) for _ in range(2))
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
    FtpPublisher(publishing).prepare(session, "")
    path = join(session.path(""), temporary_name("probe"))
    asked = clock.now()
    try:
        _write(session, path, b"probe")
        answered = clock.now()
        their_ms = _modified_ms(session, path)
    finally:
        if session.is_open:
            session.remove(path)
    return None if their_ms is None else ServerTime(their_ms, SECOND_MS, asked, answered, may_be_local=True)


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
    _, answer = session.store(path, content)
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


def _by_facts(line: str) -> RemoteFile | None:
    """A line of `MLSD`: `type=file;size=325;modify=…; name` (RFC 3659, 7)."""
    facts, _, name = line.partition(" ")
    known = dict(fact.lower().split("=", 1) for fact in facts.split(";") if "=" in fact)
    size = size_of(known.get("size", ""))
    if known.get("type", "file") != "file" or size is None:
        return None
    return RemoteFile(name.rpartition("/")[2], size)


def _by_size(session: FtpSession, path: str, names: list[str]) -> Iterator[RemoteFile]:
    for first in range(0, len(names), _QUESTIONS_AT_ONCE):
        asked = names[first : first + _QUESTIONS_AT_ONCE]
        replies = session.ask_all(*(f"SIZE {join(path, name)}" for name in asked))
        for name, reply in zip(asked, replies, strict=True):
            size = existing_size(reply, session.where)
            if size is not None:
                yield RemoteFile(name, size)
