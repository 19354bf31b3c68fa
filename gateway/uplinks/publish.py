"""What publishing means, whatever the protocol: names, leftovers, and whose fault a refusal is.

Publishing a parcel is, in this order: the final name exists with the same size: done; else write everything under a
temporary name, check the size that the server reports, rename. The final name therefore appears complete or not at all.

Temporary names are unique per attempt. A fixed one would be simpler, but a session that was cut off may live on at the
server for minutes and hold, lock or delete the file under that name. What crashed attempts leave behind is recognised
by its name and removed before the same parcel is sent again; one listing per folder and connection finds it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator

from gateway.core.errors import DestinationRejected
from gateway.core.interfaces import Parcel, Refused

# Not `.txt`, and the piece behind the last `_` is no date: the national receiver overlooks it by both of its rules. No
# leading dot, because vsftpd and ProFTPD hide such files from listings, and we must find our own leftovers.
_TEMPORARY = re.compile(r"(?P<name>.+)_upload-[0-9a-f]{8}\.part")

_DENIALS_THAT_PROVE = 3


def temporary_name(name: str) -> str:
    """A name to upload under, for one attempt at publishing `name`."""
    return f"{name}_upload-{secrets.token_hex(4)}.part"


def leftovers(listing: Iterable[str]) -> dict[str, list[str]]:
    """Temporary names in a folder's listing, by the final name they were meant for. Paths are cut to their last
    part."""
    found: dict[str, list[str]] = {}
    for entry in listing:
        name = entry.rstrip("/").rpartition("/")[2]
        if match := _TEMPORARY.fullmatch(name):
            found.setdefault(match["name"], []).append(name)
    return found


def join(*parts: str) -> str:
    """Path parts joined by `/`, empty ones left out; an absolute first part stays absolute."""
    present = [part for part in parts if part]
    return "/".join(part if part == "/" else part.rstrip("/") for part in present).replace("//", "/")


def ancestors(path: str) -> list[str]:
    """The folder and all above it, outermost first, the root left out: `/a/b` → `/a`, `/a/b`."""
    prefix, steps = ("/", path[1:]) if path.startswith("/") else ("", path)
    parts = [part for part in steps.split("/") if part]
    return [prefix + "/".join(parts[: depth + 1]) for depth in range(len(parts))]


def one_line(words: str, secret: str = "") -> str:
    """A server's words fit for a message: one printable line of sensible length, never our password echoed back."""
    if secret:
        words = words.replace(secret, "***")
    line = " ".join("".join(char if char.isprintable() else " " for char in words).split())
    return line if len(line) <= 300 else f"{line[:299]}…"


class Denials:
    """Tells a folder that does not take our files (the destination's fault) from a file that is not wanted (its own).

    Servers answer both with the same words. A denial counts against the file only once the same folder has taken
    another one; otherwise nothing may be set aside, because an administrator's slip would lose every file.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._taking: set[str] = set()
        self._open: list[tuple[Parcel, str]] = []

    def taken(self, folder: str) -> None:
        """The folder took a file."""
        self._taking.add(folder)

    def denied(self, parcel: Parcel, words: str) -> None:
        """The server would not take this parcel.

        Raises:
            DestinationRejected: that makes several in a folder that has taken none.
        """
        self._open.append((parcel, words))
        alike = sum(1 for other, _ in self._open if other.folder == parcel.folder)
        if parcel.folder not in self._taking and alike >= _DENIALS_THAT_PROVE:
            raise self._unwritable(parcel, words)

    def verdicts(self) -> Iterator[Refused]:
        """Decide what is still open, when everything has been tried.

        Raises:
            DestinationRejected: for denials in a folder that has taken none.
        """
        pending, self._open = self._open, []
        for parcel, words in pending:
            if parcel.folder in self._taking:
                yield Refused(parcel, f"{self._where}: {parcel.name} is not accepted ({words})")
        for parcel, words in pending:
            if parcel.folder not in self._taking:
                raise self._unwritable(parcel, words)

    def _unwritable(self, parcel: Parcel, words: str) -> DestinationRejected:
        folder = f"folder {parcel.folder}" if parcel.folder else "folder"
        return DestinationRejected(
            f"{self._where}: may not write into the {folder} below the destination's path ({words}); ask the authority"
            " for the right to create and rename files there"
        )
