"""Storing a file's bytes under one path at the far end, and what it means how that went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Delivered, Parcel, Unproven
from gateway.core.manner import Manner
from gateway.core.phrase import Phrase
from gateway.core.publishing import Proof
from gateway.uplinks.publish import OTHER_NAMES, Denied, Outcome, join, unproven
from gateway.uplinks.sftp import messages
from gateway.uplinks.sftp.answers import is_absent, is_denied, is_full, words_of
from gateway.uplinks.sftp.folders import Folders
from gateway.uplinks.sftp.messages import Exchange, Reply, SftpStatus
from gateway.uplinks.sftp.writing import Failing, Unwritten, WayToOpen, Writing, Written


@dataclass(frozen=True, slots=True)
class Doubtful:
    """It failed while more was asked at once than the plainest server bears, and is to be tried alone before anything
    is judged. If that goes well, it has taught a `lesson`, if any. `failing`: where, as far as writing goes."""

    parcel: Parcel
    words: str
    lesson: Manner | None
    number: int | None = None
    failing: Failing | None = None


Attempt = Exchange[Outcome | Doubtful]


@dataclass(slots=True)
class Storing:
    """Over one connection, whichever the name that it is stored under."""

    folders: Folders
    writing: Writing
    under_way: int = 0
    """Files that are being published now."""

    @property
    def takes_at_close(self) -> bool:
        """Whether files have to be written under their final name, because the receiver takes them at their close."""
        return self.writing.proof is Proof.ANSWER and self.writing.manners.has(Manner.TAKES_AT_CLOSE)

    def existing(self, parcel: Parcel, folder: str, final: str) -> Exchange[Reply]:
        """What is said of the parcel's name; what earlier attempts left behind is removed on the way."""
        strays = [join(folder, stray) for stray in self.folders.leftovers[parcel.folder].pop(parcel.name, [])]
        question = self.writing.question(final)
        asked = (*(() if question is None else (question,)), *map(messages.remove, strays))
        replies = (yield asked) if asked else ()
        if question is None:
            return SftpStatus(messages.Code.FAILURE, Phrase("this account may not ask"))
        return (yield from self.writing.asked_otherwise(final, replies[0]))

    def write(
        self, parcel: Parcel, path: str, openings: Iterator[WayToOpen], alone: bool
    ) -> Exchange[Written | Unwritten]:
        """Everything under this path. A folder that has vanished is made again, once."""
        ways = list(openings)
        written = yield from self.writing.write(path, parcel.content, iter(ways), plainly=alone)
        if isinstance(written, Unwritten) and written.failing is Failing.OPEN and is_absent(written.reply):
            yield from self.folders.make(parcel.folder)
            written = yield from self.writing.write(path, parcel.content, iter(ways), plainly=alone)
        return written

    def is_worth_asking_open(self, written: Written) -> bool:
        """Whether it is to be written once more, so that the open file can be asked for its size."""
        return self.writing.proof is Proof.PRESENT and written.may_tell_open

    def not_written(self, parcel: Parcel, path: str, failed: Unwritten, alone: bool) -> Attempt:
        """What it means for the parcel that it could not be written under this path.

        Raises:
            DeliveryError: it is not about this parcel.
        """
        words = words_of(failed.reply)
        if not alone and self._was_hurried(failed):
            if failed.failing is not Failing.OPEN:
                yield (messages.remove(path),)
            return self.doubtful(parcel, failed.failing, f"{failed.failing.value}: {words}", failed.handles)
        size = len(parcel.content)
        if failed.failing is Failing.OPEN:
            if (missing := self.folders.trouble(parcel.folder)) is not None:
                raise missing
            if is_denied(failed.reply) or (is_absent(failed.reply) and parcel.folder in self.folders.told):
                return Denied(parcel, words)
            wrong = Phrase(
                "cannot create a file in {join} ({words}){other_names}",
                join=join(self.folders.base, parcel.folder),
                words=words,
                other_names=OTHER_NAMES,
            )
        elif failed.failing is Failing.WRITE:
            wrong = Phrase(
                "cannot store a file of {size} bytes ({words}); the disk at the far end may be full",
                size=size,
                words=words,
            )
        else:
            wrong = Phrase("sent {size} bytes, the server reports {words}", size=size, words=words)
        raise DeliveryDeferred(Phrase("{where}: {wrong}", where=self.folders.where, wrong=wrong), by_server=True)

    def doubtful(self, parcel: Parcel, failing: Failing | None, words: str, handles: int = 0) -> Doubtful:
        """That it is to be tried alone. `handles`: how many of our files are known to have been open."""
        if failing in (Failing.WRITE, Failing.SIZE) and not self.writing.manners.has(Manner.ONE_REQUEST):
            return Doubtful(parcel, words, Manner.ONE_REQUEST, None, failing)
        if self.under_way > 1:
            return Doubtful(parcel, words, Manner.ONE_FILE, handles or self.under_way // 2, failing)
        return Doubtful(parcel, words, None, None, failing)

    def arrived(self, parcel: Parcel, written: Written, how: str) -> Delivered | Unproven:
        """What it means for the parcel that its bytes were taken, and `how`."""
        size = len(parcel.content)
        renamed = how == "renamed"
        words = Phrase("renamed, {size} bytes", size=size) if renamed else Phrase("written, {size} bytes", size=size)
        if not written.untold:
            return Delivered(parcel, words)
        if self.writing.proof is Proof.ANSWER:
            return Delivered(
                parcel,
                Phrase("{words}, all answered with OK; {untold}", words=words, untold=written.untold),
            )
        accepted = Phrase("{words}, all answered with OK", words=words)
        return unproven(self.folders.where, parcel, accepted, written.untold)

    def _was_hurried(self, failed: Unwritten) -> bool:
        """Whether less could have been asked at once. Other connections of ours may hold what may be open."""
        if is_full(failed.reply):
            return False
        return failed.failing is Failing.OPEN or self.under_way > 1 or not self.writing.manners.has(Manner.ONE_REQUEST)
