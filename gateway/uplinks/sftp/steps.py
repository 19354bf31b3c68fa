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

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Conflict, Delivered, Parcel, Refused
from gateway.core.manner import Manner
from gateway.core.phrase import Phrase
from gateway.core.publishing import Proof, Publishing
from gateway.uplinks.manners import Manners
from gateway.uplinks.publish import Act, Denied, Outcome, irreplaceable, join, temporary_name, unproven, unrenamable
from gateway.uplinks.sftp import messages
from gateway.uplinks.sftp.answers import is_absent, is_denied, is_folder, is_ok, is_unsupported, size_told, words_of
from gateway.uplinks.sftp.direct import DirectWay
from gateway.uplinks.sftp.folders import Folders
from gateway.uplinks.sftp.messages import Attributes, Exchange, Reply
from gateway.uplinks.sftp.occupancy import Occupancy
from gateway.uplinks.sftp.renaming import Renaming
from gateway.uplinks.sftp.storing import Attempt, Doubtful, Storing
from gateway.uplinks.sftp.writing import Failing, Unwritten, Writing, Written


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
        self.proof = proof
        self.folders = Folders(where, base, manners)
        self.writing = Writing(manners, proof)
        self.renaming = Renaming(posix_rename, publishing)
        self.occupancy = Occupancy(where, publishing)
        self.storing = Storing(self.folders, self.writing)
        self.direct = DirectWay(self.storing, self.occupancy)
        self.left_there = 0
        """Files that the receiver has left where they were until they had their name."""
        self._publishing = publishing

    def publish(self, parcel: Parcel, *, alone: bool = False) -> Attempt:
        """Bring one parcel under its name. Its folder must have been prepared. `alone`: nothing else is under way, and
        one thing is asked after the other."""
        self.storing.under_way += 1
        try:
            outcome = yield from self._publish(parcel, alone)
        finally:
            self.storing.under_way -= 1
        if isinstance(outcome, Delivered | Conflict) and not self.is_direct():
            self.left_there += 1
        return outcome

    def is_direct(self) -> bool:
        """Whether files are written under their final name at once."""
        return self._publishing is Publishing.DIRECT or self.storing.takes_at_close

    def learn(self, doubtful: Doubtful) -> None:
        """What had failed went well alone."""
        if doubtful.lesson is not None:
            self.manners.learn(doubtful.lesson, doubtful.words, doubtful.number)

    def _publish(self, parcel: Parcel, alone: bool) -> Attempt:
        folder = join(self.base, parcel.folder)
        final = join(folder, parcel.name)
        existing = yield from self.storing.existing(parcel, folder, final)
        if is_folder(existing):
            return Refused(
                parcel, Phrase("{where}: a folder named {final} is in the way", where=self.where, final=final)
            )
        if not parcel.replaces:
            there = yield from self.occupancy.look(parcel, final, existing)
            if self.occupancy.is_unread(parcel, there) and not alone:
                return self.storing.doubtful(parcel, Failing.OPEN, Phrase("a file that lies there could not be read"))
            if there is not None:
                return there
        if self.is_direct():
            return (yield from self.direct.publish(parcel, final, existing, alone))
        for _ in range(2):
            temporary = join(folder, temporary_name(parcel.name))
            openings = self.writing.openings(temporary, is_free=True)
            written = yield from self.storing.write(parcel, temporary, openings, alone)
            if not isinstance(written, Written) or not self.storing.is_worth_asking_open(written):
                break
            yield (messages.remove(temporary),)
            self.writing.unfinished.discard(temporary)
        outcome: Outcome | Doubtful
        if isinstance(written, Unwritten):
            outcome = yield from self.storing.not_written(parcel, temporary, written, alone)
        else:
            outcome = yield from self._rename(parcel, temporary, final, existing, written, alone)
        self.writing.unfinished.discard(temporary)
        return outcome

    def _rename(
        self, parcel: Parcel, temporary: str, final: str, older: Reply, written: Written, alone: bool
    ) -> Attempt:
        """`older`: what was said of the name before; a file that lies there is to be replaced."""
        is_there = isinstance(older, Attributes)
        # Where nobody tells whether the name is free, nothing is replaced that may be somebody else's.
        is_ours = parcel.replaces or parcel.was_tried or is_there or is_absent(older)
        reply = yield from self.renaming.rename(temporary, final, is_there=is_there, is_ours=is_ours)
        if is_ok(reply):
            return self.storing.arrived(parcel, written, "renamed")
        question = self.writing.question(final)
        removed, *told = yield (messages.remove(temporary), *(() if question is None else (question,)))
        now: Reply = told[0] if told else older
        if isinstance(now, Attributes) and not now.is_folder and not parcel.replaces:  # brought meanwhile
            there = yield from self.occupancy.look(parcel, final, now)
            if there is not None:
                return there
        if is_absent(removed) or (is_absent(reply) and not is_ok(removed)):
            return (yield from self._taken(parcel, final, now, words_of(reply), alone))
        if not alone and self.storing.under_way > 1:
            return self.storing.doubtful(parcel, None, f"rename: {words_of(reply)}")
        return (yield from self._not_renamed(parcel, final, older, now, reply))

    def _taken(self, parcel: Parcel, final: str, now: Reply, words: str, alone: bool) -> Attempt:
        """The file was accepted whole, and had gone before it could be renamed: the receiver takes files away at their
        close, whatever their name. Where answers are the proof, it is written under its own name at once."""
        self.manners.learn(Manner.TAKES_AT_CLOSE, words)
        self.left_there = 0
        if self.proof is Proof.ANSWER:
            return (yield from self.direct.publish(parcel, final, now, alone))
        why = Phrase("it was taken away under its temporary name, before it could be renamed ({words})", words=words)
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
                why = Phrase("the server does not rename it, and does not tell what lies there ({words})", words=words)
                return unproven(self.where, parcel, "", why)
            there = None if found is None else self.occupancy.verdict(parcel, found)
            if there is not None:
                return there
        raise DeliveryDeferred(
            Phrase(
                "{where}: cannot rename to {final} ({words}); if nothing may be renamed there, write publish: direct",
                where=self.where,
                final=final,
                words=words,
            ),
            by_server=True,
        )
