"""Where an upgrade stands, in a file that is synced before each step; what came of the newest one, and which versions
failed here, for commands and the page to read."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

FOLDER = Path("/var/lib/station-gateway-upgrade")
STATE, OUTCOME, FAILED, KEPT, OLDER = "state.json", "outcome.json", "failed.json", "previous", "older"
PROGRAM, PREPARING, NEXT = "program", "preparing", "next"
"""The watch's own copy; what is there while the version that works is being kept, and the folder in which that is
done: dpkg has noted then that another version is to come, and nothing has changed."""


class Phase(StrEnum):
    INSTALLING = "installing"
    """What is to be kept is kept; dpkg is at work."""
    WATCHING = "watching"
    RETURNING = "returning"


@dataclass(frozen=True, slots=True)
class KeptDatabase:
    """One database and the copy of it that was made before. `config`: of the station that it belongs to."""

    file: str
    backup: str
    config: str


@dataclass(frozen=True, slots=True)
class UpgradeState:
    """`units`: those that ran, and are to run again. `stations`: what was well of each before, by the file of its
    configuration. `done`: steps of the return that need not be done again."""

    phase: Phase
    before: str
    after: str
    boot_id: str
    begun_ms: int
    packages: tuple[str, ...]
    units: tuple[str, ...]
    stations: Mapping[str, Any] = field(default_factory=dict)
    databases: tuple[KeptDatabase, ...] = ()
    reason: str = ""
    done: tuple[str, ...] = ()

    def with_done(self, step: str) -> UpgradeState:
        return replace(self, done=(*self.done, step))


class UpgradeFolder:
    """All that is kept for going back, below one folder of root's."""

    def __init__(self, path: Path = FOLDER) -> None:
        self.path = path

    @property
    def kept(self) -> Path:
        """Packages and databases of the version that works."""
        return self.path / KEPT

    @property
    def next(self) -> Path:
        """What is being kept, while it is not yet whole."""
        return self.path / NEXT

    @property
    def is_preparing(self) -> bool:
        return (self.path / PREPARING).exists()

    def begin_preparing(self, program: Path) -> None:
        """`program`: what goes on with it, should the power be cut; a copy of it. On the disk when this returns.

        Raises:
            OSError: there is no room.
        """
        self.path.mkdir(mode=0o755, exist_ok=True)
        shutil.rmtree(self.next, ignore_errors=True)
        own = self.path / PROGRAM
        shutil.rmtree(own, ignore_errors=True)
        shutil.copytree(program, own, ignore=shutil.ignore_patterns("__pycache__"))
        for file in own.iterdir():
            sync(file)
        sync(own)
        write_synced(self.path / PREPARING, {})

    def end_preparing(self) -> None:
        """All is kept; or nothing came of it."""
        if self.path.exists():
            shutil.rmtree(self.next, ignore_errors=True)
            (self.path / PREPARING).unlink(missing_ok=True)
            sync(self.path)

    def keep(self) -> None:
        """What is whole now becomes what is kept; what was kept stays beside it until it is certain that another
        version comes."""
        older = self.path / OLDER
        shutil.rmtree(older, ignore_errors=True)
        if self.kept.exists():
            self.kept.rename(older)
        self.next.rename(self.kept)
        sync(self.path)

    def drop_older(self) -> None:
        """Another version has come."""
        shutil.rmtree(self.path / OLDER, ignore_errors=True)

    def restore_older(self) -> None:
        """None has."""
        older = self.path / OLDER
        if older.exists():
            shutil.rmtree(self.kept, ignore_errors=True)
            older.rename(self.kept)
            sync(self.path)

    def read(self) -> UpgradeState | None:
        """`None`: no upgrade is under way."""
        content = _read(self.path / STATE)
        if content is None:
            return None
        databases = tuple(KeptDatabase(**one) for one in content.pop("databases"))
        listed = {name: tuple(content.pop(name)) for name in ("packages", "units", "done")}
        return UpgradeState(**content | listed | {"phase": Phase(content["phase"]), "databases": databases})

    def write(self, state: UpgradeState) -> UpgradeState:
        """On the disk when this returns."""
        write_synced(self.path / STATE, asdict(state))
        return state

    def end(self) -> None:
        """No upgrade is under way any more."""
        (self.path / STATE).unlink(missing_ok=True)
        sync(self.path)

    def failed(self) -> dict[str, str]:
        """Versions that were left again here, and why."""
        return _read(self.path / FAILED) or {}

    def remember_failed(self, version: str, reason: str) -> None:
        write_synced(self.path / FAILED, self.failed() | {version: reason})

    def forget_failed(self, version: str) -> bool:
        """Whether it was remembered."""
        failed = self.failed()
        reason = failed.pop(version, None)
        write_synced(self.path / FAILED, failed)
        return reason is not None

    def tell(self, outcome: Mapping[str, Any]) -> None:
        write_synced(self.path / OUTCOME, outcome)


def write_synced(file: Path, content: object) -> None:
    """Whole or not at all, for everybody to read."""
    part = file.with_name(f"{file.name}.part")
    with part.open("w", encoding="utf-8") as writing:
        json.dump(content, writing, ensure_ascii=False, indent=1)
        writing.flush()
        os.fsync(writing.fileno())
    part.chmod(0o644)
    part.replace(file)
    sync(file.parent)


def sync(place: Path) -> None:
    """A file, or the names in a folder."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(file: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return content if isinstance(content, dict) else None
