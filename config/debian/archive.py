"""From a folder to a package: the same bytes wherever and whenever it is made.

Written here and not by dpkg-deb, which would list `/opt` among the package's own folders: then dpkg removes it with the
last package in it, after the last script that could put it back. It is the system's; `preinst` makes it where it is
missing, and there it stays.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from email.utils import formatdate
from pathlib import Path

from config.debian.version import PROJECT, Build

HERE = Path(__file__).parent
SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
_COMPRESSION = ("zstd", "-q", "-9", "-T2", "-c")
"""A box unpacks it in a fraction of xz's time, and it is built in a twentieth. How many threads there are must not be
seen in the bytes."""
_OF_THE_SYSTEM = Path("opt")
_HEAD = "{name:<16}{at_s:<12}0     0     100644  {size:<10}`\n"
"""Of a member of an ar archive, 60 bytes."""
_Entry = tuple[tarfile.TarInfo, bytes | Path | None]
"""What stands in a tar archive, with its content or the file that has it."""


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
    """Modes, owners and times are set here, whatever the umask and who builds."""
    files = sorted(one for one in root.rglob("*") if one.is_file() and not one.is_symlink())
    size_kib = sum(-(-one.stat().st_size // 1024) for one in files)
    texts = {
        "control": stanza(package, build, architecture, size_kib),
        "md5sums": "".join(f"{_md5(one)}  {one.relative_to(root)}\n" for one in files),
    }
    for name in SCRIPTS:
        if (script := HERE / f"{package}.{name}").exists():
            texts[name] = script.read_text("utf-8").replace("@SCHEMAS@", _schemas())
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.zst": _tar(_control_entries(texts), build.at_s),
        "data.tar.zst": _tar(_data_entries(root), build.at_s),
    }
    into.mkdir(parents=True, exist_ok=True)
    made = into / f"{package}_{build.version}_{architecture}.deb"
    with made.open("wb") as archive:
        archive.write(b"!<arch>\n")
        for name, content in members.items():
            archive.write(_HEAD.format(name=name, at_s=build.at_s, size=len(content)).encode())
            archive.write(content + b"\n" * (len(content) % 2))
    return made


def _schemas() -> str:
    """The newest schema that this version knows, of each database."""
    folders = sorted((PROJECT / "gateway/db/schema").iterdir())
    return " ".join(f"{one.name}.db={len(list(one.glob('*.sql')))}" for one in folders if one.is_dir())


def _control_entries(texts: dict[str, str]) -> Iterator[_Entry]:
    yield _folder("./"), None
    for name, text in texts.items():
        yield _file(f"./{name}", len(content := text.encode()), name in SCRIPTS), content


def _data_entries(root: Path) -> Iterator[_Entry]:
    """A folder before what is in it; links at the end, as dpkg-deb has them, when what they lead to is there."""
    yield _folder("./"), None
    for one in sorted(root.rglob("*"), key=lambda one: (one.is_symlink(), one)):
        place = one.relative_to(root)
        if one.is_symlink():
            link = _folder(f"./{place}")
            link.type, link.mode, link.linkname = tarfile.SYMTYPE, 0o777, str(one.readlink())
            yield link, None
        elif one.is_file():
            is_program = one.parent.name == "bin" or one.suffix == ".rtupdate"
            yield _file(f"./{place}", one.stat().st_size, is_program), one
        elif place != _OF_THE_SYSTEM:
            yield _folder(f"./{place}/"), None


def _folder(name: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    return entry


def _file(name: str, size: int, is_program: bool) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o755 if is_program else 0o644
    return entry


def _tar(entries: Iterable[_Entry], at_s: int) -> bytes:
    """Compressed on the way: what is laid out is some hundreds of megabytes."""
    with tempfile.TemporaryFile() as packed:
        with (
            subprocess.Popen(_COMPRESSION, stdin=subprocess.PIPE, stdout=packed) as zstd,
            tarfile.open(fileobj=zstd.stdin, mode="w|", format=tarfile.GNU_FORMAT) as tar,
        ):
            for entry, content in entries:
                entry.mtime, entry.uname, entry.gname = at_s, "root", "root"
                with content.open("rb") if isinstance(content, Path) else io.BytesIO(content or b"") as stream:
                    tar.addfile(entry, stream)
        if zstd.returncode:
            raise SystemExit(f"package: zstd ended with {zstd.returncode}")
        packed.seek(0)
        return packed.read()


def _md5(file: Path) -> str:
    """What `dpkg --verify` holds installed files against; no proof against anybody."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
