"""Servers from PyPI and npm, each with a small program of ours around it that reads its orders as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from tests.support.certificates import ServerCertificate
from tests.support.registries import node_packages, python_packages
from tests.support.servers import private
from tests.support.servers.server import Server, started

_DATA_PORTS = 24
Command = Callable[[Path], tuple[Sequence[str | Path], Mapping[str, str]]]


def asyncssh(folder: Path, *, asks: bool = False) -> AbstractContextManager[Server]:
    """asyncssh's SFTP server. `asks`: it takes no password by itself, but asks for it."""
    return _scripted("asyncssh", "sftp", folder, python("asyncssh_child.py"), asks=asks)


def conch(folder: Path) -> AbstractContextManager[Server]:
    """The SFTP server of Twisted Conch, for accounts of the system."""
    return _scripted("conch", "sftp", folder, python("conch_child.py"), home=private.ROOT)


def twisted_ftp(folder: Path) -> AbstractContextManager[Server]:
    """Twisted's FTP server."""
    return _scripted("twisted", "ftp", folder, python("twisted_ftp_child.py"))


def aioftp(
    folder: Path, *, certificate: ServerCertificate | None = None, ca: Path | None = None
) -> AbstractContextManager[Server]:
    """aioftp's server: no SIZE. With a certificate: under TLS from the first byte."""
    return _scripted("aioftp", "ftp", folder, python("aioftp_child.py"), certificate=certificate, ca=ca)


def ssh2(folder: Path) -> AbstractContextManager[Server]:
    """The SFTP server of npm's ssh2."""
    return _scripted("ssh2", "sftp", folder, node("ssh2_child.js"))


def ftp_srv(folder: Path) -> AbstractContextManager[Server]:
    """npm's ftp-srv, plain: with the TLS of today's node neither curl nor lftp come to terms with it."""
    return _scripted("ftp-srv", "ftp", folder, node("ftp_srv_child.js"))


def python(child: str) -> Command:
    """A child of ours in Python, with the fetched packages."""

    def command(folder: Path) -> tuple[Sequence[str | Path], Mapping[str, str]]:
        return [sys.executable, Path(__file__).with_name(child)], {"PYTHONPATH": str(python_packages())}

    return command


def node(child: str) -> Command:
    """A child of ours in JavaScript, with the fetched packages."""

    def command(folder: Path) -> tuple[Sequence[str | Path], Mapping[str, str]]:
        return ["node", Path(__file__).with_name(child)], {"NODE_PATH": str(node_packages())}

    return command


@contextmanager
def _scripted(
    kind: str,
    scheme: str,
    folder: Path,
    command: Command,
    *,
    certificate: ServerCertificate | None = None,
    ca: Path | None = None,
    home: str = "",
    asks: bool = False,
) -> Iterator[Server]:
    argv, environment = command(folder)
    with private.undone_on_failure(folder):
        port = private.free_port()
        data_ports = private.free_ports(_DATA_PORTS) if scheme == "ftp" else range(0)
        host_key = private.new_host_key(folder / "host_key") if scheme == "sftp" else None
        orders = {
            "port": port,
            "data_ports": [data_ports[0], data_ports[-1]] if data_ports else [],
            "root": private.ROOT,
            "user": private.USER,
            "password": private.PASSWORD,
            "uid": private.UID,
            "asks": asks,
            "host_key": str(folder / "host_key"),
            "certificate": str(certificate.certificate) if certificate else None,
            "key": str(certificate.key) if certificate else None,
        }

        def start() -> private.Child:
            return private.start(
                [*argv, json.dumps(orders)], folder=folder, port=port, environment={**os.environ, **environment}
            )

        if certificate is not None:
            scheme = "ftps-implicit"
        server = started(kind, scheme, folder, port, start, host_key=host_key, ca=ca, data_ports=data_ports, home=home)
    with closing(server):
        yield server
