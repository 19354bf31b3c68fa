"""OpenSSH's server as Debian builds it: password and key log-in of a private account, SFTP by `internal-sftp`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.debian import library_path, unpacked
from tests.support.servers import private
from tests.support.servers.server import Server, started

PACKAGES = ("openssh-server",)


@contextmanager
def openssh(
    folder: Path,
    *,
    extra: str = "",
    host_keys: Sequence[str] = ("ed25519",),
    command: str = "internal-sftp",
    chroot: str = private.ROOT,
    log_level: str = "VERBOSE",
) -> Iterator[Server]:
    """A server with a new host key of the first of these kinds, whose fingerprint is `host_key`; `fingerprint` of
    `folder / "host_key_<kind>"` tells those of the others. `folder / "client_<type>"` may log in as well. `extra` are
    further lines of its configuration, such as `MaxStartups 1:100:1`. `command` is what every session runs, `chroot`
    where."""
    packages = unpacked(*PACKAGES)
    with private.undone_on_failure(folder):
        port = private.free_port()
        host_key = folder / "host_key"
        _new_key(host_key, host_keys[0])
        others = [folder / f"host_key_{kind}" for kind in host_keys[1:]]
        for file, kind in zip(others, host_keys[1:], strict=True):
            _put_key(file, kind, "host")
        authorised = folder / "authorized_keys"
        for kind in ("ed25519", "ecdsa", "rsa"):
            _put_key(folder / f"client_{kind}", kind, "client")
            with authorised.open("a") as keys:
                keys.write((folder / f"client_{kind}.pub").read_text())
        authorised.chmod(0o644)
        (folder / "sshd_config").write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nListenAddress ::1\nPidFile none\n"
            f"{''.join(f'HostKey {file}{chr(10)}' for file in (host_key, *others))}"
            "UsePAM no\nPasswordAuthentication yes\nKbdInteractiveAuthentication no\nPermitRootLogin no\n"
            f"AuthorizedKeysFile {private.ROOT}/.authorized_keys\nStrictModes no\nSubsystem sftp internal-sftp\n"
            f"ForceCommand {command}\n"
            f"ChrootDirectory {chroot}\nLogLevel {log_level}\nMaxStartups 100\nMaxAuthTries 3\n"
            f"{_since_9_8(packages)}{extra}\n"
        )
        (folder / "run").mkdir()
        (folder / "srv").mkdir()
        (folder / "srv/.authorized_keys").write_text(authorised.read_text())

        def start() -> private.Child:
            return private.start(
                [packages / "usr/sbin/sshd", "-D", "-e", "-f", folder / "sshd_config"],
                folder=folder,
                port=port,
                environment=library_path(packages),
            )

        (folder / "run/sshd").mkdir(mode=0o755)
        server = started("openssh", "sftp", folder, port, start, host_key=fingerprint(host_key))
    with closing(server):
        yield server


def fingerprint(key: Path) -> str:
    """As `ssh-keygen -lf` prints it."""
    shown = subprocess.run(["ssh-keygen", "-lf", f"{key}.pub"], capture_output=True, text=True, check=True)
    return shown.stdout.split()[1]


def _since_9_8(packages: Path) -> str:
    """Since 9.8 sshd is several programs, which it looks for where Debian would have installed them, and whoever fails
    to log in is not heard for some seconds."""
    names = {"SshdSessionPath": "sshd-session", "SshdAuthPath": "sshd-auth"}
    found = {option: packages / "usr/lib/openssh" / name for option, name in names.items()}
    lines = [f'{option} "{program}"\n' for option, program in found.items() if program.exists()]
    return "".join([*lines, "PerSourcePenalties no\n"] if lines else [])


def _put_key(file: Path, kind: str, whose: str) -> None:
    private_key, public_key = _key_of(kind, whose)
    file.touch(0o600)
    file.write_text(private_key)
    file.with_name(f"{file.name}.pub").write_text(public_key)


@cache
def _key_of(kind: str, whose: str) -> tuple[str, str]:
    """The same for all servers of this process: an RSA key takes a second to be made."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / whose
        _new_key(file, kind)
        return file.read_text(), file.with_name(f"{whose}.pub").read_text()


def _new_key(file: Path, kind: str) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(file)], check=True)
