"""dropbear with OpenSSH's sftp-server, as small boxes have them: no chroot, the account's shell is the subsystem."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.debian import library_path, unpacked
from tests.support.servers import private
from tests.support.servers.server import Server, started

PACKAGES = ("dropbear-bin", "openssh-sftp-server")
_SHELL = "/run/shell"


@contextmanager
def dropbear(folder: Path, *, extra: Sequence[str] = ()) -> Iterator[Server]:
    """`extra` are further options of its command line."""
    packages = unpacked(*PACKAGES)
    environment = library_path(packages)
    with private.undone_on_failure(folder):
        port = private.free_port()
        host_key = private.new_host_key(folder / "host_key")
        subprocess.run(
            [packages / "usr/lib/dropbear/dropbearconvert", "openssh", "dropbear", folder / "host_key", folder / "key"],
            env=environment,
            check=True,
            capture_output=True,
        )
        etc = private.accounts(folder)
        passwd = etc["/etc/passwd"].read_text().replace(f"{private.ROOT}:/bin/sh", f"{private.ROOT}:{_SHELL}")
        etc["/etc/passwd"].write_text(passwd)
        (folder / "shells").write_text(f"{_SHELL}\n")
        (folder / "run").mkdir()
        shutil.copy(packages / "usr/lib/openssh/sftp-server", folder / "run/sftp-server")
        # Whatever is asked for: where Debian would have put the subsystem, nothing lies.
        (folder / "run/shell").write_text("#!/bin/sh\nexec /run/sftp-server\n")
        (folder / "run/shell").chmod(0o755)

        def start() -> private.Child:
            return private.start(
                [packages / "usr/sbin/dropbear", "-F", "-E", "-w", "-p", f"127.0.0.1:{port}", "-r", folder / "key",
                 "-P", "/run/dropbear.pid", *extra],
                folder=folder,
                port=port,
                environment=environment,
                mounts={"/etc/shells": folder / "shells"},
            )  # fmt: skip

        server = started("dropbear", "sftp", folder, port, start, host_key=host_key, home=private.ROOT)
    with closing(server):
        yield server
