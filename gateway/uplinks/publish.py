"""What publishing means, whatever the protocol: names, leftovers, and whose fault a refusal is.

Publishing a parcel is, in this order: the final name exists: done if the same bytes lie there, a `Conflict` if others
do (see `lying`); else write everything under a temporary name, check the size that the server reports, rename. The
final name therefore appears complete or not at all, and what others have put there is never written over.
Where a server allows no better, a destination may choose one of the weaker ways of `core.publishing`.

Temporary names are unique per attempt. A fixed one would be simpler, but a session that was cut off may live on at the
server for minutes and hold, lock or delete the file under that name. What crashed attempts leave behind is recognised
by its name and removed before the same parcel is sent again; one listing per folder and connection finds it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum

from gateway.core.errors import DestinationRejected
from gateway.core.interfaces import Conflict, Delivered, Parcel, Refused, Unproven
from gateway.core.phrase import Phrase
from gateway.core.publishing import Publishing
from gateway.uplinks.bounds import MOST_COMPARED

# Not `.txt`, and the piece behind the last `_` is no date: the national receiver overlooks it by both of its rules. No
# leading dot, because vsftpd and ProFTPD hide such files from listings, and we must find our own leftovers.
_TEMPORARY = re.compile(r"(?P<name>.+)_upload-[0-9a-f]{8}\.part")
_TRIED = re.compile(r"probe_check-[0-9a-f]{8}\.chk")

PROBE = "probe"
"""Files that are written only to see what becomes of them bear temporary names for this one."""

_DENIALS_THAT_PROVE = 3
OTHER_NAMES = Phrase(
    "; if it takes only names such as those of the files themselves (not *.part), write publish: direct"
)
"""What else it may be that nothing can be created in a folder."""
_WAYS_OUT = Phrase(
    "what lies there was left as it is: gateway resend --force replaces it, gateway deliveries close leaves it for"
    " good, gateway deliveries release looks again"
)


def temporary_name(name: str) -> str:
    """A name to upload under, for one attempt at publishing `name`."""
    return f"{name}_upload-{secrets.token_hex(4)}.part"


def name_to_try() -> str:
    """A final name for one attempt at finding out what becomes of a file: no receiver takes it for data, and none
    leaves it where it is for being temporary. `leftovers` knows it as `PROBE`."""
    return f"probe_check-{secrets.token_hex(4)}.chk"


def leftovers(listing: Iterable[str]) -> dict[str, list[str]]:
    """Temporary names in a folder's listing, by the final name they were meant for. Paths are cut to their last
    part."""
    found: dict[str, list[str]] = {}
    for entry in listing:
        name = entry.rstrip("/").rpartition("/")[2]
        match = _TEMPORARY.fullmatch(name)
        final = match["name"] if match else name
        if match or _TRIED.fullmatch(final):
            found.setdefault(PROBE if _TRIED.fullmatch(final) else final, []).append(name)
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


class Act(Enum):
    """What the server did not let us do with one file."""

    WRITE = "write"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class Denied:
    """The server would not take this parcel; what that means is decided when the others have been tried."""

    parcel: Parcel
    words: str
    act: Act = Act.WRITE


Outcome = Delivered | Refused | Unproven | Denied


class Denials:
    """Tells a folder that does not take our files (the destination's fault) from a file that is not wanted (its own).

    Servers answer both with the same words. A denial counts against the file only once the same folder has taken
    another one; otherwise nothing may be set aside, because an administrator's slip would lose every file.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._taking: set[str] = set()
        self._open: list[Denied] = []

    def decided(self, outcomes: Generator[Outcome, None, None]) -> Iterator[Delivered | Refused | Unproven]:
        """Pass on what is decided, and count what is denied.

        Raises:
            DestinationRejected: see `denied`.
        """
        with closing(outcomes):
            for outcome in outcomes:
                if isinstance(outcome, Denied):
                    self.denied(outcome)
                    continue
                if isinstance(outcome, Delivered | Unproven):
                    self.taken(outcome.parcel.folder)
                yield outcome

    def taken(self, folder: str) -> None:
        """The folder took a file."""
        self._taking.add(folder)

    def denied(self, denial: Denied) -> None:
        """The server would not take a parcel.

        Raises:
            DestinationRejected: that makes several in a folder that has taken none.
        """
        self._open.append(denial)
        folder = denial.parcel.folder
        alike = sum(1 for other in self._open if other.parcel.folder == folder)
        if folder not in self._taking and alike >= _DENIALS_THAT_PROVE:
            raise self._of_all(denial)

    def verdicts(self) -> Iterator[Refused]:
        """Decide what is still open, when everything has been tried.

        Raises:
            DestinationRejected: for denials in a folder that has taken none.
        """
        pending, self._open = self._open, []
        for denial in pending:
            if denial.parcel.folder in self._taking:
                yield Refused(denial.parcel, self._of_one(denial))
        for denial in pending:
            if denial.parcel.folder not in self._taking:
                raise self._of_all(denial)

    def _of_one(self, denial: Denied) -> str:
        name = denial.parcel.name
        fault = (
            Phrase("{name} is not accepted", name=name)
            if denial.act is Act.WRITE
            else Phrase("nothing may be named {name}", name=name)
        )
        return f"{self._where}: {fault} ({denial.words})"

    def _of_all(self, denial: Denied) -> DestinationRejected:
        folder = f"folder {denial.parcel.folder}" if denial.parcel.folder else "folder"
        if denial.act is Act.RENAME:
            return unrenamable(self._where, Phrase("in the {folder}", folder=folder), denial.words)
        return unwritable(self._where, folder, denial.words)


def is_fetched(parcel: Parcel, size: int | None) -> bool:
    """Whether a file of this size (`None`: not told) that lies under the parcel's name is worth fetching."""
    return size is None or size <= max(len(parcel.content), MOST_COMPARED)


def most_fetched(parcel: Parcel) -> int:
    """No more bytes are fetched of it, whatever the server says of its size."""
    return max(len(parcel.content), MOST_COMPARED) + 1


@dataclass(frozen=True, slots=True)
class Found:
    """What lies under a parcel's name, as far as the server tells. `content` is `None` where it was not fetched, and
    then `words` says why."""

    size: int | None
    content: bytes | None
    words: str = ""


def lying(where: str, parcel: Parcel, found: Found, publishing: Publishing) -> Delivered | Conflict | None:
    """What it means that something lies under the parcel's name; `None`: it is the beginning of the parcel itself,
    which only a direct upload leaves there, and may be written anew.

    What may not be read is taken for ours if it has our size and we are known to have sent it.
    """
    size = len(parcel.content)
    if found.content == parcel.content:
        return Delivered(parcel, Phrase("already there, {size} bytes", size=size))
    if found.content is None:
        if found.size == size and parcel.was_tried and not parcel.ask_first:
            return Delivered(
                parcel,
                Phrase("already there, {size} bytes; they may not be read ({words})", size=size, words=found.words),
            )
        return unseen(where, parcel, found.size, found.words)
    if publishing is Publishing.DIRECT and parcel.content.startswith(found.content):
        return None
    theirs = hashlib.sha256(found.content).digest()
    return Conflict(
        parcel,
        Phrase(
            "{where}: a {name} with other bytes lies there: {content} bytes, SHA-256 {theirs}; ours are {ours}; "
            "{ways_out}",
            where=where,
            name=parcel.name,
            content=len(found.content),
            theirs=theirs.hex(),
            ours=_ours(parcel),
            ways_out=_WAYS_OUT,
        ),
        len(found.content),
        theirs,
    )


def unseen(where: str, parcel: Parcel, size: int | None, words: str) -> Conflict:
    """Something lies under the parcel's name, or may lie there, and nobody may see what."""
    lies = Phrase("may lie there") if size is None else Phrase("of {size} bytes lies there", size=size)
    return Conflict(
        parcel,
        Phrase(
            "{where}: a {name} {lies} that may not be read ({words}); ours are {ours}; {ways_out}",
            where=where,
            name=parcel.name,
            lies=lies,
            words=words,
            ours=_ours(parcel),
            ways_out=_WAYS_OUT,
        ),
        size,
    )


def _ours(parcel: Parcel) -> str:
    return Phrase(
        "{content} bytes, SHA-256 {hexdigest}",
        content=len(parcel.content),
        hexdigest=hashlib.sha256(parcel.content).hexdigest(),
    )


def unmakable(where: str, folder: str, words: str) -> DestinationRejected:
    """A folder is missing and may not be made."""
    return DestinationRejected(
        Phrase(
            "{where}: {missing}; correct the path in the destination's url, or ask for the right",
            where=where,
            missing=missing(folder, words),
        )
    )


def missing(folder: str, words: str) -> str:
    """A folder is missing and was not made."""
    return Phrase("the folder {folder} is not there and cannot be made ({words})", folder=folder, words=words)


def unproven(where: str, parcel: Parcel, answer: str, why: str) -> Unproven:
    """Every answer was good, and then the file was not there, or nobody told. `answer`: what was accepted under the
    parcel's own name; empty: nothing."""
    return Unproven(
        parcel,
        answer,
        Phrase(
            "{where}: {name} was written and closed, each answered with OK, and then {why}; if the receiver "
            "takes files away at once, or this account may not look at what it wrote, write proof: answer",
            where=where,
            name=parcel.name,
            why=why,
        ),
    )


def unwritable(where: str, folder: str, words: str) -> DestinationRejected:
    """Nothing can be written into a folder."""
    return DestinationRejected(
        Phrase(
            "{where}: may not write into the {folder} below the destination's path ({words}); ask the authority "
            "for the right to create and rename files there{other_names}",
            where=where,
            folder=folder,
            words=words,
            other_names=OTHER_NAMES,
        )
    )


def unrenamable(where: str, place: str, words: str) -> DestinationRejected:
    """The server renames nothing."""
    return DestinationRejected(
        Phrase(
            "{where}: may not rename files {place} ({words}), so none can appear complete at once; ask the "
            "authority for the right, or, if it has none to give, write publish: direct",
            where=where,
            place=place,
            words=words,
        )
    )


def irreplaceable(where: str, parcel: Parcel, size: int, words: str) -> str:
    """Why a parcel is refused whose name is taken by another file, on a server that renames onto nothing."""
    return Phrase(
        "{where}: another {name} of {size} bytes lies there and the server does not replace it ({words}); remove "
        "it there, or write publish: rename-delete",
        where=where,
        name=parcel.name,
        size=size,
        words=words,
    )
