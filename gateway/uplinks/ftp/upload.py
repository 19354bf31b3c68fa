"""One file's upload under one name, and what proves that all of it lies there.

What fails under an optimism is tried again the plain way, over the same connection, before it is judged. What the
server calls a failure after it was given the whole file is asked about: all of it may lie there.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.errors import DeliveryDeferred
from gateway.core.phrase import Phrase
from gateway.core.presence import Presence
from gateway.uplinks.ftp.optimism import Optimism
from gateway.uplinks.ftp.replies import Reply
from gateway.uplinks.ftp.session import FtpSession
from gateway.uplinks.ftp.told import NOT_ASKED, FileTold, sizes_of, told


@dataclass(frozen=True, slots=True)
class Upload:
    """What came of it, as far as it is known."""

    answer: Reply
    """The server's last word to the upload itself."""
    told: FileTold = NOT_ASKED
    """Of the name that was written to."""
    final: FileTold = NOT_ASKED
    """Of the file's final name, asked in the same packet: it costs no round trip."""
    hopes: tuple[Optimism, ...] = ()
    """Under which it was done, the one to be given up first at the beginning."""
    is_asked: bool = True
    """Whether its size was asked for, as far as it may be."""

    def hoped_well(self) -> None:
        """It has arrived."""
        for hope in self.hopes:
            hope.worked()

    def is_whole(self, size: int) -> bool:
        """Whether it lies there with all its bytes, as the server tells."""
        return self.told.size == size

    def is_accepted(self, size: int) -> bool:
        """Whether the server took it and nothing that it tells speaks against that."""
        return self.is_whole(size) or (self.answer.is_done and self.told.size is None)


def upload(
    session: FtpSession,
    path: str,
    final: str,
    content: bytes,
    after: tuple[str, ...],
    replies: list[Reply],
    *,
    asks: bool,
) -> Upload:
    """Write the content under `path`, when the commands of `after` have been carried out; `replies` gets theirs.

    `asks`: its size is asked for at once, else the caller does that later, if it was accepted.

    Raises:
        FtpError, EOFError, OSError: as `FtpSession` does; whether it lies there is not known.
    """
    done = _once(session, path, final, content, after, replies, asks=asks)
    was_crowded = done.answer.code == "425" and session.optimisms.several_connections.in_use
    try:
        while not done.is_accepted(len(content)) and not done.answer.is_full and done.hopes:
            hope = done.hopes[0]
            if not (hope.proven and done.answer.code == "425"):  # no port to spare, as it happens
                hope.failed(str(done.answer) if done.answer.is_bad else f"{done.answer}, {done.told.words}")
            session.plainly.append(hope)
            if path != final and not done.answer.is_refusal:
                session.remove(path)
            done = _once(session, path, final, content, (), [], asks=True)
        if done.is_accepted(len(content)):
            if done.is_asked:
                done.hoped_well()
            for hope in session.plainly[:-1]:
                hope.plain_failed()  # without it alone it failed, too
            for hope in session.plainly[-1:]:
                if was_crowded:  # another may have made room
                    hope.plain_failed()
                else:
                    hope.plain_worked()
        else:
            for hope in session.plainly:
                hope.plain_failed()
    finally:
        session.plainly = []
    return done


def short(session: FtpSession, content: bytes, size: int) -> DeliveryDeferred:
    """The server tells another size than was sent."""
    return DeliveryDeferred(
        Phrase(
            "{where}: sent {content} bytes, the server reports {size}; its disk may be full",
            where=session.where,
            content=len(content),
            size=size,
        ),
        by_server=True,
    )


def _once(
    session: FtpSession,
    path: str,
    final: str,
    content: bytes,
    after: tuple[str, ...],
    replies: list[Reply],
    *,
    asks: bool,
) -> Upload:
    answer = session.store(path, content, after=after, replies=replies)
    hopes = tuple(session.hopes)
    if answer.is_done and not asks:
        return Upload(answer, hopes=hopes, is_asked=False)
    if answer.is_done:
        asked = (path,) if path == final else (path, final)
        there, *further = sizes_of(session, *asked)
        return Upload(answer, there, further[0] if further else NOT_ASKED, hopes)
    if not (answer.is_for_now and session.is_whole_sent) or answer.is_full:
        return Upload(answer, hopes=hopes)
    there = sizes_of(session, path)[0] if hopes else told(session, path)
    return Upload(answer, there if there.presence is Presence.THERE else NOT_ASKED, hopes=hopes)
