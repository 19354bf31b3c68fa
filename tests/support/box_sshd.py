"""OpenSSH's own server in the box of a `BoxNetwork`: root logs in by key, from outside, and runs commands there."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.box_network import BOX, FRIEND, BoxNetwork
from tests.support.debian import library_path, unpacked
from tests.support.servers.openssh import PACKAGES
from tests.support.servers.private import accounts


@dataclass(frozen=True, slots=True)
class BoxSshd:
    network: BoxNetwork
    number: int
    key: Path

    def command(self, source: str, *arguments: str | Path) -> list[str]:
        """What somebody outside types to run that in the box."""
        options = ("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=3")
        stated = [word for option in options for word in ("-o", option)]
        ssh = ["ssh", "-q", "-b", source, "-p", str(self.number), "-i", str(self.key), *stated, f"root@{BOX}"]
        return ["ip", "netns", "exec", self.network.outside, *ssh, shlex.join(map(str, arguments))]

    def run(self, *arguments: str | Path, source: str = FRIEND) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(source, *arguments), capture_output=True, text=True, timeout=120, check=False
        )


@contextmanager
def box_sshd(network: BoxNetwork, folder: Path, number: int) -> Iterator[BoxSshd]:
    packages = unpacked(*PACKAGES)
    folder.mkdir()
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "sshd_config").write_text(
        f"Port {number}\nListenAddress {BOX}\nHostKey {folder / 'host'}\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"PermitRootLogin prohibit-password\nAuthorizedKeysFile {folder / 'client.pub'}\n"
    )
    binds = [f"mount --bind {shlex.quote(str(source))} {target}" for target, source in accounts(folder).items()]
    script = [*binds, "mount -t tmpfs own /run", "mkdir -m 755 /run/sshd", 'exec "$@"']
    sshd = [str(packages / "usr/sbin/sshd"), "-D", "-e", "-f", str(folder / "sshd_config")]
    private = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", "\n".join(script), "sh", *sshd]
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            ["ip", "netns", "exec", network.inside, *private],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=library_path(packages),
        )
    try:
        made = BoxSshd(network, number, folder / "client")
        deadline = time.monotonic() + 30
        while made.run("true").returncode != 0:
            assert child.poll() is None, (folder / "log").read_text(errors="replace")
            assert time.monotonic() < deadline, (folder / "log").read_text(errors="replace")
            time.sleep(0.1)
        yield made
    finally:
        child.terminate()
        child.wait(10)
