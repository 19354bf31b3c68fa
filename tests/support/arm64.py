"""A Debian for arm64 on a machine of another kind: one program at a time, under qemu's user emulation. Nothing of the
kernel is changed for it, so that a program cannot start others. Root only."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.debian import CACHE, unpacked

QEMU = "qemu-user-static"
PYTHON = "/opt/station-gateway/bin/python3"
_PACKAGES = ("python3", "tzdata", "ca-certificates")


class Arm64:
    """A system of its own, with these packages unpacked."""

    def __init__(self, release: str, folder: Path, packages: list[Path]) -> None:
        self._root = folder / "root"
        subprocess.run(["cp", "-a", _system(release), self._root], check=True)
        shutil.copy(unpacked(QEMU) / "usr/bin/qemu-aarch64-static", self._root / "usr/bin/qemu")
        for package in packages:
            subprocess.run(["dpkg-deb", "-x", package, self._root], check=True)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The packages' Python, with these arguments."""
        return subprocess.run(
            ["chroot", self._root, "/usr/bin/qemu", PYTHON, "-I", *arguments],
            capture_output=True, text=True, timeout=600, check=False,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
        )  # fmt: skip


def _system(release: str) -> Path:
    """Unpacked, not installed: no program of it has to run for that. Made once."""
    CACHE.mkdir(exist_ok=True)
    kept = CACHE / f"arm64-{release}"
    if not kept.is_dir():
        print(f"fetching {release} for arm64 with debootstrap (once)", flush=True)
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="arm64-") as folder:
            root = Path(folder) / "root"
            command = [
                "debootstrap",
                "--arch=arm64",
                "--foreign",
                "--variant=minbase",
                f"--include={','.join(_PACKAGES)}",
            ]
            subprocess.run([*command, release, str(root)], check=True, stdout=sys.stderr)
            for package in sorted((root / "var/cache/apt/archives").glob("*.deb")):
                subprocess.run(["dpkg-deb", "-x", package, root], check=True)
            root.rename(kept)
    return kept
