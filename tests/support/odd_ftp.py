"""An FTP server on a real socket that is odd in the ways that were asked for, for any number of connections.

with odd_ftp(FtpOddities(unknown={"SIZE"}, takes=Takes.AFTER_RENAME)) as server:
    server.port, server.storage.received(), server.heard, server.log_ins
"""

from __future__ import annotations

import contextlib
import itertools
import posixpath
import random
import re
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

from tests.support.odd_storage import OddStorage, Takes, parent

USER = "nuo001"
PASSWORD = "geheim-8472"


class Listing(Enum):
    """In which form LIST answers."""

    UNIX = "unix"
    DOS = "dos"
    NAMES = "names only"
    """Without sizes."""


@dataclass(kw_only=True)
class FtpOddities:
    """All off: a good server."""

    says: dict[str, bytes | list[bytes]] = field(default_factory=dict)
    """By a command's beginning what is said instead of carrying it out: one reply, or several used up one by one.
    `greeting` and `after STOR` (in place of 226) count as commands; `hang up` is a reply."""
    unknown: frozenset[str] | set[str] = frozenset()
    """Verbs answered with 502."""
    denied: frozenset[str] | set[str] = frozenset()
    """Verbs answered with 550 Permission denied."""
    no_size_after_upload: bool = False
    """SIZE of what was uploaded: 550. Of anything else it is told."""
    welcome: str = "230 Logged in."
    features: tuple[str, ...] = ("SIZE", "MDTM", "MLST type*;size*;modify*;", "UTF8")
    listing: Listing = Listing.UNIX
    told_as_list: frozenset[str] | set[str] = frozenset()
    """`MLSD`, `NLST` that tell what LIST does."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What is said in place of `absent`, `exists`, `denied`, `done`."""
    takes: Takes = Takes.NEVER
    takes_after_s: float = 0.0
    takes_endings: tuple[str, ...] = ("",)
    room_bytes: int | None = None

    most_connections: int | None = None
    """Further ones are greeted with 421."""
    most_commands: int | None = None
    """In `commands_per_s` seconds over all connections; what is too much is answered with 421 and hung up on."""
    commands_per_s: float = 60.0
    one_command_per_packet: bool = False
    """Forgets what comes with a command in the same packet."""
    jitter_s: float = 0.0
    """Each answer comes up to so much later."""

    wants_150_first: bool = False
    """Data that comes before 150 was said is thrown away, with 426."""
    most_transfers_together: int | None = None
    """Over all connections; what is too much is answered with `crowd_says`."""
    crowd_says: bytes = b"425 Too many data connections."
    """`hang up` hangs up; 421 and 426 do so, too, when they were said."""
    crowded_from: int = 10_000
    """So many connections at once and everybody is cut off."""
    done_after_s: float = 0.0
    """So late comes 226."""
    never_done: bool = False
    """226 never comes; the file is there."""
    aborts_whole: frozenset[int] | set[int] = frozenset()
    """These uploads, counted from 1, are kept whole and answered with 426."""
    aborts_with: str = "426 Connection closed; transfer aborted."
    loses_every: int | None = None
    """Each n-th upload is kept to its half only and yet answered with 226."""
    resets_after_done: bool = False
    """The control connection is reset right after the 226."""
    closes_after_done: bool = False
    """The control connection is closed without a word right after the 226."""
    cuts_before: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """By verb, counted from 1: the connection is cut when these were carried out, before they are answered."""
    cuts_listings: bool = False
    """Of a listing half is sent, and then 426."""
    says_goodbye: bool = False
    """Ends TLS with close_notify, as few do."""

    replaces: bool = True
    """Whether RNTO onto an existing file replaces it."""
    overwrites: bool = True
    """Whether STOR onto an existing file replaces it."""
    deletes: bool = True
    enters: bool = True
    """Whether CWD works."""
    makes_silently: bool = True
    """MKD of what is there says that it exists; else it says that it is denied."""
    backslashes: bool = False
    """Takes and gives paths with backslashes."""
    utf8_only_when_asked: bool = False
    """Before OPTS UTF8 ON names are taken for Windows-1252."""


IIS_WORDS = {
    "absent": "550 The system cannot find the file specified. ",
    "exists": "550 Cannot create a file when that file already exists. ",
    "denied": "550 Access is denied. ",
    "done": "250 {verb} command successful.",
}


