"""What an odd receiver keeps: files in memory, and those that it has already taken into its database."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from enum import Enum


class Takes(Enum):
    """When a receiver takes a file away."""

    NEVER = "never"
    AT_CLOSE = "at close"
    """As soon as it was written, under whichever name."""
    AFTER_RENAME = "after rename"
    """As soon as it has its last name; a file that is written under it directly: at close."""


@dataclass(kw_only=True)
class OddStorage:
    """A tree of files. Paths begin with `/` and have no other end. Any thread may call; hold `lock` for several calls
    that belong together."""

    takes: Takes = Takes.NEVER
    takes_after_s: float = 0.0
    temporary_ending: str = ".part"
    """By which a receiver that takes after the rename knows what is not complete."""
    takes_endings: tuple[str, ...] = ("",)
    """Other files lie where they are."""
    room_bytes: int | None = None
    """How much fits."""
    files: dict[str, bytes] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {"/"})
    locked: set[str] = field(default_factory=set)
    """Folders into which nobody may write."""
    arrivals: list[tuple[str, bytes]] = field(default_factory=list)
    """Every file that was complete under its last name, or taken, in the order of arrival, repeats included."""
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _due: list[tuple[float, str]] = field(default_factory=list)

    def received(self) -> dict[str, bytes]:
        """By path what the receiver has, whether it still lies there or was taken, of the latter only what has a last
        name. Two files of one such path that differ are an error of the test."""
        with self.lock:
            self.sweep()
            received = dict(self.files)
            for path, content in self.taken:
                if path.endswith(self.temporary_ending):
                    continue  # one of several of this name, with nobody's content
                assert received.setdefault(path, content) == content, f"{path} came with two contents"
            return received

    def times_arrived(self) -> dict[str, int]:
        """By path how often it came whole, our probes left out."""
        with self.lock:
            counted: dict[str, int] = {}
            for path, _ in self.arrivals:
                if path.rpartition("/")[2].startswith("probe"):
                    continue
                counted[path] = counted.get(path, 0) + 1
            return counted

    def contents(self) -> set[bytes]:
        """Of all that lies there or was taken, under whichever name."""
        with self.lock:
            return {*self.files.values(), *(content for _, content in self.taken)}

    def has_room(self, more_bytes: int) -> bool:
        with self.lock:
            return self.room_bytes is None or sum(map(len, self.files.values())) + more_bytes <= self.room_bytes

    def is_free_to_write(self, path: str) -> bool:
        """Whether a file may be made at this path, as far as rights go."""
        return parent(path) not in self.locked

    def closed(self, path: str) -> None:
        """The file was written and closed."""
        with self.lock:
            if path not in self.files:
                return
            is_last = not path.endswith(self.temporary_ending)
            is_taken = self.takes is Takes.AT_CLOSE or (is_last and self.takes is Takes.AFTER_RENAME)
            if is_last:
                self.arrivals.append((path, self.files[path]))
            if is_taken:
                self._take(path)

    def rename(self, old: str, new: str) -> None:
        """Whatever lies under the new name is replaced."""
        with self.lock:
            self.files[new] = self.files.pop(old)
            self.arrivals.append((new, self.files[new]))
            if self.takes is Takes.AFTER_RENAME:
                self._take(new)

    def sweep(self) -> None:
        """Take what is due."""
        with self.lock:
            now = time.monotonic()
            for due_s, path in [one for one in self._due if one[0] <= now]:
                self._due.remove((due_s, path))
                if path in self.files:
                    content = self.files.pop(path)
                    self.taken.append((path, content))
                    if path.endswith(self.temporary_ending):
                        self.arrivals.append((path, content))

    def inside(self, folder: str) -> dict[str, int | None]:
        """Names in a folder: the size of a file, `None` for a folder."""
        with self.lock:
            self.sweep()
            names: dict[str, int | None] = {}
            for path in self.folders - {"/"}:
                if parent(path) == folder:
                    names[path.rpartition("/")[2]] = None
            for path, content in self.files.items():
                if parent(path) == folder:
                    names[path.rpartition("/")[2]] = len(content)
            return dict(sorted(names.items()))

    def _take(self, path: str) -> None:
        if path.endswith(self.takes_endings):
            self._due.append((time.monotonic() + self.takes_after_s, path))
            self.sweep()


def parent(path: str) -> str:
    return path.rpartition("/")[0] or "/"
