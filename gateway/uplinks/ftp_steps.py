"""The steps of publishing over FTP, and how the server's replies are read.

| reply | while | means |
|---|---|---|
| 4xx, no reply in time, connection lost, not FTP | anything | `DeliveryDeferred` |
| 452, 552, or words that speak of space or quota | anything | `DeliveryDeferred`: the far end is full |
| 5xx | making a folder | `DestinationRejected`: the path is not ours to use |
| 550, 553 | uploading under a temporary name | deferred if the folder has vanished, else see `publish.Denials` |
| 500, 501, 502, 504 | `SIZE`, renaming | `DestinationRejected`: without it completeness cannot be proven |
| other 5xx | renaming | `Refused`: this file will never be taken |
| 522 | a data connection | `DestinationRejected` if none has worked, else deferred: the TLS session has expired |
| other 5xx | anything | `DeliveryDeferred`, in the server's words |

What is refused before publishing (connection, certificate, log-in) is read in `ftp_login`.
"""

from __future__ import annotations

import contextlib
import ftplib

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Refused
from gateway.uplinks.ftp_session import FtpSession
from gateway.uplinks.publish import Denials, ancestors, join, leftovers, one_line, temporary_name

_FULL = ("space", "quota", "disk full", "storage")
_UNKNOWN_COMMAND = ("500", "501", "502", "504")


class FtpSteps:
    """Publishing into one destination's folders over one connection, one parcel after the other.

    Methods raise `DeliveryError`, or what ftplib raises when the reply has no meaning of its own at that step: see
    `judged`.
    """

    def __init__(self, where: str, session: FtpSession, base: str) -> None:
        """`base` is absolute."""
        self.denials = Denials(where)
        self._where = where
        self._session = session
        self._base = base
        self._leftovers: dict[str, dict[str, list[str]]] = {}

    def publish(self, parcel: Parcel) -> Delivered | Refused | None:
        """Bring one parcel under its name. `None`: denied; `denials` decides when the others have been tried."""
        if parcel.folder not in self._leftovers:
            self._prepare(parcel.folder)
        folder = join(self._base, parcel.folder)
        final = join(folder, parcel.name)
        for stray in self._leftovers[parcel.folder].pop(parcel.name, []):
            self._remove(join(folder, stray))
        existing = self._size(final)
        if existing == len(parcel.content) and not parcel.replaces:
            return Delivered(parcel, f"already there, {existing} bytes")
        temporary = join(folder, temporary_name(parcel.name))
        try:
            answer = self._session.store(temporary, parcel.content)
            stored = self._size(temporary)
        except ftplib.error_perm as error:
            self._denied(parcel, folder, error)
            return None
        except ftplib.error_temp:
            self._remove(temporary)
            raise
        self.denials.taken(parcel.folder)
        if stored != len(parcel.content):
            self._remove(temporary)
            raise DeliveryDeferred(
                f"{self._where}: sent {len(parcel.content)} bytes, the server reports {stored or 0};"
                " its disk may be full",
                by_server=True,
            )
        return self._rename(parcel, temporary, final, answer, replaces=existing is not None)

    def judged(self, error: ftplib.Error) -> DeliveryError:
        """What a reply means that has no meaning of its own at the step where it came."""
        if code(error) == "522":
            trouble = f"{self._where}: the server does not accept the data connection's TLS session ({words(error)})"
            return DeliveryDeferred(trouble, by_server=True) if self._session.resumed else DestinationRejected(trouble)
        if isinstance(error, ftplib.error_temp) or full(error):
            return DeliveryDeferred(f"{self._where}: the server cannot take files now ({words(error)})", by_server=True)
        return DeliveryDeferred(f"{self._where}: an answer that does not fit ({words(error)})", by_server=True)

    def _prepare(self, folder: str) -> None:
        """Make the folder and those above it as needed, and note what earlier attempts left in it."""
        path = join(self._base, folder)
        if not self._there(path):
            for ancestor in ancestors(path):
                self._make(ancestor)
        listing: list[str] = []
        try:
            listing = self._session.names(path)
        except (ftplib.error_perm, ftplib.error_temp) as error:
            # 450 and 550 are how some servers say "empty" or "not to be listed": leftovers, if any, then stay.
            if code(error) not in ("450", "550"):
                raise
        self._leftovers[folder] = leftovers(listing)

    def _make(self, folder: str) -> None:
        if self._there(folder):
            return
        try:
            self._session.mkd(folder)
        except ftplib.error_perm as error:
            # Another connection may have made it at the same moment, so what counts is whether it is there now.
            if self._there(folder):
                return
            if full(error):
                raise
            raise DestinationRejected(
                f"{self._where}: the folder {folder} is not there and cannot be made ({words(error)});"
                " correct the path in the destination's url, or ask for the right"
            ) from error

    def _denied(self, parcel: Parcel, folder: str, error: ftplib.error_perm) -> None:
        if code(error) not in ("550", "553") or full(error):
            raise error
        if not self._there(folder):
            raise DeliveryDeferred(
                f"{self._where}: the folder {folder} has vanished ({words(error)})", by_server=True
            ) from error
        self.denials.denied(parcel, words(error))

    def _rename(
        self, parcel: Parcel, temporary: str, final: str, answer: str, *, replaces: bool
    ) -> Delivered | Refused:
        try:
            try:
                renamed = self._session.rename(temporary, final)
            except ftplib.error_perm:
                if not replaces:
                    raise
                self._session.delete(final)  # this server renames onto nothing that exists
                renamed = self._session.rename(temporary, final)
        except ftplib.error_perm as error:
            self._remove(temporary)
            if full(error):
                raise
            if code(error) in _UNKNOWN_COMMAND:
                raise DestinationRejected(
                    f"{self._where}: the server does not rename files ({words(error)}), so none can appear complete at"
                    " once; ask the authority to allow it"
                ) from error
            return Refused(parcel, f"{self._where}: may not be named {final} ({words(error)})")
        return Delivered(parcel, one_line(f"{answer} / {renamed}"))

    def _size(self, path: str) -> int | None:
        """The size the server reports; `None` if it has no such file."""
        try:
            return self._session.size(path)
        except ftplib.error_perm as error:
            if code(error) in _UNKNOWN_COMMAND:
                raise DestinationRejected(
                    f"{self._where}: the server does not tell a file's size ({words(error)}), so completeness cannot be"
                    " proven; ask the authority to allow SIZE"
                ) from error
            return None

    def _there(self, folder: str) -> bool:
        try:
            self._session.cwd(folder)
        except ftplib.error_perm:
            return False
        return True

    def _remove(self, path: str) -> None:
        with contextlib.suppress(
            ftplib.error_perm, ftplib.error_temp
        ):  # what cannot go stays, and hides no better error
            self._session.delete(path)


def code(error: ftplib.Error) -> str:
    """The three digits of the reply that became this error."""
    return str(error)[:3]


def words(error: ftplib.Error) -> str:
    return one_line(str(error))


def full(error: ftplib.Error) -> bool:
    """Whether the reply says that the far end has no room."""
    said = str(error).lower()
    return code(error) in ("452", "552") or any(word in said for word in _FULL)
