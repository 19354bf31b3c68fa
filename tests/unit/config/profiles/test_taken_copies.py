"""A start whose profile or table beside the configuration is gone, empty or closed goes by what was in force before,
and says so; whoever judges the file calls it a fault; what ships never takes an own one's place unnoticed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.app.taken_files import keep_taken
from gateway.config import Configuration, load
from gateway.config.file.taken_copies import TakenCopies
from gateway.core.errors import ConfigError

SHIPPED = "teledyne-t400"
PROFILE = """\
profile: {name}
version: {version}
manufacturer: Acme
models: ["9000"]
measures: gases
tried: not tried on a real device
sources: [{{title: Manual, edition: "1", read: 2026-01-31}}]
instrument: {{poll: {poll}}}
quantities:
  O3: {{symbol: O3, unit: ppb, register: "holding:0", type: float32}}
"""
STATION = """\
station: {{name: Trạm thử, province: HN, facility: ABCD, code: KHI001, kind: ambient_air}}
storage: {{path: {folder}/storage}}
links: {{plc: {{type: modbus-tcp, host: 192.168.1.10}}}}
instruments: [{{name: ozone, link: plc, unit: 7, profile: {name}}}]
"""
WITHOUT_RIGHTS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
"""Root's are as anybody's then, as far as files go."""
_LOOK = """
import sys
from pathlib import Path
from gateway.config import load
from gateway.config.profiles.shelf import ProfileShelf
from gateway.core.errors import ConfigError

own, shipped = map(Path, sys.argv[1:])
for look in (lambda: load(own, {}), ProfileShelf.beside(own).names):
    try:
        look()
        print("nothing was said")
    except ConfigError as error:
        print(error.problems[0])
for file in (own, shipped):
    begun = load(file, {}, starting=True)
    print(begun.profiles[0].source, len(begun.instead))
"""


def station(folder: Path, name: str, poll: str = "20s") -> Path:
    """A station with a profile of its own of that name, which measured by it."""
    (folder / "storage").mkdir()
    (folder / "instruments").mkdir()
    (folder / f"instruments/{name}.yaml").write_text(PROFILE.format(name=name, version=3, poll=poll), "utf-8")
    file = folder / "gateway.yaml"
    file.write_text(STATION.format(folder=folder, name=name), "utf-8")
    keep_taken(load(file, {}, starting=True))
    return file


def poll_s(configuration: Configuration) -> float:
    return configuration.instruments[0].poll.total_seconds()


def nowhere(profile: Path) -> None:
    profile.unlink()


def without_folder(profile: Path) -> None:
    shutil.rmtree(profile.parent)


def emptied(profile: Path) -> None:
    profile.write_bytes(b"")


def damaged(profile: Path) -> None:
    profile.write_bytes(b"\xff" + profile.read_bytes()[1:])


def anothers_version(profile: Path) -> None:
    profile.write_text("profile: acme-9000\nversion: 4\n")


def a_folder_of_that_name(profile: Path) -> None:
    profile.unlink()
    profile.mkdir()


@pytest.mark.parametrize(
    "accident", [nowhere, without_folder, emptied, damaged, anothers_version, a_folder_of_that_name]
)
def test_a_start_goes_by_what_was_in_force(tmp_path: Path, accident: Callable[[Path], None]) -> None:
    file = station(tmp_path, "acme-9000")
    before = load(file, {}, starting=True)
    profile = tmp_path / "instruments/acme-9000.yaml"
    accident(profile)

    begun = load(file, {}, starting=True)

    assert poll_s(begun) == 20
    assert begun.profiles == before.profiles, "what is in force has not changed"
    assert str(begun.instead[0]).startswith(
        f"{profile}: cannot be used, and what was taken over from it last is in force"
    )
    assert len(begun.instead) > 1, "and why"
    assert set(begun.instead) <= set(begun.warnings)
    with pytest.raises(ConfigError):
        load(file, {})
    keep_taken(begun)
    assert poll_s(load(file, {}, starting=True)) == 20, "and once more"


def test_nothing_is_told_of_a_sound_one(tmp_path: Path) -> None:
    assert load(station(tmp_path, "acme-9000"), {}, starting=True).instead == ()


def test_a_start_ends_where_nothing_was_in_force_yet(tmp_path: Path) -> None:
    file = station(tmp_path, "acme-9000")
    shutil.rmtree(TakenCopies(tmp_path / "storage").folder)
    emptied(tmp_path / "instruments/acme-9000.yaml")
    with pytest.raises(ConfigError, match=r"acme-9000\.yaml: is empty"):
        load(file, {}, starting=True)


def test_a_copy_is_of_what_is_in_force_and_nothing_else_is_kept(tmp_path: Path) -> None:
    file = station(tmp_path, "acme-9000")
    profile = tmp_path / "instruments/acme-9000.yaml"
    copy = TakenCopies(tmp_path / "storage").place(profile)
    assert copy.read_bytes() == profile.read_bytes()
    stale = copy.with_name("of-before.yaml")
    stale.write_text("x")
    profile.write_text(PROFILE.format(name="acme-9000", version=4, poll="30s"))
    keep_taken(load(file, {}))
    assert (copy.read_bytes(), stale.exists()) == (profile.read_bytes(), False)
    taken = load(file, {})
    copy.unlink()
    profile.write_text(PROFILE.format(name="acme-9000", version=5, poll="40s"))
    keep_taken(taken)
    assert not copy.exists(), "the file is another one by now"


def test_an_own_one_that_was_taken_away_gives_way_to_the_one_that_ships(tmp_path: Path) -> None:
    file = station(tmp_path, SHIPPED)
    (tmp_path / f"instruments/{SHIPPED}.yaml").unlink()
    begun = load(file, {}, starting=True)
    assert (begun.profiles[0].source, begun.instead) == ("shipped", ())


def test_a_folder_that_is_none_hides_nothing(tmp_path: Path) -> None:
    file = station(tmp_path, SHIPPED)
    shutil.rmtree(tmp_path / "instruments")
    (tmp_path / "instruments").write_text("")
    with pytest.raises(ConfigError, match="instruments: is no folder; make it one, for profiles of instruments"):
        load(file, {})
    assert poll_s(load(file, {}, starting=True)) == 20


@pytest.mark.parametrize("mode", [0o000, 0o600])
def test_what_ships_never_takes_the_place_of_one_in_a_closed_folder(tmp_path: Path, mode: int) -> None:
    file = station(tmp_path, SHIPPED)
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    by_what_ships = shipped / "gateway.yaml"
    by_what_ships.write_text(STATION.format(folder=shipped, name=SHIPPED), "utf-8")
    (shipped / "storage").mkdir()
    (shipped / "instruments").mkdir(mode)
    keep_taken(load(by_what_ships, {}))
    (tmp_path / "instruments").chmod(mode)
    done = subprocess.run(
        [*WITHOUT_RIGHTS, sys.executable, "-c", _LOOK, str(file), str(by_what_ships)],
        capture_output=True,
        text=True,
        check=True,
    )
    closed, listed, begun, begun_by_what_ships = done.stdout.splitlines()
    folder = tmp_path / "instruments"
    advice = f"cannot be read (Permission denied); let the gateway's user read it: chgrp gateway {folder}"
    assert advice in closed
    assert advice in listed or mode == 0o600
    assert (begun, begun_by_what_ships) == (f"{folder}/{SHIPPED}.yaml 2", "shipped 2")
