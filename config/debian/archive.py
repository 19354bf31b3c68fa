"""From a folder to a package: the same bytes wherever and whenever it is made."""

from __future__ import annotations

import hashlib
import os
import subprocess
from email.utils import formatdate
from pathlib import Path

from config.debian.version import PROJECT, Build

HERE = Path(__file__).parent
SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
_COMPRESSION = ("-Zzstd", "-z9", "--threads-max=2")
"""A box unpacks it in a fraction of xz's time, and it is built in a twentieth. How many threads there are must not be
seen in the bytes."""


def date_of(build: Build) -> str:
    """As a changelog has it."""
    return formatdate(build.at_s)


def stanza(package: str, build: Build, architecture: str, size_kib: int) -> str:
    """The package's own of the file `control`, with what is known only now."""
    stanzas = (HERE / "control").read_text("utf-8").split("\n\n")
    own = next(one for one in stanzas if one.startswith(f"Package: {package}\n"))
    first, rest = own.strip().split("\n", 1)
    known = f"Version: {build.version}\nArchitecture: {architecture}\nInstalled-Size: {size_kib}\n"
    return f"{first}\nSource: station-gateway\n{known}{rest}\n".replace("${Version}", build.version)


def pack(root: Path, package: str, build: Build, architecture: str, into: Path) -> Path:
    """Modes are set here, whatever the umask was; owners and times by dpkg-deb and by the build's time."""
    control = root / "DEBIAN"
    control.mkdir()
    for name in SCRIPTS:
        if (script := HERE / f"{package}.{name}").exists():
            (control / name).write_text(script.read_text("utf-8").replace("@SCHEMAS@", _schemas()), "utf-8")
    files = sorted(
        one for one in root.rglob("*") if one.is_file() and not one.is_symlink() and control not in one.parents
    )
    size_kib = sum(-(-one.stat().st_size // 1024) for one in files)
    (control / "control").write_text(stanza(package, build, architecture, size_kib), "utf-8")
    (control / "md5sums").write_text("".join(f"{_md5(one)}  {one.relative_to(root)}\n" for one in files), "utf-8")
    _settle(root, build.at_s)
    into.mkdir(parents=True, exist_ok=True)
    made = into / f"{package}_{build.version}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", *_COMPRESSION, "--build", str(root), str(made)],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(build.at_s), "LC_ALL": "C", "TZ": "UTC"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return made


def _schemas() -> str:
    """The newest schema that this version knows, of each database."""
    folders = sorted((PROJECT / "gateway/db/schema").iterdir())
    return " ".join(f"{one.name}.db={len(list(one.glob('*.sql')))}" for one in folders if one.is_dir())


def _settle(root: Path, at_s: int) -> None:
    programs = {root / "DEBIAN" / name for name in SCRIPTS}
    for one in sorted(root.rglob("*"), reverse=True):
        if not one.is_symlink():
            is_program = one in programs or one.parent.name == "bin" or one.suffix == ".rtupdate"
            one.chmod(0o755 if one.is_dir() or is_program else 0o644)
        os.utime(one, (at_s, at_s), follow_symlinks=False)
    root.chmod(0o755)
    os.utime(root, (at_s, at_s))


def _md5(file: Path) -> str:
    """What `dpkg --verify` holds installed files against; no proof against anybody."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
