"""An installed package made into a file again: what dpkg takes as the same package."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gateway.upgrade import packing

PACKAGE = "adduser"
"""On every Debian; with scripts of its own, and configuration files."""


def said(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    file = tmp_path / "packed.deb"
    packing.pack(PACKAGE, file)
    return file


def test_dpkg_reads_it_with_its_version_and_scripts(packed: Path) -> None:
    fields = "Package", "Version", "Depends", "Architecture"
    for field in fields:
        installed = said("dpkg-query", "-W", "-f", f"${{{field}}}", PACKAGE).strip()
        assert said("dpkg-deb", "--field", packed, field).strip() == installed
    assert "Status" not in said("dpkg-deb", "--field", packed)
    said("dpkg-deb", "--control", packed, packed.with_name("control"))
    scripts = set(said("dpkg-query", "--control-list", PACKAGE).split()) - {"conffiles"}
    assert {one.name for one in packed.with_name("control").iterdir()} == scripts | {"control"}


def test_its_files_are_those_on_the_disk(packed: Path, tmp_path: Path) -> None:
    said("dpkg-deb", "--extract", packed, tmp_path / "out")
    program = Path("usr/sbin/adduser")
    assert (tmp_path / "out" / program).read_bytes() == Path("/", program).read_bytes()
    assert (tmp_path / "out" / program).stat().st_mode == Path("/", program).stat().st_mode


def test_what_people_may_have_changed_is_left_where_it_is(packed: Path) -> None:
    assert "/etc/deluser.conf" in said("dpkg-query", "-W", "-f", "${Conffiles}", PACKAGE)
    assert "./etc/deluser.conf" not in said("dpkg-deb", "--contents", packed)
    assert "conffiles" not in said("dpkg-deb", "--info", packed)


def test_a_package_that_is_not_installed_is_told(tmp_path: Path) -> None:
    with pytest.raises(packing.NotPacked, match="no-such-package"):
        packing.pack("no-such-package", tmp_path / "packed.deb")
