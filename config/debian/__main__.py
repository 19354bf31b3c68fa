"""`./package`: builds the packages, and keeps a repository of them."""

from __future__ import annotations

import argparse
import platform
import tempfile
from pathlib import Path

from config.debian import archive, lock, repository, tree
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
    made: list[Path] = []
    with tempfile.TemporaryDirectory(dir=KEPT, prefix="laid-out-") as folder:
        here = Path(folder) / "here"
        lay_out(here, "station-gateway", build, _own_architecture(), cache)
        for architecture in MACHINES if asked.architecture == "all" else (asked.architecture,):
            for package in lock.EXTRAS:
                root = Path(folder) / f"{package}-{architecture}"
                lay_out(root, package, build, architecture, cache)
                if package == "station-gateway":
                    tree.lay_out_spoken(root, build, here)
                made.append(archive.pack(root, package, build, architecture, asked.output))
                print(f"{made[-1]} ({made[-1].stat().st_size / 1e6:.1f} MB)", flush=True)
    if asked.repo is not None:
        repository.include(asked.repo, made, asked.key)


def lay_out(root: Path, package: str, build: Build, architecture: str, cache: Path) -> None:
    """The files of one package for one architecture, but for what the commands tell of themselves."""
    wheels = locked(package)
    fetch(wheels, architecture, cache)
    tree.lay_out_wheels(root, wheels, architecture, cache)
    tree.lay_out_units(root, package)
    tree.write_changelog(root, package, build, archive.date_of(build))
    tree.write_copyright(root, package)
    tree.lay_out_overrides(root, package)
    if package == "station-gateway":
        tree.lay_out_program(root, build)
        tree.lay_out_documentation(root)


def _own_architecture() -> str:
    """Of the machine that builds: its program tells of its commands."""
    return {machine: name for name, machine in MACHINES.items()}[platform.machine()]


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="./package", description="Build the Debian packages of Station Gateway.")
    reader.add_argument("--architecture", choices=(*MACHINES, "all"), default="all", help="for which machines (all)")
    reader.add_argument(
        "-o", "--output", type=Path, default=KEPT / "built", help="the folder for them (.package/built)"
    )
    reader.add_argument(
        "--repo", type=Path, help="a folder: put them into its signed repository, made if it is not there"
    )
    reader.add_argument("--key", help="GnuPG's name of the key that signs it; without it one is made beside it")
    reader.add_argument(
        "--lock", action="store_true", help="choose the wheels anew, and write which ones; build nothing"
    )
    return reader.parse_args()


if __name__ == "__main__":
    main()
