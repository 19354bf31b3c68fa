"""Debian's packages for machines without a network: apt finds there what it would have fetched, and installs by itself.

    machine.lay(at_hand("bookworm", "rabbitmq-server"))

Fetched once for each release and kept below `.servers/`. Needs root.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from tests.support.debian import CACHE
from tests.support.debian_machine import RELEASES, carry_apt_settings, system

_FETCH = """
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
mount -t proc proc "$2/root/proc"
mount --rbind /dev "$2/root/dev"
cd "$2/root"
shift 2
chroot . apt-get update -qq
exec chroot . apt-get install --download-only -y -qq "$@"
"""
_KEPT = ("var/lib/apt/lists", "var/cache/apt/archives")


def at_hand(release: str, *packages: str) -> Path:
    """A folder that is laid into a machine: apt's lists, and the archives of these packages with all that they need.
    Safe to call from parallel runs."""
    below = system(release)
    kept = CACHE / f"packages-{release}-{sha256(' '.join((below.name, *packages)).encode()).hexdigest()[:8]}"
    with (CACHE / f"{kept.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.is_dir():
            print(f"fetching {' '.join(packages)} for {RELEASES[release]} (once)", file=sys.stderr, flush=True)
            with tempfile.TemporaryDirectory(dir=CACHE, prefix="fetching-") as folder:
                _fetch(below, Path(folder), packages).rename(kept)
    return kept


def _fetch(below: Path, folder: Path, packages: tuple[str, ...]) -> Path:
    for name in ("upper/etc/apt/apt.conf.d", "work", "root", "kept"):
        (folder / name).mkdir(parents=True)
    carry_apt_settings(folder / "upper")
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", _FETCH, "fetch"]
    subprocess.run([*command, str(below), str(folder), *packages], check=True, stdout=sys.stderr)
    for file in (one for name in _KEPT for one in (folder / "upper" / name).iterdir()):
        if file.is_file() and file.name != "lock":  # what was removed of the layer below is there as a device
            place = folder / "kept" / file.relative_to(folder / "upper")
            place.parent.mkdir(parents=True, exist_ok=True)
            file.rename(place)
    return folder / "kept"
