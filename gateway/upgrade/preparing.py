"""Before another version is installed, by the one that works: keeps its own packages and copies of the databases, notes
what is well, and starts the watch. Refuses, before anything has changed, where that cannot be done."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

from . import databases, packing
from .commands import COMPILER, GATEWAY, PACKAGES, active_units, boot_id, call, config_of, package_state, stop
from .looking import status_of
from .state import KeptDatabase, Phase, UpgradeFolder, UpgradeState

SERVICE = "station-gateway-upgrade.service"
SPARE_BYTES = 32_000_000
"""Beyond what is kept: the new version is written down, too."""


class UpgradeRefused(Exception):
    """Nothing was changed."""


def prepare(folder: UpgradeFolder, after: str) -> None:
    """`after`: the version that is to come.

    Raises:
        UpgradeRefused: with what a person can do.
    """
    state = folder.read()
    if state is not None and state.phase is Phase.RETURNING:
        return  # dpkg does what it is told by the return
    why = folder.failed().get(after)
    if why is not None:
        raise UpgradeRefused(
            f"version {after} was installed here before and left again: {why}. To try it once more:"
            f" gateway upgrade allow {after}"
        )
    if state is not None:
        _go_on(folder, state, after)
        return
    present = [(name, *package_state(name)) for name in PACKAGES]
    packages = [
        name for name, status, version in present if status not in ("not-installed", "config-files") and version
    ]
    before = package_state(PACKAGES[0])[1]
    if before == after:
        return  # installed once more
    _refuse_what_cannot_read(folder, after)
    try:
        folder.begin_preparing(Path(__file__).parent)
        state = _kept(folder, before, after, packages)
    except OSError as error:
        folder.restore_older()
        raise UpgradeRefused(f"nothing can be kept in {folder.path}: {error}") from None
    finally:
        folder.end_preparing()
    if call(["systemctl", "start", "--no-block", SERVICE])[0]:
        folder.end()  # nobody would watch: the package starts its units itself
        return
    stop(state.units)


def _kept(folder: UpgradeFolder, before: str, after: str, packages: list[str]) -> UpgradeState:
    """
    Raises:
        UpgradeRefused: there is no room, or a database cannot be read.
    """
    units = active_units()
    configs = sorted({one for one in map(config_of, units) if one is not None} | set(_configured()))
    kept = list(_databases(configs))
    _keep(folder, packages, kept)
    stations = {config: status for config in configs if (status := _noted(config, units)) is not None}
    copies = tuple(KeptDatabase(str(file), str(folder.kept / name), config) for file, name, config in kept)
    now_ms = time.time_ns() // 1_000_000
    return folder.write(
        UpgradeState(Phase.INSTALLING, before, after, boot_id(), now_ms, tuple(packages), units, stations, copies)
    )


def _go_on(folder: UpgradeFolder, state: UpgradeState, after: str) -> None:
    """The other package of the same upgrade; or yet another version, before the last one had proven itself: what is
    kept is what was well."""
    if state.after != after or state.phase is not Phase.INSTALLING:
        stop(active_units())
        folder.write(
            UpgradeState(
                Phase.INSTALLING, state.before, after, boot_id(), state.begun_ms, state.packages, state.units,
                state.stations, state.databases,
            )
        )  # fmt: skip
    call(["systemctl", "start", "--no-block", SERVICE])


def _refuse_what_cannot_read(folder: UpgradeFolder, after: str) -> None:
    """A way back by hand to the version that is kept, whose databases have another schema now. (Of any other version
    its own package's script knows what it can read.)"""
    last = UpgradeFolder(folder.kept).read()
    if last is None or last.before != after:
        return
    moved = [one for one in last.databases if databases.moved(one)]
    if moved:
        raise UpgradeRefused(
            f"version {after} cannot read {', '.join(one.file for one in moved)} any more. What it was before is kept"
            f" in {folder.kept}; gateway upgrade back --reason … goes back to {after}, puts that in its place and takes"
            " over what came since"
        )


def _keep(folder: UpgradeFolder, packages: list[str], kept: list[tuple[Path, str, str]]) -> None:
    try:
        sizes = [packing.size_of(one) for one in packages]
        _refuse_without_room(
            (folder.path, SPARE_BYTES + sum(sizes) + sum(databases.size_of(file) for file, _, _ in kept)),
            (Path(GATEWAY).parent, max(sizes)),  # dpkg lays a package's new files beside the old ones
        )
        folder.next.mkdir(mode=0o700)
        for package in packages:
            packing.pack(package, folder.next / f"{package}.deb")
        for file, name, _ in kept:
            databases.copy(file, folder.next / name)
        call([COMPILER, "keep", str(folder.next / "compiled.tar")])  # without it, it is compiled anew
        folder.keep()
    except (OSError, sqlite3.Error, packing.NotPacked) as error:
        raise UpgradeRefused(f"this version and its databases cannot be kept in {folder.path}: {error}") from None


def _refuse_without_room(*wanted: tuple[Path, int]) -> None:
    """Folders and the bytes that each will take; what lies on one file system shares its room."""
    needed: dict[int, int] = {}
    for place, size in wanted:
        device = place.stat().st_dev
        needed[device] = needed.get(device, 0) + size
        free = shutil.disk_usage(place).free
        if free < needed[device]:
            raise UpgradeRefused(
                f"there is no room to keep this version and its databases, or for another one beside it, in {place}:"
                f" {needed[device] // 1_000_000} MB needed, {free // 1_000_000} MB free; make room, then upgrade again"
            )


def _configured() -> Iterable[str]:
    return map(str, sorted(Path("/etc").glob("station-gateway*/gateway.yaml")))


def _databases(configs: Iterable[str]) -> Iterable[tuple[Path, str, str]]:
    """Each database that is there, the name of its copy, and its station's configuration."""
    seen: set[Path] = set()
    for config in configs:
        for file in _named(config):
            if file not in seen and file.is_file():
                seen.add(file)
                yield file, f"{len(seen)}-{file.name}", config


def _named(config: str) -> list[Path]:
    """As the configuration says; of one that is faulty, where they are usually."""
    code, said = call([GATEWAY, "upgrade", "databases", "--config", config])
    if code == 0:
        return [Path(one) for one in json.loads(said)]
    name = Path(config).parent.name
    page = name.replace("station-gateway", "station-gateway-web", 1)
    return [
        Path("/var/lib", name, "gateway.db"),
        Path("/var/lib", name, "cameras.db"),
        Path("/var/lib", page, "web.db"),
    ]


def _noted(config: str, units: Iterable[str]) -> object:
    """What was well of a station whose gateway runs."""
    running = {config_of(one) for one in units if one.startswith(("station-gateway.", "station-gateway@"))}
    status = status_of(config) if config in running else None
    if status is None:
        return None
    return {name: status.get(name) for name in ("instruments", "parameters", "newest_slot", "clock", "stages")}
