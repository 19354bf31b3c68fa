"""An SFTP server that is odd in the ways that were asked for: SSH by paramiko, SFTP packet by packet.

with odd_sftp(SftpOddities(answers={"READDIR": Code.PERMISSION_DENIED}, takes=Takes.AT_CLOSE)) as server:
    server.port, server.host_key, server.storage.received(), server.heard, server.log_ins
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import itertools
import posixpath
import random
import select
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import cache

import paramiko

from tests.support.odd_storage import OddStorage, Takes, parent

USER = "nuo001"
PASSWORD = "geheim-8472"


class Code(IntEnum):
    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    OP_UNSUPPORTED = 8


class Order(Enum):
    """In which order requests that came together are carried out and answered."""

    KEPT = "kept"
    ANSWERS_SHUFFLED = "answers shuffled"
    """Carried out in order, answered in any."""
    QUESTIONS_BEFORE_WRITES = "questions before writes"
    """STAT, LSTAT and FSTAT overtake WRITE and CLOSE."""
    QUESTIONS_FIRST = "questions first"
    """STAT, LSTAT and FSTAT overtake whatever was sent before them."""
    CLOSE_LATER = "close later"
    """What a close does happens only after what follows it; it is answered in time."""


VERBS = {
    3: "OPEN", 4: "CLOSE", 5: "READ", 6: "WRITE", 7: "LSTAT", 8: "FSTAT", 9: "SETSTAT", 10: "FSETSTAT", 11: "OPENDIR",
    12: "READDIR", 13: "REMOVE", 14: "MKDIR", 15: "RMDIR", 16: "REALPATH", 17: "STAT", 18: "RENAME", 19: "READLINK",
    20: "SYMLINK", 200: "EXTENDED",
}  # fmt: skip
QUESTIONS = frozenset({"STAT", "LSTAT", "FSTAT"})
_READ, _WRITE, _CREATE, _TRUNC, _EXCL = 0x01, 0x02, 0x08, 0x10, 0x20


@dataclass(kw_only=True)
class SftpOddities:
    """All off: a good server."""

    welcome: str = ""
    """Said before the log-in."""
    answers: Mapping[str, Code] = field(default_factory=dict)
    """By verb what is answered instead of carrying it out."""
    denies_after_upload: frozenset[str] | set[str] = frozenset()
    """Of these questions what was uploaded is denied; of anything else it is told."""
    words: Mapping[Code, str] = field(default_factory=dict)
    without_sizes: frozenset[str] | set[str] = frozenset()
    """Verbs (`STAT`, `LSTAT`, `FSTAT`, `READDIR`) whose answer names no size."""
    hides_folders: bool = False
    """Folders can be entered, but not looked at: STAT, LSTAT and OPENDIR of one are denied."""
    knows_folders_not: bool = False
    """STAT of a folder: no such file, as on a store that has names with slashes only. Folders need not be made."""
    takes: Takes = Takes.NEVER
    takes_after_s: float = 0.0
    takes_endings: tuple[str, ...] = ("",)
    room_bytes: int | None = None

    extensions: tuple[str, ...] = ("posix-rename@openssh.com",)
    replaces: bool = False
    """Whether a plain RENAME replaces what lies there, as the third version forbids."""
    knows_exclusive: Code = Code.OK
    """What is answered to OPEN with EXCL; `OK`: it is carried out."""
    knows_truncating: Code = Code.OK
    creates_only_exclusively: bool = False
    most_handles: int | None = None
    """Over one connection; what is too much is answered with FAILURE."""
    most_handles_of_all: int | None = None
    """The same over all connections together; what is too much is answered with PERMISSION_DENIED."""
    breaks_above: int | None = None
    """A connection with more open files than so many is cut."""
    most_handles_together: int | None = None
    """Over all connections."""
    largest_write: int | None = None
    most_requests: int | None = None
    """Of one connection; after them it is closed."""
    most_connections: int | None = None
    loses_every: int | None = None
    """Each n-th upload is kept to its half only and yet answered with OK."""
    order: Order = Order.KEPT
    jitter_s: float = 0.0
    """Each answer comes up to so much later."""
    answers_after_s: float = 0.0
    silent_at: str = ""
    """This verb is never answered."""
    refuses_log_in: bool = False
    closes_after_rename: bool = False
    """The connection is cut right after a rename was answered."""
    cuts_before: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """By verb, counted from 1: the connection is cut when these were carried out, before they are answered."""
    fails_at: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """By verb, counted from 1: these are answered with FAILURE."""
    entries_at_once: int = 100
    """Of a READDIR."""


def write_only(code: Code = Code.PERMISSION_DENIED, *verbs: str) -> dict[str, Code]:
    """Of an account that may put files and ask for nothing."""
    return dict.fromkeys(verbs or (*QUESTIONS, "OPENDIR", "READDIR", "REALPATH"), code)


@cache
def _host_key() -> paramiko.PKey:
    return paramiko.ECDSAKey.generate(bits=256)


class OddSftpServer:
    """`heard` holds every request's verb and path with the number of its connection."""

    def __init__(self, oddities: SftpOddities) -> None:
        self.oddities = oddities
        self.storage = OddStorage(
            takes=oddities.takes,
            takes_after_s=oddities.takes_after_s,
            takes_endings=oddities.takes_endings,
            room_bytes=oddities.room_bytes,
        )
        self.user, self.password = USER, PASSWORD
        digest = hashlib.sha256(_host_key().asbytes()).digest()
        self.host_key = f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
        self.heard: list[tuple[int, str, str]] = []
        self.log_ins = 0
        self.connections = 0
        self.most_at_once = 0
        self.handles = 0
        self.most_handles = 0
        self.uploads = 0
        self.uploaded: set[str] = set()
        self.counted: Counter[str] = Counter()
        self.handles_together = 0
        self.lock = threading.Lock()
        self._transports: list[paramiko.Transport] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def verbs(self) -> list[str]:
        """Every request's verb, in the order of arrival."""
        return [verb for _, verb, _ in self.heard]

    def end_sessions(self) -> None:
        """Cut every connection."""
        for transport in list(self._transports):
            transport.close()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.end_sessions()
        self._thread.join(5)

    def _serve(self) -> None:
        for number in itertools.count(1):
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=(connection, number), daemon=True).start()

    def _talk(self, connection: socket.socket, number: int) -> None:
        self.connections += 1
        alive = sum(one.is_active() for one in self._transports)
        if self.oddities.most_connections is not None and alive >= self.oddities.most_connections:
            connection.close()
            return
        self.most_at_once = max(self.most_at_once, alive + 1)
        transport = paramiko.Transport(connection)
        self._transports.append(transport)
        transport.add_server_key(_host_key())
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            transport.start_server(threading.Event(), _Admission(self))
            while transport.is_active():
                channel = transport.accept(0.5)
                if channel is not None:
                    threading.Thread(target=self._speak, args=(transport, channel, number), daemon=True).start()
        transport.close()

    def _speak(self, transport: paramiko.Transport, channel: paramiko.Channel, number: int) -> None:
        session = _Session(self, channel, number)
        with contextlib.suppress(OSError, EOFError, struct.error, paramiko.SSHException):
            session.talk()
        session.end()
        channel.close()
        transport.close()


