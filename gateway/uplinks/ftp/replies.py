"""An FTP server's replies, and what they mean while files are published.

| reply | while | means |
|---|---|---|
| 4xx, no reply in time, connection lost, not FTP | anything | `DeliveryDeferred` |
| 452, 552, or words that speak of space or quota | anything | `DeliveryDeferred`: the far end is full |
| 5xx | making a folder | `DestinationRejected`: the path is not ours to use |
| 500, 502, 504, 530, 532 | uploading, where nothing has arrived yet | `DestinationRejected`: nobody may store here |
| 550, 553 | uploading | deferred if the folder has vanished, else see `publish.Denials` |
| 5xx | `SIZE`, `MLST`, `LIST` | see `told`: not there, or not told, and then the next way is asked |
| 426, 451, other 4xx | after the whole file | its size is asked first: all of it may lie there |
| 5xx, 450, 451 | `RETR` of what lies under a parcel's name | it may not be read; see `publish.lying` |
| 500, 501, 502, 504 | renaming | `DestinationRejected`, naming the way out |
| other 5xx, or 4xx with words of rights or names | renaming | `Refused` if the name is taken, else `publish.Denials` |
| 425 | a data connection | `Crowded`, which is a `DeliveryDeferred`: it has no port to spare |
| 522 | a data connection | `DestinationRejected` if none has worked, else deferred: the TLS session has expired |
| other 5xx | anything | `DeliveryDeferred`, in the server's words |

What is refused before publishing (connection, certificate, log-in) is read in `login`.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.errors import Crowded, DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.phrase import Phrase
from gateway.uplinks.publish import one_line

_ABSENT = (
    "no such",
    "not found",
    "not exist",
    "n't exist",
    "cannot find",
    "can't find",
    "could not find",
    "no files",
    "unknown file",
)
_EXISTS = ("exist", "already")
_HASTE = ("too many commands", "too many requests", "command rate", "too fast", "slow down", "flood", "commands per")
_FULL = ("space", "quota", "disk full", "storage")
_FINAL = ("permi", "denied", "not allowed", "directory", "exist")
_UNKNOWN_COMMAND = ("500", "501", "502", "504")
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Reply:
    """Three digits and words; several lines are joined by a line feed."""

    text: str

    def __str__(self) -> str:
        """Fit for a message."""
        return one_line(self.text)

    @property
    def code(self) -> str:
        return self.text[:3]

    @property
    def is_begun(self) -> bool:
        """1xx: another reply follows."""
        return self.text.startswith("1")

    @property
    def is_done(self) -> bool:
        return self.text.startswith("2")

    @property
    def wants_more(self) -> bool:
        """3xx: the server waits for the command that belongs to this one."""
        return self.text.startswith("3")

    @property
    def is_for_now(self) -> bool:
        """4xx: another time it may be different."""
        return self.text.startswith("4")

    @property
    def is_refusal(self) -> bool:
        """5xx."""
        return self.text.startswith("5")

    @property
    def is_bad(self) -> bool:
        """4xx or 5xx."""
        return self.is_for_now or self.is_refusal

    @property
    def is_full(self) -> bool:
        """Whether the far end has no room."""
        return self.code in ("452", "552") or self._speaks_of(_FULL)

    @property
    def is_final(self) -> bool:
        """Whether a refusal to rename will be the same tomorrow. Pure-FTPd says 451 to everything."""
        return self.is_refusal or self._speaks_of(_FINAL)

    @property
    def speaks_of_absence(self) -> bool:
        """Whether the server says that something is not there. Many have the same words for that and for rights that
        are missing; then they have said neither."""
        return self.is_bad and self._speaks_of(_ABSENT)

    @property
    def speaks_of_haste(self) -> bool:
        """Whether the server says that there were too many commands lately."""
        return self.is_bad and self._speaks_of(_HASTE)

    @property
    def speaks_of_existence(self) -> bool:
        """Whether the server says that something is there already."""
        return self.is_bad and not self.speaks_of_absence and self._speaks_of(_EXISTS)

    @property
    def is_unknown_command(self) -> bool:
        """Whether the server does not have the command at all."""
        return self.code in _UNKNOWN_COMMAND

    @property
    def is_for_nobody(self) -> bool:
        """Whether an upload is refused for what this account, or this server, never does."""
        return self.code in ("500", "502", "504", "530", "532")

    @property
    def size(self) -> int | None:
        """The size in a reply to `SIZE`; `None` if it tells none."""
        return size_of(self.text[3:]) if self.code == "213" else None

    def _speaks_of(self, words: tuple[str, ...]) -> bool:
        text = self.text.lower()
        return any(word in text for word in words)


class FtpError(Exception):
    """A reply that ends what was being done: the server's last word (421), or one that does not fit there."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply))
        self.reply = reply


def size_of(digits: str) -> int | None:
    """The number that a server writes; `None`: it is none."""
    digits = digits.strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS else None


def judged(error: FtpError, where: str, *, resumed: bool) -> DeliveryError:
    """What a reply means that has no meaning of its own at the step where it came. `resumed`: data connections have
    worked under the control connection's TLS session."""
    reply = error.reply
    if reply.code == "522":
        trouble = Phrase(
            "{where}: the server does not accept the data connection's TLS session ({reply})", where=where, reply=reply
        )
        return DeliveryDeferred(trouble, by_server=True) if resumed else DestinationRejected(trouble)
    if reply.code == "425":
        return Crowded(Phrase("{where}: the server opens no data connection now ({reply})", where=where, reply=reply))
    if reply.is_for_now or reply.is_full:
        return DeliveryDeferred(
            Phrase("{where}: the server cannot take files now ({reply})", where=where, reply=reply), by_server=True
        )
    return DeliveryDeferred(
        Phrase("{where}: an answer that does not fit ({reply})", where=where, reply=reply), by_server=True
    )
