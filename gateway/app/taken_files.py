"""What the running configuration took of files beside its own is kept as it was, for a start that finds one of them
unusable; and while such a copy is in force, everybody is told."""

from __future__ import annotations

import logging
import os
from hashlib import sha256
from pathlib import Path

from gateway.config import Configuration
from gateway.config.file.taken_copies import TakenCopies
from gateway.config.profiles.in_force import ProfileInForce
from gateway.core.component import ComponentKind, ComponentState
from gateway.db.board import Board
from gateway.runtime.plain_file import make_plain_file, open_plain_file
from gateway.runtime.sync import sync

STAGE = "configuration"
_MODE = 0o640
_log = logging.getLogger(__name__)


def keep_taken(configuration: Configuration) -> None:
    """Each of them, and no other. What cannot be kept is logged, and nobody measures the less for it."""
    copies = TakenCopies(configuration.storage.path)
    taken = {Path(one.source if isinstance(one, ProfileInForce) else one.file): one.digest for one in configuration.own}
    wanted = {copies.place(file): (file, digest) for file, digest in taken.items()}
    try:
        copies.folder.mkdir(mode=0o750, exist_ok=True)
        for old in copies.folder.glob("*/*"):
            if old not in wanted:
                old.unlink()
        for place, (file, digest) in wanted.items():
            if _digest(place) != digest:
                _keep(file, digest, place)
    except OSError as error:
        _log.error("what is taken from files beside the configuration could not be kept error=%r", str(error))


def _keep(file: Path, digest: str, place: Path) -> None:
    """An older copy goes in any case: it is not what is in force."""
    place.unlink(missing_ok=True)
    content = _content(file)
    if sha256(content).hexdigest() != digest:
        _log.warning("changed while it was taken over, and not kept file=%s", file)
        return
    place.parent.mkdir(mode=0o750, exist_ok=True)
    beside = place.with_name(f".{place.name}.part")
    with os.fdopen(make_plain_file(beside, _MODE), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    beside.rename(place)
    sync(place.parent)


def _content(file: Path) -> bytes:
    with os.fdopen(open_plain_file(file, os.O_RDONLY), "rb") as opened:
        return opened.read()


def _digest(place: Path) -> str | None:
    try:
        return sha256(_content(place)).hexdigest()
    except OSError:
        return None


def tell_copies(configuration: Configuration, board: Board, now_ms: int) -> None:
    """Whether copies are in force: `gateway status`, its `--check` and the page show it as a stage that fails."""
    if not configuration.instead:
        board.forget(ComponentKind.STAGE, STAGE, ComponentState.FAILING, "")
        return
    words = "; ".join(map(str, configuration.instead))
    board.report(ComponentKind.STAGE, STAGE, ComponentState.FAILING, words, now_ms)
