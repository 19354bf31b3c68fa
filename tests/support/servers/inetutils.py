"""GNU inetutils' ftpd as Debian builds it: an old server, plain, for accounts of the system, started by an inetd."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.debian import library_path, unpacked
from tests.support.servers import private
from tests.support.servers.server import Server, started

PACKAGES = ("inetutils-ftpd",)


@contextmanager
def inetutils(folder: Path) -> Iterator[Server]:
    """It takes data connections at any port."""
    packages = unpacked(*PACKAGES)
    with private.undone_on_failure(folder):
        port = private.free_port()
        etc = private.accounts(folder)
        (etc["/etc/pam.d"] / "ftp").write_text((etc["/etc/pam.d"] / "vsftpd").read_text())
        (folder / "shells").write_text("/bin/sh\n")

        def start() -> private.Child:
            return private.start(
                [sys.executable, Path(__file__).with_name("inetd_child.py"), str(port), packages / "usr/sbin/ftpd"],
                folder=folder,
                port=port,
                environment=library_path(packages),
                mounts={"/etc/shells": folder / "shells"},
            )

        server = started("inetutils", "ftp", folder, port, start, home=private.ROOT)
    with closing(server):
        yield server
