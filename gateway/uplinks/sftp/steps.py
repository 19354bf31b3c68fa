"""The steps of publishing over SFTP: pure generators that yield requests and are sent the replies.

They decide, and touch no network; `pipeline` runs many side by side. A tuple of requests travels together and
costs one round trip.

| the server says | here it means |
|---|---|
| anything but good, while more was asked at once than the plainest server bears | `Doubtful`: it is tried again alone |
| permission denied, no such file: making a folder, and a file in it | `DestinationRejected`: the path is not ours |
| permission denied: creating a file, renaming | a denial; see `publish.Denials` |
| no such file: creating a file | the folder has vanished: it is made again, once; then `DeliveryDeferred` |
| failure: writing; a size that is told and not ours | `DeliveryDeferred`: the far end's disk is full or failing |
| all good, and then not there, or not told | `Unproven`, or delivered where answers are the proof |
| no such file: renaming what was just closed | it was taken away at its close: see `_taken` |
| unsupported operation: renaming | `DestinationRejected`, naming the way out |
| any failure: renaming onto a file that is to be replaced, or a folder of that name | `Refused` |
| permission denied: asked first whether the name is free | `Conflict`: nobody may see what lies there |
| any failure: reading what lies under the name | `Conflict`, or ours by its size; see `publish.lying` |
| anything else | `DeliveryDeferred`, in the server's words |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Conflict, Delivered, Parcel, Refused, Unproven
from gateway.core.manner import Manner
from gateway.core.publishing import Proof, Publishing
from gateway.uplinks.manners import Manners
from gateway.uplinks.publish import (
    Act,
    Denied,
    Outcome,
    irreplaceable,
    join,
    temporary_name,
    unproven,
    unrenamable,
)
from gateway.uplinks.sftp import messages
from gateway.uplinks.sftp.answers import (
    is_absent,
    is_denied,
    is_folder,
    is_full,
    is_ok,
    is_unsupported,
    size_told,
    words_of,
)
from gateway.uplinks.sftp.folders import Folders
from gateway.uplinks.sftp.messages import Attributes, Exchange, Reply, SftpStatus
from gateway.uplinks.sftp.occupancy import Occupancy
from gateway.uplinks.sftp.renaming import Renaming
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


class Steps:
    """Publishing into one destination's folders over one connection."""

    def __init__(
        self,
        where: str,
        base: str,
        posix_rename: bool,
        manners: Manners,
        publishing: Publishing = Publishing.RENAME,
        proof: Proof = Proof.PRESENT,
    ) -> None:
        self.where = where
        self.base = base
        self.manners = manners
        self.folders = Folders(where, base, manners)
        self.writing = Writing(manners, proof)
        self.renaming = Renaming(posix_rename, publishing)
        self.occupancy = Occupancy(where, publishing)
        self._publishing = publishing
        self.proof = proof
        self.left_there = 0
        """Files that the receiver has left where they were until they had their name."""
        self._under_way = 0

    def publish(self, parcel: Parcel, *, alone: bool = False) -> Attempt:
        """Bring one parcel under its name. Its folder must have been prepared. `alone`: nothing else is under way, and
        one thing is asked after the other."""
        self._under_way += 1
        try:
            outcome = yield from self._publish(parcel, alone)
        finally:
            self._under_way -= 1
        if isinstance(outcome, Delivered | Conflict) and not self.is_direct():
            self.left_there += 1
        return outcome

    def is_direct(self) -> bool:
        """Whether files are written under their final name at once."""
        return self._publishing is Publishing.DIRECT or self._takes_at_close()

    def learn(self, doubtful: Doubtful) -> None:
        """What had failed went well alone."""
        if doubtful.lesson is not None:
            self.manners.learn(doubtful.lesson, doubtful.words, doubtful.number)

    def _publish(self, parcel: Parcel, alone: bool) -> Attempt:
        folder = join(self.base, parcel.folder)
        final = join(folder, parcel.name)
        existing = yield from self._existing(parcel, folder, final)
        if is_folder(existing):
            return Refused(parcel, f"{self.where}: a folder named {final} is in the way")
        if not parcel.replaces:
            there = yield from self.occupancy.look(parcel, final, existing)
            if self.occupancy.is_unread(parcel, there) and not alone:
                return self._doubtful(parcel, Failing.OPEN, "a file that lies there could not be read")
            if there is not None:
                return there
        if self.is_direct():
            return (yield from self._publish_directly(parcel, final, existing, alone))
        for _ in range(2):
            temporary = join(folder, temporary_name(parcel.name))
            written = yield from self._write(parcel, temporary, self.writing.openings(temporary, is_free=True), alone)
            if not isinstance(written, Written) or not self._is_worth_asking_open(written):
                break
            yield (messages.remove(temporary),)
            self.writing.unfinished.discard(temporary)
        outcome: Outcome | Doubtful
        if isinstance(written, Unwritten):
            outcome = yield from self._not_written(parcel, temporary, written, alone)
        else:
            outcome = yield from self._rename(parcel, temporary, final, existing, written, alone)
        self.writing.unfinished.discard(temporary)
        return outcome

    def _takes_at_close(self) -> bool:
        return self.proof is Proof.ANSWER and self.manners.has(Manner.TAKES_AT_CLOSE)

    def _is_worth_asking_open(self, written: Written) -> bool:
        return self.proof is Proof.PRESENT and written.may_tell_open

    def _existing(self, parcel: Parcel, folder: str, final: str) -> Exchange[Reply]:
        """What is said of the parcel's name; what earlier attempts left behind is removed on the way."""
        strays = [join(folder, stray) for stray in self.folders.leftovers[parcel.folder].pop(parcel.name, [])]
        question = self.writing.question(final)
        asked = (*(() if question is None else (question,)), *map(messages.remove, strays))
        replies = (yield asked) if asked else ()
        if question is None:
            return SftpStatus(messages.Code.FAILURE, "this account may not ask")
        return (yield from self.writing.asked_otherwise(final, replies[0]))

    def _publish_directly(self, parcel: Parcel, final: str, existing: Reply, alone: bool) -> Attempt:
        """Under the final name at once."""
        is_free = not isinstance(existing, Attributes)
        openings = self.writing.openings(final, is_free=False) if is_free else self.writing.openings_anew(final)
        for _ in range(2):
            written = yield from self._write(parcel, final, openings, alone)
            if isinstance(written, Unwritten) and written.failing is Failing.OPEN and is_free:
                if not alone and self.writing.open_handles:
                    break  # that may be the reason
                is_free = False
                there = yield from self._meanwhile(parcel, final)
                if self.occupancy.is_unread(parcel, there) and not alone:
                    return self._doubtful(parcel, Failing.OPEN, "what lies there could not be read")
                if there is not None:
                    return there
            elif isinstance(written, Unwritten) or not self._is_worth_asking_open(written):
                break
            openings = self.writing.openings_anew(final)
        outcome: Outcome | Doubtful
        if isinstance(written, Unwritten):
            outcome = yield from self._not_written(parcel, final, written, alone)
        else:
            outcome = self._arrived(parcel, written, "written")
            if written.is_gone and self._takes_at_close():
                self.manners.renew(Manner.TAKES_AT_CLOSE, written.untold)
        self.writing.unfinished.discard(final)
        return outcome

    def _meanwhile(self, parcel: Parcel, final: str) -> Exchange[Delivered | Conflict | None]:
        """What lies under a name that could not be created; `None`: nothing, or what is ours to write."""
        existing = yield from self._existing(parcel, "", final)
        if is_absent(existing) or parcel.replaces:
            return None
        found = yield from self.occupancy.found(parcel, final, size_told(existing))
        if found is None or (found.content is None and found.size is None and parcel.was_tried):
            return None
        return self.occupancy.verdict(parcel, found)

    def _write(
        self, parcel: Parcel, path: str, openings: Iterator[WayToOpen], alone: bool
    ) -> Exchange[Written | Unwritten]:
        """Everything under this path. A folder that has vanished is made again, once."""
        ways = list(openings)
        written = yield from self.writing.write(path, parcel.content, iter(ways), plainly=alone)
        if isinstance(written, Unwritten) and written.failing is Failing.OPEN and is_absent(written.reply):
            yield from self.folders.make(parcel.folder)
            written = yield from self.writing.write(path, parcel.content, iter(ways), plainly=alone)
        return written

    def _not_written(self, parcel: Parcel, path: str, failed: Unwritten, alone: bool) -> Attempt:
        words = words_of(failed.reply)
        if not alone and self._was_hurried(failed):
            if failed.failing is not Failing.OPEN:
                yield (messages.remove(path),)
            return self._doubtful(parcel, failed.failing, f"{failed.failing.value}: {words}", failed.handles)
        size = len(parcel.content)
        if failed.failing is Failing.OPEN:
            if (missing := self.folders.trouble(parcel.folder)) is not None:
                raise missing
            if is_denied(failed.reply) or (is_absent(failed.reply) and parcel.folder in self.folders.told):
                return Denied(parcel, words)
            wrong = f"cannot create a file in {join(self.base, parcel.folder)} ({words})"
        elif failed.failing is Failing.WRITE:
            wrong = f"cannot store a file of {size} bytes ({words}); the disk at the far end may be full"
        else:
            wrong = f"sent {size} bytes, the server reports {words}"
        raise DeliveryDeferred(f"{self.where}: {wrong}", by_server=True)

    def _was_hurried(self, failed: Unwritten) -> bool:
        """Whether less could have been asked at once. Other connections of ours may hold what may be open."""
        if is_full(failed.reply):
            return False
        return failed.failing is Failing.OPEN or self._under_way > 1 or not self.manners.has(Manner.ONE_REQUEST)

    def _doubtful(self, parcel: Parcel, failing: Failing | None, words: str, handles: int = 0) -> Doubtful:
        """`handles`: how many of our files are known to have been open."""
        if failing in (Failing.WRITE, Failing.SIZE) and not self.manners.has(Manner.ONE_REQUEST):
            return Doubtful(parcel, words, Manner.ONE_REQUEST, None, failing)
        if self._under_way > 1:
            return Doubtful(parcel, words, Manner.ONE_FILE, handles or self._under_way // 2, failing)
        return Doubtful(parcel, words, None, None, failing)

    def _rename(
        self, parcel: Parcel, temporary: str, final: str, older: Reply, written: Written, alone: bool
    ) -> Attempt:
        """`older`: what was said of the name before; a file that lies there is to be replaced."""
        is_there = isinstance(older, Attributes)
        # Where nobody tells whether the name is free, nothing is replaced that may be somebody else's.
        is_ours = parcel.replaces or parcel.was_tried or is_there or is_absent(older)
        reply = yield from self.renaming.rename(temporary, final, is_there=is_there, is_ours=is_ours)
        if is_ok(reply):
            return self._arrived(parcel, written, "renamed")
        question = self.writing.question(final)
        removed, *told = yield (messages.remove(temporary), *(() if question is None else (question,)))
        now: Reply = told[0] if told else older
        if isinstance(now, Attributes) and not now.is_folder and not parcel.replaces:  # brought meanwhile
            there = yield from self.occupancy.look(parcel, final, now)
            if there is not None:
                return there
        if is_absent(removed) or (is_absent(reply) and not is_ok(removed)):
            return (yield from self._taken(parcel, final, now, words_of(reply), alone))
        if not alone and self._under_way > 1:
            return self._doubtful(parcel, None, f"rename: {words_of(reply)}")
        return (yield from self._not_renamed(parcel, final, older, now, reply))

    def _taken(self, parcel: Parcel, final: str, now: Reply, words: str, alone: bool) -> Attempt:
        """The file was accepted whole, and had gone before it could be renamed: the receiver takes files away at their
        close, whatever their name. Where answers are the proof, it is written under its own name at once."""
        self.manners.learn(Manner.TAKES_AT_CLOSE, words)
        self.left_there = 0
        if self.proof is Proof.ANSWER:
            return (yield from self._publish_directly(parcel, final, now, alone))
        why = f"it was taken away under its temporary name, before it could be renamed ({words})"
        return unproven(self.where, parcel, "", why)

    def _not_renamed(self, parcel: Parcel, final: str, older: Reply, now: Reply, reply: Reply) -> Exchange[Outcome]:
        words = words_of(reply)
        if is_unsupported(reply):
            raise unrenamable(self.where, "at all", words)
        if is_denied(reply):
            return Denied(parcel, words, Act.RENAME)
        size = size_told(older)
        if size is not None and not self.renaming.at_once:  # version 3 renames onto nothing that exists
            self.manners.learn(Manner.NO_REPLACEMENT, words)
            return Refused(parcel, irreplaceable(self.where, parcel, size, words))
        if not isinstance(now, Attributes) and not is_absent(now):  # nobody tells whether the name is taken
            found = yield from self.occupancy.found(parcel, final, None)
            is_perhaps_ours = found is not None and found.content is None and parcel.was_tried
            if is_perhaps_ours and self.proof is Proof.PRESENT:
                why = f"the server does not rename it, and does not tell what lies there ({words})"
                return unproven(self.where, parcel, "", why)
            there = None if found is None else self.occupancy.verdict(parcel, found)
            if there is not None:
                return there
        raise DeliveryDeferred(f"{self.where}: cannot rename to {final} ({words})", by_server=True)

    def _arrived(self, parcel: Parcel, written: Written, how: str) -> Delivered | Unproven:
        size = len(parcel.content)
        if not written.untold:
            return Delivered(parcel, f"{how}, {size} bytes")
        if self.proof is Proof.ANSWER:
            return Delivered(parcel, f"{how}, {size} bytes, all answered with OK; {written.untold}")
        accepted = f"{how}, {size} bytes, all answered with OK"
        return unproven(self.where, parcel, accepted, written.untold)
