"""Debian's packages as test partners without installing them: downloaded, unpacked below the project, nothing started.

What they need is worked out by apt for the machine that the tests run on, whatever its release and whatever it has
already. Neither this nor the download needs root, and nothing changes outside the cache folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".servers"
_TO_INSTALL = re.compile(r"^Inst (?P<name>\S+) (?:\[\S+\] )?\((?P<version>\S+) ", re.MULTILINE)


def unpacked(*packages: str) -> Path:
    """The folder that stands for `/` of the packages: `unpacked("vsftpd") / "usr/sbin/vsftpd"`.

    It holds them and whatever of their dependencies the machine lacks. Downloads once for each release of Debian; safe
    to call from parallel test runs. A half-finished download or unpacking is never returned.

    Raises:
        RuntimeError: no such package in this release, or no network; apt's own words are in the message.
    """
    root = _root(packages)
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.is_dir():
            with tempfile.TemporaryDirectory(dir=CACHE, prefix="unpacking-") as scratch:
                _unpack(sorted(set(packages)), Path(scratch))
                (Path(scratch) / "root").rename(root)
    return root


def is_unpacked(*packages: str) -> bool:
    """Whether they are here already."""
    return _root(packages).is_dir()


def library_path(root: Path) -> dict[str, str]:
    """The environment in which programs below `root` find the shared libraries below `root`."""
    folders = sorted({str(library.parent) for library in root.rglob("*.so*")})
    inherited = os.environ.get("LD_LIBRARY_PATH")
    return {**os.environ, "LD_LIBRARY_PATH": ":".join([*folders, *([inherited] if inherited else [])])}


def release() -> str:
    """Of which system a program is that runs here, such as `debian-12-x86_64`."""
    system = platform.freedesktop_os_release()
    return f"{system['ID']}-{system.get('VERSION_ID', 'rolling')}-{platform.machine()}"


def _root(packages: tuple[str, ...]) -> Path:
    names = sorted(set(packages))
    return CACHE / f"{names[0]}-{release()}-{hashlib.sha256(' '.join(names).encode()).hexdigest()[:8]}"


def _unpack(names: list[str], scratch: Path) -> None:
    if shutil.which("apt-get") is None:
        raise RuntimeError("apt-get is missing: these tests run on Debian and its relatives")
    downloads, root = scratch / "downloads", scratch / "root"
    downloads.mkdir()
    root.mkdir()
    _said("apt-get", "download", "-q", *_lacking(names), folder=downloads)
    for archive in sorted(downloads.glob("*.deb")):
        _said("dpkg", "-x", str(archive), str(root), folder=scratch)


def _lacking(names: list[str]) -> list[str]:
    """The packages themselves and what an installation would bring with them, as `name=version`."""
    plan = _said("apt-get", "install", "--simulate", "--reinstall", "--no-install-recommends", *names, folder=CACHE)
    return [f"{one['name']}={one['version']}" for one in _TO_INSTALL.finditer(plan)]


def _said(*command: str, folder: Path) -> str:
    ended = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    return ended.stdout
