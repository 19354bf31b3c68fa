"""One start of each server for the whole suite; a base folder of its own for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.core.interfaces import Uplink
from tests.contract.uplinks.sites import MemorySite, RealSite, Site
from tests.support.certificates import Authority, ServerCertificate
from tests.support.proxy import Proxy, proxied
from tests.support.servers import Server, dropbear, inetutils, openssh, proftpd, pureftpd, pyftpd, scripted, vsftpd
from tests.support.servers.memory import MemoryServer

SFTP = ("openssh",)
FTPS = ("vsftpd-tls", "proftpd", "proftpd-tls1.2", "pureftpd-tls", "pyftpdlib-tls", "pyftpdlib-implicit")
FTP = ("vsftpd", "pyftpdlib")
OTHER_SFTP = ("asyncssh", "conch", "dropbear", "ssh2")
OTHER_FTP = ("aioftp", "ftp-srv", "inetutils", "twisted")
OTHER_FTPS = ("aioftp-implicit",)
OTHERS = (*OTHER_SFTP, *OTHER_FTP, *OTHER_FTPS)
"""Servers that nobody here configured for us. All of the suite runs on them when there is time: `./test --long`."""
EVERYWHERE = os.environ.get("GATEWAY_SERVERS") == "all"
KINDS = ("memory", *SFTP, *FTP, *FTPS, *(OTHERS if EVERYWHERE else ()))
REAL = (*SFTP, *FTP, "vsftpd-tls", "proftpd", "pureftpd-tls", "pyftpdlib-tls")
"""Where what goes wrong on the way takes its time: each kind of server, but not each of its manners."""
PROMPT = tuple(kind for kind in REAL if not kind.startswith("pureftpd"))
"""Those that do not let a wrong password wait for seconds."""

LACKS = {
    "test_a_person_may_have_other_bytes_replaced": ("aioftp", "aioftp-implicit"),  # they rename onto nothing
    "test_folders_with_vietnamese_letters_and_spaces": ("conch", "twisted"),  # ASCII, and Latin-1 for what is UTF-8
    "test_a_folder_nobody_may_write_sets_no_file_aside": ("aioftp", "aioftp-implicit"),  # 451 for what is forbidden
    "test_a_folder_that_cannot_be_made_is_the_destinations_fault": ("aioftp", "aioftp-implicit", "twisted"),
}
"""What these servers cannot, or do not say, so that nobody could do it there."""

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        kind = next((word for word in getattr(item, "callspec", _Bare).params.values() if word in OTHERS), None)
        if kind in LACKS.get(getattr(item, "originalname", ""), ()):
            item.add_marker(pytest.mark.xfail(reason=f"{kind} cannot", strict=True))


class _Bare:
    """Of a test without parameters."""

    params: Mapping[str, object] = {}


class Servers:
    """Starts each kind of server when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, Server] = {}
        self._exits = ExitStack()
        self.authority = Authority(folder / "authority")
        self.other_authority = Authority(folder / "other-authority", "Somebody else")
        self._good = self.authority.issue("127.0.0.1", "127.0.0.2", "::1", "localhost")

    def get(self, kind: str) -> Server:
        if kind not in self._running:
            self._running[kind] = self._exits.enter_context(self._start(kind, self._folder / kind, self._good))
        return self._running[kind]

    def with_certificate(self, kind: str, what: str) -> Server:
        """A server of this kind whose certificate is `expired`, `early` or for an `elsewhere`."""
        name = f"{kind} {what}"
        if name not in self._running:
            certificate = {
                "expired": lambda: self.authority.issue("127.0.0.1", valid_for=timedelta(hours=23)),
                "early": lambda: self.authority.issue("127.0.0.1", valid_from=timedelta(hours=1)),
                "elsewhere": lambda: self.authority.issue("ftp.example.vn"),
            }[what]()
            folder = self._folder / name.replace(" ", "-")
            self._running[name] = self._exits.enter_context(self._start(kind, folder, certificate))
        return self._running[name]

    def with_limit(self, kind: str, connections: int) -> Server:
        """A server of this kind that takes so many connections from us at once."""
        name = f"{kind} for {connections}"
        if name not in self._running:
            folder, ca, few = self._folder / name.replace(" ", "-"), self.authority.file, connections
            self._running[name] = self._exits.enter_context(
                {
                    "vsftpd": lambda: vsftpd(folder, extra=f"max_per_ip={few}"),
                    "proftpd": lambda: proftpd(folder, certificate=self._good, ca=ca, extra=f"MaxClientsPerHost {few}"),
                    "pureftpd": lambda: pureftpd(folder, extra=("--maxclientsperip", str(few))),
                }[kind]()
            )
        return self._running[name]

    def close(self) -> None:
        self._exits.close()

    def _start(self, kind: str, folder: Path, certificate: ServerCertificate) -> AbstractContextManager[Server]:
        ca = self.authority.file
        starts: dict[str, Callable[[], AbstractContextManager[Server]]] = {
            "openssh": lambda: openssh(folder),
            "vsftpd": lambda: vsftpd(folder),
            "vsftpd-tls": lambda: vsftpd(folder, certificate=certificate, ca=ca),
            "proftpd": lambda: proftpd(folder, certificate=certificate, ca=ca),
            "proftpd-few-ports": lambda: proftpd(folder, certificate=certificate, ca=ca, passive_ports=2),
            "proftpd-tls1.2": lambda: proftpd(folder, certificate=certificate, ca=ca, extra="TLSProtocol TLSv1.2"),
            "pureftpd": lambda: pureftpd(folder),
            "pureftpd-tls": lambda: pureftpd(folder, certificate=certificate, ca=ca),
            "pyftpdlib": lambda: pyftpd(folder),
            "pyftpdlib-tls": lambda: pyftpd(folder, certificate=certificate, ca=ca),
            "pyftpdlib-ipv6": lambda: pyftpd(folder, certificate=certificate, ca=ca, host="::1"),
            "pyftpdlib-implicit": lambda: pyftpd(folder, certificate=certificate, ca=ca, implicit=True),
            "asyncssh": lambda: scripted.asyncssh(folder),
            "conch": lambda: scripted.conch(folder),
            "dropbear": lambda: dropbear(folder),
            "ssh2": lambda: scripted.ssh2(folder),
            "aioftp": lambda: scripted.aioftp(folder),
            "aioftp-implicit": lambda: scripted.aioftp(folder, certificate=certificate, ca=ca),
            "ftp-srv": lambda: scripted.ftp_srv(folder),
            "inetutils": lambda: inetutils(folder),
            "twisted": lambda: scripted.twisted_ftp(folder),
        }
        return starts[kind]()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = Servers(tmp_path_factory.mktemp("servers"))
    yield running
    running.close()


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest) -> Site:
    """Every far end, the fake included."""
    if request.param == "memory":
        return MemorySite(MemoryServer(), f"base-{next(_numbers)}")
    return real(request.getfixturevalue("servers"), request.param)


