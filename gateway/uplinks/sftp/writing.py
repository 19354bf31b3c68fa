"""Writing a whole file in the ways that a server bears, and asking for its size in the ways that it answers.

| what a server may not share | the plain way | learned when |
|---|---|---|
| OPEN with EXCL, with TRUNC | without: the name is ours alone | only that opened it |
| WRITE, CLOSE and the question for the size at once | one after the other | the size came right when asked again |
| STAT | LSTAT, then FSTAT of the open handle | only that told the size |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from gateway.core.manner import Manner
from gateway.core.phrase import Phrase
from gateway.core.publishing import Proof
from gateway.uplinks.manners import Manners
from gateway.uplinks.sftp import messages
from gateway.uplinks.sftp.answers import is_absent, is_denied, is_ok, size_told, words_of
from gateway.uplinks.sftp.messages import Attributes, Exchange, Handle, Reply, SftpRequest

_SMALL_PIECE_BYTES = 4096
"""Of servers that are asked one thing after another; some take no more at once."""


class Failing(Enum):
    """The part of writing that did not go well."""

    OPEN = "open"
    WRITE = "write"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Unwritten:
    """It is not at the far end, or not as a whole. `handles`: how many of our files were open when one more was not
    opened."""

    failing: Failing
    reply: Reply
    handles: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """Every write and the close were answered with OK, and nothing that was told of the size contradicts.

    `untold`: why the size is not known; empty: it was told, and is ours. `is_gone`: it is not there any more.
    `may_tell_open`: only the open file has not been asked yet, which takes writing it once more.
    """

    untold: str = ""
    is_gone: bool = False
    may_tell_open: bool = False


@dataclass(slots=True)
class Writing:
    """Writing over one connection."""

    manners: Manners
    proof: Proof
    unfinished: set[str] = field(default_factory=set)
    """Paths that hold half an upload of this connection."""
    open_handles: int = 0
    _paths_are_untold: bool = False
    """Whether a path was asked about in vain, so that the open file had better be asked as well."""

    def write(
        self, path: str, content: bytes, openings: Iterator[WayToOpen], *, plainly: bool
    ) -> Exchange[Written | Unwritten]:
        """Everything under this path. `plainly`: one thing after another."""
        opened = yield from self._open(openings, plainly=plainly)
        if isinstance(opened, Unwritten):
            return opened
        self.unfinished.add(path)
        self.open_handles += 1
        try:
            one_by_one = plainly or self.manners.has(Manner.ONE_REQUEST)
            *written, of_handle, closed, of_path = yield from self._written(path, content, opened, one_by_one)
        finally:
            self.open_handles -= 1
        for reply in (*written, closed):
            if reply is not None and not is_ok(reply):
                return Unwritten(Failing.WRITE, reply)
        return (yield from self._sized(path, len(content), of_handle, of_path, one_by_one))

    def openings(self, path: str, *, is_free: bool) -> Iterator[WayToOpen]:
        """The ways to open a file for writing, the best first. `is_free`: nobody else's file can lie under the name."""
        if not self.manners.has(Manner.NO_EXCLUSIVE_OPEN):
            yield WayToOpen((messages.open_new(path),))
            yield WayToOpen((messages.open_new_and_empty(path),), Manner.NO_EXCLUSIVE_OPEN)
            if not is_free:
                return
        yield from self.openings_anew(path)

    def openings_anew(self, path: str) -> Iterator[WayToOpen]:
        """The same for a name under which a file of ours may lie."""
        if not self.manners.has(Manner.NO_TRUNCATION):
            yield WayToOpen((messages.open_anew(path),), Manner.NO_TRUNCATION)
        yield WayToOpen((messages.remove(path), messages.open_plainly(path)))
        yield WayToOpen((messages.remove(path), messages.open_new(path)))

    def question(self, path: str) -> SftpRequest | None:
        """How to ask what lies under a path; `None`: this account may not ask.

        Where the file's presence is the proof it is asked all the same: a server may have been taught.
        """
        if not self.manners.has(Manner.NO_STAT):
            return messages.stat(path)
        if not self.manners.has(Manner.NO_LSTAT):
            return messages.stat_link(path)
        return None if self.proof is Proof.ANSWER else messages.stat(path)

    def asked_otherwise(self, path: str, reply: Reply) -> Exchange[Reply]:
        """What LSTAT tells where STAT did not; else what was told."""
        if is_absent(reply) or size_told(reply) is not None:
            return reply
        if not self.manners.has(Manner.NO_LSTAT) and not self.manners.has(Manner.NO_STAT):
            (otherwise,) = yield (messages.stat_link(path),)
            if size_told(otherwise) is not None:
                self.manners.learn(Manner.NO_STAT, words_of(reply))
            if size_told(otherwise) is not None or is_absent(otherwise):
                return otherwise
        self._paths_are_untold = True
        return reply

    def _open(self, openings: Iterator[WayToOpen], *, plainly: bool) -> Exchange[Handle | Unwritten]:
        refused: list[tuple[WayToOpen, Reply]] = []
        for opening in openings:
            for request in opening.requests:
                (opened,) = yield (request,)
            if isinstance(opened, Handle):
                for other, reply in refused:
                    if other.lesson is not None:
                        self.manners.learn(other.lesson, words_of(reply))
                return opened
            refused.append((opening, opened))
            if self.open_handles and not plainly:
                break  # that may be the reason
        replies = [reply for _, reply in refused]
        return Unwritten(Failing.OPEN, next(filter(is_denied, replies), replies[0]), self.open_handles)

    def _written(
        self, path: str, content: bytes, opened: Handle, one_by_one: bool
    ) -> Exchange[tuple[Reply | None, ...]]:
        """The replies: to the writes, to the question for the open file's size, to the close, to the question for the
        path's. What may not be asked has none."""
        most = _SMALL_PIECE_BYTES if one_by_one else messages.WRITE_BYTES
        writes = [
            messages.write(opened, offset, content[offset : offset + most]) for offset in range(0, len(content), most)
        ]
        # The size is asked for after the close: some servers flush only then.
        questions = (self._question_of(opened), messages.close(opened), self.question(path))
        requests = (*writes, *questions)
        asked = tuple(request for request in requests if request is not None)
        if one_by_one:
            replies: list[Reply] = []
            for request in asked:
                replies += yield (request,)
        else:
            replies = list((yield asked))
        came = iter(replies)
        return tuple(None if request is None else next(came) for request in requests)

    def _question_of(self, opened: Handle) -> SftpRequest | None:
        knows_no_path = self.manners.has(Manner.NO_STAT) and self.manners.has(Manner.NO_LSTAT)
        is_asked = (knows_no_path or self._paths_are_untold) and not self.manners.has(Manner.NO_FSTAT)
        return messages.stat_open(opened) if is_asked else None

    def _sized(
        self, path: str, size: int, of_handle: Reply | None, of_path: Reply | None, one_by_one: bool
    ) -> Exchange[Written | Unwritten]:
        if of_path is not None and size_told(of_path) != size and not one_by_one:
            of_path = yield from self._asked_again(path, size, of_path)
        if of_path is not None:
            of_path = yield from self.asked_otherwise(path, of_path)
            told = size_told(of_path)
            if told is not None:
                self._forget_silence()
                self._paths_are_untold = False
                return Written() if told == size else Unwritten(Failing.SIZE, of_path)
            if is_absent(of_path):
                return Written(Phrase("the server says that it is not there any more"), is_gone=True)
            self._learn_silence(of_path)
        # Before the close a size short of ours proves nothing: the rest may not have been flushed.
        if of_handle is not None and size_told(of_handle) == size:
            return Written()
        if of_handle is not None:
            self.manners.learn(Manner.NO_FSTAT, words_of(of_handle))
        untold = of_path or of_handle
        return Written(
            Phrase("its size is not told ({words_of})", words_of=words_of(untold))
            if untold
            else Phrase("its size may not be asked"),
            may_tell_open=of_handle is None and not self.manners.has(Manner.NO_FSTAT),
        )

    def _asked_again(self, path: str, size: int, first: Reply) -> Exchange[Reply]:
        """The question may have overtaken what went before it, as now it cannot."""
        question = self.question(path)
        if question is None or (size_told(first) is None and not is_absent(first)):
            return first
        (again,) = yield (question,)
        if size_told(again) == size:
            self.manners.learn(
                Manner.ONE_REQUEST,
                Phrase("the size was {as_told} first, and right when asked again", as_told=_as_told(first)),
            )
        return again

    def _forget_silence(self) -> None:
        if self.manners.has(Manner.NO_STAT) and self.manners.has(Manner.NO_LSTAT):
            self.manners.forget(Manner.NO_STAT)
            self.manners.forget(Manner.NO_LSTAT)

    def _learn_silence(self, reply: Reply) -> None:
        for manner in (Manner.NO_STAT, Manner.NO_LSTAT):
            if not self.manners.has(manner):
                self.manners.learn(manner, words_of(reply))


@dataclass(frozen=True, slots=True)
class WayToOpen:
    """One after the other, of which the last opens. `lesson`: what it teaches if the file is opened only otherwise."""

    requests: tuple[SftpRequest, ...]
    lesson: Manner | None = None


def _as_told(reply: Reply) -> str:
    return Phrase("{size} bytes", size=reply.size) if isinstance(reply, Attributes) else Phrase("not told")
