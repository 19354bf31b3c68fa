"""The files of a package, laid out in a folder as they will lie at a station.

The program is a virtual environment whose Python is the system's: `lib/python3.11/site-packages` and
`lib/python3.13/site-packages` hold what is compiled for one of them, `lib` what serves both.
"""

from __future__ import annotations

import gzip
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from config.debian.version import PROJECT, Build
from config.debian.wheels import PYTHONS, Wheel, for_target, unpack

HERE = Path(__file__).parent
PROGRAM = "opt/station-gateway"
DOCUMENTATION = "usr/share/doc/station-gateway"
_OF_CAMERAS = ("station-gateway-cameras", "station-gateway-relay")
_COMPLETIONS = {"gateway": "usr/share/bash-completion/completions", "_gateway": "usr/share/zsh/vendor-completions"}
_LICENCES = """On Debian systems the texts of the Apache License 2.0 and of the GNU Lesser General Public License 2.1
are /usr/share/common-licenses/Apache-2.0 and /usr/share/common-licenses/LGPL-2.1.
"""
_ENVIRONMENT = "home = /usr/bin\ninclude-system-site-packages = false\n"
_SHARED = "../..\n"
"""A line of a .pth file: from `lib/python3.11/site-packages` to `lib`."""


def lay_out_wheels(root: Path, wheels: Sequence[Wheel], architecture: str, cache: Path) -> None:
    """Each once: what serves every Python into `lib`, what serves one into its folder."""
    done: set[str] = set()
    for python in PYTHONS:
        for one in for_target(wheels, architecture, python):
            if one.file not in done:
                unpack(cache / one.file, root / PROGRAM / "lib" if one.is_shared else root / site_folder(python))
                done.add(one.file)


def lay_out_program(root: Path, build: Build) -> None:
    """The gateway itself, and how it is started."""
    program = root / PROGRAM
    shutil.copytree(
        PROJECT / "gateway", program / "lib/gateway", ignore=shutil.ignore_patterns("__pycache__", ".*", "COMMIT")
    )
    if build.commit is not None:
        (program / "lib/gateway/COMMIT").write_text(f"{build.commit}\n", "utf-8")
    (program / "pyvenv.cfg").write_text(_ENVIRONMENT, "utf-8")
    for python in PYTHONS:
        (folder := root / site_folder(python)).mkdir(parents=True, exist_ok=True)
        (folder / "shared.pth").write_text(_SHARED, "utf-8")
    (program / "bin").mkdir()
    (program / "bin/python3").symlink_to("/usr/bin/python3")
    shutil.copy(HERE / "launcher", program / "bin/gateway")
    (program / "bin/gateway").chmod(0o755)
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/gateway").symlink_to("/opt/station-gateway/bin/gateway")
    hook = root / "usr/share/python3/runtime.d/station-gateway.rtupdate"
    hook.parent.mkdir(parents=True)
    shutil.copy(HERE / "station-gateway.rtupdate", hook)
    hook.chmod(0o755)


def lay_out_units(root: Path, package: str) -> None:
    folder = root / "usr/lib/systemd/system"
    folder.mkdir(parents=True)
    for unit in sorted((PROJECT / "systemd").iterdir()):
        of = "station-gateway-cameras" if unit.name.startswith(_OF_CAMERAS) else "station-gateway"
        if of == package:
            shutil.copy(unit, folder / unit.name)
    if (watch := folder / "station-gateway-upgrade.service").exists():
        # Not switched on by a script: it is there as soon as it is unpacked, however the installation ends.
        (folder / "multi-user.target.wants").mkdir()
        (folder / "multi-user.target.wants" / watch.name).symlink_to(f"../{watch.name}")


