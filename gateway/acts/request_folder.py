"""The folder in which the page leaves what people ask for, a file each, and from which the daemon takes it.

The page writes and removes; the daemon reads, and writes nothing there. A file is there whole or not at all, also after
a power cut. Whatever else lies in the folder is left as it is, and is never followed, waited for or read without end.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gateway.core.act import ActRequest
from gateway.core.act_form import LARGEST_BYTES, ActFault, is_request_id, read_request, request_text
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.plain_file import make_plain_file, open_plain_file
from gateway.runtime.sync import sync

MOST_REQUESTS = 200
"""At once in the folder. The daemon takes one within a second; so many are there only while it does not run."""
_MOST_NAMES = 2000
"""Of whatever lies there."""
_SUFFIX = ".json"
_UNFINISHED = ".new"


class RequestNotLeft(GatewayError):
    """What was asked for could not be written down; nothing of it will happen."""


@dataclass(frozen=True, slots=True)
class UnreadableRequest:
    """A file of a request's name that holds none. `id`: what its name says."""

    id: str
    why: str


def new_id() -> str:
    return secrets.token_hex(16)


class RequestFolder:
    """`requests/` in the page's own folder."""

    def __init__(self, page_storage: Path) -> None:
        self.folder = page_storage / "requests"

    def leave(self, request: ActRequest) -> None:
        """For the daemon; on the card when this returns.

        Raises:
            RequestNotLeft: it is not there, and the message says why.
        """
        content = request_text(request).encode()
        if len(content) > LARGEST_BYTES:
            raise RequestNotLeft(Phrase("what was asked for is too long; ask for less at once"))
        try:
            self.folder.mkdir(mode=0o750, exist_ok=True)
            if len(self.ids()) >= MOST_REQUESTS:
                raise RequestNotLeft(
                    Phrase("{most_requests} requests wait already; does the gateway run?", most_requests=MOST_REQUESTS)
                )
            beside = self.folder / f".{request.id}{_UNFINISHED}"
            try:
                with os.fdopen(make_plain_file(beside, 0o640), "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                beside.rename(self._file(request.id))
            finally:
                beside.unlink(missing_ok=True)
            sync(self.folder)
        except OSError as error:
            raise RequestNotLeft(
                Phrase("{folder} cannot be written: {strerror}", folder=self.folder, strerror=error.strerror)
            ) from None

    def remove(self, ids: Iterable[str]) -> None:
        """Requests whose outcome is known. One that is not there any more, or cannot be removed, is passed over."""
        for request_id in ids:
            try:
                self._file(request_id).unlink(missing_ok=True)
            except OSError:
                continue

    def ids(self) -> list[str]:
        """Of all that wait, in the order of their names; none where the folder is not there.

        Raises:
            OSError: it cannot be read, or anybody may write it.
        """
        try:
            _refuse_open_folder(self.folder)
            return sorted(islice(self._names(), MOST_REQUESTS))
        except FileNotFoundError:
            return []

    def read(self, request_id: str) -> ActRequest | UnreadableRequest:
        """
        Raises:
            FileNotFoundError: it was removed meanwhile.
        """
        try:
            with os.fdopen(open_plain_file(self._file(request_id), os.O_RDONLY), "rb") as file:
                content = file.read(LARGEST_BYTES + 1)
        except FileNotFoundError:
            raise
        except OSError as error:
            return UnreadableRequest(request_id, error.strerror or str(error))
        if len(content) > LARGEST_BYTES:
            return UnreadableRequest(
                request_id, Phrase("it has more than {largest_bytes} bytes", largest_bytes=LARGEST_BYTES)
            )
        try:
            request = read_request(content.decode())
        except UnicodeDecodeError:
            return UnreadableRequest(request_id, Phrase("it is no UTF-8"))
        except ActFault as fault:
            return UnreadableRequest(request_id, str(fault))
        if request.id != request_id:
            return UnreadableRequest(request_id, Phrase("it bears another id than its name"))
        return request

    def _file(self, request_id: str) -> Path:
        return self.folder / f"{request_id}{_SUFFIX}"

    def _names(self) -> Iterator[str]:
        with os.scandir(self.folder) as entries:
            for entry in islice(entries, _MOST_NAMES):
                name = entry.name.removesuffix(_SUFFIX)
                if name != entry.name and is_request_id(name):
                    yield name


def _refuse_open_folder(folder: Path) -> None:
    """Who may write there asks in anybody's name."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, Phrase("is no folder"), str(folder))
    if found.st_mode & stat.S_IWOTH:
        raise PermissionError(
            errno.EPERM, Phrase("anybody may write it, so nothing in it is believed (chmod o-w)"), str(folder)
        )
