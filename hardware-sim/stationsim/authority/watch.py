"""Watches an authority's folder and tells the tally what is seen there, cheaply enough to look several times a second.

Folders are listed only when they changed; a file is looked at again while it is young, and all of them on a slow
sweep. Names that do not end in `.txt` are the business of whoever uploads. Nothing in the folder is ever changed.
"""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from stationsim.authority.tally import Tally

_YOUNG_MS = 30_000
_SWEEP_MS = 60_000
_SETTLED_NS = 2_000_000_000  # a folder that changed a moment ago may change again within the same time stamp

Signature = tuple[int, int, int]


@dataclass(slots=True)
class _Seen:
    size: int
    sha256: bytes
    signature: Signature
    at_ms: int


class Watch:
    """Files that are there before the first look are taken to have arrived when their inode last changed."""

    def __init__(self, root: Path, tally: Tally) -> None:
        self._root = root
        self._tally = tally
        self._folders = {root: 0}
        self._seen: dict[Path, _Seen] = {}
        self._young: set[Path] = set()
        self._swept_ms: int | None = None

    def look(self, now_ms: int, *, thoroughly: bool = False) -> None:
        """`thoroughly`: every file is compared, not only the young ones."""
        first = self._swept_ms is None
        sweep = thoroughly or self._swept_ms is None or now_ms - self._swept_ms >= _SWEEP_MS
        folders = list(self._folders)
        while folders:
            folder = folders.pop()
            try:
                if self._has_changed(folder, now_ms):
                    folders.extend(self._list(folder, now_ms, first))
            except FileNotFoundError:
                self._folders[folder] = 0  # taken away; listed again should it come back
        for path in list(self._seen if sweep else self._young):
            self._compare(path, now_ms)
        if sweep:
            self._swept_ms = now_ms

    def _has_changed(self, folder: Path, now_ms: int) -> bool:
        """Raises FileNotFoundError."""
        changed_ns = folder.stat().st_mtime_ns
        known_ns = self._folders[folder]
        self._folders[folder] = changed_ns
        return changed_ns != known_ns or now_ms * 1_000_000 - changed_ns < _SETTLED_NS

    def _list(self, folder: Path, now_ms: int, first: bool) -> list[Path]:
        """The folders in it that were not known. Raises FileNotFoundError when this one goes meanwhile."""
        found = []
        with os.scandir(folder) as entries:
            for entry in entries:
                path = folder / entry.name
                if entry.is_dir(follow_symlinks=False):
                    if path not in self._folders:
                        self._folders[path] = 0
                        found.append(path)
                elif entry.name.endswith(".txt"):
                    seen = self._seen.get(path)
                    if seen is None:
                        self._arrive(path, now_ms, first)
                    elif seen.signature[0] != entry.inode():
                        self._compare(path, now_ms)
        return found

    def _arrive(self, path: Path, now_ms: int, first: bool) -> None:
        found = _read(path)
        if found is None:
            return
        content, signature, changed_ms = found
        at_ms = min(changed_ms, now_ms) if first else now_ms
        self._seen[path] = _Seen(len(content), sha256(content).digest(), signature, at_ms)
        self._young.add(path)
        self._tally.arrived(self._relative(path), content, at_ms)

    def _compare(self, path: Path, now_ms: int) -> None:
        seen = self._seen[path]
        if now_ms - seen.at_ms >= _YOUNG_MS:
            self._young.discard(path)
        if _signature(path) in (seen.signature, None):
            return
        found = _read(path)
        if found is None:
            return
        content, seen.signature, _ = found
        digest = sha256(content).digest()
        if digest != seen.sha256:
            self._tally.changed(self._relative(path), seen.size, content)
            seen.size, seen.sha256 = len(content), digest

    def _relative(self, path: Path) -> PurePosixPath:
        return PurePosixPath(path.relative_to(self._root))


def _signature(path: Path) -> Signature | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read(path: Path) -> tuple[bytes, Signature, int] | None:
    """Content, signature and the time (ms) of the inode's last change; None when the file has gone meanwhile.

    The signature is taken first: a change during the reading shows as a difference at the next look.
    """
    try:
        found = path.stat()
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return content, (found.st_ino, found.st_size, found.st_mtime_ns), found.st_ctime_ns // 1_000_000
