"""The messages of the SFTP protocol, version 3 (draft-ietf-secsh-filexfer-02), as many of them as publishing needs.

Requests are values, so that a step of publishing is testable without a network, and many can be under way at once.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

POSIX_RENAME = "posix-rename@openssh.com"
WRITE_BYTES = 32_768  # every server takes this much in one packet


class Verb(IntEnum):
    INIT = 1
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    FSTAT = 8
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    MKDIR = 14
    RMDIR = 15
    STAT = 17
    RENAME = 18
    EXTENDED = 200


class Code(IntEnum):
    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    OP_UNSUPPORTED = 8
    WRITE_PROTECT = 12
    NO_SPACE = 14
    QUOTA_EXCEEDED = 15


@dataclass(frozen=True, slots=True)
class SftpRequest:
    verb: Verb
    body: bytes


@dataclass(frozen=True, slots=True)
class SftpStatus:
    """The server's verdict; `code` may be outside `Code`."""

    code: int
    text: str

    @property
    def ok(self) -> bool:
        return self.code == Code.OK


@dataclass(frozen=True, slots=True)
class Handle:
    token: bytes


@dataclass(frozen=True, slots=True)
class Attributes:
    """What lies under a name, as far as it is told."""

    size: int | None
    is_folder: bool | None
    modified_s: int | None = None
    """UTC, seconds since 1970, by the server's clock."""


@dataclass(frozen=True, slots=True)
class Names:
    entries: tuple[tuple[str, Attributes], ...]


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes of a file that is read."""

    content: bytes


Reply = SftpStatus | Handle | Attributes | Names | Content
T = TypeVar("T")
Exchange = Generator[tuple[SftpRequest, ...], tuple[Reply, ...], T]
"""Yields requests that travel together, is sent their replies, and returns what came of it."""


def open_new(path: str) -> SftpRequest:
    """Create for writing; fails if it exists."""
    return SftpRequest(Verb.OPEN, _string(path) + struct.pack(">II", 0x02 | 0x08 | 0x20, 0))


def open_new_and_empty(path: str) -> SftpRequest:
    """The same, in words that some servers take for the only way to say it."""
    return SftpRequest(Verb.OPEN, _string(path) + struct.pack(">II", 0x02 | 0x08 | 0x10 | 0x20, 0))


def open_anew(path: str) -> SftpRequest:
    """Create for writing, or empty what is there."""
    return SftpRequest(Verb.OPEN, _string(path) + struct.pack(">II", 0x02 | 0x08 | 0x10, 0))


def open_plainly(path: str) -> SftpRequest:
    """Create for writing, or open what is there as it is."""
    return SftpRequest(Verb.OPEN, _string(path) + struct.pack(">II", 0x02 | 0x08, 0))


def open_to_read(path: str) -> SftpRequest:
    return SftpRequest(Verb.OPEN, _string(path) + struct.pack(">II", 0x01, 0))


def read(handle: Handle, offset: int) -> SftpRequest:
    return SftpRequest(Verb.READ, _string(handle.token) + struct.pack(">QI", offset, WRITE_BYTES))


def write(handle: Handle, offset: int, content: bytes) -> SftpRequest:
    return SftpRequest(Verb.WRITE, _string(handle.token) + struct.pack(">Q", offset) + _string(content))


def close(handle: Handle) -> SftpRequest:
    return SftpRequest(Verb.CLOSE, _string(handle.token))


def stat(path: str) -> SftpRequest:
    return SftpRequest(Verb.STAT, _string(path))


def stat_link(path: str) -> SftpRequest:
    """The same, of a link itself."""
    return SftpRequest(Verb.LSTAT, _string(path))


def stat_open(handle: Handle) -> SftpRequest:
    """The same, of a file that is open."""
    return SftpRequest(Verb.FSTAT, _string(handle.token))


def remove(path: str) -> SftpRequest:
    return SftpRequest(Verb.REMOVE, _string(path))


def rename(old: str, new: str) -> SftpRequest:
    """Most servers fail when `new` exists."""
    return SftpRequest(Verb.RENAME, _string(old) + _string(new))


def posix_rename(old: str, new: str) -> SftpRequest:
    """Replaces `new` in one step. Only where the server's extensions name it."""
    return SftpRequest(Verb.EXTENDED, _string(POSIX_RENAME) + _string(old) + _string(new))


def make_folder(path: str) -> SftpRequest:
    return SftpRequest(Verb.MKDIR, _string(path) + struct.pack(">I", 0))


def remove_folder(path: str) -> SftpRequest:
    return SftpRequest(Verb.RMDIR, _string(path))


def open_folder(path: str) -> SftpRequest:
    return SftpRequest(Verb.OPENDIR, _string(path))


def read_folder(handle: Handle) -> SftpRequest:
    return SftpRequest(Verb.READDIR, _string(handle.token))


def _string(value: str | bytes) -> bytes:
    encoded = value.encode() if isinstance(value, str) else value
    return struct.pack(">I", len(encoded)) + encoded
