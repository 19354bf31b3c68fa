"""An authority's FTP servers (plain, explicit TLS, implicit TLS), each on a port of its own, served by one thread."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

from stationsim.authority.account import Account
from stationsim.authority.keys import TlsFiles

_WAKE_S = 0.25  # how often the thread looks whether it should stop
_STOP_S = 1.0
_ALL_RIGHTS = "elradfmwMT"
_BANNER = "Simulated authority"


class FtpServers:
    """Servers of one authority; `add_…` before `start`. `close` ends all sessions, in the middle of a transfer too."""

    def __init__(self, root: Path, account: Account) -> None:
        self._authorizer = DummyAuthorizer()
        self._authorizer.add_user(account.user, account.password, str(root), perm=_ALL_RIGHTS)
        self._loop = IOLoop()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="ftp")

    def add_plain(self, host: str, port: int) -> tuple[str, int]:
        """Host and port that it really listens on. Raises OSError when the port cannot be had."""
        return self._listen(FTPHandler, {}, host, port)

    def add_explicit(self, tls: TlsFiles, host: str, port: int) -> tuple[str, int]:
        """AUTH TLS before anything else; data protected as well."""
        return self._listen(TLS_FTPHandler, _tls_settings(tls), host, port)

    def add_implicit(self, tls: TlsFiles, host: str, port: int) -> tuple[str, int]:
        """TLS from the first byte; the greeting follows the handshake."""
        greeting = {"handle": _secure_first, "handle_ssl_established": _greet}
        return self._listen(TLS_FTPHandler, _tls_settings(tls) | greeting, host, port)

    def start(self) -> None:
        """Nothing happens when no server was added: a loop without sockets would not wait but spin."""
        if self._loop.socket_map:
            self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
        self._loop.close()

    def _listen(self, kind: type, settings: dict[str, Any], host: str, port: int) -> tuple[str, int]:
        """pyftpdlib is configured by class attributes, hence a class of its own for every server."""
        common = {"authorizer": self._authorizer, "banner": _BANNER}
        session: Callable[..., Any] = type(f"Session{kind.__name__}", (kind,), common | settings)
        bound_host, bound_port = FTPServer((host, port), session, ioloop=self._loop).address
        return bound_host, bound_port

    def _serve(self) -> None:
        while not self._stop.is_set():
            self._loop.loop(timeout=_WAKE_S, blocking=False)


def _tls_settings(tls: TlsFiles) -> dict[str, Any]:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.use_certificate_chain_file(str(tls.certificate))
    context.use_privatekey_file(str(tls.key))
    return {"ssl_context": context, "tls_control_required": True, "tls_data_required": True}


def _secure_first(session: Any) -> None:
    session.secure_connection(session.ssl_context)


def _greet(session: Any) -> None:
    FTPHandler.handle(session)
