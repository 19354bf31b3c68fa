"""Looking into an SFTP server: what lies in a folder, what is in a file, and what the server can do."""

from __future__ import annotations

from gateway.core.errors import DeliveryDeferred
from gateway.core.instants import SECOND_MS
from gateway.core.interfaces import Clock, RemoteFile, ServerTime
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Publishing
from gateway.uplinks.bounds import MOST_FILES
from gateway.uplinks.publish import join, one_line, temporary_name, unlistable, unrenamable, unwritable
from gateway.uplinks.sftp import messages
from gateway.uplinks.sftp.messages import Attributes, Code, Handle, Reply, SftpStatus
from gateway.uplinks.sftp.pipeline import complete
from gateway.uplinks.sftp.session import SftpSession, ask


def listing(session: SftpSession, folder: str) -> list[RemoteFile]:
    """The files in a folder, folders left out.

    Raises:
        DestinationRejected: it may not be listed.
        DeliveryDeferred: it cannot be listed now.
    """
    path = join(session.steps.base, folder) or "."
    found = complete(session.channel, session.steps.list(path, MOST_FILES + 1))
    if not isinstance(found, SftpStatus):
        if len(found) > MOST_FILES:
            raise DeliveryDeferred(
                f"{session.where}: the folder {path} cannot be listed: it gave more than {MOST_FILES} names",
                by_server=True,
            )
        return [RemoteFile(name, known.size) for name, known in found if not known.is_folder and known.size is not None]
    if found.code == Code.NO_SUCH_FILE:
        return []
    if found.code == Code.PERMISSION_DENIED:
        raise unlistable(session.where, path, one_line(found.text))
    raise DeliveryDeferred(
        f"{session.where}: the folder {path} cannot be listed ({one_line(found.text)})", by_server=True
    )


def fetch(session: SftpSession, folder: str, name: str) -> bytes:
    """A file's whole content."""
    path = join(session.steps.base, folder, name)
    found = complete(session.channel, session.steps.fetch(path))
    if isinstance(found, SftpStatus):
        raise DeliveryDeferred(f"{session.where}: {path} cannot be fetched ({one_line(found.text)})", by_server=True)
    return found


def probe(session: SftpSession, publishing: Publishing) -> ServerProfile:
    """Write, size, rename and delete files that no receiver takes for data, and see what works. Leaves nothing.

    Raises:
        DestinationRejected: what `publishing` needs does not work.
    """
    complete(session.channel, session.steps.prepare(""))
    one, two = (join(session.steps.base, temporary_name("probe")) for _ in range(2))
    at_once = session.steps.posix_rename
    rename = messages.posix_rename if at_once else messages.rename
    replaces = None
    try:
        _write(session, one)
        (stored,) = complete(session.channel, ask(messages.stat(one)))
        (renamed,) = complete(session.channel, ask(rename(one, two)))
        if _ok(renamed):
            _write(session, one)
            replaces = _ok(complete(session.channel, ask(rename(one, two)))[0])
    finally:
        if session.connection.alive():
            complete(session.channel, ask(messages.remove(one), messages.remove(two)))
    if not _ok(renamed) and publishing is not Publishing.DIRECT:
        raise unrenamable(session.where, "at all", one_line(renamed.text) if isinstance(renamed, SftpStatus) else "")
    made, _ = complete(session.channel, ask(messages.make_folder(one), messages.remove_folder(one)))
    return ServerProfile(
        software=session.connection.software,
        renames=_ok(renamed),
        replaces=replaces,
        replaces_at_once=at_once,
        tells_size=isinstance(stored, Attributes) and stored.size is not None,
        lists_facts=True,
        makes_folders=_ok(made),
        host_key=session.connection.host_key,
    )


def server_time(session: SftpSession, clock: Clock) -> ServerTime | None:
    """The time that the server gives to a file that no receiver takes for data. Leaves nothing.

    Raises:
        DestinationRejected: nothing may be written.
    """
    complete(session.channel, session.steps.prepare(""))
    path = join(session.steps.base, temporary_name("probe"))
    asked = clock.now()
    try:
        _write(session, path)
        (stored,) = complete(session.channel, ask(messages.stat(path)))
        answered = clock.now()
    finally:
        if session.connection.alive():
            complete(session.channel, ask(messages.remove(path)))
    if not isinstance(stored, Attributes) or stored.modified_s is None:
        return None
    return ServerTime(stored.modified_s * SECOND_MS, SECOND_MS, asked, answered)


def _write(session: SftpSession, path: str) -> None:
    (opened,) = complete(session.channel, ask(messages.open_new(path)))
    if not isinstance(opened, Handle):
        raise unwritable(session.where, "folder", one_line(opened.text) if isinstance(opened, SftpStatus) else "")
    complete(session.channel, ask(messages.write(opened, 0, b"probe"), messages.close(opened)))


def _ok(reply: Reply) -> bool:
    return isinstance(reply, SftpStatus) and reply.ok
