"""Publishing under the final name at once: where a server renames nothing, and where the receiver takes files away at
their close."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.interfaces import Conflict, Delivered, Parcel
from gateway.core.manner import Manner
from gateway.core.phrase import Phrase
from gateway.uplinks.publish import Outcome
from gateway.uplinks.sftp.answers import is_absent, size_told
from gateway.uplinks.sftp.messages import Attributes, Exchange, Reply
from gateway.uplinks.sftp.occupancy import Occupancy
from gateway.uplinks.sftp.storing import Attempt, Doubtful, Storing
from gateway.uplinks.sftp.writing import Failing, Unwritten


@dataclass(frozen=True, slots=True)
class DirectWay:
    """Over one connection."""

    storing: Storing
    occupancy: Occupancy

    def publish(self, parcel: Parcel, final: str, existing: Reply, alone: bool) -> Attempt:
        """`existing`: what was said of the name before."""
        writing = self.storing.writing
        is_free = not isinstance(existing, Attributes)
        openings = writing.openings(final, is_free=False) if is_free else writing.openings_anew(final)
        for _ in range(2):
            written = yield from self.storing.write(parcel, final, openings, alone)
            if isinstance(written, Unwritten) and written.failing is Failing.OPEN and is_free:
                if not alone and writing.open_handles:
                    break  # that may be the reason
                is_free = False
                there = yield from self._meanwhile(parcel, final)
                if self.occupancy.is_unread(parcel, there) and not alone:
                    return self.storing.doubtful(parcel, Failing.OPEN, Phrase("what lies there could not be read"))
                if there is not None:
                    return there
            elif isinstance(written, Unwritten) or not self.storing.is_worth_asking_open(written):
                break
            openings = writing.openings_anew(final)
        outcome: Outcome | Doubtful
        if isinstance(written, Unwritten):
            outcome = yield from self.storing.not_written(parcel, final, written, alone)
        else:
            outcome = self.storing.arrived(parcel, written, "written")
            if written.is_gone and self.storing.takes_at_close:
                writing.manners.renew(Manner.TAKES_AT_CLOSE, written.untold)
        writing.unfinished.discard(final)
        return outcome

    def _meanwhile(self, parcel: Parcel, final: str) -> Exchange[Delivered | Conflict | None]:
        """What lies under a name that could not be created; `None`: nothing, or what is ours to write."""
        existing = yield from self.storing.existing(parcel, "", final)
        if is_absent(existing) or parcel.replaces:
            return None
        found = yield from self.occupancy.found(parcel, final, size_told(existing))
        if found is None or (found.content is None and found.size is None and parcel.was_tried):
            return None
        return self.occupancy.verdict(parcel, found)
