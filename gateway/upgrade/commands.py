"""Other programs of the machine, called and heard: dpkg, systemctl, the gateway itself."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

GATEWAY = "/opt/station-gateway/bin/gateway"
COMPILER = "/usr/share/python3/runtime.d/station-gateway.rtupdate"
PACKAGES = ("station-gateway", "station-gateway-cameras")
_LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock")
_FLOCK = "hhqqi0q"
"""`struct flock`: type, whence, start, length, pid; padded as C pads it."""
_UNIT = re.compile(r"station-gateway(-cameras|-relay|-web)?(@[^.]+)?\.service")
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


def call(command: Sequence[str], timeout_s: float = 60) -> tuple[int, str]:
    """Its exit code and what it said, errors included; -1: it did not end in time, or is not there."""
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout_s,
            env=_ENVIRONMENT, check=False,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError) as error:
        return -1, str(error)
    return ended.returncode, ended.stdout.decode(errors="replace")


# dpkg


def package_state(package: str) -> tuple[str, str]:
    """How dpkg calls its state (`installed`, `unpacked`, `config-files` …), and its version."""
    code, said = call(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package])
    state, _, version = said.strip().partition(" ")
    return (state, version) if code == 0 else ("not-installed", "")


def dpkg_is_busy() -> bool:
    """Whether somebody holds one of dpkg's locks. Looking takes none."""
    for lock in _LOCKS:
        try:
            handle = os.open(lock, os.O_RDWR)
        except OSError:
            continue
        try:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            found = struct.unpack(_FLOCK, fcntl.fcntl(handle, fcntl.F_GETLK, asked))
        finally:
            os.close(handle)
        if found[0] != fcntl.F_UNLCK:
            return True
    return False


def install(files: Iterable[Path]) -> tuple[int, str]:
    """These packages, whatever is installed of them; configuration files stay as people made them."""
    return call(["dpkg", "--force-confold", "--force-confdef", "--install", *map(str, files)], timeout_s=900)


# systemd


def active_units() -> tuple[str, ...]:
    """The gateway's units that run or are being started, of all stations of this box."""
    _, said = call(["systemctl", "list-units", "--all", "--plain", "--no-legend", "station-gateway*.service"])
    fields = [line.split() for line in said.splitlines()]
    return tuple(one[0] for one in fields if len(one) > 3 and _UNIT.fullmatch(one[0]) and one[2] in _RUNNING)


_RUNNING = ("active", "activating", "reloading")


def stop(units: Sequence[str]) -> None:
    if units:
        call(["systemctl", "stop", *units], timeout_s=120)


def start(units: Sequence[str]) -> None:
    """Without waiting: a migration may take minutes."""
    if units:
        call(["systemctl", "reset-failed", *units])
        call(["systemctl", "start", "--no-block", *units])


def reload_units() -> None:
    call(["systemctl", "daemon-reload"])


def properties(unit: str, *names: str) -> dict[str, str]:
    _, said = call(["systemctl", "show", "--property", ",".join(names), unit])
    return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)


def config_of(unit: str) -> str | None:
    """The file that a unit's program reads; `None`: none, or nobody says."""
    words = properties(unit, "Environment").get("Environment", "").split()
    return next((one.partition("=")[2] for one in words if one.startswith("GATEWAY_CONFIG=")), None)


def boot_id() -> str:
    """Of this start of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
