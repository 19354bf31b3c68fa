"""Files a second over a line of 50 ms round trip, delivered in the portions in which a courier hands them over.

The line is a proxy that delays every byte by 25 ms each way; it does not delay the opening of a connection, so what
opens one per file (FTP) is a round trip better off than on a real line, here and in the comparison alike.
"""

from __future__ import annotations

import ftplib
import io
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko

from gateway.core.interfaces import Parcel, Uplink
from gateway.outbox.courier import MOST_PER_STEP
from gateway.uplinks.ftp import FtpUplink
from gateway.uplinks.ftp_login import FtpAccount, Protection, Tls
from gateway.uplinks.sftp import SftpUplink
from gateway.uplinks.ssh import SshAccount
from tests.support.certificates import Authority
from tests.support.proxy import ADDRESS, Fault, Faults, Proxy, proxied
from tests.support.servers.openssh import openssh
from tests.support.servers.pyftpd import pyftpd
from tests.support.servers.server import Server
from tests.support.servers.vsftpd import vsftpd

ROUND_TRIP_S = 0.05
CONTENT = b"pH\t7.21\t-\t20260101000500\t00\r\n" * 11
MANY, FEW = 400, 20


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The servers log in with an account of their own, and have to reach their folders.
        folder.chmod(0o755)
        for benchmark in (_sftp, _ftps, _ftp):
            print(benchmark(folder / benchmark.__name__), flush=True)


def _sftp(folder: Path) -> str:
    with openssh(folder) as server, _far_away(server) as proxy:
        account = SshAccount(server.user, server.host_key or "", lambda: server.password, None)
        uplink = SftpUplink(host=proxy.host, port=proxy.port, path=server.path, account=account)
        ours = _delivered(uplink, MANY)
        plain = _per_second(FEW, lambda: _by_paramiko(server, proxy))
        compared = [f"paramiko's put and rename {plain:.1f}"]
        if shutil.which("sftp"):
            batch = _per_second(FEW, lambda: _by_openssh(folder, server, proxy))
            compared.append(f"OpenSSH's sftp {batch:.1f}")
    return f"delivery: SFTP {ours:.0f} files/s on one connection (goal 100); {', '.join(compared)}"


def _ftps(folder: Path) -> str:
    authority = Authority(folder / "ca")
    certificate = authority.issue("127.0.0.1", ADDRESS)
    with vsftpd(folder / "vsftpd", certificate=certificate, ca=authority.file) as server, _far_away(server) as proxy:
        ours = _delivered(_ftp_uplink(server, proxy, Tls.EXPLICIT), FEW * 2)
        plain = _per_second(FEW, lambda: _by_ftplib(_SessionReuse(context=_context(server)), server, proxy))
    return f"delivery: FTPS {ours:.1f} files/s (vsftpd; goal 12); ftplib's upload and rename {plain:.1f}"


def _ftp(folder: Path) -> str:
    with pyftpd(folder) as server, _far_away(server) as proxy:
        ours = _delivered(_ftp_uplink(server, proxy, Tls.NONE), FEW * 2)
        plain = _per_second(FEW, lambda: _by_ftplib(ftplib.FTP(), server, proxy))  # noqa: S321 - what is measured
    return f"delivery: FTP {ours:.1f} files/s (pyftpdlib; goal 20); ftplib's upload and rename {plain:.1f}"


@contextmanager
def _far_away(server: Server) -> Iterator[Proxy]:
    with proxied(server.port, server.data_ports) as proxy:
        there_and_back = Faults(Fault(delay_s=ROUND_TRIP_S / 2), Fault(delay_s=ROUND_TRIP_S / 2))
        proxy.control = proxy.data = there_and_back
        yield proxy


def _ftp_uplink(server: Server, proxy: Proxy, tls: Tls) -> Uplink:
    account = FtpAccount(server.user, lambda: server.password)
    return FtpUplink(
        host=proxy.host, port=proxy.port, path=server.path, account=account, protection=Protection(tls, server.ca)
    )


def _delivered(uplink: Uplink, count: int) -> float:
    """Files a second, the log-in excepted: a backlog of thousands does it once."""
    list(uplink.deliver([Parcel("2026/01/01", "first.txt", CONTENT)]))
    parcels = [Parcel("2026/01/01", f"HN_ABCD_NUO001_{n:014}.txt", CONTENT) for n in range(count)]
    portions = [parcels[at : at + MOST_PER_STEP] for at in range(0, count, MOST_PER_STEP)]
    rate = _per_second(count, lambda: [list(uplink.deliver(portion)) for portion in portions])
    uplink.close()
    return rate


def _per_second(count: int, act: Callable[[], object]) -> float:
    """What `act` times itself, if it returns a time; else how long it took."""
    began_s = time.perf_counter()
    took_s = act()
    return count / (took_s if isinstance(took_s, float) else time.perf_counter() - began_s)


def _by_paramiko(server: Server, proxy: Proxy) -> float:
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 - a server of our own
    client.connect(proxy.host, proxy.port, server.user, server.password, allow_agent=False, look_for_keys=False)
    sftp = client.open_sftp()
    began_s = time.perf_counter()
    for n in range(FEW):
        sftp.putfo(io.BytesIO(CONTENT), f"{server.path}/p{n}.part")
        sftp.posix_rename(f"{server.path}/p{n}.part", f"{server.path}/p{n}.txt")
    took_s = time.perf_counter() - began_s
    client.close()
    return took_s


def _by_openssh(folder: Path, server: Server, proxy: Proxy) -> None:
    """The log-in included; it is one of many round trips."""
    source = folder / "source.txt"
    source.write_bytes(CONTENT)
    batch = folder / "batch"
    batch.write_text(
        "".join(
            f"put {source} {server.path}/o{n}.part\nrename {server.path}/o{n}.part {server.path}/o{n}.txt\n"
            for n in range(FEW)
        )
    )
    options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", f"IdentityFile={folder / 'client_ed25519'}"]
    flags = [flag for option in options for flag in ("-o", option)]
    subprocess.run(
        ["sftp", "-q", "-b", str(batch), "-P", str(proxy.port), *flags, f"{server.user}@{proxy.host}"],
        check=True,
        capture_output=True,
    )


def _by_ftplib(client: ftplib.FTP, server: Server, proxy: Proxy) -> float:
    client.connect(proxy.host, proxy.port, 10)
    if isinstance(client, ftplib.FTP_TLS):
        client.auth()
    client.login(server.user, server.password)
    if isinstance(client, ftplib.FTP_TLS):
        client.prot_p()
    client.cwd(server.path)
    began_s = time.perf_counter()
    for n in range(FEW):
        client.storbinary(f"STOR f{n}.part", io.BytesIO(CONTENT))
        client.rename(f"f{n}.part", f"f{n}.txt")
    took_s = time.perf_counter() - began_s
    client.close()
    return took_s


def _context(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca)


class _SessionReuse(ftplib.FTP_TLS):
    """Python's class with the one thing without which vsftpd answers 522."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - what is measured
        session = self.sock.session  # type: ignore[union-attr]
        return self.context.wrap_socket(connection, server_hostname=self.host, session=session), size


if __name__ == "__main__":
    main()
