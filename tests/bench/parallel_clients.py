"""The measure for `delivery`, too: what the better of the usual clients make of the line with several files at once."""

from __future__ import annotations

import io
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paramiko

from tests.bench.clients import CONTENT
from tests.support.proxy import Proxy
from tests.support.servers.server import Server

FILES = 60
LFTP_CONNECTIONS = 4


def lftp_per_s(folder: Path, server: Server, proxy: Proxy) -> float:
    """`mirror -R --parallel=4`, which neither uses temporary names nor checks sizes. Its log-in counts, by what an
    empty folder takes less."""
    full, empty = folder / "lftp-full", folder / "lftp-empty"
    for source in (full, empty):
        source.mkdir()
    for n in range(FILES):
        (full / f"l{n}.done").write_bytes(CONTENT)
    settings = [
        "set cmd:fail-exit yes",
        "set net:max-retries 1",
        "set sftp:auto-confirm yes",
        "set sftp:connect-program 'ssh -a -x -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'",
        f"set ftp:ssl-force {'true' if server.ca else 'false'}",
        f"set ftp:ssl-allow {'true' if server.ca else 'false'}",
        "set ftp:ssl-protect-data true",
        *([f"set ssl:ca-file {server.ca}"] if server.ca else []),
    ]
    scheme = "sftp" if server.scheme == "sftp" else "ftp"

    def took_s(source: Path, target: str) -> float:
        script = folder / "lftp-script"
        script.write_text(
            "\n".join(
                [
                    *settings,
                    f'open -u "{server.user},{server.password}" {scheme}://{proxy.host}:{proxy.port}',
                    f"mirror -R --no-perms --parallel={LFTP_CONNECTIONS} {source} {server.path}/{target}",
                ]
            )
        )
        began_s = time.perf_counter()
        subprocess.run(["lftp", "-f", script], check=True, capture_output=True)
        return time.perf_counter() - began_s

    return FILES / (took_s(full, "full") - took_s(empty, "empty"))


def paramiko_channels_per_s(server: Server, proxy: Proxy, channels: int) -> float:
    """As many of paramiko's clients as one connection takes, each on a channel and in a thread of its own."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 - a server of our own
    client.connect(proxy.host, proxy.port, server.user, server.password, allow_agent=False, look_for_keys=False)
    sessions = [client.open_sftp() for _ in range(channels)]

    def put(number: int) -> None:
        for n in range(FILES // channels):
            part = f"{server.path}/c{channels}-{number}-{n}.part"
            sessions[number].putfo(io.BytesIO(CONTENT), part)
            sessions[number].posix_rename(part, f"{part}.done")

    began_s = time.perf_counter()
    with ThreadPoolExecutor(channels) as pool:
        list(pool.map(put, range(channels)))
    took_s = time.perf_counter() - began_s
    client.close()
    return FILES // channels * channels / took_s
