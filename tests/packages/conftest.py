"""The packages as `./package` builds them, and whole systems of Debian. It takes minutes: in the campaign alone."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.debian.version import PROJECT
from config.debian.wheels import MACHINES

ASKED = os.environ.get("GATEWAY_PACKAGES")
"""`build`, or a folder in which the packages lie that are to be tried."""
collect_ignore_glob = [] if ASKED else ["test_*.py"]


@dataclass(frozen=True, slots=True)
class Built:
    """The packages in a folder."""

    folder: Path

    def package(self, name: str, architecture: str) -> Path:
        (found,) = self.folder.glob(f"{name}_*_{architecture}.deb")
        return found


def build(project: Path, folder: Path, *arguments: str, **environment: str) -> Built:
    """`./package` of a copy of the project. Wheels are fetched once for all of them."""
    command = [project / "package", "-o", folder, *arguments]
    subprocess.run(command, env={**os.environ, **environment}, check=True)
    return Built(folder)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    if ASKED and ASKED != "build":
        return Built(Path(ASKED).absolute())
    return build(PROJECT, tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="session", params=list(MACHINES))
def architecture(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def unpacked_package(built: Built, architecture: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of both packages of one architecture, as at a station."""
    root = tmp_path_factory.mktemp(f"unpacked-{architecture}")
    for name in ("station-gateway", "station-gateway-cameras"):
        subprocess.run(["dpkg-deb", "-x", built.package(name, architecture), root], check=True)
    return root
