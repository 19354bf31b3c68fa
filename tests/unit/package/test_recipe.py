"""The packages' recipe: what is locked is what the project asks for, and what is laid out is what a station needs."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config.debian import archive, lock, tree, version, wheels
from config.debian.version import PROJECT, Build
from config.debian.wheels import MACHINES, PYTHONS, Wheel, for_target, locked, wheel_of
from tests.support.shipped import ALL_EXAMPLES

HERE = PROJECT / "config/debian"
BUILD = Build("0.17.0~7.g0123456789ab", "0123456789ab", 1_700_000_000)
TARGETS = [(architecture, python) for architecture in MACHINES for python in PYTHONS]
ALL = [one for package in lock.EXTRAS for one in locked(package)]
SCRIPTS = sorted(
    [one for one in HERE.iterdir() if one.suffix[1:] in archive.SCRIPTS] + [HERE / "station-gateway.rtupdate"]
)


def needed(requirements: list[str], python: str) -> set[str]:
    """Every distribution that these requirements lead to, as the ones installed here tell it."""
    found: set[str] = set()
    waiting = [Requirement(one) for one in requirements]
    while waiting:
        one = waiting.pop()
        extras = ["", *one.extras]
        here = {**default_environment(), "python_version": python, "python_full_version": f"{python}.0"}
        if one.marker is not None and not any(one.marker.evaluate({**here, "extra": extra}) for extra in extras):
            continue
        name = canonicalize_name(one.name)
        if name in found or name in lock.NOT_CARRIED:
            continue
        found.add(name)
        for line in importlib.metadata.requires(name) or ():
            below = Requirement(line)
            asked = below.marker is None or any(below.marker.evaluate({**here, "extra": extra}) for extra in extras)
            if asked:
                below.marker = None
                waiting.append(below)
    return found


@pytest.mark.parametrize("target", TARGETS, ids=str)
@pytest.mark.parametrize("package", list(lock.EXTRAS))
def test_what_is_locked_is_what_the_project_asks_for(package: str, target: tuple[str, tuple[int, int]]) -> None:
    architecture, python = target
    carried = {one.name: one for one in for_target(locked(package), architecture, python)}
    for line in lock.requirements(package):
        asked = Requirement(line)
        name = canonicalize_name(asked.name)
        assert name in carried, f"{line}: run ./package --lock"
        assert asked.specifier.contains(carried[name].version), f"{line}: run ./package --lock"
    led_to = needed(lock.requirements(package), f"{python[0]}.{python[1]}")
    if package == "station-gateway-cameras":
        led_to -= {one.name for one in locked("station-gateway")}
    assert not led_to - carried.keys(), "run ./package --lock"


def test_nothing_is_locked_that_nobody_asks_for() -> None:
    asked = [line for package in lock.EXTRAS for line in lock.requirements(package)]
    led_to = {name for python in PYTHONS for name in needed(asked, f"{python[0]}.{python[1]}")}
    assert {one.name for one in ALL} == led_to


def test_each_distribution_has_one_version_and_one_wheel_for_each_target() -> None:
    versions = {one.name: one.version for one in ALL}
    assert [one.file for one in ALL if one.version != versions[one.name]] == []
    for architecture, python in TARGETS:
        names = [one.name for one in for_target(ALL, architecture, python)]
        assert sorted(names) == sorted(versions), f"{architecture}, Python {python}"


@pytest.mark.parametrize(
    ("file", "runs", "is_shared"),
    [
        ("ntplib-0.4.0-py2.py3-none-any.whl", set(TARGETS), True),
        ("av-18.1.0-cp311-abi3-manylinux_2_28_aarch64.whl", {("arm64", (3, 11)), ("arm64", (3, 13))}, True),
        ("av-19.0.2-cp312-abi3-manylinux_2_28_x86_64.whl", {("amd64", (3, 13))}, True),
        ("numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl", {("amd64", (3, 11))}, False),
        ("google_re2-1.1-1-cp313-cp313-manylinux_2_28_aarch64.whl", {("arm64", (3, 13))}, False),
        ("six-1.0-py2-none-any.whl", set(), True),
    ],
)
def test_a_wheels_name_says_where_it_runs(file: str, runs: set[tuple[str, tuple[int, int]]], is_shared: bool) -> None:
    wheel = wheel_of(file, "0" * 64)
    assert {target for target in TARGETS if wheel.runs_on(*target)} == runs
    assert wheel.is_shared == is_shared


def test_a_wheel_that_is_another_one_is_refused(tmp_path: Path) -> None:
    wheel = Wheel("a-1-py3-none-any.whl", "0" * 64, "a", "1", ("py3",), "none", ("any",))
    (tmp_path / wheel.file).write_bytes(b"somebody else's")
    with pytest.raises(SystemExit, match="is not the locked file"):
        wheels.fetch([wheel], "amd64", tmp_path)


@pytest.mark.parametrize("name", ["../outside.py", "/outside.py"])
def test_a_wheel_cannot_write_outside_of_its_folder(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as made:
        made.writestr(name, "")
    with pytest.raises(SystemExit, match="outside"):
        wheels.unpack(tmp_path / "a.whl", tmp_path / "into")


@pytest.mark.parametrize("package", list(lock.EXTRAS))
def test_a_control_file_says_what_dpkg_wants_to_know(package: str) -> None:
    fields = dict(
        line.split(": ", 1)
        for line in archive.stanza(package, BUILD, "arm64", 1234).splitlines()
        if not line.startswith(" ")
    )
    assert (fields["Package"], fields["Version"], fields["Architecture"]) == (package, BUILD.version, "arm64")
    assert "python3 (<< 3.14)" in fields["Depends"] or "station-gateway (= 0.17.0~7.g0123456789ab)" in fields["Depends"]
    assert {"Maintainer", "Section", "Priority", "Description", "Installed-Size"} <= fields.keys()


def test_the_relay_is_recommended_what_the_guide_names() -> None:
    recommended = archive.stanza("station-gateway-cameras", BUILD, "amd64", 1)
    setup = (PROJECT / ".ci/setup.sh").read_text("utf-8")
    named = re.search(r'^camera_packages="(.+)"$', setup, re.MULTILINE)
    assert named is not None
    assert all(one in recommended for one in named[1].split())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.name)
def test_maintainer_scripts_are_sound_and_stop_at_the_first_failure(script: Path) -> None:
    text = script.read_text("utf-8")
    assert text.startswith("#!/bin/sh\n")
    assert re.search(r"^set -e$", text, re.MULTILINE)
    assert "debconf" not in text
    subprocess.run(["sh", "-n", script], check=True)


def test_the_program_is_whole_and_nothing_else(tmp_path: Path) -> None:
    tree.lay_out_program(tmp_path, BUILD)
    laid_out = {str(one.relative_to(tmp_path / "opt/station-gateway/lib")) for one in tmp_path.rglob("gateway/**/*")
                if one.is_file() and "lib/gateway" in str(one)}  # fmt: skip
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "gateway"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert laid_out == {name for name in listed if (PROJECT / name).is_file()} | {"gateway/COMMIT"}
    assert (tmp_path / "opt/station-gateway/bin/python3").readlink() == Path("/usr/bin/python3")


def test_no_file_names_the_machine_that_built_it(tmp_path: Path) -> None:
    tree.lay_out_program(tmp_path, BUILD)
    tree.lay_out_documentation(tmp_path)
    for package in lock.EXTRAS:
        tree.lay_out_units(tmp_path / package, package)
    here = str(PROJECT).encode()
    assert [one for one in tmp_path.rglob("*") if one.is_file() and here in one.read_bytes()] == []


def test_examples_come_in_both_languages_and_nothing_that_makes_them(tmp_path: Path) -> None:
    tree.lay_out_documentation(tmp_path)
    examples = tmp_path / tree.DOCUMENTATION / "examples"
    assert {one.name for one in examples.iterdir()} == {*(one.name for one in ALL_EXAMPLES), "fleet"}


def test_every_unit_comes_in_one_of_the_packages(tmp_path: Path) -> None:
    for package in lock.EXTRAS:
        tree.lay_out_units(tmp_path / package, package)
    brought = sorted(one.name for one in tmp_path.rglob("station-gateway*.*") if one.is_file() and not one.is_symlink())
    assert brought == sorted(one.name for one in (PROJECT / "systemd").iterdir())


@pytest.mark.parametrize("package", list(lock.EXTRAS))
def test_no_package_brings_the_folder_that_is_the_systems(package: str, tmp_path: Path) -> None:
    """dpkg would remove `/opt` with the last package in it. All of what it reads, as it prints it."""
    program = tmp_path / "root/opt/station-gateway/bin/gateway"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", "utf-8")
    (tmp_path / "root/a-link").symlink_to("opt/station-gateway/bin/gateway")
    made = archive.pack(tmp_path / "root", package, BUILD, "amd64", tmp_path)
    listed = subprocess.run(
        ["dpkg-deb", "--contents", made], env={**os.environ, "TZ": "UTC"}, capture_output=True, text=True, check=True
    ).stdout
    assert [re.sub(r" +", " ", line) for line in listed.splitlines()] == [
        "drwxr-xr-x root/root 0 2023-11-14 22:13 ./",
        "drwxr-xr-x root/root 0 2023-11-14 22:13 ./opt/station-gateway/",
        "drwxr-xr-x root/root 0 2023-11-14 22:13 ./opt/station-gateway/bin/",
        "-rwxr-xr-x root/root 10 2023-11-14 22:13 ./opt/station-gateway/bin/gateway",
        "lrwxrwxrwx root/root 0 2023-11-14 22:13 ./a-link -> opt/station-gateway/bin/gateway",
    ]
    scripts = tmp_path / "control"
    subprocess.run(["dpkg-deb", "--control", made, scripts], check=True)
    modes = {one.name: oct(one.stat().st_mode)[-3:] for one in scripts.iterdir()}
    assert modes == {"control": "644", "md5sums": "644", **dict.fromkeys(archive.SCRIPTS, "755")}


def test_a_package_is_the_same_bytes_whatever_the_umask_was(tmp_path: Path) -> None:
    made = []
    for number, mode in enumerate((0o700, 0o777)):
        root = tmp_path / str(number) / "root"
        (root / "usr/share/doc/station-gateway").mkdir(parents=True)
        file = root / "usr/share/doc/station-gateway/a"
        file.write_text("a", "utf-8")
        file.chmod(mode)
        root.chmod(mode)
        made.append(archive.pack(root, "station-gateway", BUILD, "amd64", tmp_path / f"made-{number}").read_bytes())
    assert made[0] == made[1]


def test_the_launcher_says_which_python_it_needs(tmp_path: Path) -> None:
    """Under a Python without the modules it stops as a configuration error does: no restart would mend it."""
    text = (HERE / "launcher").read_text("utf-8").replace("(3, 11), (3, 13)", "(3, 9), (3, 9)")
    started = subprocess.run(
        [sys.executable, "-I", "-S", "-c", text], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert started.returncode == 2
    assert "this package brings what Python 3.11 (Debian 12) and 3.13 (Debian 13) need" in started.stderr


def test_versions_grow_from_commit_to_commit_and_at_a_release(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.vn", "-c", "safe.directory=*")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "gateway").mkdir()
    (tmp_path / "gateway/__init__.py").write_text('__version__ = "1.2.0"\n', "utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    found = [version.build_of(tmp_path).version]
    git("commit", "-q", "--allow-empty", "-m", "two")
    found.append(version.build_of(tmp_path).version)
    git("tag", "v1.2.0")
    found.append(version.build_of(tmp_path).version)
    git("commit", "-q", "--allow-empty", "-m", "three")
    found.append(version.build_of(tmp_path).version)
    assert found[2] == "1.2.0"
    for older, newer in zip(found, found[1:], strict=False):
        assert subprocess.run(["dpkg", "--compare-versions", older, "lt", newer], check=False).returncode == 0, found
    git("tag", "v1.3.0")
    with pytest.raises(SystemExit, match=r"tagged v1\.3\.0"):
        version.build_of(tmp_path)
