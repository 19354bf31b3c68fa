"""Which wheels the packages carry: locked by name and SHA-256, fetched by pip, chosen by what their names promise.

A lock file is what `sha256sum` prints of every wheel for every target. A distribution has one version for all targets.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

HERE = Path(__file__).parent
PYTHONS = ((3, 11), (3, 13))
"""Of Debian 12 and of Debian 13."""
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""Debian's architectures, as wheels call them."""
_C_LIBRARIES = ("2_28", "2_27", "2_26", "2_24", "2_17")
"""Versions of the C library that wheels may ask for; Debian 12 has 2.36."""
_FOR_BUILDING = {".h", ".pxd", ".pxi", ".pyx", ".c", ".cpp", ".pyi", ".typed"}
"""Of no use to a program that runs, and each file is synced to a card when the package is unpacked."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """One locked file. `pythons`, `abi` and `platforms` are the tags of its name."""

    file: str
    sha256: str
    name: str
    version: str
    pythons: tuple[str, ...]
    abi: str
    platforms: tuple[str, ...]

    @property
    def is_shared(self) -> bool:
        """Whether one copy serves every Python: source alone, or the stable binary interface."""
        return self.abi in ("none", "abi3")

    def runs_on(self, architecture: str, python: tuple[int, int]) -> bool:
        ends = f"_{MACHINES[architecture]}"
        if not any(one == "any" or one.endswith(ends) for one in self.platforms):
            return False
        if self.abi == "none":
            return "py3" in self.pythons
        wanted = [int(one.removeprefix("cp3")) for one in self.pythons]
        return python[1] >= min(wanted) if self.abi == "abi3" else python[1] in wanted


def wheel_of(file: str, sha256: str) -> Wheel:
    """By its file name: `NAME-VERSION(-BUILD)-PYTHONS-ABI-PLATFORMS.whl`."""
    name, version, *_, pythons, abi, platforms = file.removesuffix(".whl").split("-")
    return Wheel(
        file, sha256, name.lower().replace("_", "-").replace(".", "-"), version,
        tuple(pythons.split(".")), abi, tuple(platforms.split(".")),
    )  # fmt: skip


def lock_file(package: str) -> Path:
    return HERE / f"{package}.wheels"


def locked(package: str) -> list[Wheel]:
    """The wheels of a package, for all targets."""
    lines = lock_file(package).read_text("utf-8").splitlines()
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return [wheel_of(file, sha256) for sha256, file in pairs]


def for_target(wheels: Sequence[Wheel], architecture: str, python: tuple[int, int]) -> list[Wheel]:
    return [one for one in wheels if one.runs_on(architecture, python)]


def fetch(wheels: Sequence[Wheel], architecture: str, cache: Path) -> None:
    """Bring those of one architecture into the cache, unless they are there. Every file is held against its SHA-256.

    Raises:
        SystemExit: pip's own words, or a file that is another one than the locked one.
    """
    cache.mkdir(parents=True, exist_ok=True)
    for python in PYTHONS:
        wanted = for_target(wheels, architecture, python)
        if missing := [one for one in wanted if not (cache / one.file).is_file()]:
            print(f"fetching {len(missing)} wheels for {architecture}, Python {python[0]}.{python[1]}", flush=True)
            _download(missing, architecture, python, cache)
        for one in wanted:
            if _sha256(cache / one.file) != one.sha256:
                raise SystemExit(f"package: {cache / one.file} is not the locked file; remove it, and begin again")


def target_options(architecture: str, python: tuple[int, int]) -> list[str]:
    """What pip has to be told to choose wheels for another machine than its own."""
    machine, tag = MACHINES[architecture], f"cp{python[0]}{python[1]}"
    platforms = [f"manylinux_{version}_{machine}" for version in _C_LIBRARIES] + [f"manylinux2014_{machine}"]
    return [
        "--only-binary=:all:", "--implementation=cp", f"--python-version={python[0]}.{python[1]}",
        *(f"--abi={one}" for one in (tag, "abi3", "none")), *(f"--platform={one}" for one in platforms),
    ]  # fmt: skip


def pip_download(arguments: Sequence[str], folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "-d", str(folder)]
    ended = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"package: pip could not fetch what is needed:\n{ended.stderr[-2000:]}")


def unpack(wheel: Path, into: Path) -> None:
    """A wheel's modules and its description, as an installation has them; neither programs nor headers."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or (place := _place(PurePosixPath(entry.filename))) is None:
                continue
            target = into / place
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                raise SystemExit(f"package: {wheel.name} brings {place}, which another wheel has brought")
            target.write_bytes(archive.read(entry))


def _place(inside: PurePosixPath) -> PurePosixPath | None:
    if ".." in inside.parts or inside.is_absolute():
        raise SystemExit(f"package: a wheel wants to write outside of its folder: {inside}")
    first, *rest = inside.parts
    if not first.endswith(".data"):
        # RECORD lists what pip would have installed, which is not what is here.
        is_listing = first.endswith(".dist-info") and rest == ["RECORD"]
        are_tests = rest[:1] == ["tests"]
        return None if is_listing or are_tests or inside.suffix in _FOR_BUILDING else inside
    return PurePosixPath(*rest[1:]) if rest[0] in ("purelib", "platlib") else None


def _download(wheels: Sequence[Wheel], architecture: str, python: tuple[int, int], cache: Path) -> None:
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text("".join(_requirements(wheels)), "utf-8")
        pip_download(
            ["--no-deps", "--require-hashes", *target_options(architecture, python), "-r", str(wanted)], Path(folder)
        )
        for one in wheels:
            (Path(folder) / one.file).rename(cache / one.file)


def _requirements(wheels: Sequence[Wheel]) -> Iterator[str]:
    for one in wheels:
        yield f"{one.name}=={one.version} --hash=sha256:{one.sha256}\n"


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
