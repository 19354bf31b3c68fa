"""Looking into an SFTP server: what lies in a folder, what is in a file, and what the server can do."""

from __future__ import annotations

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import RemoteFile
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Publishing
from gateway.uplinks import sftp_wire as wire
from gateway.uplinks.bounds import MOST_FILES
from gateway.uplinks.publish import join, one_line, temporary_name, unrenamable, unwritable
from gateway.uplinks.sftp_pipeline import complete
from gateway.uplinks.sftp_session import SftpSession, ask
from gateway.uplinks.sftp_wire import Attributes, Code, Handle, Reply, Status


def listing(session: SftpSession, folder: str, where: str) -> list[RemoteFile]:
    """The files in a folder, folders left out.

    Raises:
        DestinationRejected: it may not be listed.
        DeliveryDeferred: it cannot be listed now.
    """
    path = join(session.steps.base, folder) or "."
    found = complete(session.wire, session.steps.list(path, MOST_FILES + 1))
    if not isinstance(found, Status):
        if len(found) > MOST_FILES:
            raise DeliveryDeferred(
                f"{where}: the folder {path} cannot be listed: it gave more than {MOST_FILES} names", by_server=True
            )
        return [RemoteFile(name, known.size) for name, known in found if not known.is_folder and known.size is not None]
    if found.code == Code.NO_SUCH_FILE:
        return []
    if found.code == Code.PERMISSION_DENIED:
        raise DestinationRejected(
            f"{where}: the folder {path} may not be listed ({one_line(found.text)}); ask the authority for the right"
        )
    raise DeliveryDeferred(f"{where}: the folder {path} cannot be listed ({one_line(found.text)})", by_server=True)


def fetch(session: SftpSession, folder: str, name: str, where: str) -> bytes:
    """A file's whole content."""
    path = join(session.steps.base, folder, name)
    found = complete(session.wire, session.steps.fetch(path))
    if isinstance(found, Status):
        raise DeliveryDeferred(f"{where}: {path} cannot be fetched ({one_line(found.text)})", by_server=True)
    return found


def probe(session: SftpSession, publishing: Publishing, where: str) -> ServerProfile:
    """Write, size, rename and delete files that no receiver takes for data, and see what works. Leaves nothing.

    Raises:
        DestinationRejected: what `publishing` needs does not work.
    """
    complete(session.wire, session.steps.prepare(""))
    one, two = (join(session.steps.base, temporary_name("probe")) for _ in range(2))
    at_once = session.steps.posix_rename
    rename = wire.posix_rename if at_once else wire.rename
    replaces = None
    try:
        _write(session, one, where)
        (stored,) = complete(session.wire, ask(wire.stat(one)))
        (renamed,) = complete(session.wire, ask(rename(one, two)))
        if _ok(renamed):
            _write(session, one, where)
            replaces = _ok(complete(session.wire, ask(rename(one, two)))[0])
    finally:
        if session.connection.alive():
            complete(session.wire, ask(wire.remove(one), wire.remove(two)))
    if not _ok(renamed) and publishing is not Publishing.DIRECT:
        raise unrenamable(where, "at all", one_line(renamed.text) if isinstance(renamed, Status) else "")
    made, _ = complete(session.wire, ask(wire.make_folder(one), wire.remove_folder(one)))
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


def _write(session: SftpSession, path: str, where: str) -> None:
    (opened,) = complete(session.wire, ask(wire.open_new(path)))
    if not isinstance(opened, Handle):
        raise unwritable(where, "folder", one_line(opened.text) if isinstance(opened, Status) else "")
    complete(session.wire, ask(wire.write(opened, 0, b"probe"), wire.close(opened)))


def _ok(reply: Reply) -> bool:
    return isinstance(reply, Status) and reply.ok
