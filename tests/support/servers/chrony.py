"""chrony as Debian builds it, as a time server on a port of loopback that sets no clock (`-x`)."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.debian import library_path, unpacked
from tests.support.servers.private import Child

PACKAGES = ("chrony",)


@contextmanager
def chrony(folder: Path, *, extra: str = "local stratum 10") -> Iterator[int]:
    """Its port. `extra` are lines of its configuration; without `local` it says that it is not synchronised."""
    packages = unpacked(*PACKAGES)
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    configuration = folder / "chrony.conf"
    configuration.write_text(
        f"port {port}\nbindaddress 127.0.0.1\ncmdport 0\nbindcmdaddress /\nallow 127.0.0.1\n"
        f"pidfile {folder / 'chronyd.pid'}\ndriftfile {folder / 'drift'}\n{extra}\n"
    )
    log = folder / "chrony.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [packages / "usr/sbin/chronyd", "-d", "-x", "-U", "-u", "root", "-f", configuration],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=library_path(packages),
        )
    child = Child(process, log)
    try:
        deadline = time.monotonic() + 20
        while not _answers(port):
            if not child.running() or time.monotonic() > deadline:
                raise RuntimeError(f"chronyd did not start:\n{log.read_text(errors='replace')[-3000:]}")
        yield port
    finally:
        child.stop()


def _answers(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.settimeout(0.1)
        channel.connect(("127.0.0.1", port))
        try:
            channel.send(bytes([4 << 3 | 3]) + bytes(39) + b"12345678")
            return len(channel.recv(100)) >= 48
        except OSError:
            time.sleep(0.02)
            return False
