"""pyftpdlib's server as a process: plain FTP, explicit FTPS, implicit FTPS."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.certificates import ServerCertificate
from tests.support.servers import private
from tests.support.servers.server import Server, started

_DATA_PORTS = 12


@contextmanager
def pyftpd(
    folder: Path,
    *,
    certificate: ServerCertificate | None = None,
    ca: Path | None = None,
    implicit: bool = False,
    host: str = "127.0.0.1",
) -> Iterator[Server]:
    """Without a certificate: plain FTP."""
    with private.undone_on_failure(folder):
        port = private.free_port()
        data_ports = private.free_ports(_DATA_PORTS)
        orders = json.dumps(
            {
                "host": host,
                "port": port,
                "data_ports": [data_ports[0], data_ports[-1]],
                "root": private.ROOT,
                "user": private.USER,
                "password": private.PASSWORD,
                "uid": private.UID,
                "certificate": str(certificate.both) if certificate else None,
                "implicit": implicit,
            }
        )

        def start() -> private.Child:
            return private.start(
                [sys.executable, Path(__file__).with_name("pyftpd_child.py"), orders],
                folder=folder,
                port=port,
                ready=lambda number: private.accepts(number, host),
            )

        scheme = "ftp" if certificate is None else "ftps-implicit" if implicit else "ftps"
        server = started("pyftpdlib", scheme, folder, port, start, host=host, ca=ca, data_ports=data_ports)
    with closing(server):
        yield server