class _Admission(paramiko.ServerInterface):
    def __init__(self, server: OddSftpServer) -> None:
        self._server = server

    def check_auth_password(self, username: str, password: str) -> int:
        if self._server.oddities.refuses_log_in or (username, password) != (self._server.user, self._server.password):
            return paramiko.AUTH_FAILED
        with self._server.lock:
            self._server.log_ins += 1
        return paramiko.AUTH_SUCCESSFUL

    def get_banner(self) -> tuple[str | None, str | None]:  # type: ignore[override]
        words = self._server.oddities.welcome
        return (words, "en") if words else (None, None)

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED if kind == "session" else paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        return name == "sftp"


@dataclass
class _File:
    path: str
    writes: bool = False
    content: bytearray = field(default_factory=bytearray)


@dataclass
class _Folder:
    path: str
    left: list[tuple[str, int | None]] = field(default_factory=list)


@dataclass
class _Request:
    verb: str
    number: int
    body: _Reader


class _Session:
    """One channel."""

    def __init__(self, server: OddSftpServer, channel: paramiko.Channel, number: int) -> None:
        self._server = server
        self._odd = server.oddities
        self._storage = server.storage
        self._channel = channel
        self._number = number
        self._handles: dict[bytes, _File | _Folder] = {}
        self._names = itertools.count()
        self._buffer = b""
        self._requests = 0

    def talk(self) -> None:
        self._take()  # the greeting
        extensions = b"".join(_string(one) + _string("1") for one in self._odd.extensions)
        self._send(b"\x02" + struct.pack(">I", 3) + extensions)
        while True:
            together = [self._request(), *self._others()]
            if self._odd.order is Order.QUESTIONS_FIRST:
                together.sort(key=lambda request: request.verb not in QUESTIONS)
            if self._odd.order is Order.QUESTIONS_BEFORE_WRITES:
                together.sort(key=lambda request: request.verb in ("WRITE", "CLOSE"))
            later: list[_Request] = []
            replies: list[bytes] = []
            for request in together:
                if self._odd.order is Order.CLOSE_LATER and request.verb == "CLOSE":
                    later.append(request)
                    replies.append(self._status(request.number, Code.OK))
                    continue
                reply = self._answered(request)
                if reply is not None:
                    replies.append(reply)
                if self._odd.order is not Order.ANSWERS_SHUFFLED:
                    self._reply_all(replies)
            if self._odd.order is Order.ANSWERS_SHUFFLED:
                random.shuffle(replies)
            self._reply_all(replies)
            for request in later:
                self._answered(request)

    def end(self) -> None:
        """Its handles are nobody's any more; what was written stays."""
        with self._storage.lock:
            self._server.handles_together -= len(self._handles)
            self._handles.clear()

    def _reply_all(self, replies: list[bytes]) -> None:
        for reply in replies:
            if self._odd.jitter_s or self._odd.answers_after_s:
                time.sleep(self._odd.answers_after_s + self._odd.jitter_s * random.random())
            self._send(reply)
        replies.clear()

    def _request(self) -> _Request:
        packet = self._take()
        reader = _Reader(packet[1:])
        return _Request(VERBS.get(packet[0], str(packet[0])), reader.uint32(), reader)

    def _others(self) -> Iterator[_Request]:
        """What came together with the last one, where the order is not kept."""
        if self._odd.order is Order.KEPT:
            return
        while self._buffer or self._channel.recv_ready() or select.select([self._channel], [], [], 0.02)[0]:
            if self._channel.eof_received and not self._buffer:
                return
            yield self._request()

    def _take(self) -> bytes:
        (length,) = struct.unpack(">I", self._bytes(4))
        return self._bytes(length)

    def _bytes(self, count: int) -> bytes:
        while len(self._buffer) < count:
            received = self._channel.recv(65_536)
            if not received:
                raise EOFError
            self._buffer += received
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _send(self, payload: bytes) -> None:
        self._channel.sendall(struct.pack(">I", len(payload)) + payload)

    def _status(self, number: int, code: Code, words: str = "") -> bytes:
        text = self._odd.words.get(code) or words or code.name.capitalize().replace("_", " ")
        return b"\x65" + struct.pack(">II", number, code) + _string(text) + _string("en")

    def _answered(self, request: _Request) -> bytes | None:
        self._requests += 1
        if self._odd.most_requests is not None and self._requests > self._odd.most_requests:
            raise EOFError
        start = request.body.position
        what = request.body.string()
        request.body.position = start
        verb = request.verb
        if verb == "EXTENDED" and what == b"posix-rename@openssh.com":
            request.body.string()
            verb = "POSIX_RENAME"
        handle = self._handles.get(what)
        path = handle.path if handle is not None else self._path(what)
        with self._server.lock:
            self._server.heard.append((self._number, verb, path))
        if verb == self._odd.silent_at:
            return None
        with self._server.lock:
            self._server.counted[verb] += 1
            count = self._server.counted[verb]
        if count in self._odd.fails_at.get(verb, ()):
            return self._status(request.number, Code.FAILURE)
        if verb in self._odd.answers:
            if verb == "CLOSE":
                self._server.handles -= self._handles.pop(what, None) is not None
            return self._status(request.number, self._odd.answers[verb])
        if verb in self._odd.denies_after_upload and path in self._server.uploaded:
            return self._status(request.number, Code.PERMISSION_DENIED)
        found = getattr(self, f"_{verb.lower()}", None)
        if found is None:
            return self._status(request.number, Code.OP_UNSUPPORTED)
        with self._storage.lock:
            self._storage.sweep()
            reply = found(request.body, request.number)
        if count in self._odd.cuts_before.get(verb, ()):
            raise EOFError
        if isinstance(reply, Code):
            reply = self._status(request.number, reply)
        if self._odd.closes_after_rename and verb in ("RENAME", "POSIX_RENAME"):
            self._send(reply)
            raise EOFError
        return bytes(reply)

    def _path(self, told: bytes) -> str:
        path = told.decode(errors="replace")
        return posixpath.normpath(posixpath.join("/", path)).replace("//", "/")

    def _is_folder(self, path: str) -> bool:
        return self._odd.knows_folders_not or path in self._storage.folders

    def _open(self, body: _Reader, number: int) -> bytes | Code:
        path, flags = self._path(body.string()), body.uint32()
        odd, storage = self._odd, self._storage
        if odd.most_handles is not None and len(self._handles) >= odd.most_handles:
            return Code.FAILURE
        if odd.most_handles_of_all is not None and self._server.handles >= odd.most_handles_of_all:
            return Code.PERMISSION_DENIED
        if odd.breaks_above is not None and len(self._handles) >= odd.breaks_above:
            raise EOFError
        if not flags & _WRITE:
            if path not in storage.files:
                return Code.NO_SUCH_FILE
            return self._handle(number, _File(path, False, bytearray(storage.files[path])))
        if flags & _EXCL and odd.knows_exclusive:
            return odd.knows_exclusive
        if flags & _TRUNC and odd.knows_truncating:
            return odd.knows_truncating
        if odd.creates_only_exclusively and not flags & _EXCL:
            return Code.FAILURE
        if not self._is_folder(parent(path)):
            return Code.NO_SUCH_FILE
        if not storage.is_free_to_write(path):
            return Code.PERMISSION_DENIED
        if path in storage.folders or (path in storage.files and flags & _EXCL):
            return Code.FAILURE
        if path not in storage.files and not flags & _CREATE:
            return Code.NO_SUCH_FILE
        kept = b"" if flags & _TRUNC else storage.files.get(path, b"")
        storage.files[path] = kept
        self._server.uploaded.add(path)
        return self._handle(number, _File(path, True, bytearray(kept)))

    def _has_no_more_handles(self) -> bool:
        here, together = self._odd.most_handles, self._odd.most_handles_together
        is_full = here is not None and len(self._handles) >= here
        return is_full or (together is not None and self._server.handles_together >= together)

    def _handle(self, number: int, opened: _File | _Folder) -> bytes:
        name = b"h%d" % next(self._names)
        self._handles[name] = opened
        self._server.handles_together += 1
        self._server.handles += 1
        self._server.most_handles = max(self._server.most_handles, len(self._handles))
        return b"\x66" + struct.pack(">I", number) + _string(name)

    def _write(self, body: _Reader, number: int) -> Code:
        opened, offset, piece = self._handles.get(body.string()), body.uint64(), body.string()
        if not isinstance(opened, _File) or not opened.writes:
            return Code.FAILURE
        if self._odd.largest_write is not None and len(piece) > self._odd.largest_write:
            return Code.BAD_MESSAGE
        if not self._storage.has_room(len(piece)):
            return Code.FAILURE
        opened.content[offset : offset + len(piece)] = piece
        if opened.path in self._storage.files:
            self._storage.files[opened.path] = bytes(opened.content)
        return Code.OK

    def _close(self, body: _Reader, number: int) -> Code:
        opened = self._handles.pop(body.string(), None)
        if opened is None:
            return Code.FAILURE
        self._server.handles_together -= 1
        self._server.handles -= 1
        if isinstance(opened, _File) and opened.writes:
            self._server.uploads += 1
            if self._odd.loses_every and self._server.uploads % self._odd.loses_every == 0:
                half = bytes(opened.content[: len(opened.content) // 2])
                self._storage.files[opened.path] = half
            self._storage.closed(opened.path)
        return Code.OK

    def _read(self, body: _Reader, number: int) -> bytes | Code:
        opened, offset, count = self._handles.get(body.string()), body.uint64(), body.uint32()
        if not isinstance(opened, _File):
            return Code.FAILURE
        piece = bytes(opened.content[offset : offset + count])
        return b"\x67" + struct.pack(">I", number) + _string(piece) if piece else Code.EOF

    def _stat(self, body: _Reader, number: int, verb: str = "STAT") -> bytes | Code:
        path = self._path(body.string())
        if path in self._storage.files:
            attributes = _attributes(len(self._storage.files[path]), verb not in self._odd.without_sizes)
        elif path in self._storage.folders:
            if self._odd.hides_folders:
                return Code.PERMISSION_DENIED
            if self._odd.knows_folders_not:
                return Code.NO_SUCH_FILE
            attributes = _attributes(None)
        else:
            return Code.NO_SUCH_FILE
        return b"\x69" + struct.pack(">I", number) + attributes

    def _lstat(self, body: _Reader, number: int) -> bytes | Code:
        return self._stat(body, number, "LSTAT")

    def _fstat(self, body: _Reader, number: int) -> bytes | Code:
        opened = self._handles.get(body.string())
        if not isinstance(opened, _File):
            return Code.FAILURE
        attributes = _attributes(len(opened.content), "FSTAT" not in self._odd.without_sizes)
        return b"\x69" + struct.pack(">I", number) + attributes

    def _opendir(self, body: _Reader, number: int) -> bytes | Code:
        path = self._path(body.string())
        if self._odd.hides_folders:
            return Code.PERMISSION_DENIED
        if self._has_no_more_handles():
            return Code.FAILURE
        if path not in self._storage.folders:
            return Code.NO_SUCH_FILE
        return self._handle(number, _Folder(path, list(self._storage.inside(path).items())))

    def _readdir(self, body: _Reader, number: int) -> bytes | Code:
        opened = self._handles.get(body.string())
        if not isinstance(opened, _Folder):
            return Code.FAILURE
        most = self._odd.entries_at_once
        inside, opened.left = opened.left[:most], opened.left[most:]
        if not inside:
            return Code.EOF
        with_sizes = "READDIR" not in self._odd.without_sizes
        entries = [_string(name) + _string(name) + _attributes(size, with_sizes) for name, size in inside]
        return b"\x68" + struct.pack(">II", number, len(entries)) + b"".join(entries)

    def _remove(self, body: _Reader, number: int) -> Code:
        path = self._path(body.string())
        if path not in self._storage.files:
            return Code.NO_SUCH_FILE
        if not self._storage.is_free_to_write(path):
            return Code.PERMISSION_DENIED
        del self._storage.files[path]
        return Code.OK

    def _mkdir(self, body: _Reader, number: int) -> Code:
        path = self._path(body.string())
        if path in self._storage.folders or path in self._storage.files:
            return Code.FAILURE
        if not self._is_folder(parent(path)):
            return Code.NO_SUCH_FILE
        if not self._storage.is_free_to_write(path):
            return Code.PERMISSION_DENIED
        self._storage.folders.add(path)
        return Code.OK

    def _realpath(self, body: _Reader, number: int) -> bytes:
        path = self._path(body.string())
        return b"\x68" + struct.pack(">II", number, 1) + _string(path) + _string(path) + struct.pack(">I", 0)

    def _rename(self, body: _Reader, number: int, *, replaces: bool | None = None) -> Code:
        old, new = self._path(body.string()), self._path(body.string())
        storage = self._storage
        if old not in storage.files or not self._is_folder(parent(new)):
            return Code.NO_SUCH_FILE
        if not storage.is_free_to_write(new):
            return Code.PERMISSION_DENIED
        if new in storage.folders or (new in storage.files and not (replaces or self._odd.replaces)):
            return Code.FAILURE
        storage.rename(old, new)
        self._server.uploaded.add(new)
        return Code.OK

    def _posix_rename(self, body: _Reader, number: int) -> Code:
        if "posix-rename@openssh.com" not in self._odd.extensions:
            return Code.OP_UNSUPPORTED
        return self._rename(body, number, replaces=True)


class _Reader:
    def __init__(self, packet: bytes) -> None:
        self._packet = packet
        self.position = 0

    def uint32(self) -> int:
        return int.from_bytes(self._next(4))

    def uint64(self) -> int:
        return int.from_bytes(self._next(8))

    def string(self) -> bytes:
        return self._next(self.uint32())

    def _next(self, count: int) -> bytes:
        taken = self._packet[self.position : self.position + count]
        if len(taken) < count:
            raise EOFError
        self.position += count
        return taken


def _string(text: str | bytes) -> bytes:
    encoded = text.encode() if isinstance(text, str) else text
    return struct.pack(">I", len(encoded)) + encoded


def _attributes(size: int | None, with_size: bool = True) -> bytes:
    """`None`: a folder."""
    mode = 0o040755 if size is None else 0o100644
    if size is None or not with_size:
        return struct.pack(">II", 0x04, mode)
    return struct.pack(">IQI", 0x05, size, mode)


@contextmanager
def odd_sftp(oddities: SftpOddities | None = None) -> Iterator[OddSftpServer]:
    """A server until the end of the block."""
    server = OddSftpServer(oddities or SftpOddities())
    try:
        yield server
    finally:
        server.stop()
