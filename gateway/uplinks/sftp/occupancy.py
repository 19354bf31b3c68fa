"""What lies under a parcel's name at the far end, and what that means for the parcel."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.errors import NotTold
from gateway.core.interfaces import Conflict, Delivered, Parcel
from gateway.core.phrase import Phrase
from gateway.core.publishing import Publishing
from gateway.uplinks.publish import Found, is_fetched, lying, most_fetched, unseen
from gateway.uplinks.sftp import looking
from gateway.uplinks.sftp.answers import is_absent, is_denied, words_of
from gateway.uplinks.sftp.messages import Attributes, Exchange, Reply, SftpStatus


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Looks at what somebody, or an earlier attempt of ours, has put there."""

    where: str
    publishing: Publishing

    def look(self, parcel: Parcel, final: str, existing: Reply) -> Exchange[Delivered | Conflict | None]:
        """What it means for the parcel that this was said of its name; `None`: the name is free, or ours to write."""
        if isinstance(existing, Attributes):
            found = yield from self.found(parcel, final, existing.size)
            return None if found is None else self.verdict(parcel, found)
        if not parcel.ask_first or is_absent(existing):
            return None
        content = yield from looking.content(final, most_fetched(parcel))
        if not isinstance(content, SftpStatus):
            return self.verdict(parcel, Found(len(content), content))
        if is_absent(content):
            return None
        if is_denied(existing):
            return unseen(self.where, parcel, None, words_of(existing))
        raise NotTold(
            Phrase(
                "{where}: not told whether {final} is there ({words_of})",
                where=self.where,
                final=final,
                words_of=words_of(existing),
            )
        )

    def found(self, parcel: Parcel, final: str, size: int | None) -> Exchange[Found | None]:
        """What lies there; `None`: it has gone meanwhile."""
        if not is_fetched(parcel, size):
            return Found(size, None, Phrase("too large to be compared"))
        content = yield from looking.content(final, most_fetched(parcel))
        if not isinstance(content, SftpStatus):
            return Found(len(content), content)
        return None if is_absent(content) else Found(size, None, words_of(content))

    def verdict(self, parcel: Parcel, found: Found) -> Delivered | Conflict | None:
        """See `publish.lying`."""
        return lying(self.where, parcel, found, self.publishing)

    def is_unread(self, parcel: Parcel, there: Delivered | Conflict | None) -> bool:
        """Whether it is a conflict only because it could not be read: too many files may be open."""
        return isinstance(there, Conflict) and there.their_sha256 is None and is_fetched(parcel, there.their_size)
