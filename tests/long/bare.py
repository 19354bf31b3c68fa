"""Fresh minimal systems of Debian, in which the two commands must do what the README says.

    python -m tests.long.bare bookworm              ./demo and a start of every real part, by root and by a plain user
    python -m tests.long.bare bookworm ./test       one command instead, by root

A system is made once by debootstrap, kept as an archive below `.servers/`, and unpacked anew for each try. It sees what
it needs of this machine's way to the world (proxies, package indexes, certificates), as this machine has it just now.
Its processes, mounts and files end with the try. Needs root.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.debian import CACHE
from tests.support.debian_machine import RELEASES, carry_apt_settings, mirror

PROJECT = Path(__file__).parents[2]
USER = "surveyor"
"""A plain user with sudo."""
HOST = "/host"
DEMO = "./demo --seconds 60"
SMOKE = "./test tests/contract/test_real_parts.py"
_VARIABLES = re.compile(r"(?i)^(pip_\w+|\w+_proxy|ssl_cert_\w+|requests_ca_bundle|curl_ca_bundle)$")
_PATH = re.compile(r"(?:(?<=file://)|(?<![\w/:.]))/[\w./-]*\w")


@dataclass(slots=True)
class System:
    """One unpacked system, with the host's environment and what that names of the host's files and folders."""

    root: Path
    environment: Mapping[str, str]
    folders: tuple[Path, ...]

    def run(self, command: str, *, home: str = "/root", user: str | None = None) -> int:
        """The command's exit code. What it leaves running or mounted ends with it, for its namespaces are its own."""
        inside = shlex.quote(str(self.root))
        seen = [(shlex.quote(str(one)), shlex.quote(f"{self.root}{_inside(one)}")) for one in self.folders]
        script = [
            f"mount --bind {inside} {inside}",  # a root that is a mount, as on a machine: its mounts can be private
            f"mount --rbind /dev {inside}/dev",
            f"mount -t proc proc {inside}/proc",
            f"mount -t sysfs sysfs {inside}/sys",
            f"mount -t tmpfs -o mode=755 tmpfs {inside}/run",
            *(f"mount -o bind,ro {source} {target}" for source, target in seen),
        ]
        login = ["setpriv", "--reuid", user, "--regid", user, "--init-groups"] if user else []
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        passed_on = [f"{name}={value}" for name, value in self.environment.items()]
        inner = ["env", "-i", f"PATH={path}", f"HOME={home}", "TERM=dumb", *passed_on, *login, "sh", "-ec", command]
        script.append(shlex.join(["exec", "chroot", str(self.root), *inner]))
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-ec",
             "\n".join(script)],
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode  # fmt: skip


def main(release: str, command: str | None = None) -> int:
    """Both commands as root in a project below /srv, and as a plain user with sudo in one with a space in it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of what cleans up
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix=f"bare-{release}-") as folder:
        system = _unpacked(release, Path(folder))
        for name, code in _tries(system) if command is None else _as_root(system, command):
            print(f"{RELEASES[release]}: {name}: {'well' if code == 0 else f'failed with {code}'}", flush=True)
            if code:
                return 1
    return 0


def _tries(system: System) -> Iterator[tuple[str, int]]:
    yield from _as_root(system, DEMO, SMOKE)
    yield from _as_user(system, SMOKE)


def _as_root(system: System, *commands: str) -> Iterator[tuple[str, int]]:
    place = "/srv/station-gateway"
    _copy_project(system.root, place)
    for command in commands:
        yield f"{command}, as root in {place}", system.run(f"cd {place}; {command}")


def _as_user(system: System, command: str) -> Iterator[tuple[str, int]]:
    home = f"/home/{USER}"
    place = f"{home}/station gateway"
    sudoer = f"{USER} ALL=(ALL) NOPASSWD: ALL"
    yield (
        "a plain user with sudo",
        system.run(
            "apt-get install -y -qq --no-install-recommends sudo >/dev/null;"
            f" useradd --create-home --shell /bin/sh {USER}; echo '{sudoer}' > /etc/sudoers.d/{USER}; rm -rf /srv/*"
        ),
    )
    _copy_project(system.root, place)
    yield "his project", system.run(f"chown -R {USER}: {home}")
    yield f"{command}, as a plain user in {place}", system.run(f"cd '{place}'; {command}", home=home, user=USER)


def _unpacked(release: str, folder: Path) -> System:
    archive = CACHE / f"bare-{release}.tar"
    root = folder / "root"
    if not archive.exists():
        print(f"making {RELEASES[release]} with debootstrap (once)", flush=True)
        made = folder / "made"
        subprocess.run(["debootstrap", "--variant=minbase", release, made, mirror()], check=True, stdout=sys.stderr)
        unfinished = folder / archive.name
        subprocess.run(["tar", "-C", made, "-cf", unfinished, "."], check=True)
        unfinished.rename(archive)
        shutil.rmtree(made)
    root.mkdir()
    subprocess.run(["tar", "-C", root, "-xpf", archive], check=True)
    environment = {name: value for name, value in os.environ.items() if _VARIABLES.match(name)}
    configured = "\n".join(["[global]", *_pip_settings(), ""])
    folders = sorted({one for text in (*environment.values(), configured) for one in _named_in(text)})
    for one in folders:
        target = Path(f"{root}{_inside(one)}")
        (target if one.is_dir() else target.parent).mkdir(parents=True, exist_ok=True)
        if not one.is_dir():
            target.touch()
    (root / "etc/pip.conf").write_text(_as_seen_inside(configured), "utf-8")
    carry_apt_settings(root)
    cache = root / "var/cache/pip"
    cache.mkdir()
    cache.chmod(0o1777)
    inside = {name: _as_seen_inside(value) for name, value in environment.items()}
    return System(root, {**inside, "PIP_CACHE_DIR": "/var/cache/pip"}, tuple(folders))


def _pip_settings() -> list[str]:
    """From whichever of its files this machine's pip has them."""
    asked = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return [f"{key} = {value}" for key, value in re.findall(r"^global\.([\w-]+)='(.*)'$", listed, re.MULTILINE)]


def _named_in(text: str) -> list[Path]:
    """The host's files and folders that a setting names: local package indexes, with what lies beside them, and
    certificates."""
    found = [Path(one) for one in _PATH.findall(text) if Path(one).exists()]
    return [one.parent if one.name == "simple" else one for one in found]


def _as_seen_inside(text: str) -> str:
    return _PATH.sub(lambda found: _inside(Path(found[0])) if Path(found[0]).exists() else found[0], text)


def _inside(host: Path) -> str:
    """Where it is seen: at its own place, but for what would stand in the way of the system's own configuration."""
    return f"{HOST}{host}" if host.is_relative_to("/etc") else str(host)


def _copy_project(root: Path, place: str) -> None:
    """As a clone would have it, with what is not committed yet."""
    target = Path(f"{root}{place}")
    target.mkdir(parents=True)
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.split("\0"):
        if name and (PROJECT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target / name)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
