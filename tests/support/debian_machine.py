"""A whole Debian, booted: systemd as the first process of a machine in namespaces of its own, with D-Bus and sshd, and
without a network. Packages are installed, upgraded and removed in it as at a station.

    with tempfile.TemporaryDirectory() as folder:
        machine = Machine("bookworm", Path(folder))
        machine.put(package, "/root/station-gateway.deb")
        said = machine.boot("apt-get install -y /root/station-gateway.deb; systemctl status station-gateway")

The system is made once by debootstrap and kept below `.servers/`; a machine writes into a layer of its own above it,
which stays from boot to boot. Needs root.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from tests.support.debian import CACHE
from tests.support.systemd_machine import run_in_namespaces

RELEASES = {"bookworm": "Debian 12", "trixie": "Debian 13"}
_PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "udev", "libpam-systemd", "kmod", "procps", "python3", "adduser", "tzdata",
    "ca-certificates", "iproute2", "nftables", "openssh-server", "openssh-sftp-server", "python3-apt",
)  # fmt: skip
"""What stands on a station's box before the gateway comes, and what the gateway's packages depend on."""
_ENTER = """
set -eu
mount --make-rprivate /
mkdir -p "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$SYSTEM,upperdir=$1/upper,workdir=$1/work" "$1/root"
root="$1/root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup" # the second version alone: Debian 13 knows no other
for one in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs "$root/$one"; done
chmod 1777 "$root/tmp"
for one in null zero full random urandom tty; do
    : > "$root/dev/$one"
    mount --bind "/dev/$one" "$root/dev/$one"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mkdir -p "$root/machine" "$root/old"
mount --bind "$1/out" "$root/machine"
cd "$root"
pivot_root . old # not chroot: there no process may have users of its own, as PrivateUsers= asks
umount -l /old
ip link set lo up
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
    /lib/systemd/systemd --system --unit=multi-user.target --log-target=console --show-status=no
"""
_SCRIPT = """[Unit]
After=basic.target dbus.service
[Service]
Type=exec
Environment=HOME=/root DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
ExecStart=/bin/bash /machine/script.sh
ExecStopPost=/bin/systemctl poweroff --force --force
"""
_MASKED = (
    "getty@.service", "console-getty.service", "systemd-networkd.service", "systemd-resolved.service",
    "systemd-udevd.service", "systemd-logind.service", "apt-daily.timer", "apt-daily-upgrade.timer",
    "e2scrub_all.timer", "fstrim.timer", "systemd-timesyncd.service",
)  # fmt: skip

_APT_KEYS = ("Acquire::http", "Acquire::https", "Acquire::Check-Valid-Until", "Acquire::Check-Date")


class Machine:
    """One machine: a release of Debian, and what was written in it so far."""

    def __init__(self, release: str, folder: Path) -> None:
        """`folder`: where its layer is kept, as long as the machine is wanted."""
        self._system = system(release)
        self._folder = folder
        self._boots = 0
        for name in ("upper", "out"):
            (folder / name).mkdir()
        self._write("/etc/systemd/system/script.service", _SCRIPT)
        self._write("/etc/dpkg/dpkg.cfg.d/quick", "force-unsafe-io\n")
        self._write("/etc/hostname", "station\n")
        self._write("/etc/hosts", "127.0.0.1 localhost station\n")
        wanted = folder / "upper/etc/systemd/system/multi-user.target.wants/script.service"
        wanted.parent.mkdir(parents=True, exist_ok=True)
        wanted.symlink_to("/etc/systemd/system/script.service")
        for unit in _MASKED:
            (folder / "upper/etc/systemd/system" / unit).symlink_to("/dev/null")
        self.entrance.write_text(_ENTER)

    def put(self, file: Path, place: str) -> None:
        """A copy of this machine's file into it, between two boots."""
        target = self._place(place)
        shutil.copyfile(file, target)

    def lay(self, files: Path, place: str = "/") -> None:
        """A folder's files into it, each at its place below that, between two boots."""
        hidden = shutil.ignore_patterns("__pycache__")
        shutil.copytree(files, self._place(place), dirs_exist_ok=True, ignore=hidden)

    def write(self, place: str, text: str) -> None:
        """A file into it, between two boots."""
        self._write(place, text)

    @property
    def shared(self) -> Path:
        """What it sees as `/machine`, also while it runs."""
        return self._folder / "out"

    @property
    def entrance(self) -> Path:
        """The script that becomes its first process, as this machine names it."""
        return self._folder / "enter.sh"

    def console(self) -> str:
        """The last of what its first process and those behind it said, boot after boot."""
        return (self._folder / "console").read_text(errors="replace")[-3000:]

    def boot(self, script: str, within_s: float = 300) -> str:
        """Start it, run the script (of bash, as root), and stop. Returns what the script said, errors included. A
        script that ends with `power_cut` leaves the machine as if its power were cut.

        Raises:
            AssertionError: it did not come up, or did not end in time.
        """
        self._boots += 1
        said = self.shared / f"said-{self._boots}"
        before = "power_cut() { kill -9 -1; kill -9 1; systemctl poweroff --force --force; sleep 60; }"
        (self.shared / "script.sh").write_text(f"exec > /machine/{said.name} 2>&1\n{before}\n{script}\n", "utf-8")
        try:
            run_in_namespaces(self._folder, {"SYSTEM": str(self._system)}, within_s)
        except subprocess.TimeoutExpired:
            text = said.read_text(errors="replace") if said.exists() else ""
            raise AssertionError(f"it did not end within {within_s:g} s:\n{text[-4000:]}") from None
        assert said.exists(), self.console()
        return said.read_text(errors="replace")

    def _write(self, place: str, text: str) -> None:
        self._place(place).write_text(text, "utf-8")

    def _place(self, place: str) -> Path:
        target = self._folder / "upper" / place.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


def system(release: str) -> Path:
    """The folder of an untouched system; made once. Safe to call from parallel runs."""
    CACHE.mkdir(exist_ok=True)
    kept = CACHE / f"machine-{release}-{sha256(' '.join(_PACKAGES).encode()).hexdigest()[:8]}"
    with (CACHE / f"{kept.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.is_dir():
            unfinished = kept.with_name(f"{kept.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            print(f"making {RELEASES[release]} with debootstrap (once)", flush=True)
            command = ["debootstrap", "--variant=minbase", f"--include={','.join(_PACKAGES)}", release]
            subprocess.run([*command, str(unfinished), mirror()], check=True, stdout=sys.stderr)
            unfinished.rename(kept)
    return kept


def mirror() -> str:
    """Where this machine has its packages from."""
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    return next((one for one in found if one.rstrip("/").endswith("/debian")), "http://deb.debian.org/debian")


def carry_apt_settings(root: Path) -> None:
    """Have apt below this root reach the world as this machine's does."""
    dump = ["apt-config", "dump", "--format", '%F "%v";%n', *_APT_KEYS]
    settings = subprocess.run(dump, capture_output=True, text=True, check=True).stdout
    (root / "etc/apt/apt.conf.d/90host").write_text(settings, "utf-8")
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", root / "etc" / name)