def lay_out_documentation(root: Path) -> None:
    """What a person at the station reads and copies from; links between the pages lead where they led."""
    folder = root / DOCUMENTATION
    hidden = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(PROJECT / "docs", folder / "docs", ignore=hidden)
    left_out = shutil.ignore_patterns("debian", "vietnamese", "__pycache__", ".*")
    shutil.copytree(PROJECT / "config", folder / "examples", ignore=left_out)
    (folder / "config").symlink_to("examples")
    for page in sorted(PROJECT.glob("*.md")):
        shutil.copy(page, folder / page.name)


def lay_out_spoken(root: Path, build: Build, program: Path) -> None:
    """Manual pages and completions, which the commands of a program for this machine tell of themselves."""
    python = (sys.version_info[0], sys.version_info[1])
    if python not in PYTHONS:
        raise SystemExit(f"package: the program runs under Python 3.11 or 3.13, this is {platform.python_version()}")
    paths = [str(program / site_folder(python)), str(program / PROGRAM / "lib"), str(PROJECT)]
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1",
            "SOURCE_DATE_EPOCH": str(build.at_s), "LC_ALL": "C.UTF-8", "TZ": "UTC"}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for script in ("man_pages", "configuration_page", "completions"):
            command = [sys.executable, "-P", "-m", f"config.debian.{script}", Path(folder, script)]
            subprocess.run(command, env=told, check=True)
        for page in sorted([*Path(folder, "man_pages").iterdir(), *Path(folder, "configuration_page").iterdir()]):
            write_compressed(root / f"usr/share/man/man{page.suffix[1:]}/{page.name}.gz", page.read_text("utf-8"))
        for name, place in _COMPLETIONS.items():
            (target := root / place / name).parent.mkdir(parents=True)
            shutil.copyfile(Path(folder, "completions", name), target)


def write_changelog(root: Path, package: str, build: Build, date: str) -> None:
    folder = root / "usr/share/doc" / package
    folder.mkdir(parents=True, exist_ok=True)
    source = "its source" if build.commit is None else f"commit {build.commit}"
    entry = (
        f"station-gateway ({build.version}) stable; urgency=medium\n\n"
        f"  * Built from {source}; CHANGELOG.md tells what changed.\n\n"
        f" -- {maintainer()}  {date}\n"
    )
    write_compressed(folder / "changelog.gz", entry)


def write_copyright(root: Path, package: str) -> None:
    """The program's licence, and what each wheel says of its own; their texts lie beside their modules."""
    lines = [(PROJECT / "NOTICE").read_text("utf-8"), _LICENCES]
    lines.append(f"{package} carries, below /opt/station-gateway/lib, each under a licence of its own:\n")
    for described in sorted(
        (root / PROGRAM / "lib").rglob("*.dist-info/METADATA"), key=lambda one: (one.parent.name, str(one))
    ):
        told = HeaderParser().parsestr(described.read_text("utf-8"))
        licence = told["License-Expression"] or _classified(told) or (told["License"] or "").partition("\n")[0]
        line = f"{told['Name']} {told['Version']}: {licence or 'see its texts'} ({described.parent.name})"
        if line not in lines:  # what is compiled for two Pythons is described twice
            lines.append(line)
    (root / "usr/share/doc" / package / "copyright").write_text("\n".join(lines) + "\n", "utf-8")


def lay_out_overrides(root: Path, package: str) -> None:
    """What lintian finds that is meant so."""
    (target := root / "usr/share/lintian/overrides" / package).parent.mkdir(parents=True)
    shutil.copyfile(HERE / f"{package}.lintian-overrides", target)


def _classified(told: Message) -> str:
    found = [one.split(" :: ")[-1] for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    return ", ".join(found)


def write_compressed(file: Path, text: str) -> None:
    """The same bytes at any time and under any name."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def maintainer() -> str:
    lines = (HERE / "control").read_text("utf-8").splitlines()
    return next(line.partition(": ")[2] for line in lines if line.startswith("Maintainer:"))


def site_folder(python: tuple[int, int]) -> str:
    return f"{PROGRAM}/lib/python{python[0]}.{python[1]}/site-packages"
