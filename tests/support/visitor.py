"""A browser of the page, as far as logging in goes: keeps cookies, brings forms back, comes from the address it is
told; and the page of a station that is open to the network."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from gateway.core.role import Role
from gateway.runtime.clock import SystemClock
from gateway.web.accounts.database import open_beside_the_page
from gateway.web.accounts.passwords import Passwords
from gateway.web.accounts.store import AccountStore
from gateway.web.tls import OWN_FILE
from tests.support import three_days
from tests.support.journey import Journey
from tests.support.page import Answer, RunningPage, running_page
from tests.support.servers.private import free_port

PASSWORD = "nước sông Hậu chảy xuôi"
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]*)"')


@dataclass(slots=True)
class PageVisitor:
    """One browser. `address`: of loopback, from which it comes."""

    port: int
    trusted: Path | None = None
    """The certificate that it knows; `None`: it comes without TLS."""
    address: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, fields: Mapping[str, str], shown_at: str | None = None, **headers: str) -> Answer:
        """With the word of the form, which stands at that address, or at another one."""
        shown = _TOKEN.search(self.get(shown_at or (path if path != "/logout" else "/password")).text)
        token = "" if shown is None else shown[1]
        return self.send(path, {"form_token": token, **fields}, **headers)

    def send(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Without looking at the form first."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields).encode(), form | headers)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        brought = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.sock = self.connect()
        try:
            connection.request(method, path, body or None, (brought if self.cookies else {}) | named)
            answer = connection.getresponse()
            for value in answer.headers.get_all("set-cookie", []):
                self._keep(value)
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """A connection for whatever is no browser's question."""
        plain = socket.create_connection(("127.0.0.1", self.port), 30, (self.address, 0))
        if self.trusted is None:
            return plain
        return ssl.create_default_context(cafile=self.trusted).wrap_socket(plain, server_hostname="127.0.0.1")

    def raw(self, content: bytes) -> bytes:
        """What comes back for these bytes until the other end closes."""
        with self.connect() as connection:
            connection.sendall(content)
            return b"".join(iter(lambda: connection.recv(65_536), b""))

    def log_in(self, name: str, password: str = PASSWORD, to: str = "/") -> Answer:
        return self.post("/login", {"name": name, "password": password, "to": to})

    @property
    def is_logged_in(self) -> bool:
        return self.get("/password").status == 200

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].partition("=")
        if "max-age=0" in cookie.lower():
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page that listens at every address, with a certificate of its own."""

    running: RunningPage
    config: Path
    storage: Path

    def visitor(self, address: str = "127.0.0.1") -> PageVisitor:
        return PageVisitor(self.running.port, self.storage / OWN_FILE, address)


def station_with_page(folder: Path, section: str) -> Path:
    """The configuration of a station that has just begun. `section`: `web`."""
    station = three_days.configuration(folder)
    Journey(folder).database.close()
    with station.file.open("a", encoding="utf-8") as file:
        file.write(f"web: {section}\n")
    return station.file


@contextmanager
def open_page(folder: Path, more: str = "") -> Iterator[OpenPage]:
    """`more`: further keys of `web`."""
    port, storage = free_port(), folder / "page"
    config = station_with_page(folder, f'{{listen: "0.0.0.0:{port}", storage: {storage}{more}}}')
    storage.mkdir()
    for name, role in (("lan", Role.OPERATOR), ("so.tnmt", Role.AUTHORITY)):
        add_account(storage, name, role)
    with running_page(config, port) as running:
        yield OpenPage(running, config, storage)


def add_account(storage: Path, name: str, role: Role) -> None:
    """With `PASSWORD`, as `gateway web user add` does it."""
    with closing(open_beside_the_page(storage)) as database:
        AccountStore(database).add(name, role, _kept(), SystemClock().now().wall_ms)


@cache
def _kept() -> str:
    return Passwords().make(PASSWORD)


def web_command(config: Path, *arguments: str, typed: str = "", exit_code: int = 0) -> str:
    """`gateway web …`; what it printed, of both streams."""
    command = [sys.executable, "-m", "gateway", "web", *arguments, "-c", str(config)]
    done = subprocess.run(command, input=typed.encode(), capture_output=True, timeout=60, check=False)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == exit_code, said
    assert "Traceback" not in said
    return said
