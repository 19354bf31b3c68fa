"""`./package`: builds the packages, and keeps a repository of them."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from config.debian import archive, lock, tree
from config.debian.version import PROJECT, Build, build_of
from config.debian.wheels import MACHINES, fetch, locked

KEPT = PROJECT / ".package"
"""What was fetched, by name; what is being laid out."""


def main() -> None:
    asked = _arguments()
    cache = KEPT / "wheels"
    if asked.lock:
        lock.make_locks(cache)
        return
    build = build_of()
    print(f"station-gateway {build.version}, commit {build.commit}", flush=True)
    for architecture in MACHINES if asked.architecture == "all" else (asked.architecture,):
        for package in lock.EXTRAS:
            made = make(package, build, architecture, cache, asked.output)
            print(f"{made} ({made.stat().st_size / 1e6:.1f} MB)", flush=True)


def make(package: str, build: Build, architecture: str, cache: Path, into: Path) -> Path:
    """One package for one architecture."""
    wheels = locked(package)
    fetch(wheels, architecture, cache)
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT, prefix="laid-out-") as folder:
        root = Path(folder) / "root"
        root.mkdir()
        tree.lay_out_wheels(root, wheels, architecture, cache)
        tree.lay_out_units(root, package)
        tree.write_changelog(root, package, build, archive.date_of(build))
        if package == "station-gateway":
            tree.lay_out_program(root, build)
            tree.lay_out_documentation(root)
        return archive.pack(root, package, build, architecture, into)


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="./package", description="Build the Debian packages of Station Gateway.")
    reader.add_argument("--architecture", choices=(*MACHINES, "all"), default="all", help="for which machines (all)")
    reader.add_argument(
        "-o", "--output", type=Path, default=KEPT / "built", help="the folder for them (.package/built)"
    )
    reader.add_argument(
        "--lock", action="store_true", help="choose the wheels anew, and write which ones; build nothing"
    )
    return reader.parse_args()


if __name__ == "__main__":
    main()
