"""What a server does not bear, or does not do, of that with which delivery is fast and sure: its manners.

Each is an optimism that a server may not share. Where one fails, the plain way is gone before a file or a folder is
judged, and the manner is remembered for a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Manner(StrEnum):
    """One way in which a server is plainer than we would like. The values are the database's."""

    ONE_COMMAND = "one-command"
    """FTP: one command at a time, each after the answer to the one before."""
    DATA_AFTER_GO_AHEAD = "data-after-go-ahead"
    """FTP: nothing on the data connection before 150 has come."""
    ONE_FILE = "one-file"
    """SFTP: one file at a time, one open handle."""
    ONE_REQUEST = "one-request"
    """SFTP: one request at a time: answers are given out of order, or questions overtake what goes before them."""
    ONE_CONNECTION = "one-connection"
    """One connection at a time."""
    NO_EXCLUSIVE_OPEN = "no-exclusive-open"
    """SFTP: files cannot be opened with EXCL."""
    NO_TRUNCATION = "no-truncation"
    """SFTP: files cannot be opened with TRUNC."""
    NO_SIZE = "no-size"
    """FTP: SIZE is not told, or not of what was just written."""
    NO_FACTS = "no-facts"
    """FTP: MLST and MLSD are not told."""
    NO_STAT = "no-stat"
    """SFTP: STAT is refused."""
    NO_LSTAT = "no-lstat"
    """SFTP: LSTAT is refused."""
    NO_FSTAT = "no-fstat"
    """SFTP: FSTAT of an open handle is refused."""
    NO_LISTING = "no-listing"
    """Folders may not be listed."""
    TAKES_AT_CLOSE = "takes-at-close"
    """A file is taken away as soon as it is closed: it has to be written under its final name."""
    TAKES_AFTER_RENAME = "takes-after-rename"
    """A file is taken away as soon as it has its name: what was delivered is not there any more."""
    NO_REPLACEMENT = "no-replacement"
    """Nothing can be renamed onto a name that exists."""
    SLOW_COMMANDS = "slow-commands"
    """So many commands in a minute and no more; the number is the limit that was met."""


@dataclass(frozen=True, slots=True)
class LearnedManner:
    """`learned_ms`: when (UTC, ms). `words`: what the server said, or did, that taught it. `number`: the limit that was
    met, where there is one."""

    manner: Manner
    learned_ms: int
    words: str
    number: int | None = None
