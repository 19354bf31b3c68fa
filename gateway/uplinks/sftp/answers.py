"""What a reply says: yes, there, not there, or not told. Only NO_SUCH_FILE says that something is not there."""

from __future__ import annotations

from gateway.core.phrase import Phrase
from gateway.uplinks.publish import one_line
from gateway.uplinks.sftp.messages import Attributes, Code, Reply, SftpStatus

_DENIALS = (Code.PERMISSION_DENIED, Code.WRITE_PROTECT)
_FULL = (Code.NO_SPACE, Code.QUOTA_EXCEEDED)
_WORDS_OF_FULL = ("no space", "quota", "disk full", "disk is full")


def is_ok(reply: Reply) -> bool:
    return isinstance(reply, SftpStatus) and reply.ok


def is_absent(reply: Reply | None) -> bool:
    return isinstance(reply, SftpStatus) and reply.code == Code.NO_SUCH_FILE


def is_folder(reply: Reply) -> bool:
    """Whether it is told that a folder lies there."""
    return isinstance(reply, Attributes) and reply.is_folder is True


def is_denied(reply: Reply) -> bool:
    return isinstance(reply, SftpStatus) and reply.code in _DENIALS


def is_unsupported(reply: Reply) -> bool:
    return isinstance(reply, SftpStatus) and reply.code == Code.OP_UNSUPPORTED


def is_full(reply: Reply) -> bool:
    """Whether the server says itself that it has no room: no other way of writing will find any."""
    if not isinstance(reply, SftpStatus):
        return False
    return reply.code in _FULL or any(words in reply.text.lower() for words in _WORDS_OF_FULL)


def size_told(reply: Reply | None) -> int | None:
    """The size of what lies there; `None`: nothing lies there, or the size is not told."""
    return reply.size if isinstance(reply, Attributes) else None


def words_of(reply: Reply) -> str:
    if isinstance(reply, Attributes):
        return Phrase("no size in the answer") if reply.size is None else Phrase("{size} bytes", size=reply.size)
    if not isinstance(reply, SftpStatus):
        return Phrase("an answer that does not fit")
    return one_line(reply.text) or f"code {reply.code}"
