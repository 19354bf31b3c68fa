"""Pure-FTPd as Debian builds it: plain, or explicit TLS for log-in and data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.certificates import ServerCertificate
from tests.support.debian import library_path, unpacked
from tests.support.servers import private
from tests.support.servers.server import Server, started

PACKAGES = ("pure-ftpd",)
_DATA_PORTS = 12


@contextmanager
def pureftpd(
    folder: Path, *, certificate: ServerCertificate | None = None, ca: Path | None = None, extra: tuple[str, ...] = ()
) -> Iterator[Server]:
    """With a certificate: FTPS only. `extra` are further options of its command line, such as `-C 1`."""
    packages = unpacked(*PACKAGES)
    with private.undone_on_failure(folder):
        port = private.free_port()
        data_ports = private.free_ports(_DATA_PORTS)
        options = [
            "--bind", f"127.0.0.1,{port}", "--login", "unix", "--chrooteveryone", "--noanonymous", "--dontresolve",
            "--passiveportrange", f"{data_ports[0]}:{data_ports[-1]}", "--umask", "022:022",
            "--pidfile", "/run/pure.pid",
        ]  # fmt: skip
        if certificate is not None:
            both = folder / "pure-ftpd.pem"
            both.write_bytes(certificate.key.read_bytes() + certificate.certificate.read_bytes())
            both.chmod(0o600)
            options += ["--tls", "3", "--certfile", str(both)]
        (folder / "run").mkdir(exist_ok=True)

        def start() -> private.Child:
            return private.start(
                [packages / "usr/sbin/pure-ftpd", *options, *extra],
                folder=folder,
                port=port,
                environment=library_path(packages),
            )

        scheme = "ftp" if certificate is None else "ftps"
        server = started("pureftpd", scheme, folder, port, start, ca=ca, data_ports=data_ports)
    with closing(server):
        yield server
