"""What lies in a folder, and what is in a file: whole, or the server's reason why it is not told."""

from __future__ import annotations

from gateway.core.phrase import Phrase
from gateway.uplinks.bounds import MOST_BYTES
from gateway.uplinks.sftp import messages
from gateway.uplinks.sftp.answers import words_of
from gateway.uplinks.sftp.messages import Attributes, Code, Content, Exchange, Handle, Names, Reply, SftpStatus

Listing = list[tuple[str, Attributes]]


def entries(path: str, most: int) -> Exchange[Listing | SftpStatus]:
    """The folder's entries, or why they are not told. Not many more than `most` are asked for."""
    (opened,) = yield (messages.open_folder(path),)
    if not isinstance(opened, Handle):
        return _reason(opened)
    found: Listing = []
    told_bytes = 0
    failed: SftpStatus | None = None
    while len(found) < most and told_bytes <= MOST_BYTES:
        (batch,) = yield (messages.read_folder(opened),)
        if not isinstance(batch, Names):
            failed = None if _is_end(batch) else _reason(batch, of_open=True)
            break
        if not batch.entries:
            break
        found += batch.entries
        told_bytes += sum(len(name) for name, _ in batch.entries)
    yield (messages.close(opened),)
    if told_bytes > MOST_BYTES:
        return _overlong(Phrase("its names are"), MOST_BYTES)
    return found if failed is None else failed


def content(path: str, most: int = MOST_BYTES) -> Exchange[bytes | SftpStatus]:
    """The file's bytes, or why they are not given; not more than `most`."""
    (opened,) = yield (messages.open_to_read(path),)
    if not isinstance(opened, Handle):
        return _reason(opened)
    received = bytearray()
    piece: Reply = Content(b"")
    while isinstance(piece, Content) and len(received) <= most:
        (piece,) = yield (messages.read(opened, len(received)),)
        if piece == Content(b""):
            break
        if isinstance(piece, Content):
            received += piece.content
    yield (messages.close(opened),)
    if len(received) > most:
        return _overlong(Phrase("it is"), most)
    return bytes(received) if _is_end(piece) else _reason(piece, of_open=True)


def _is_end(reply: Reply) -> bool:
    return isinstance(reply, SftpStatus) and reply.code == Code.EOF


def _overlong(what: str, most: int) -> SftpStatus:
    return SftpStatus(Code.FAILURE, Phrase("{what} more than {most} MB", what=what, most=most // 1000000))


def _reason(reply: Reply, *, of_open: bool = False) -> SftpStatus:
    """Why it is not told. What brings nothing, or says of something open that it is not there, is no absence."""
    if isinstance(reply, SftpStatus) and not reply.ok and not (of_open and reply.code == Code.NO_SUCH_FILE):
        return reply
    return SftpStatus(Code.FAILURE, words_of(reply))
