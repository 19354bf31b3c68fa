"""The files of one session that are on their way: one whose size is still to be asked, and one to be renamed.

Both go in the packet that announces the next upload, so that neither costs a round trip: a file is uploaded, is sized
with the next one's upload, and renamed with the next but one's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.core.interfaces import Parcel
from gateway.core.manner import Manner
from gateway.uplinks.ftp.replies import Reply
from gateway.uplinks.ftp.session import FtpSession
from gateway.uplinks.ftp.told import questions
from gateway.uplinks.ftp.upload import Upload


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of which the upload was answered, well or not."""

    parcel: Parcel
    path: str
    final: str
    makes_room: bool
    """Whether something lies under the final name that is to be replaced."""
    upload: Upload


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was accepted under its temporary name."""

    parcel: Parcel
    temporary: str
    final: str
    deletes: bool
    """Whether an older file has to make room first."""
    answer: Reply
    doubt: str = ""
    """What was asked and what came, where it is not proven that it lies there, and has to be."""
    is_found: bool = False
    """Whether it was sent over another connection, which was lost."""
    lacks: Manner | None = None
    """What the server is shown to lack once it has renamed it."""

    @property
    def renaming(self) -> tuple[str, ...]:
        """The commands that put it in its place; the last two of them are the renaming proper."""
        room = (f"DELE {self.final}",) if self.deletes else ()
        return (*room, f"RNFR {self.temporary}", f"RNTO {self.final}")

    def is_renamed(self, replies: Sequence[Reply]) -> bool:
        """Whether all of it was answered, and well."""
        if len(replies) < len(self.renaming):
            return False
        known, renamed = replies[len(self.renaming) - 2 : len(self.renaming)]
        return known.wants_more and renamed.is_done


@dataclass(slots=True)
class UnderWay:
    """Of one session."""

    sent: SentFile | None = None
    stored: StoredFile | None = None

    def commands(self, session: FtpSession) -> tuple[str, ...]:
        """What brings each a step on: first those of the one to be renamed."""
        renaming = self.stored.renaming if self.stored else ()
        return (*renaming, *(questions(session, self.sent.path, self.sent.final) if self.sent else ()))

    def __iter__(self) -> Iterator[tuple[Parcel, str]]:
        """Each with the temporary name under which it lies."""
        if self.stored is not None:
            yield self.stored.parcel, self.stored.temporary
        if self.sent is not None:
            yield self.sent.parcel, self.sent.path