def iis(**others: object) -> FtpOddities:
    """As Microsoft's server behaves."""
    manner: dict[str, object] = {
        "says": {"greeting": b"220 Microsoft FTP Service\r\n"},
        "words": IIS_WORDS,
        "listing": Listing.DOS,
        "replaces": False,
        "one_command_per_packet": True,
        "features": ("LANG EN*", "UTF8", "AUTH TLS;TLS-C;SSL;TLS-P;", "PBSZ", "PROT C;P;", "CCC", "HOST", "SIZE",
                     "MDTM", "REST STREAM"),
        "unknown": {"MLST", "MLSD"},
        "utf8_only_when_asked": True,
    }  # fmt: skip
    return FtpOddities(**(manner | others))  # type: ignore[arg-type]


class OddFtpServer:
    """`heard` holds every command with the number of its connection, `log_ins` counts those that were let in."""

    def __init__(self, oddities: FtpOddities, context: ssl.SSLContext | None = None, *, implicit: bool = False) -> None:
        self.oddities = oddities
        self.context = context
        self.implicit = implicit
        self.storage = OddStorage(
            takes=oddities.takes,
            takes_after_s=oddities.takes_after_s,
            takes_endings=oddities.takes_endings,
            room_bytes=oddities.room_bytes,
        )
        self.user, self.password = USER, PASSWORD
        self.heard: list[tuple[int, str]] = []
        self.log_ins = 0
        self.connections = 0
        self.most_at_once = 0
        self.uploads = 0
        self.uploaded: set[str] = set()
        self.counted: Counter[str] = Counter()
        self._transfers = 0
        self._commands_s: list[float] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def verbs(self) -> list[str]:
        """Every command's verb, in the order of arrival."""
        return [command.partition(" ")[0].upper() for _, command in self.heard]

    def end_sessions(self) -> None:
        """Cut every connection."""
        with self._lock:
            for control in self._open:
                with contextlib.suppress(OSError):
                    control.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # ends the wait; closing alone would not
        self._listener.close()
        self.end_sessions()
        self._thread.join(5)

    def is_too_often(self) -> bool:
        """Whether there were too many commands lately, this one included."""
        most = self.oddities.most_commands
        if most is None:
            return False
        with self._lock:
            now = time.monotonic()
            self._commands_s = [at_s for at_s in self._commands_s if now - at_s < self.oddities.commands_per_s]
            self._commands_s.append(now)
            return len(self._commands_s) > most

    @contextmanager
    def transferring(self, most: int | None) -> Iterator[bool]:
        """Whether a transfer may be made now; it is counted as long as the block lasts."""
        with self._lock:
            self._transfers += 1
            is_allowed = most is None or self._transfers <= most
        try:
            yield is_allowed
        finally:
            with self._lock:
                self._transfers -= 1

    def _serve(self) -> None:
        for number in itertools.count(1):
            try:
                control, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                is_crowded = len(self._open) >= (self.oddities.most_connections or 1_000)
                if not is_crowded:
                    self._open.add(control)
                self.most_at_once = max(self.most_at_once, len(self._open))
            if len(self._open) >= self.oddities.crowded_from:
                self.end_sessions()
            if is_crowded:
                with control, contextlib.suppress(OSError):
                    control.sendall(b"421 Too many connections from your address.\r\n")
                continue
            control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=(control, number), daemon=True).start()

    def _talk(self, control: socket.socket, number: int) -> None:
        session = _Session(self, control, number)
        try:
            with contextlib.suppress(OSError, ssl.SSLError, EOFError):  # a client that has heard enough
                session.talk()
        finally:
            session.close()
            with self._lock:
                self._open.discard(control)


