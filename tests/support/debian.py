"""Debian's packages as test partners without installing them: downloaded, unpacked below the project, nothing started.

`apt-get download` and `dpkg -x` need no root and change nothing outside the cache folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".servers"


def unpacked(*packages: str) -> Path:
    """The folder that stands for `/` of the packages: `unpacked("vsftpd") / "usr/sbin/vsftpd"`.

    Dependencies are not followed: name every package that is needed. Downloads once; safe to call from parallel test
    runs. A half-finished download or unpacking is never returned.

    Raises:
        subprocess.CalledProcessError: no such package, or no network.
    """
    names = sorted(set(packages))
    short = hashlib.sha256(" ".join(names).encode()).hexdigest()[:8]
    root = CACHE / f"{names[0]}-{short}"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.is_dir():
            with tempfile.TemporaryDirectory(dir=CACHE, prefix="unpacking-") as scratch:
                _unpack(names, Path(scratch) / "root")
                (Path(scratch) / "root").rename(root)
    return root


def library_path(root: Path) -> dict[str, str]:
    """The environment in which programs below `root` find the shared libraries below `root`."""
    folders = sorted({str(library.parent) for library in root.rglob("*.so*")})
    inherited = os.environ.get("LD_LIBRARY_PATH")
    return {**os.environ, "LD_LIBRARY_PATH": ":".join([*folders, *([inherited] if inherited else [])])}


def _unpack(names: list[str], root: Path) -> None:
    downloads = root.with_name("downloads")
    downloads.mkdir()
    if shutil.which("apt-get") is None:
        raise RuntimeError("apt-get is missing: these tests run on Debian and its relatives")
    subprocess.run(["apt-get", "download", "-q", *names], cwd=downloads, check=True, capture_output=True)
    root.mkdir()
    for archive in sorted(downloads.glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(archive), str(root)], check=True, capture_output=True)
