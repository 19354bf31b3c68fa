"""Files a second over a line of 50 ms round trip: the whole daemon drains a backlog of weeks, database and all.

The line is a proxy that delays every byte by 25 ms each way; it does not delay the opening of a connection, so what
opens one per file (FTP) is a round trip better off than on a real line, here and in the comparison alike.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import backlog, clients, parallel_clients
from tests.support.certificates import Authority
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway
from tests.support.live.simulator import completed_ms
from tests.support.proxy import ADDRESS, Fault, Faults, Proxy, proxied
from tests.support.servers import server as real
from tests.support.servers.openssh import openssh
from tests.support.servers.private import free_port
from tests.support.servers.pyftpd import pyftpd
from tests.support.servers.vsftpd import vsftpd

ROUND_TRIP_S = 0.05
WARM_UP_S = 15.0
LASTS_S = float(os.environ.get("BENCH_SECONDS", "30"))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The servers log in with an account of their own, and have to reach their folders.
        folder.chmod(0o755)
        for benchmark in (_sftp, _ftps, _ftp):
            (folder / benchmark.__name__).mkdir()
            print(benchmark(folder / benchmark.__name__), flush=True)


def _sftp(folder: Path) -> str:
    with openssh(folder / "openssh") as server, _far_away(server) as proxy:
        ours = _drained_per_s(folder, server, proxy, server.host_key or "")
        compared = [f"paramiko's put and rename {clients.paramiko_per_s(server, proxy):.1f}"]
        if shutil.which("sftp"):
            compared.append(f"OpenSSH's sftp {clients.openssh_per_s(folder, server, proxy):.1f}")
        compared += [
            f"paramiko on {channels} channels {parallel_clients.paramiko_channels_per_s(server, proxy, channels):.1f}"
            for channels in (8, 10)
        ]
        compared += _lftp(folder, server, proxy)
    return f"delivery: SFTP (OpenSSH) {ours:.0f} files/s (goal 100); {', '.join(compared)}"


def _ftps(folder: Path) -> str:
    authority = Authority(folder / "ca")
    certificate = authority.issue("127.0.0.1", ADDRESS)
    with vsftpd(folder / "vsftpd", certificate=certificate, ca=authority.file) as server, _far_away(server) as proxy:
        ours = _drained_per_s(folder, server, proxy, str(authority.file))
        compared = [f"ftplib's upload and rename {clients.ftplib_per_s(server, proxy):.1f}"]
        compared += _lftp(folder, server, proxy)
    return f"delivery: FTPS (vsftpd) {ours:.1f} files/s (goal 12); {', '.join(compared)}"


def _ftp(folder: Path) -> str:
    with pyftpd(folder / "pyftpd") as server, _far_away(server) as proxy:
        ours = _drained_per_s(folder, server, proxy, "")
        compared = [f"ftplib's upload and rename {clients.ftplib_per_s(server, proxy):.1f}"]
        compared += _lftp(folder, server, proxy)
    return f"delivery: FTP (pyftpdlib) {ours:.1f} files/s (goal 20); {', '.join(compared)}"


def _lftp(folder: Path, server: real.Server, proxy: Proxy) -> list[str]:
    if shutil.which("lftp") is None:
        return []
    rate = parallel_clients.lftp_per_s(folder, server, proxy)
    return [f"lftp on {parallel_clients.LFTP_CONNECTIONS} connections, without temporary names {rate:.1f}"]


@contextmanager
def _far_away(server: real.Server) -> Iterator[Proxy]:
    with proxied(server.port, server.data_ports) as proxy:
        proxy.control = proxy.data = Faults(Fault(delay_s=ROUND_TRIP_S / 2), Fault(delay_s=ROUND_TRIP_S / 2))
        yield proxy


def _drained_per_s(folder: Path, server: real.Server, proxy: Proxy, proof: str) -> float:
    """The rate at which files appear at the server, once the daemon is under way. No instrument answers it."""
    nobody = {"plc": {"host": "127.0.0.1", "port": free_port()}, "bus": {"device": str(folder / "no-such-bus")}}
    reached = Server(server.scheme, proxy.host, proxy.port, server.user, server.password, proof, server.path)
    configuration = write(folder, nobody, [Wanted("province", reached)], slot="5min")
    backlog.fill(folder / "storage/gateway.db", 300_000, time.time_ns() // 1_000_000, ["province"])
    gateway = RunningGateway(configuration, folder / "gateway.log")
    try:
        time.sleep(WARM_UP_S)
        before = len(completed_ms(server.root))
        began_s = time.monotonic()
        time.sleep(LASTS_S)
        gateway.check()
        arrived = len(completed_ms(server.root)) - before
        took_s = time.monotonic() - began_s
    finally:
        gateway.stop()
    if before + arrived >= backlog.FILES:
        raise SystemExit("delivery: everything was there before the time was over; measure for a shorter time")
    return arrived / took_s


if __name__ == "__main__":
    main()
