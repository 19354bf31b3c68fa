"""An SSH server whose log-in is odd in the way that was asked for; nobody gets further.

with odd_login(Asks("Your password has expired. New password:")) as server:
    server.port, server.host_key, server.log_ins
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import paramiko

USER = "nuo001"
PASSWORD = "geheim-8472"
_DISCONNECT, _CHANGE_ASKED = 1, 60


@dataclass
class LoginOddity:
    """All off: every password is refused, without a word."""

    banner: str = ""
    change_asked: str | None = None
    """After the right password the server asks for a new one, with these words (RFC 4252, 8)."""
    disconnects: tuple[int, str] | None = None
    """After the password it ends the connection with this reason and these words."""
    hangs_up: bool = False
    """The same without a word."""
    questions: Sequence[Sequence[str]] = ()
    """It takes no password but asks: one round of prompts after the other."""
    allows: str = "password"
    then_wants: str = ""
    """What it asks for besides, once the password is right."""
    lets_in: bool = False
    """And has nothing for whoever is in."""


@dataclass
class OddLogin:
    port: int
    host_key: str
    log_ins: int = 0
    answers: list[list[str]] = field(default_factory=list)
    """What was answered to its questions."""


class _Interface(paramiko.ServerInterface):
    def __init__(self, oddity: LoginOddity, server: OddLogin, transport: paramiko.Transport) -> None:
        self._oddity = oddity
        self._server = server
        self._transport = transport
        self._rounds = list(oddity.questions)

    def get_banner(self) -> tuple[str | None, str | None]:  # type: ignore[override]
        return (self._oddity.banner, "en") if self._oddity.banner else (None, None)

    def get_allowed_auths(self, username: str) -> str:
        return self._oddity.then_wants or ("keyboard-interactive" if self._oddity.questions else self._oddity.allows)

    def check_auth_password(self, username: str, password: str) -> int:
        oddity = self._oddity
        if oddity.questions:
            return paramiko.AUTH_FAILED
        self._server.log_ins += 1
        if oddity.change_asked is not None:
            self._say(bytes([_CHANGE_ASKED]), oddity.change_asked)
        elif oddity.disconnects is not None:
            self._say(bytes([_DISCONNECT]), oddity.disconnects[1], oddity.disconnects[0])
            self._transport.close()
        elif oddity.hangs_up:
            self._transport.sock.close()
        elif oddity.then_wants:
            return paramiko.AUTH_PARTIALLY_SUCCESSFUL
        return self._verdict()

    def check_auth_interactive(self, username: str, submethods: str) -> int | paramiko.InteractiveQuery:
        self._server.log_ins += 1
        return self._next()

    def check_auth_interactive_response(self, responses: list[str]) -> int | paramiko.InteractiveQuery:  # type: ignore[override]
        self._server.answers.append(responses)
        return self._next()

    def _next(self) -> int | paramiko.InteractiveQuery:
        return paramiko.InteractiveQuery("", "", *self._rounds.pop(0)) if self._rounds else self._verdict()

    def _verdict(self) -> int:
        return paramiko.AUTH_SUCCESSFUL if self._oddity.lets_in else paramiko.AUTH_FAILED

    def _say(self, kind: bytes, words: str, reason: int | None = None) -> None:
        message = paramiko.Message()
        message.add_byte(kind)
        if reason is not None:
            message.add_int(reason)
        message.add_string(words)
        message.add_string("en")
        self._transport._send_message(message)  # type: ignore[attr-defined]
        threading.Event().wait(0.1)  # so that it is read before what follows


@contextmanager
def odd_login(oddity: LoginOddity) -> Iterator[OddLogin]:
    transports: list[paramiko.Transport] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = OddLogin(listener.getsockname()[1], _fingerprint(_host_key()))

        def serve(connection: socket.socket) -> None:
            transports.append(transport := paramiko.Transport(connection))
            transport.add_server_key(_host_key())
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Interface(oddity, server, transport))

        with _served(listener, serve):
            yield server
    for transport in transports:
        transport.close()


@contextmanager
def greeting(words: bytes, *, closes: bool = True, after_hearing: bool = False) -> Iterator[int]:
    """Something else than an SSH server: it says this, at once or after it has heard us. The port."""

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5.0)
            if after_hearing:
                connection.recv(64)
            connection.sendall(words)
            if not closes:
                while connection.recv(4096):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener, _served(listener, serve):
        yield listener.getsockname()[1]


@contextmanager
def _served(listener: socket.socket, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


@cache
def _host_key() -> paramiko.ECDSAKey:
    return paramiko.ECDSAKey.generate()


def _fingerprint(key: paramiko.PKey) -> str:
    digest = hashlib.sha256(key.asbytes()).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
