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
from .commands import GATEWAY, PACKAGES, active_units, boot_id, call, config_of, package_state, stop
from .looking import status_of
from .state import KeptDatabase, Phase, UpgradeFolder, UpgradeState

PROGRAM = "program"
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
    units = active_units()
    configs = sorted({one for one in map(config_of, units) if one is not None} | set(_configured()))
    kept = list(_databases(configs))
    _keep(folder, packages, kept)
    stations = {config: status for config in configs if (status := _noted(config, units)) is not None}
    copies = tuple(KeptDatabase(str(file), str(folder.kept / name), config) for file, name, config in kept)
    now_ms = time.time_ns() // 1_000_000
    folder.write(
        UpgradeState(Phase.INSTALLING, before, after, boot_id(), now_ms, tuple(packages), units, stations, copies)
    )
    if call(["systemctl", "start", "--no-block", SERVICE])[0]:
        folder.end()  # nobody would watch: the package starts its units itself
        return
    stop(units)


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
    folder.path.mkdir(mode=0o755, exist_ok=True)
    fresh = folder.path / "next"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        needed = SPARE_BYTES + sum(map(packing.size_of, packages)) + sum(databases.size_of(one[0]) for one in kept)
        free = shutil.disk_usage(folder.path).free
        if free < needed:
            raise UpgradeRefused(
                f"there is no room to keep this version and its databases in {folder.path}: {needed // 1_000_000} MB"
                f" needed, {free // 1_000_000} MB free; make room, then upgrade once more"
            )
        fresh.mkdir(mode=0o700)
        for package in packages:
            packing.pack(package, fresh / f"{package}.deb")
        for file, name, _ in kept:
            databases.copy(file, fresh / name)
        program = folder.path / PROGRAM
        shutil.rmtree(program, ignore_errors=True)
        shutil.copytree(Path(__file__).parent, program, ignore=shutil.ignore_patterns("__pycache__"))
        folder.keep(fresh)
    except (OSError, sqlite3.Error, packing.NotPacked) as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise UpgradeRefused(f"this version and its databases cannot be kept in {folder.path}: {error}") from None


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