class _Session:
    """One control connection."""

    def __init__(self, server: OddFtpServer, control: socket.socket, number: int) -> None:
        self._server = server
        self._odd = server.oddities
        self._storage = server.storage
        self._raw = self._control = control
        self._number = number
        self._folder = "/"
        self._renaming: str | None = None
        self._passive: socket.socket | None = None
        self._protects = server.implicit
        self._knows_utf8 = not self._odd.utf8_only_when_asked
        self._name = ""
        self._is_in = False
        self._buffer = b""

    def talk(self) -> None:
        if self._server.implicit:
            self._start_tls()
        self._say(self._scripted("greeting") or b"220 ready\r\n")
        for command in self._commands():
            with self._server._lock:
                self._server.heard.append((self._number, command))
            said = self._scripted(command)
            if said == b"hang up":
                return
            if said is None and self._server.is_too_often():
                self._say(b"421 Too many commands, come back later.\r\n")
                return
            if self._odd.jitter_s:
                time.sleep(self._odd.jitter_s * random.random())
            answer = said if said is not None else self._carry_out(command)
            verb = command.partition(" ")[0].upper()
            with self._server._lock:
                self._server.counted[verb] += 1
                is_cut = self._server.counted[verb] in self._odd.cuts_before.get(verb, ())
            if answer is None or is_cut:
                return
            self._say(answer)
            if command.upper() == "AUTH TLS" and answer.startswith(b"234"):
                self._start_tls()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._control.close()
        if self._passive is not None:
            self._passive.close()

    def _commands(self) -> Iterator[str]:
        while True:
            while b"\n" not in self._buffer:
                received = self._control.recv(65_536)
                if not received:
                    return
                self._buffer += received
            if self._odd.one_command_per_packet:
                line, self._buffer = self._buffer.partition(b"\n")[0], b""
            else:
                line, _, self._buffer = self._buffer.partition(b"\n")
            encoding = "utf-8" if self._knows_utf8 else "cp1252"
            yield line.rstrip(b"\r").decode(encoding, errors="replace")

    def _say(self, reply: bytes) -> None:
        if reply:
            self._control.sendall(reply)

    def _start_tls(self) -> None:
        assert self._server.context is not None
        self._control = self._server.context.wrap_socket(self._control, server_side=True)
        self._buffer = b""

    def _scripted(self, command: str) -> bytes | None:
        for beginning, says in self._odd.says.items():
            if command.startswith(beginning):
                return (says.pop(0) if says else None) if isinstance(says, list) else says
        return None

    def _word(self, name: str, otherwise: str, verb: str = "") -> bytes:
        return self._odd.words.get(name, otherwise).format(verb=verb).encode() + b"\r\n"

    def _absent(self) -> bytes:
        return self._word("absent", "550 No such file or directory.")

    def _denied(self) -> bytes:
        return self._word("denied", "550 Permission denied.")

    def _done(self, verb: str) -> bytes:
        return self._word("done", "250 done", verb)

    def _path(self, argument: str) -> str:
        argument = argument.replace("\\", "/") if self._odd.backslashes else argument
        return posixpath.normpath(posixpath.join(self._folder, argument)).replace("//", "/")

    def _carry_out(self, command: str) -> bytes | None:
        """The reply; `None`: the connection ends here."""
        verb, _, argument = command.partition(" ")
        verb = verb.upper()
        if verb in self._odd.unknown:
            return b"502 Command not implemented.\r\n"
        if verb in self._odd.denied:
            return self._denied()
        if verb in ("PASV", "EPSV"):
            return self._listen(verb)
        if verb in ("STOR", "NLST", "LIST", "MLSD", "RETR"):
            if not self._is_in:
                return b"530 Log in first.\r\n"
            return self._transfer(verb, argument)
        found = getattr(self, f"_{verb.lower()}", None)
        if found is None:
            return b"500 Unknown command.\r\n"
        with self._storage.lock:
            self._storage.sweep()
            reply: bytes | None = found(argument)
            return reply

    def _user(self, argument: str) -> bytes:
        self._name = argument
        return b"331 Password?\r\n"

    def _pass(self, argument: str) -> bytes:
        if (self._name, argument) != (self._server.user, self._server.password):
            return b"530 Login incorrect.\r\n"
        self._is_in = True
        with self._server._lock:
            self._server.log_ins += 1
        return self._server.oddities.welcome.encode() + b"\r\n"

    def _auth(self, argument: str) -> bytes:
        offers = self._server.context is not None and argument.upper() == "TLS"
        return b"234 Go ahead.\r\n" if offers else b"502 No TLS here.\r\n"

    def _pbsz(self, argument: str) -> bytes:
        return b"200 ok\r\n"

    def _prot(self, argument: str) -> bytes:
        self._protects = argument.upper() == "P"
        return b"200 ok\r\n"

    def _opts(self, argument: str) -> bytes:
        if argument.upper().startswith("UTF8"):
            self._knows_utf8 = True
            return b"200 OPTS UTF8 command successful - UTF8 encoding now ON.\r\n"
        return b"501 Unknown option.\r\n"

    def _feat(self, argument: str) -> bytes:
        return "".join(["211-Features:\r\n", *(f" {one}\r\n" for one in self._odd.features), "211 End\r\n"]).encode()

    def _syst(self, argument: str) -> bytes:
        return b"215 Windows_NT\r\n" if self._odd.listing is Listing.DOS else b"215 UNIX Type: L8\r\n"

    def _type(self, argument: str) -> bytes:
        return b"200 ok\r\n"

    def _noop(self, argument: str) -> bytes:
        return b"200 ok\r\n"

    def _quit(self, argument: str) -> None:
        self._say(b"221 Bye.\r\n")
        if self._odd.says_goodbye and isinstance(self._control, ssl.SSLSocket):
            self._control.settimeout(2)
            self._control.unwrap()

    def _pwd(self, argument: str) -> bytes:
        folder = self._folder.replace("/", "\\") if self._odd.backslashes else self._folder
        return f'257 "{folder}" is current directory.\r\n'.encode()

    def _cwd(self, argument: str) -> bytes:
        path = self._path(argument)
        if not self._odd.enters:
            return self._denied()
        if path not in self._storage.folders:
            return self._absent()
        self._folder = path
        return self._done("CWD")

    def _mkd(self, argument: str) -> bytes:
        path = self._path(argument)
        if path in self._storage.folders or path in self._storage.files:
            return self._word("exists", "550 File exists.") if self._odd.makes_silently else self._denied()
        if parent(path) not in self._storage.folders:
            return self._absent()
        if not self._storage.is_free_to_write(path):
            return self._denied()
        self._storage.folders.add(path)
        return f'257 "{path}" directory created.\r\n'.encode()

    def _dele(self, argument: str) -> bytes:
        path = self._path(argument)
        if path not in self._storage.files:
            return self._absent()
        if not self._odd.deletes or not self._storage.is_free_to_write(path):
            return self._denied()
        del self._storage.files[path]
        return self._done("DELE")

    def _size(self, argument: str) -> bytes:
        path = self._path(argument)
        if path not in self._storage.files:
            return self._absent()
        if self._odd.no_size_after_upload and path in self._server.uploaded:
            return b"550 Could not get file size.\r\n"
        return b"213 %d\r\n" % len(self._storage.files[path])

    def _mdtm(self, argument: str) -> bytes:
        if self._path(argument) not in self._storage.files:
            return self._absent()
        return time.strftime("213 %Y%m%d%H%M%S\r\n", time.gmtime()).encode()

    def _mlst(self, argument: str) -> bytes:
        path = self._path(argument)
        if path in self._storage.folders:
            return f"250-\r\n type=dir; {path}\r\n250 End\r\n".encode()
        if path not in self._storage.files:
            return self._absent()
        return f"250-\r\n type=file;size={len(self._storage.files[path])}; {path}\r\n250 End\r\n".encode()

    def _rnfr(self, argument: str) -> bytes:
        path = self._path(argument)
        if path not in self._storage.files:
            return self._absent()
        self._renaming = path
        return b"350 Ready for RNTO.\r\n"

    def _rnto(self, argument: str) -> bytes:
        path, old, self._renaming = self._path(argument), self._renaming, None
        if old is None or old not in self._storage.files:
            return b"503 RNFR first.\r\n"
        if parent(path) not in self._storage.folders:
            return self._absent()
        if path in self._storage.folders or (path in self._storage.files and not self._odd.replaces):
            return self._word("exists", "550 File exists.")
        self._storage.rename(old, path)
        if old in self._server.uploaded:
            self._server.uploaded.add(path)
        return self._done("RNTO")

    def _listen(self, verb: str) -> bytes:
        if self._passive is not None:
            self._passive.close()
        self._passive = socket.create_server(("127.0.0.1", 0))
        port = int(self._passive.getsockname()[1])
        if verb == "EPSV":
            return b"229 Entering Extended Passive Mode (|||%d|)\r\n" % port
        return b"227 Entering Passive Mode (127,0,0,1,%d,%d).\r\n" % (port >> 8, port & 255)

    def _transfer(self, verb: str, argument: str) -> bytes | None:
        passive, self._passive = self._passive, None
        if passive is None:
            return b"425 Use PASV first.\r\n"
        with self._server.transferring(self._odd.most_transfers_together) as is_allowed:
            if not is_allowed:
                passive.close()
                if self._odd.crowd_says[:3] in (b"421", b"426"):
                    self._say(self._odd.crowd_says + b"\r\n")
                    return None
                return None if self._odd.crowd_says == b"hang up" else self._odd.crowd_says + b"\r\n"
            return self._transferred(verb, argument, passive)

    def _transferred(self, verb: str, argument: str, passive: socket.socket) -> bytes | None:
        with passive:
            path = self._path(_without_options(argument))
            with self._storage.lock:
                self._storage.sweep()
                refusal = self._refusal(verb, path)
            if refusal is not None:
                return refusal
            passive.settimeout(10)
            data, _ = passive.accept()
        with contextlib.ExitStack() as exits:
            exits.callback(lambda: data.close())
            if self._odd.wants_150_first and _has_come(data):
                return b"426 Connection closed; transfer aborted.\r\n"
            self._say(b"150 Opening BINARY mode data connection.\r\n")
            if self._protects and self._server.context is not None:
                data = self._server.context.wrap_socket(data, server_side=True)
            if verb == "STOR":
                return self._store(path, data)
            told = self._told(verb, path)
            if self._odd.cuts_listings and verb != "RETR":
                data.sendall(told[: len(told) // 2].rpartition(b"\n")[0] + b"\n")
                return b"426 Connection closed; transfer aborted.\r\n"
            data.sendall(told)
            self._end(data)
        return self._scripted(f"after {verb}") or b"226 Transfer complete.\r\n"

    def _refusal(self, verb: str, path: str) -> bytes | None:
        storage = self._storage
        if verb == "STOR":
            if parent(path) not in storage.folders:
                return self._absent()
            if not storage.is_free_to_write(path) or (path in storage.files and not self._odd.overwrites):
                return self._denied()
            return None
        is_there = path in storage.files if verb == "RETR" else path in storage.folders
        return None if is_there else self._absent()

    def _store(self, path: str, data: socket.socket) -> bytes | None:
        with self._server._lock:
            self._server.uploads += 1
            number = self._server.uploads
        received = bytearray()
        while piece := data.recv(65_536):
            received += piece
        self._end(data)
        data.close()
        content = bytes(received)
        if self._odd.loses_every and number % self._odd.loses_every == 0:
            content = content[: len(content) // 2]
        with self._storage.lock:
            if not self._storage.has_room(len(content)):
                return b"552 Disk full.\r\n"
            self._storage.files[path] = content
            self._server.uploaded.add(path)
            self._storage.closed(path)
        if number in self._odd.aborts_whole:
            return self._odd.aborts_with.encode() + b"\r\n"
        time.sleep(self._odd.done_after_s)
        if self._odd.never_done:
            return b""
        said = self._scripted("after STOR") or b"226 Transfer complete.\r\n"
        if self._odd.resets_after_done or self._odd.closes_after_done:
            self._say(said)
            if self._odd.resets_after_done:
                time.sleep(0.05)  # a reset overtakes what was not yet read
                self._raw_linger()
            return None
        return said

    def _raw_linger(self) -> None:
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _end(self, data: socket.socket) -> None:
        if self._odd.says_goodbye and isinstance(data, ssl.SSLSocket):
            data.settimeout(2)
            with contextlib.suppress(OSError):
                data.unwrap()

    def _told(self, verb: str, path: str) -> bytes:
        if verb == "RETR":
            return self._storage.files[path]
        inside = self._storage.inside(path)
        if verb == "NLST" and verb not in self._odd.told_as_list:
            lines: Iterable[str] = (name for name in inside)
        elif verb == "MLSD" and verb not in self._odd.told_as_list:
            lines = (
                f"type=dir; {name}" if size is None else f"type=file;size={size}; {name}"
                for name, size in inside.items()
            )
        else:
            lines = (_listed(self._odd.listing, name, size) for name, size in inside.items())
        return "".join(f"{line}\r\n" for line in lines).encode()


def _listed(form: Listing, name: str, size: int | None) -> str:
    if form is Listing.NAMES:
        return name
    if form is Listing.DOS:
        return f"01-01-26  12:05AM       {'<DIR>         ' if size is None else f'{size:14}'} {name}"
    return f"{'d' if size is None else '-'}rw-r--r--   1 ftp      ftp      {size or 0:12} Jan 01 00:05 {name}"


def _without_options(argument: str) -> str:
    return re.sub(r"^-\w+\s*", "", argument)


def _has_come(data: socket.socket) -> bool:
    """Whether something comes on the connection, or it ends, before we have said that it may."""
    data.settimeout(0.1)
    try:
        data.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return False
    except OSError:
        return True
    finally:
        data.settimeout(None)
    return True


@contextmanager
def odd_ftp(
    oddities: FtpOddities | None = None, context: ssl.SSLContext | None = None, *, implicit: bool = False
) -> Iterator[OddFtpServer]:
    """A server until the end of the block; `context`: it speaks TLS."""
    server = OddFtpServer(oddities or FtpOddities(), context, implicit=implicit)
    try:
        yield server
    finally:
        server.stop()
