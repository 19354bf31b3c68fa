"""Files and links below one folder, changed so that who reads meanwhile sees the old or the new, never a half."""

import os
import shutil
from pathlib import Path


class Tree:
    """Paths are relative to `root`, with slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str) -> None:
        """One attribute: a line, ended as the kernel ends it. Written anew as a whole."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f".{place.name}.new")
        fresh.write_text(text if text.endswith("\n") or not text else text + "\n", encoding="utf-8")
        fresh.rename(place)

    def attributes(self, folder: str, values: dict[str, str]) -> None:
        self.folder(folder)
        for name, value in values.items():
            self.write(f"{folder}/{name}", value)

    def folder(self, path: str) -> None:
        (self.root / path).mkdir(parents=True, exist_ok=True)

    def link(self, path: str, target: str) -> None:
        """A link as sysfs has them: relative, to another place of the tree. Replaces one that is there."""
        self.point(path, os.path.relpath(self.root / target, (self.root / path).parent))

    def point(self, path: str, text: str) -> None:
        """A link with just this text, whether it leads anywhere or not."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(text)

    def remove(self, path: str) -> None:
        """A file, a link or a whole folder; nothing when it is not there."""
        place = self.root / path
        if place.is_dir() and not place.is_symlink():
            # Away in one step: who looks meanwhile finds all of it or nothing.
            gone = place.with_name(f".{place.name}.gone")
            shutil.rmtree(gone, ignore_errors=True)
            place.rename(gone)
            shutil.rmtree(gone)
        else:
            place.unlink(missing_ok=True)

    def exists(self, path: str) -> bool:
        return os.path.lexists(self.root / path)

    def links_into(self, folder: str, target: str) -> list[str]:
        """The links that stand in `folder` and lead to `target` or below it."""
        place, inside = self.root / folder, (self.root / target).resolve()
        if not place.is_dir():
            return []
        return [f"{folder}/{link.name}" for link in place.iterdir() if link.resolve().is_relative_to(inside)]

    def remove_links(self, folder: str, name: str) -> None:
        """The links of `folder` that lead to a file of this name."""
        place = self.root / folder
        for link in list(place.iterdir()) if place.is_dir() else []:
            if link.is_symlink() and link.readlink().name == name:
                link.unlink()
