"""An RTSP client that a test has in its hands: logs in by digest, sets a stream up over its connection, and reads as
much as the test wants, which may be nothing."""

from __future__ import annotations

import hashlib
import re
import select
import socket
import time
from typing import Self

_QUOTED = re.compile(r'(\w+)="([^"]*)"')


class RtspClient:
    """One connection. Answers are told from pictures by their first byte."""

    def __init__(self, port: int, camera: str, user: str, password: str, *, buffer: int | None = None) -> None:
        self._base = f"rtsp://127.0.0.1:{port}/{camera}"
        self._user, self._password = user, password
        self._challenge: dict[str, str] = {}
        self._number = 0
        self.channel = socket.socket()
        if buffer is not None:
            self.channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.channel.settimeout(30)
        self.channel.connect(("127.0.0.1", port))
        self._file = self.channel.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.channel.close()

    def play(self) -> None:
        """From DESCRIBE to PLAY; each must succeed."""
        assert self.ask("DESCRIBE") == 200
        assert self.ask("SETUP", "/stream=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1") == 200
        assert self.ask("PLAY", "/", f"Session: {self._session}") == 200

    def ask(self, method: str, below: str = "", *headers: str) -> int:
        """The answer's status; if a password is wanted, with it."""
        status = self._ask(method, below, *headers)
        return self._ask(method, below, *headers) if status == 401 and self._challenge else status

    def wait_for_pictures(self) -> None:
        """More of them than had come unread."""
        self.channel.settimeout(30)
        for _ in range(10):
            assert self.channel.recv(1 << 16), "the other end has closed it"

    def is_closed(self) -> bool:
        """Whether the other end has closed it. Reads everything that has come meanwhile."""
        self.channel.setblocking(False)
        try:
            while self.channel.recv(1 << 20):
                pass
        except BlockingIOError:
            return False
        except ConnectionError:
            return True
        return True

    def say(self, method: str) -> None:
        """In the session, while pictures come: the answer is somewhere among them."""
        self._say(method, "/", f"Session: {self._session}")

    def seconds_until(self, count: int) -> float:
        """How long it takes until so many bytes have come."""
        began_s = time.monotonic()
        while count > 0:
            came = len(self.channel.recv(1 << 16))
            assert came, "the other end has closed it"
            count -= came
        return time.monotonic() - began_s

    def drop_for(self, seconds: float) -> None:
        """Read and forget all that comes."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0:
            if select.select([self.channel], [], [], left_s)[0]:
                assert self.channel.recv(1 << 16), "the other end has closed it"

    def _ask(self, method: str, below: str, *headers: str) -> int:
        self._say(method, below, *headers)
        first = self._file.readline().decode().split()
        length = 0
        while line := self._file.readline().decode().strip():
            name, _, value = line.partition(": ")
            if name == "WWW-Authenticate":
                self._challenge = dict(_QUOTED.findall(value))
            elif name == "Session":
                self._session = value.split(";")[0]
            elif name == "Content-Length":
                length = int(value)
        self._file.read(length)
        return int(first[1])

    def _say(self, method: str, below: str, *headers: str) -> None:
        self._number += 1
        url = self._base + below
        login = [self._login(method, url)] if self._challenge else []
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._number}", *login, *headers, "", ""]
        self.channel.sendall("\r\n".join(lines).encode())

    def _login(self, method: str, url: str) -> str:
        realm, nonce = self._challenge["realm"], self._challenge["nonce"]
        mine = _md5(f"{self._user}:{realm}:{self._password}")
        answer = _md5(f"{mine}:{nonce}:{_md5(f'{method}:{url}')}")
        said = {"username": self._user, "realm": realm, "nonce": nonce, "uri": url, "response": answer}
        return "Authorization: Digest " + ", ".join(f'{name}="{value}"' for name, value in said.items())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # RFC 2617's, which cameras and players have
