"""What dpkg did not do to its end: the old version is installed once more, however long that takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.upgrade import packing, preparing, returning, setting_right
from gateway.upgrade.preparing import UpgradeRefused
from gateway.upgrade.state import OUTCOME, Phase, UpgradeFolder, UpgradeState

RETURNING = UpgradeState(Phase.RETURNING, "97", "98", "boot", 1, ("station-gateway",), ("station-gateway.service",))


class Dpkg:
    """One package; `fails`: so many more installations do. `meanwhile(tries)`: before each try."""

    def __init__(self, state: str, version: str, fails: int = 0) -> None:
        self.found, self.fails, self.tries = (state, version), fails, 0
        self.meanwhile: Callable[[int], None] = lambda _: None

    def state(self, name: str) -> tuple[str, str]:
        return self.found if name == "station-gateway" else ("not-installed", "")

    def is_busy(self) -> bool:
        self.meanwhile(self.tries)
        return False

    def install(self, files: list[Path]) -> tuple[int, str]:
        self.tries += 1
        if self.fails:
            self.fails -= 1
            return 1, "No space left on device"
        self.found = ("installed", "97")
        return 0, ""


@pytest.fixture
def folder(tmp_path: Path) -> UpgradeFolder:
    return UpgradeFolder(tmp_path)


@pytest.fixture
def with_dpkg(monkeypatch: pytest.MonkeyPatch) -> Callable[[Dpkg], list[tuple[str, ...]]]:
    """Has the modules work with it; returns the units that are started, time by time."""

    def put(dpkg: Dpkg) -> list[tuple[str, ...]]:
        started: list[tuple[str, ...]] = []
        for module in (returning, setting_right):
            monkeypatch.setattr(module, "package_state", dpkg.state)
            monkeypatch.setattr(module, "dpkg_is_busy", dpkg.is_busy)
            monkeypatch.setattr(module, "install", dpkg.install)
            monkeypatch.setattr(module.time, "sleep", lambda _: None)
        monkeypatch.setattr(packing, "pack", lambda _, file: file.write_bytes(b""))
        for name in ("stop", "reload_units", "enter", "tell_systemd"):
            monkeypatch.setattr(returning, name, lambda *_: None)
        monkeypatch.setattr(returning, "active_units", tuple)
        monkeypatch.setattr(returning, "start", started.append)
        return started

    return put


def outcome(folder: UpgradeFolder) -> str:
    file = folder.path / OUTCOME
    return file.read_text("utf-8") if file.exists() else ""


def test_a_return_without_room_is_told_and_goes_on_until_there_is_some(
    folder: UpgradeFolder, with_dpkg: Callable[[Dpkg], list[tuple[str, ...]]]
) -> None:
    dpkg = Dpkg("half-installed", "98", fails=15)
    started = with_dpkg(dpkg)
    told: list[str] = []
    dpkg.meanwhile = lambda _: told.append(outcome(folder))
    assert returning.go_back(folder, folder.write(RETURNING)) is None
    assert ["stuck" in one for one in told] == [False] * 10 + [True] * 6
    assert "returned" in outcome(folder)
    assert (len(started), folder.read()) == (2, None)


def test_a_version_that_a_person_installs_meanwhile_is_watched(
    folder: UpgradeFolder, with_dpkg: Callable[[Dpkg], list[tuple[str, ...]]]
) -> None:
    dpkg = Dpkg("half-installed", "98", fails=100)
    with_dpkg(dpkg)

    def installs(tries: int) -> None:
        dpkg.found = ("installed", "99") if tries == 3 else dpkg.found

    dpkg.meanwhile = installs
    state = returning.go_back(folder, folder.write(RETURNING))
    assert state is not None
    assert (state.phase, state.before, state.after, dpkg.tries) == (Phase.WATCHING, "97", "99", 3)


def test_a_version_that_failed_does_not_stay_because_it_is_there(
    folder: UpgradeFolder, with_dpkg: Callable[[Dpkg], list[tuple[str, ...]]]
) -> None:
    dpkg = Dpkg("installed", "98", fails=3)
    with_dpkg(dpkg)
    folder.remember_failed("98", "no new readings come")
    assert returning.go_back(folder, folder.write(RETURNING)) is None
    assert dpkg.found == ("installed", "97")


@pytest.mark.parametrize("fails", [0, 2])
def test_what_was_cut_off_while_it_was_kept_is_installed_once_more(
    folder: UpgradeFolder, with_dpkg: Callable[[Dpkg], list[tuple[str, ...]]], fails: int
) -> None:
    dpkg = Dpkg("half-configured", "97", fails)
    with_dpkg(dpkg)
    folder.begin_preparing(Path(preparing.__file__).parent)
    assert (folder.path / "program" / "__main__.py").exists()
    folder.kept.mkdir()
    (folder.kept / "kept before").touch()
    folder.next.mkdir()
    folder.keep()
    setting_right.set_right(folder)
    assert (dpkg.found, dpkg.tries, folder.is_preparing) == (("installed", "97"), fails + 1, False)
    assert [one.name for one in folder.kept.iterdir()] == ["kept before"]


def test_what_cannot_be_set_right_is_tried_at_the_next_start(
    folder: UpgradeFolder, with_dpkg: Callable[[Dpkg], list[tuple[str, ...]]]
) -> None:
    with_dpkg(Dpkg("half-configured", "97", fails=100))
    folder.begin_preparing(Path(preparing.__file__).parent)
    setting_right.set_right(folder)
    assert folder.is_preparing


def test_room_on_one_disk_is_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 100_000_000

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage)
    preparing._refuse_without_room((tmp_path, 60_000_000), (tmp_path, 40_000_000))
    with pytest.raises(UpgradeRefused, match=r"101 MB needed, 100 MB free"):
        preparing._refuse_without_room((tmp_path, 60_000_000), (tmp_path, 41_000_000))
