"""The measure for `delivery`: what usual clients make of the same line, one file after the other, log-in excepted."""

from __future__ import annotations

import ftplib
import io
import socket
import ssl
import subprocess
import time
from pathlib import Path

import paramiko

from tests.support.proxy import Proxy
from tests.support.servers.server import Server

FILES = 20
CONTENT = b"pH\t7.21\t-\t20260101000500\t00\r\n" * 11


def paramiko_per_s(server: Server, proxy: Proxy) -> float:
    """Put under a temporary name, rename."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 - a server of our own
    client.connect(proxy.host, proxy.port, server.user, server.password, allow_agent=False, look_for_keys=False)
    sftp = client.open_sftp()
    began_s = time.perf_counter()
    for n in range(FILES):
        sftp.putfo(io.BytesIO(CONTENT), f"{server.path}/p{n}.part")
        sftp.posix_rename(f"{server.path}/p{n}.part", f"{server.path}/p{n}.done")
    took_s = time.perf_counter() - began_s
    client.close()
    return FILES / took_s


def openssh_per_s(folder: Path, server: Server, proxy: Proxy) -> float:
    """The same by a batch for `sftp`. Its log-in counts, by what a batch of nothing takes less."""
    source = folder / "source.txt"
    source.write_bytes(CONTENT)
    work = "".join(
        f"put {source} {server.path}/o{n}.part\nrename {server.path}/o{n}.part {server.path}/o{n}.done\n"
        for n in range(FILES)
    )
    options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"]
    flags = [flag for option in options for flag in ("-o", option)]
    key = server.root.parents[1] / "client_ed25519"

    def took_s(commands: str) -> float:
        batch = folder / "batch"
        batch.write_text(commands)
        began_s = time.perf_counter()
        subprocess.run(
            ["sftp", "-q", "-b", batch, "-i", key, "-P", str(proxy.port), *flags, f"{server.user}@{proxy.host}"],
            check=True,
            capture_output=True,
        )
        return time.perf_counter() - began_s

    return FILES / (took_s(work) - took_s(""))


def ftplib_per_s(server: Server, proxy: Proxy) -> float:
    """Store under a temporary name, rename; with TLS if the server has a certificate."""
    client = _WithSessionReuse(context=ssl.create_default_context(cafile=server.ca)) if server.ca else ftplib.FTP()  # noqa: S321
    client.connect(proxy.host, proxy.port, 10)
    client.login(server.user, server.password)
    if isinstance(client, ftplib.FTP_TLS):
        client.prot_p()
    client.cwd(server.path)
    began_s = time.perf_counter()
    for n in range(FILES):
        client.storbinary(f"STOR f{n}.part", io.BytesIO(CONTENT))
        client.rename(f"f{n}.part", f"f{n}.done")
    took_s = time.perf_counter() - began_s
    client.close()
    return FILES / took_s


class _WithSessionReuse(ftplib.FTP_TLS):
    """Python's class with the one thing without which vsftpd answers 522."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - what is measured
        session = self.sock.session  # type: ignore[union-attr]
        return self.context.wrap_socket(connection, server_hostname=self.host, session=session), size
