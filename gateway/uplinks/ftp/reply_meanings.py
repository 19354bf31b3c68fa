"""What an FTP server's replies mean while files are published.

| reply | while | means |
|---|---|---|
| 4xx, no reply in time, connection lost, not FTP | anything | `DeliveryDeferred` |
| 452, 552, or words that speak of space or quota | anything | `DeliveryDeferred`: the far end is full |
| 5xx | making a folder | `DestinationRejected`: the path is not ours to use |
| 550, 553 | uploading | deferred if the folder has vanished, else see `publish.Denials` |
| 500, 501, 502, 504 | `SIZE` | `DestinationRejected`: without it completeness cannot be proven |
| 500, 501, 502, 504 | renaming | `DestinationRejected`, naming the way out |
| other 5xx, or 4xx with words of rights or names | renaming | `Refused` if the name is taken, else `publish.Denials` |
| 425 | a data connection | `Crowded`, which is a `DeliveryDeferred`: it has no port to spare |
| 522 | a data connection | `DestinationRejected` if none has worked, else deferred: the TLS session has expired |
| other 5xx | anything | `DeliveryDeferred`, in the server's words |

What is refused before publishing (connection, certificate, log-in) is read in `login`.
"""

from __future__ import annotations

import ftplib

from gateway.core.errors import Crowded, DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.uplinks.ftp.replies import Reply, code
from gateway.uplinks.publish import one_line

_FULL = ("space", "quota", "disk full", "storage")
_FINAL = ("permi", "denied", "not allowed", "directory", "exist")
_MOST_DIGITS = 18
_UNKNOWN_COMMAND = ("500", "501", "502", "504")


def judged(error: ftplib.Error, where: str, *, resumed: bool) -> DeliveryError:
    """What a reply means that has no meaning of its own at the step where it came. `resumed`: data connections have
    worked under the control connection's TLS session."""
    if code(error) == "522":
        trouble = f"{where}: the server does not accept the data connection's TLS session ({words(error)})"
        return DeliveryDeferred(trouble, by_server=True) if resumed else DestinationRejected(trouble)
    if code(error) == "425":
        return Crowded(f"{where}: the server opens no data connection now ({words(error)})")
    if isinstance(error, ftplib.error_temp) or full(error):
        return DeliveryDeferred(f"{where}: the server cannot take files now ({words(error)})", by_server=True)
    return DeliveryDeferred(f"{where}: an answer that does not fit ({words(error)})", by_server=True)


def size_in(reply: Reply, where: str) -> int | None:
    """The size in a reply to `SIZE`; `None` if there is no such file."""
    if (size := told_size(reply)) is not None:
        return size
    if is_unknown(reply):
        raise DestinationRejected(
            f"{where}: the server does not tell a file's size ({words(reply)}), so completeness cannot be"
            " proven; ask the authority to allow SIZE"
        )
    if reply[0] != "5":
        raise as_error(reply)
    return None


def told_size(reply: Reply) -> int | None:
    """The size in a reply to `SIZE`; `None` if it tells none."""
    digits = reply[3:].strip()
    return int(digits) if reply.startswith("213") and digits.isdecimal() and len(digits) <= _MOST_DIGITS else None


def as_error(reply: Reply) -> ftplib.Error:
    """The error that ftplib makes of a reply."""
    kind = ftplib.error_perm if reply[0] == "5" else ftplib.error_temp
    return kind(reply)  # noqa: S321 - that it is FTP is the authority's choice


def words(said: object) -> str:
    """A reply, or the error that it became, fit for a message."""
    return one_line(str(said))


def full(said: object) -> bool:
    """Whether a reply says that the far end has no room."""
    text = str(said).lower()
    return code(said) in ("452", "552") or any(word in text for word in _FULL)


def is_final(reply: Reply) -> bool:
    """Whether a refusal to rename will be the same tomorrow. Pure-FTPd says 451 to everything."""
    return reply[0] == "5" or any(word in reply.lower() for word in _FINAL)


def is_unknown(reply: Reply) -> bool:
    """Whether the server does not have the command at all."""
    return code(reply) in _UNKNOWN_COMMAND
