"""`./package --lock`: the newest wheels that `pyproject.toml` allows, for every target, written down."""

from __future__ import annotations

import hashlib
import tempfile
import tomllib
from pathlib import Path

from config.debian.wheels import MACHINES, PYTHONS, Wheel, lock_file, pip_download, target_options, wheel_of

PROJECT = Path(__file__).parents[2]
EXTRAS = {
    "station-gateway": ("mqtt", "orders", "reports", "snmp", "tokens", "web"),
    "station-gateway-cameras": ("cameras",),
}
"""Package → the optional dependencies that it carries. `parquet` and `onvif` are for whoever installs with pip."""
NOT_CARRIED = {
    "pip": "sqlite-utils names it for a command of its own, which installs plug-ins",
    "tzdata": "the system's own are there (Depends:), and kept new by Debian; six hundred files fewer to be synced",
}
_HEADER = """# The wheels of {package}, as `sha256sum` prints them. Made by `./package --lock`; not to be edited.
"""


def requirements(package: str) -> list[str]:
    """What the package's wheels have to satisfy, as `pyproject.toml` says it. Cameras build on the gateway."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    own = [one for extra in EXTRAS[package] for one in optional[extra]]
    asked = [*project["dependencies"], *own] if package == "station-gateway" else own
    return [one for one in asked if one not in NOT_CARRIED]


def make_locks(cache: Path) -> None:
    """Resolve for the first target, and hold the others to its versions. What the gateway carries, the cameras' package
    does not carry again."""
    cache.mkdir(parents=True, exist_ok=True)
    carried: set[str] = set()
    for package in EXTRAS:
        found: dict[str, Wheel] = {}
        for architecture in MACHINES:
            for python in PYTHONS:
                print(f"resolving {package} for {architecture}, Python {python[0]}.{python[1]}", flush=True)
                for one in _resolved(package, architecture, python, found, cache):
                    if one.name not in carried and one.name not in NOT_CARRIED:
                        found[one.file] = one
        carried |= {one.name for one in found.values()}
        lines = [f"{one.sha256}  {one.file}\n" for one in sorted(found.values(), key=lambda one: one.file.lower())]
        lock_file(package).write_text(_HEADER.format(package=package) + "".join(lines), "utf-8")


def _resolved(
    package: str, architecture: str, python: tuple[int, int], found: dict[str, Wheel], cache: Path
) -> list[Wheel]:
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        held = Path(folder) / "held.txt"
        held.write_text("".join(sorted({f"{one.name}=={one.version}\n" for one in found.values()})), "utf-8")
        pip_download([*target_options(architecture, python), "-c", str(held), *requirements(package)], Path(folder))
        wheels = [
            wheel_of(one.name, hashlib.sha256(one.read_bytes()).hexdigest()) for one in Path(folder).glob("*.whl")
        ]
        for one in wheels:
            (Path(folder) / one.file).replace(cache / one.file)
        return wheels
