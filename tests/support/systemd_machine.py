"""Debian's systemd as the first process of a machine in namespaces of its own: units run as they will at a station, in
their sandboxes. The file system is this machine's, seen through a layer that is thrown away; the network is empty.

Root only. Nothing of it is left: it ends with its first process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).parents[2]
_HIERARCHIES = ("systemd", "unified", ".")
"""Where this machine's control groups are, in the first versions of them and in the second."""
_BOOT = """
set -eu
for one in $GROUPS_OF_IT; do mkdir -p "$one" && echo $$ > "$one/cgroup.procs"; done
exec unshare --mount --pid --fork --kill-child --net --uts --ipc --cgroup sh "$1/enter.sh" "$1"
"""
_ENTER = """
set -eu
mount --make-rprivate /
mount -t tmpfs tmpfs "$1/layers"
mkdir "$1/layers/upper" "$1/layers/work" "$1/layers/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/layers/upper,workdir=$1/layers/work" "$1/layers/root"
root="$1/layers/root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount --rbind /dev "$root/dev"
rm -rf "$root"/etc/systemd/system/*
cp -r "$1"/units/. "$root/etc/systemd/system/"
mkdir -p "$root/opt/environment/bin" "$root/opt/environment/lib/$PYTHON_VERSION/site-packages"
ln -s "/opt/python/bin/$PYTHON_VERSION" "$root/opt/environment/bin/python"
echo "home = /opt/python/bin" > "$root/opt/environment/pyvenv.cfg"
printf '/opt/packages\\n/opt/project\\n' > "$root/opt/environment/lib/$PYTHON_VERSION/site-packages/machine.pth"
mkdir -p "$root/opt/station-gateway/bin" "$root/opt/python" "$root/opt/packages" "$root/opt/project" "$root/opt/out"
cp "$1/gateway" "$root/opt/station-gateway/bin/gateway"
mount --bind "$PYTHON_FOLDER" "$root/opt/python"
mount --bind "$PACKAGES_FOLDER" "$root/opt/packages"
mount --bind "$PROJECT_FOLDER" "$root/opt/project"
mount --bind "$1/out" "$root/opt/out"
echo /opt/python/lib > "$root/etc/ld.so.conf.d/000-python.conf" # a Python that was built with its library elsewhere
chroot "$root" ldconfig
if [ -d "$1/files" ]; then cp -r "$1/files/." "$root/"; fi
mkdir "$root/old"
cd "$root"
pivot_root . old # not chroot: there no process may have users of its own, as PrivateUsers= asks
umount -l /old
mount --make-rshared / # as systemd does itself outside of containers: credentials are mounted from beside a unit
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
    /lib/systemd/systemd --system --unit=script.target --log-target=console --show-status=no
"""
_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
_GATEWAY = '#!/bin/sh\nexec /opt/environment/bin/python -P -m gateway "$@"\n'
_TARGET = "[Unit]\nWants=script.service\nAllowIsolate=yes\n"
_SCRIPT = """[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
Environment=PATH=/opt/station-gateway/bin:/usr/sbin:/usr/bin:/sbin:/bin
ExecStart=/bin/sh /opt/out/script.sh
ExecStopPost=/bin/systemctl poweroff --force --force
"""


def run_machine(
    units: Mapping[str, str], script: str, files: Mapping[str, str] | None = None, within_s: float = 240
) -> str:
    """Start it with these units, run the script as root, which starts what it wants, and stop. Returns what the script
    said, errors included. `files`: by their place, put there before it starts.

    Raises:
        AssertionError: it did not come up, or did not end in time.
    """
    folder = Path(tempfile.mkdtemp(prefix="machine-"))
    try:
        _lay_out(folder, units, script, files or {})
        environment = {
            "PYTHON_FOLDER": sys.base_prefix,
            "PYTHON_VERSION": _VERSION,
            "PACKAGES_FOLDER": sysconfig.get_path("purelib"),
            "PROJECT_FOLDER": str(PROJECT),
        }
        said = folder / "out/said"
        try:
            run_in_namespaces(folder, environment, within_s)
        except subprocess.TimeoutExpired:
            text = said.read_text(errors="replace") if said.exists() else ""
            raise AssertionError(f"it did not end within {within_s:g} s:\n{text[-4000:]}") from None
        assert said.exists(), (folder / "console").read_text(errors="replace")[-3000:]
        return said.read_text(errors="replace")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_in_namespaces(folder: Path, environment: Mapping[str, str], within_s: float) -> None:
    """`enter.sh` of the folder as the first process of namespaces and of control groups of its own, until it ends. What
    it and those behind it say stands in `console`.

    Raises:
        subprocess.TimeoutExpired: it did not end; it is killed with all that it started.
    """
    groups = [Path("/sys/fs/cgroup", one) for one in _HIERARCHIES]
    own = [one / folder.name for one in groups if (one / "cgroup.procs").exists()]
    first = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "GROUPS_OF_IT": " ".join(map(str, own))}
    try:
        with (folder / "console").open("ab") as console:
            subprocess.run(
                ["sh", "-c", _BOOT, "boot", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env={**first, **environment},
                timeout=within_s,
                check=False,
            )
    finally:
        for group in own:
            _remove(group)


def _lay_out(folder: Path, units: Mapping[str, str], script: str, files: Mapping[str, str]) -> None:
    for name in ("layers", "units", "out"):
        (folder / name).mkdir()
    (folder / "enter.sh").write_text(_ENTER)
    (folder / "gateway").write_text(_GATEWAY)
    (folder / "gateway").chmod(0o755)
    for name, text in {"script.target": _TARGET, "script.service": _SCRIPT, **units}.items():
        (folder / "units" / name).write_text(text, "utf-8")
    (folder / "out/script.sh").write_text(f"exec > /opt/out/said 2>&1\n{script}\n", "utf-8")
    for place, text in files.items():
        file = folder / "files" / place.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def _remove(group: Path) -> None:
    """The control groups of it, from the innermost: they are empty folders."""
    for inner, _, _ in os.walk(group, topdown=False):
        try:
            Path(inner).rmdir()
        except OSError:
            continue