@pytest.fixture(params=REAL)
def real_site(request: pytest.FixtureRequest, servers: Servers) -> RealSite:
    return real(servers, request.param)


@pytest.fixture(params=(*FTP, *FTPS))
def ftp_site(request: pytest.FixtureRequest, servers: Servers) -> RealSite:
    return real(servers, request.param)


@pytest.fixture(params=FTPS)
def ftps_site(request: pytest.FixtureRequest, servers: Servers) -> RealSite:
    return real(servers, request.param)


@pytest.fixture(params=PROMPT)
def prompt_site(request: pytest.FixtureRequest, servers: Servers) -> RealSite:
    return real(servers, request.param)


@pytest.fixture
def sftp_site(servers: Servers) -> RealSite:
    return real(servers, "openssh")


@pytest.fixture
def uplink(site: Site) -> Iterator[Uplink]:
    opened = site.uplink()
    yield opened
    opened.close()


@pytest.fixture
def proxy(real_site: RealSite) -> Iterator[Proxy]:
    """A proxy in front of the real site's server."""
    with proxied(real_site.server.port, real_site.server.data_ports) as running:
        yield running


def real(servers: Servers, kind: str) -> RealSite:
    return site_on(servers.get(kind))


def site_on(server: Server) -> RealSite:
    """A base folder of its own on a server."""
    name = f"base-{next(_numbers)}"
    return RealSite(server, f"{server.path}/{name}", server.root / name)
