"""What lies in the packages: of one architecture and no other, for both Pythons, as locked, and the same to the byte
wherever it is built."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from config.debian.lock import EXTRAS
from config.debian.tree import site_folder
from config.debian.version import PROJECT
from config.debian.wheels import PYTHONS, for_target, locked
from tests.packages.conftest import Built, build

LARGEST_MB = 60
"""Without cameras."""
ELF_MACHINES = {"amd64": 62, "arm64": 183}


def machine_of(library: Path) -> int | None:
    """The ELF header's `e_machine`; None of what is no ELF file."""
    with library.open("rb") as stream:
        head = stream.read(20)
    return struct.unpack_from("<H", head, 18)[0] if head[:4] == b"\x7fELF" else None


def test_it_is_small_enough_for_a_slow_line(built: Built, architecture: str) -> None:
    assert built.package("station-gateway", architecture).stat().st_size <= LARGEST_MB * 1_000_000


def test_every_program_in_it_is_for_its_architecture(unpacked_package: Path, architecture: str) -> None:
    found = {one: machine for one in unpacked_package.rglob("*") if one.is_file() and not one.is_symlink()
             if (machine := machine_of(one)) is not None}  # fmt: skip
    assert len(found) > 100
    assert [str(one) for one, machine in found.items() if machine != ELF_MACHINES[architecture]] == []


def test_each_python_finds_what_is_locked_for_it(unpacked_package: Path, architecture: str) -> None:
    for python in PYTHONS:
        own, shared = unpacked_package / site_folder(python), unpacked_package / "opt/station-gateway/lib"
        named = {
            re.sub(r"[-_.]+", "-", one.name.removesuffix(".dist-info").rpartition("-")[0]).lower(): one
            for folder in (own, shared)
            for one in folder.glob("*.dist-info")
        }
        wanted = [one for package in EXTRAS for one in for_target(locked(package), architecture, python)]
        assert sorted(named) == sorted(one.name for one in wanted)
        for one in wanted:
            told = (named[one.name] / "METADATA").read_text("utf-8")
            assert re.search(rf"^Version: {re.escape(one.version)}$", told, re.MULTILINE), one.file
        tag = f"cpython-{python[0]}{python[1]}-"
        others = [one for one in own.rglob("*.so") if "cpython-3" in one.name and tag not in one.name]
        assert others == []


def test_nothing_in_it_knows_where_it_was_built(unpacked_package: Path) -> None:
    places = (str(PROJECT).encode(), str(PROJECT.resolve()).encode())
    found = [one for one in unpacked_package.rglob("*") if one.is_file() and not one.is_symlink()]
    assert [one for one in found if any(place in one.read_bytes() for place in places)] == []


def test_the_same_commit_built_elsewhere_is_the_same_to_the_byte(built: Built, tmp_path: Path) -> None:
    """In another folder, by somebody with another umask, time zone and language."""
    other = tmp_path / "a copy of it"
    git = ["git", "-c", "safe.directory=*"]
    subprocess.run([*git, "clone", "-q", PROJECT, other], check=True)
    listed = subprocess.run(
        [*git, "ls-files", "-z", "--modified", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, other / name)
    shutil.copytree(PROJECT / ".package/wheels", other / ".package/wheels", copy_function=os.link)
    before = os.umask(0o077)
    try:
        made = build(other, tmp_path / "built", TZ="Asia/Ho_Chi_Minh", LC_ALL="C", LANGUAGE="vi", PYTHONHASHSEED="7")
    finally:
        os.umask(before)
    names = sorted(one.name for one in made.folder.iterdir())
    assert names == sorted(one.name for one in built.folder.glob("*.deb"))
    assert [name for name in names if (made.folder / name).read_bytes() != (built.folder / name).read_bytes()] == []


@pytest.mark.skipif(shutil.which("lintian") is None, reason="./test --long installs lintian")
def test_lintian_finds_no_error(built: Built) -> None:
    """Of the smaller one: what it would find in the other is the wheels'."""
    judged = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error", built.package("station-gateway", "amd64")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout
