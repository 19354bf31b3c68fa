"""Servers in a mount namespace of their own: private accounts, a private disk, nothing on the machine is touched.

A server that checks passwords against the system's accounts reads `/etc/passwd`, `/etc/shadow` and `/etc/pam.d`; here
these are files of the test, seen by the server and its children only. `/run` is theirs alone as well, and in it lies
`ROOT`, the folder that clients see: nobody keeps a project or a test's files below `/run`, so that nothing which the
server needs is hidden from it. `ROOT/full` is a disk of its own with 64 KiB, so that filling it harms nobody.
"""

from __future__ import annotations

import contextlib
import os
import random
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

USER = "station"
PASSWORD = "Trạm quan trắc 5 phút"
UID = 7001
ROOT = "/run/srv"
FULL_DISK_BYTES = 64 * 1024


class Child:
    """A started server. Knows its sessions and its view of the disk; ends everything it started, by process id."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self.pid = process.pid
        self.log = log

    def seen(self, path: str) -> Path:
        """The server's `path` from outside, its private disks included."""
        return Path(f"/proc/{self.pid}/root") / path.lstrip("/")

    def sessions(self) -> list[psutil.Process]:
        """The processes that serve somebody right now."""
        return [one for one in psutil.Process(self.pid).children(recursive=True) if _lives(one)]

    def running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """End the server and its sessions, and wait until they are gone."""
        everyone = []
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end by itself at any moment
            server = psutil.Process(self.pid)
            server.suspend()  # or it makes another session, which would go on listening
            while sessions := self.sessions():
                everyone += sessions
                _kill(sessions)
            everyone.append(server)
            _kill([server])
        self._process.wait(10)
        deadline = time.monotonic() + 10
        while any(map(_lives, everyone)) and time.monotonic() < deadline:
            time.sleep(0.002)


def start(
    argv: Sequence[str | Path],
    *,
    folder: Path,
    port: int,
    environment: Mapping[str, str] | None = None,
    ready: Callable[[int], bool] | None = None,
    mounts: Mapping[str, Path] | None = None,
) -> Child:
    """Start a server whose `/run` is `folder / "run"` and whose `ROOT` is `folder / "srv"`.

    Waits until `port` answers (or `ready(port)` holds). Its output goes to `folder / "server.log"`. `mounts`: what else
    it is to see in which place.

    Raises:
        RuntimeError: not root, or the server ended at once (its log is in the message).
    """
    if os.geteuid() != 0:
        raise RuntimeError(
            "these servers log real accounts in, which needs a mount namespace and several user ids:"
            " ./test and ./bench run them with sudo"
        )
    srv = folder / "srv"
    for name in ("files", "full", "denied"):
        (srv / name).mkdir(parents=True, exist_ok=True)
    os.chown(srv / "files", UID, UID)
    (folder / "run/srv").mkdir(parents=True, exist_ok=True)
    bound = {**accounts(folder), **(mounts or {}), "/run": folder / "run", ROOT: srv}
    script = [f"mount --bind {shlex.quote(str(source))} {target}" for target, source in bound.items()]
    script.append(f"mount -t tmpfs -o size={FULL_DISK_BYTES},mode=755,uid={UID},gid={UID} full {ROOT}/full")
    script.append('exec "$@"')
    log = folder / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-ec", "\n".join(script), "sh", *map(str, argv)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd="/",
        )
    child = Child(process, log)
    deadline = time.monotonic() + 20
    while not (ready or accepts)(port):
        if not child.running() or time.monotonic() > deadline:
            child.stop()
            raise RuntimeError(f"{Path(argv[0]).name} did not start:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.02)
    return child


@contextmanager
def undone_on_failure(folder: Path) -> Iterator[None]:
    """While a server's folder is made ready and the server started: whoever fails leaves nothing to the next one."""
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.iterdir())
    try:
        yield
    except BaseException:
        for made in set(folder.iterdir()) - before:
            if made.is_dir() and not made.is_symlink():
                shutil.rmtree(made)
            else:
                made.unlink()
        raise


def accounts(folder: Path) -> dict[str, Path]:
    """The system's accounts and ours, and a PAM that knows passwords only. Returns what to bind where."""
    etc = folder / "etc"
    if not etc.is_dir():
        (etc / "pam.d").mkdir(parents=True)
        crypted = subprocess.run(
            ["openssl", "passwd", "-6", "-stdin"], input=PASSWORD.encode(), capture_output=True, check=True
        )
        passwd = Path("/etc/passwd").read_text() + f"{USER}:x:{UID}:{UID}::{ROOT}:/bin/sh\n"
        passwd += "sshd:x:7002:7002::/run/sshd:/usr/sbin/nologin\n" if "\nsshd:" not in passwd else ""
        (etc / "passwd").write_text(passwd)
        (etc / "group").write_text(Path("/etc/group").read_text() + f"{USER}:x:{UID}:\n")
        (etc / "shadow").write_text(
            f"root:*:19000:0:99999:7:::\n{USER}:{crypted.stdout.decode().strip()}:19000:0:99999:7:::\n"
        )
        (etc / "shadow").chmod(0o600)
        for name in ("other", "vsftpd", "proftpd"):
            (etc / "pam.d" / name).write_text(
                "auth required pam_unix.so nodelay\naccount required pam_unix.so\nsession required pam_permit.so\n"
            )
    return {f"/etc/{name}": etc / name for name in ("passwd", "group", "shadow", "pam.d")}


def new_host_key(file: Path, kind: str = "ed25519") -> str:
    """A key for a server of SSH. Returns its fingerprint as it is pinned."""
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(file)], check=True)
    shown = subprocess.run(["ssh-keygen", "-lf", f"{file}.pub"], capture_output=True, text=True, check=True)
    return shown.stdout.split()[1]


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def free_ports(count: int) -> range:
    """Ports in a row that are free now on every loopback address, for passive data connections.

    From below the ports that the system gives to clients, where a row of free ones is rare. Tests side by side draw
    from different ones: a server takes them one by one, later.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = 20_000 // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    for _ in range(200):
        first = 12_000 + worker * share + random.randrange(share - count)
        ports = range(first, first + count)
        if all(_bindable(port) for port in ports):
            return ports
    raise RuntimeError(f"no {count} free ports in a row")


def accepts(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something on loopback greets or at least accepts at this port."""
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


def _kill(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _lives(process: psutil.Process) -> bool:
    """Whether the process can still do anything; one that only waits to be reaped cannot."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _bindable(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as servers do: the end of an old use is no obstacle
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
        return True
