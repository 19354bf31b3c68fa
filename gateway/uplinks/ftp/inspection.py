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

import ftplib
from collections.abc import Iterator

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import RemoteFile
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Publishing
from gateway.uplinks.ftp.replies import Reply, code
from gateway.uplinks.ftp.reply_meanings import size_in, told_size, words
from gateway.uplinks.ftp.session import Overlong
from gateway.uplinks.ftp.steps import FtpSteps
from gateway.uplinks.publish import join, one_line, temporary_name, unrenamable, unwritable
from gateway.uplinks.tls import end_of_certificate

_QUESTIONS_AT_ONCE = 32
_NOTHING = ("no files", "no such file", "not found", "empty")


def listing(steps: FtpSteps, folder: str, where: str) -> list[RemoteFile]:
    """The files in a folder, folders left out: by `MLSD`, or by their names and each one's `SIZE`."""
    path = steps.path(folder)
    facts = "MLSD" in _features(steps)
    try:
        lines = steps.session.lines(f"{'MLSD' if facts else 'NLST'} {path}")
    except Overlong as error:
        raise _endless(where, f"the folder {path} cannot be listed", error) from error
    except (ftplib.error_perm, ftplib.error_temp) as error:
        if code(error) == "450" or any(said in str(error).lower() for said in _NOTHING) or not steps.there(path):
            return []
        if code(error) == "550":
            raise DestinationRejected(
                f"{where}: the folder {path} may not be listed ({words(error)}); ask the authority for the right"
            ) from error
        raise
    if facts:
        return [found for line in lines if (found := _by_facts(line)) is not None]
    return list(_by_size(steps, where, path, [line.rstrip("/").rpartition("/")[2] for line in lines]))


def fetch(steps: FtpSteps, folder: str, name: str, where: str) -> bytes:
    """A file's whole content."""
    path = join(steps.path(folder), name)
    try:
        return steps.session.receive(f"RETR {path}")
    except Overlong as error:
        raise _endless(where, f"{path} cannot be fetched", error) from error
    except ftplib.error_perm as error:
        raise DeliveryDeferred(f"{where}: {path} cannot be fetched ({words(error)})", by_server=True) from error


def probe(steps: FtpSteps, publishing: Publishing, where: str) -> ServerProfile:
    """Write, size, rename and delete files that no receiver takes for data, and see what works. Leaves nothing.

    Raises:
        DestinationRejected: what `publishing` needs does not work.
    """
    steps.prepare("")
    session = steps.session
    base = steps.path("")
    one, two = (join(base, temporary_name("probe")) for _ in range(2))
    tells_size = renames = replaces = None
    try:
        _write(steps, one, b"probe", where)
        (sized,) = session.together(f"SIZE {one}")
        tells_size = told_size(sized) == len(b"probe")
        answers = session.together(f"RNFR {one}", f"RNTO {two}")
        renames = _done(answers)
        if renames:
            _write(steps, one, b"another", where)
            replaces = _done(session.together(f"RNFR {one}", f"RNTO {two}"))
    finally:
        if session.sock is not None:
            for path in (one, two):
                steps.remove(path)
    if not renames and publishing is not Publishing.DIRECT:
        raise unrenamable(where, "at all", words(answers[-1]))
    made, _ = session.together(f"MKD {one}", f"RMD {one}")
    return ServerProfile(
        software=one_line(session.welcome or ""),
        renames=renames,
        replaces=replaces,
        tells_size=tells_size,
        lists_facts="MLSD" in _features(steps),
        makes_folders=made[0] == "2",
        data_connections=session.opening.value if session.opening is not None else None,
        takes_packs=session.pipelining_works,
        tls=session.secured.version() if session.secured is not None else None,
        resumes_tls=session.resumes_tls,
        certificate_until_ms=end_of_certificate(session.secured) if session.secured is not None else None,
    )


def _endless(where: str, trouble: str, error: Overlong) -> DeliveryDeferred:
    return DeliveryDeferred(f"{where}: {trouble}: {error}", by_server=True)


def _write(steps: FtpSteps, path: str, content: bytes, where: str) -> None:
    _, answer = steps.session.store(path, content)
    if answer[0] != "2":
        raise unwritable(where, "folder", words(answer))


def _done(answers: tuple[Reply, ...]) -> bool:
    known, renamed = answers
    return known[0] == "3" and renamed[0] == "2"


def _features(steps: FtpSteps) -> frozenset[str]:
    """What the server says it can beyond the first standard, as commands. `MLST` stands for `MLSD`, too (RFC 3659)."""
    (reply,) = steps.session.together("FEAT")
    if reply[0] != "2":
        return frozenset()
    commands = {line.split()[0].upper() for line in reply.splitlines()[1:] if line.strip()}
    return frozenset(commands | ({"MLSD"} if "MLST" in commands else set()))


def _by_facts(line: str) -> RemoteFile | None:
    """A line of `MLSD`: `type=file;size=325;modify=…; name` (RFC 3659, 7)."""
    facts, _, name = line.partition(" ")
    known = dict(fact.lower().split("=", 1) for fact in facts.split(";") if "=" in fact)
    size = told_size(f"213 {known.get('size', '')}")
    if known.get("type", "file") != "file" or size is None:
        return None
    return RemoteFile(name.rpartition("/")[2], size)


def _by_size(steps: FtpSteps, where: str, path: str, names: list[str]) -> Iterator[RemoteFile]:
    for first in range(0, len(names), _QUESTIONS_AT_ONCE):
        asked = names[first : first + _QUESTIONS_AT_ONCE]
        for name, reply in zip(asked, steps.session.together(*(f"SIZE {join(path, n)}" for n in asked)), strict=True):
            size = size_in(reply, where)
            if size is not None:
                yield RemoteFile(name, size)
