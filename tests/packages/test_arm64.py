"""The package of a Raspberry Pi, run under emulation: every compiled module loads, and the commands answer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import __version__
from tests.packages.conftest import Built
from tests.support.arm64 import Arm64
from tests.support.debian_machine import RELEASES

pytestmark = pytest.mark.root
GATEWAY = "/opt/station-gateway/bin/gateway"
COMPILED = (
    "argon2, av, bcrypt, cv2, docx, gufo.snmp, jinja2, lxml.etree, nacl.bindings, numpy, paramiko, pkcs11._pkcs11,"
    " pydantic, re2, rpds"
)


@pytest.fixture(scope="module", params=sorted(RELEASES))
def board(request: pytest.FixtureRequest, built: Built) -> Iterator[Arm64]:
    packages = [built.package(name, "arm64") for name in ("station-gateway", "station-gateway-cameras")]
    with tempfile.TemporaryDirectory() as folder:
        yield Arm64(request.param, Path(folder), packages)


def test_it_says_its_version(board: Arm64) -> None:
    said = board.python(GATEWAY, "--version")
    assert said.stdout.startswith(f"gateway {__version__} "), said.stderr


def test_an_example_is_checked_to_the_end(board: Arm64) -> None:
    said = board.python(GATEWAY, "check", "--config", "/usr/share/doc/station-gateway/examples/emission.yaml")
    assert said.returncode == 0, said.stderr
    assert "destination" in said.stdout


def test_every_compiled_module_loads(board: Arm64) -> None:
    said = board.python("-c", f"import platform, {COMPILED}\nprint(platform.machine())")
    assert said.stdout.strip() == "aarch64", said.stderr
